import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import type { EditorState } from '../store/editor-state.ts'

/** Shows the state of the last change: saved, being saved, or waiting for the network. */
export function SyncStatus() {
  const t = useTranslate()
  const shown = useEditorStore(shownState)
  const refused = useEditorStore((state) => state.input.refused)
  const hasFailed = useEditorStore((state) => state.phase.kind === 'failed')
  // The canvas shows the failure; there is nothing to save.
  if (shown === 'local' || hasFailed) return null
  const fields = refused.map(({ label }) => label).join(', ')
  return (
    <span className="tn-sync" data-sync={shown} role="status" title={t(`sync.${shown}Hint`, { fields })}>
      {t(`sync.${shown}`)}
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
