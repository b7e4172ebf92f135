import type { NodeId } from '@tenon/core/document'
import type { RunScope } from '../store/run-scope.tsx'
import { loopsOf, shownNodeRunId } from '../store/shown-items.ts'
import { useRunSnapshot } from '../store/use-run.ts'
import { ItemStepper } from './item-stepper.tsx'

/** The steppers of all loops around a node, the outermost first, and that of the node if it is a loop. */
export function LoopSteppers({ scope, nodeId }: { readonly scope: RunScope; readonly nodeId: NodeId }) {
  const { store, nodes } = scope
  const snapshot = useRunSnapshot(store)
  const loops = [...loopsOf(nodes, nodeId), nodeId].flatMap((loopId) => {
    const loopRunId = shownNodeRunId(snapshot, nodes, loopId)
    const loop = loopRunId === null ? undefined : snapshot.view.nodeRuns.get(loopRunId)
    return loopRunId === null || loop?.iterations == null ? [] : [{ loopId, loopRunId }]
  })
  if (loops.length === 0) return null
  return (
    <div className="tn-inspect-items">
      {loops.map(({ loopId, loopRunId }) => (
        <ItemStepper key={loopId} store={store} loopRunId={loopRunId} name={nodes.get(loopId).name} />
      ))}
    </div>
  )
}
