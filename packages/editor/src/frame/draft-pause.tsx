import type { TenonClient } from '@tenon/core/client'
import { useTenantPause } from '../client/use-tenant-pause.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useWorkflowDetails } from '../session/workflow-details.ts'
import { BoundedPart } from '../ui/boundary.tsx'
import { LaterPart } from '../ui/later-part.tsx'

// Few workflows are paused, so the banner and the dialog are loaded with the first one.
const loadPause = () => import('../runs/pausing/workflow-pause.tsx')

/**
 * Banner over the editor of a workflow that is paused, by itself or with all others, and the dialog that pauses or resumes
 * it; empty for others.
 */
export function DraftPause({ client }: { readonly client: TenonClient }) {
  const { store } = useSession()
  const workflow = useEditorStore((state) => state.workflow)
  const role = useEditorStore((state) => state.role)
  const isAsking = useEditorStore((state) => state.openPanel === 'pause')
  const details = useWorkflowDetails()
  const tenantPause = useTenantPause(client)
  if (workflow === null || details === null) return null
  if (workflow.pause === null && tenantPause === null && !isAsking) return null
  return (
    <LaterPart load={loadPause} waiting={(trouble) => <div className="tn-pause-banner">{trouble}</div>}>
      {({ WorkflowPause }) => (
        <BoundedPart>
          <WorkflowPause
            client={client}
            workflow={workflow}
            tenantPause={tenantPause}
            mayPause={role !== 'viewer'}
            isAsking={isAsking}
            onAsk={() => store.setState({ openPanel: 'pause' })}
            onClose={() => store.setState({ openPanel: null })}
            onChanged={details.accept}
          />
        </BoundedPart>
      )}
    </LaterPart>
  )
}
