import type { NodeRunView } from '@tenon/core/run'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { RunScope } from '../store/run-scope.tsx'

// Most nodes call none, so the list is loaded with the first one that does.
const loadList = () => import('./call-list.tsx')

/** Calls of a node run, if it has made any. */
export function CalledPart({ scope, nodeRun }: { readonly scope: RunScope; readonly nodeRun: NodeRunView }) {
  if (nodeRun.calls === null) return null
  return (
    <LaterPart load={loadList} waiting={(trouble) => trouble ?? <Skeleton lines={3} height={34} />}>
      {({ CallListPart }) => <CallListPart scope={scope} callerId={nodeRun.nodeRunId} />}
    </LaterPart>
  )
}
