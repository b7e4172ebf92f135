import type { TenonClient } from '@tenon/core/client'
import { NodeRunContext } from '../canvas/node-status.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { LaterPart } from '../ui/later-part.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

// The pictures and comparisons are fetched when they are first opened.
const loadHistory = () => import('./version-history.tsx')

interface VersionsDialogProps {
  readonly client: TenonClient
  readonly workflowId: string
  /** False in an editor that shows a version: its document is not the draft. */
  readonly hasDraft: boolean
  /** Opens a run; absent where the host has no page for it. */
  readonly onOpenRun: ((runId: string) => void) | undefined
}

/** The history of the workflow: its versions, what changed between them, and the way back to one. */
export function VersionsDialog(props: VersionsDialogProps) {
  const t = useTranslate()
  const { store } = useSession()
  const isOpen = useEditorStore((state) => state.openPanel === 'versions')
  return (
    <Dialog
      open={isOpen}
      onClose={() => store.setState({ openPanel: null })}
      title={t('versions.title')}
      size="xl"
      className="tn-versions-dialog"
    >
      <LaterPart load={loadHistory} waiting={(trouble) => trouble ?? <Skeleton lines={6} height={44} />}>
        {({ VersionHistory }) => (
          // The run shown in the editor is not a run of the versions: its colors would look like their changes.
          <NodeRunContext.Provider value={null}>
            <VersionHistory {...props} />
          </NodeRunContext.Provider>
        )}
      </LaterPart>
    </Dialog>
  )
}
