import type { WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { LaterPart } from '../ui/later-part.tsx'

// Only documents with schedules need it.
const loadSentence = () => import('../triggers/schedule-sentence.tsx')

interface ScheduleSummaryProps {
  readonly node: WorkflowNode
  readonly entry: NodeManifestEntry
}

/** Sentence of a schedule. */
export function ScheduleSummary({ node, entry }: ScheduleSummaryProps) {
  return (
    <LaterPart load={loadSentence} waiting={() => entry.description}>
      {({ ScheduleSentence }) => <ScheduleSentence params={node.params} />}
    </LaterPart>
  )
}
