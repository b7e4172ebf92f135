import { useTranslate } from '../instance/instance-context.ts'
import type { RefusedInput } from '../session/pending-input.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { useFieldName } from '../session/use-field-name.ts'
import type { EditorState } from '../store/editor-state.ts'
import { Menu } from '../ui/menu.tsx'

interface SyncStatusProps {
  /** Shows a field whose text is not saved. */
  readonly onOpenField: (field: RefusedInput) => void
}

/** Shows the state of the last change: saved, being saved, or waiting for the network; leads to fields that are not. */
export function SyncStatus({ onOpenField }: SyncStatusProps) {
  const t = useTranslate()
  const shown = useEditorStore(shownState)
  const refused = useEditorStore((state) => state.input.refused)
  const hasFailed = useEditorStore((state) => state.phase.kind === 'failed')
  const nameOf = useFieldName()
  // The canvas shows the failure; there is nothing to save.
  if (shown === 'local' || hasFailed) return null
  const fields = refused.map(nameOf).join(', ')
  const [first, ...more] = refused
  const text = t(`sync.${shown}`)
  const title = t(`sync.${shown}Hint`, { fields })
  return (
    <span className="tn-sync" data-sync={shown} role="status" {...(shown === 'refused' ? {} : { title })}>
      {shown !== 'refused' || first === undefined ? (
        text
      ) : more.length === 0 ? (
        <button type="button" className="tn-link tn-link-inherit" title={title} onClick={() => onOpenField(first)}>
          {text}
        </button>
      ) : (
        <Menu
          align="start"
          trigger={
            <button type="button" className="tn-link tn-link-inherit" title={title}>
              {text}
            </button>
          }
          items={refused.map((field, index) => ({
            id: String(index),
            label: nameOf(field),
            onSelect: () => onOpenField(field),
          }))}
        />
      )}
    </span>
  )
}

// "Saved" must be true for the displayed values, not only for the draft.
function shownState({ sync, input, isStoringDetails }: EditorState) {
  if (sync !== 'saved' && sync !== 'saving') return sync
  if (input.isTyping) return 'editing'
  if (isStoringDetails || sync === 'saving') return 'saving'
  return input.refused.length > 0 ? 'refused' : 'saved'
}
