import type { ActionName } from '../contexts/action-names.ts'
import { useActions } from '../contexts/actions-context.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { Icon } from '../ui/icon.tsx'
import type { IconName } from '../ui/icons.ts'
import { Tooltip } from '../ui/tooltip.tsx'

interface ToolButtonProps {
  readonly action: ActionName
  readonly label: string
  readonly icon?: IconName
  readonly text?: string
  readonly isDisabled?: boolean
}

/** Button of a toolbar that calls an action of the editor, with the label and the key of the action in a tooltip. */
export function ToolButton({ action, label, icon, text, isDisabled = false }: ToolButtonProps) {
  const actions = useActions()
  const shortcut = useShortcut(action)
  return (
    <Tooltip content={label} shortcut={shortcut} side="top">
      <button
        type="button"
        className="tn-tool tn-tabular"
        aria-label={text === undefined ? label : undefined}
        aria-disabled={isDisabled || undefined}
        onClick={actions[action]}
      >
        {icon === undefined ? text : <Icon name={icon} size={16} />}
      </button>
    </Tooltip>
  )
}

/** Buttons to undo and redo changes, for an editor that is not read-only. */
export function HistoryTools() {
  const t = useTranslate()
  const canUndo = useEditorStore((state) => state.canUndo)
  const canRedo = useEditorStore((state) => state.canRedo)
  return (
    <>
      <ToolButton action="undo" label={t('canvas.undo')} icon="undo" isDisabled={!canUndo} />
      <ToolButton action="redo" label={t('canvas.redo')} icon="redo" isDisabled={!canRedo} />
    </>
  )
}
