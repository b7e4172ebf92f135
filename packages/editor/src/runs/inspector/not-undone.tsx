import type { NodeRunView, RunView } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import { Callout } from '../../ui/callout.tsx'
import { nodeRunName } from '../format/node-run-name.ts'
import type { NodeDirectory } from '../store/node-directory.ts'

/** Names that the warning has at most. */
const MOST_NAMES = 5

interface NotUndoneProps {
  readonly view: RunView
  readonly nodes: NodeDirectory
}

/** Warning that a run has ended without undoing all that it should; nothing for other runs. */
export function NotUndone({ view, nodes }: NotUndoneProps) {
  const t = useTranslate()
  const left = notUndone(view, nodes)
  if (left.length === 0) return null
  const names = left.slice(0, MOST_NAMES).map(({ nodeRunId }) => nodeRunName(nodes, nodeRunId, t))
  return (
    <Callout
      tone="waiting"
      title={t('runs.undo.left', { names: names.join(', '), more: left.length - names.length })}
    />
  )
}

/** Returns the node runs whose work remains, though other nodes should have undone it. */
function notUndone({ compensation, nodeRuns }: RunView, nodes: NodeDirectory): readonly NodeRunView[] {
  if (compensation === null || compensation.endedAt === null || compensation.undone === compensation.count) return []
  const all = [...nodeRuns.values()]
  // A node run that was canceled may have completed nevertheless, which only its undo step shows.
  const tried = new Set(all.flatMap(({ undoes }) => (undoes === null ? [] : [undoes])))
  return all.filter(({ nodeRunId, nodeId, status }) => {
    const isDone = status === 'success' && nodes.get(nodeId).node?.policy?.compensation !== undefined
    return status !== 'compensated' && (isDone || tried.has(nodeRunId))
  })
}
