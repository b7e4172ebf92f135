import { diffDocuments } from '@tenon/core/collab'
import type { WorkflowDocument } from '@tenon/core/document'
import { useMemo } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useUndoToast } from '../session/use-undo-toast.ts'
import { Button } from '../ui/button.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'

interface RestoreButtonsProps {
  readonly version: string
  readonly document: WorkflowDocument
  /** True if new runs do not start with the version. */
  readonly canPublish: boolean
}

/** Makes the draft the same as a version, as one step that can be undone; and publishes it again. */
export function RestoreButtons({ version, document, canPublish }: RestoreButtonsProps) {
  const t = useTranslate()
  const session = useSession()
  const { toast } = useAnnouncer()
  const undoToast = useUndoToast()
  const { store } = session
  const draft = useEditorStore((state) => state.document)
  const isSame = useMemo(() => diffDocuments(draft, document).length === 0, [draft, document])
  const restore = (): boolean => {
    const result = session.dispatch({ type: 'restore', version, document })
    if (result.ok) return true
    toast(t(result.reason), { tone: 'failed' })
    return false
  }
  const restoreOnly = () => {
    if (!restore()) return
    store.setState({ openPanel: null })
    undoToast(t('versions.restored', { version }))
  }
  const publishAgain = () => {
    if (!restore()) return
    store.setState({ openPanel: 'publish', suggestedNotes: t('versions.restoredNote', { version }) })
  }
  return (
    <div className="tn-version-actions">
      {canPublish && (
        <Button size="s" onClick={publishAgain}>
          {t('versions.publishAgain')}
        </Button>
      )}
      <Button
        size="s"
        variant="primary"
        disabled={isSame}
        title={t(isSame ? 'versions.sameAsDraft' : 'versions.restoreHint')}
        onClick={restoreOnly}
      >
        {t('versions.restore')}
      </Button>
    </div>
  )
}
