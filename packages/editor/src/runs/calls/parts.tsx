import type { TenonClient } from '@tenon/core/client'
import type { ChildView, RunParent } from '@tenon/core/run'
import { LaterPart } from '../../ui/later-part.tsx'
import type { RunScope } from '../store/run-scope.tsx'

// Most runs neither start others nor were started by one.
const loadCalls = () => import('./loaded-parts.tsx')

/** The run that a node has started, once its code is loaded. */
export function ChildRunPart(props: { readonly client: TenonClient; readonly child: ChildView }) {
  return (
    <LaterPart load={loadCalls} waiting={(trouble) => trouble}>
      {({ LoadedChildRun }) => <LoadedChildRun {...props} />}
    </LaterPart>
  )
}

/** The node that has started a run, once its code is loaded. */
export function StartedByPart(props: { readonly client: TenonClient; readonly parent: RunParent }) {
  return (
    <LaterPart load={loadCalls} waiting={() => null}>
      {({ LoadedStartedBy }) => <LoadedStartedBy {...props} />}
    </LaterPart>
  )
}

/** The tree of runs that start each other, once its code is loaded. */
export function CallTreePart(props: { readonly scope: RunScope }) {
  return (
    <LaterPart load={loadCalls} waiting={(trouble) => <div className="tn-part-loading">{trouble}</div>}>
      {({ LoadedCallTree }) => <LoadedCallTree {...props} />}
    </LaterPart>
  )
}
