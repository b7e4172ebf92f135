import { useActions } from '../contexts/actions-context.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import type { PanelName } from '../store/panels.ts'
import { IconButton } from '../ui/icon-button.tsx'

/** Button in a corner of the canvas that opens and closes the panel beside it. */
export function PanelToggle({ panel }: { readonly panel: PanelName }) {
  const t = useTranslate()
  const actions = useActions()
  const action = `toggle-${panel}` as const
  const shortcut = useShortcut(action)
  const isOpen = useEditorStore(({ panels, isNarrow, isWorkflowPanelOpen }) =>
    panel === 'inspector' && isNarrow ? isWorkflowPanelOpen : panels[panel].isOpen,
  )
  return (
    <span className="tn-panel-toggle" data-panel={panel}>
      <IconButton
        icon={panel === 'palette' ? 'panelStart' : 'panelEnd'}
        size="s"
        label={t(isOpen ? `panel.${panel}Hide` : `panel.${panel}Show`)}
        aria-expanded={isOpen}
        onClick={actions[action]}
        {...(shortcut === undefined ? {} : { shortcut })}
      />
    </span>
  )
}
