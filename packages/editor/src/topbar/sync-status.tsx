import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { useFieldName } from '../session/use-field-name.ts'
import type { EditorState, FieldAddress } from '../store/editor-state.ts'
import { Menu } from '../ui/menu.tsx'

interface SyncStatusProps {
  /** Shows a field whose text is not saved. */
  readonly onOpenField: (field: FieldAddress) => void
}

/** Shows the state of the last change: saved, being saved, or waiting for the network; opens fields that are not saved. */
export function SyncStatus({ onOpenField }: SyncStatusProps) {
  const t = useTranslate()
  const shown = useEditorStore(shownState)
  const hasFailed = useEditorStore((state) => state.phase.kind === 'failed')
  // The canvas shows the failure; there is nothing to save.
  if (shown === 'local' || hasFailed) return null
  const isRefused = shown === 'refused'
  return (
    <span className="tn-sync" data-sync={shown} role="status" title={isRefused ? undefined : t(`sync.${shown}Hint`)}>
      {isRefused ? <RefusedFields onOpenField={onOpenField} /> : t(`sync.${shown}`)}
    </span>
  )
}

/** Button that opens the field that is not saved, or a menu of these fields if there are several. */
function RefusedFields({ onOpenField }: SyncStatusProps) {
  const t = useTranslate()
  const nameOf = useFieldName()
  const refused = useEditorStore((state) => state.input.refused)
  const [first, ...more] = refused
  const isOne = first !== undefined && more.length === 0
  const button = (
    <button
      type="button"
      className="tn-link tn-link-inherit"
      title={t('sync.refusedHint', { fields: refused.map(nameOf).join(', ') })}
      onClick={isOne ? () => onOpenField(first) : undefined}
    >
      {t('sync.refused')}
    </button>
  )
  if (isOne) return button
  const items = refused.map((field, index) => ({
    id: String(index),
    label: nameOf(field),
    onSelect: () => onOpenField(field),
  }))
  return <Menu align="start" trigger={button} items={items} />
}

// "Saved" must be true for the displayed values, not only for the draft.
function shownState({ sync, input, isStoringDetails }: EditorState) {
  if (sync !== 'saved' && sync !== 'saving') return sync
  if (input.isTyping) return 'editing'
  if (isStoringDetails || sync === 'saving') return 'saving'
  return input.refused.length > 0 ? 'refused' : 'saved'
}
