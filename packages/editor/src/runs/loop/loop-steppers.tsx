import type { NodeId } from '@tenon/core/document'
import type { RunScope } from '../store/run-scope.tsx'
import { loopsOf, shownNodeRunId } from '../store/shown-items.ts'
import { useRunSnapshot } from '../store/use-run.ts'
import { ItemStepper } from './item-stepper.tsx'

/**
 * The steppers of all loops around a node, the outermost first, and that of the node if it is a loop; none for a node that
 * runs the nodes inside it once.
 */
export function LoopSteppers({ scope, nodeId }: { readonly scope: RunScope; readonly nodeId: NodeId }) {
  const { store, nodes } = scope
  const snapshot = useRunSnapshot(store)
  const loops = [...loopsOf(nodes, nodeId), nodeId].flatMap((loopId) => {
    const { name, loop: kind } = nodes.get(loopId)
    if (kind === 'once') return []
    const loopRunId = shownNodeRunId(snapshot, nodes, loopId)
    const loop = loopRunId === null ? undefined : snapshot.view.nodeRuns.get(loopRunId)
    return loopRunId === null || loop?.iterations == null ? [] : [{ loopRunId, name, kind: kind ?? ('list' as const) }]
  })
  if (loops.length === 0) return null
  return (
    <div className="tn-inspect-items">
      {loops.map((loop) => (
        <ItemStepper key={loop.loopRunId} store={store} {...loop} />
      ))}
    </div>
  )
}
