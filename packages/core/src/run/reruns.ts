import type { NodeId, RunId } from '../ids.ts'
import type { RunFailure, ValueRef } from './values.ts'

/**
 * Start of a rerun: everything, everything that has not completed, or one node with the nodes that
 * follow from it.
 */
export type RerunFrom = 'start' | 'failed' | { readonly nodeId: NodeId }

/** Run that another run repeats. */
export interface RerunOf {
  /** Id of the earlier run, unique within the tenant. */
  readonly runId: RunId
  /** Start of the new run. */
  readonly from: RerunFrom
}

/** Outcome of a node in an earlier run, with which the node ends in the new run without running. */
export interface ReusedOutcome {
  /** Node outside of loops; a loop has one outcome with all of its iterations. */
  readonly nodeId: NodeId
  /** Way in which the node ended: `continue` and `route` after a failure that its policy, or a person, handled. */
  readonly how: 'completed' | 'skipped' | 'continue' | 'route'
  /** Port by which the run continued. */
  readonly port: string
  /** Output of the node, without the value itself: it is stored under its hash. */
  readonly output: ValueRef
  /** Set by end nodes that completed. */
  readonly outcome?: string
  /** Failure that was handled; absent without one. */
  readonly error?: RunFailure
}
