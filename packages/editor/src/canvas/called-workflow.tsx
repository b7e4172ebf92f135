import type { WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { TenantWorkflows } from '../contexts/workflows-context.ts'
import { LaterPart } from '../ui/later-part.tsx'

// Only documents with nodes that run a workflow need it.
const loadChip = () => import('../sub-workflows/controls.tsx')

interface CalledWorkflowProps {
  readonly workflows: TenantWorkflows
  readonly node: WorkflowNode
  readonly entry: NodeManifestEntry
}

/** Name of the workflow that a node runs. */
export function CalledWorkflow({ workflows, node, entry }: CalledWorkflowProps) {
  return (
    <LaterPart load={loadChip} waiting={() => entry.description}>
      {({ WorkflowChip }) => <WorkflowChip workflows={workflows} value={node.params.workflow} />}
    </LaterPart>
  )
}
