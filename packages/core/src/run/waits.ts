import type { NodeId, NodeRunId, RunId, WaitId, WorkflowId } from '../ids.ts'
import type { OnIterationFailure, Resume, WaitFor } from '../node/implementation.ts'
import type { Actor } from './actor.ts'
import type { RunFailure, ValueRef } from './values.ts'

/** Wait of a loop for its iterations. */
export interface IterationsWait {
  /** Distinguishes it from other waits. */
  readonly kind: 'iterations'
  /** Number of iterations, those of earlier waits of the loop included. */
  readonly count: number
  /** Results that the loop gets: those of all iterations, or the last one. */
  readonly keep: 'all' | 'last'
  /** Most iterations at the same time; 1 to 500. */
  readonly concurrency: number
  /** Reaction of the loop to a failed iteration. */
  readonly onFailure: OnIterationFailure
  /** List of the values of the iterations; `null` if they have none. */
  readonly items: ValueRef | null
  /** Iterations are not awaited until a time. */
  readonly dueAt: null
}

/** Wait of a node run for its child: a run of another workflow that it starts. */
export interface ChildWait {
  /** Distinguishes it from other waits. */
  readonly kind: 'child'
  /** Id of the child, which follows from the pass that starts it. */
  readonly childRunId: RunId
  /** Workflow of the child. */
  readonly workflowId: WorkflowId
  /** Published version that the child executes. */
  readonly version: string
  /** Hash of the plan of that version. */
  readonly planHash: string
  /** Trigger at which the child starts. */
  readonly trigger: NodeId
  /** Input of the child. */
  readonly input: ValueRef
  /** Longest duration of the child in milliseconds; `null` without a limit. */
  readonly timeoutMs: number | null
  /** `false` if the node continues as soon as the child is stored. */
  readonly isAwaited: boolean
  /** A child is not awaited until a time. */
  readonly dueAt: null
}

/** End of a child, as its parent gets it. */
export interface ChildEnd {
  /** Status in which the child has ended. */
  readonly status: 'completed' | 'failed' | 'canceled'
  /** Outcome of the end node that was reached; `null` unless the child completed. */
  readonly outcome: string | null
  /** Output of the child; `null` unless it completed. */
  readonly output: ValueRef | null
  /** Failure or reason of the cancelation; `null` if the child completed. */
  readonly error: RunFailure | null
}

/** Node run that has started a run. */
export interface RunParent {
  /** Run that the node run is part of, unique within the tenant. */
  readonly runId: RunId
  /** Id of the node run, unique within `runId`. */
  readonly nodeRunId: NodeRunId
}

/** An event or a callback that ends a wait, as the run gets it. */
export interface EventReceived {
  /** Wait that it ends. */
  readonly waitId: WaitId
  /** Id of the event, unique within the tenant. */
  readonly eventId: string
  /** Payload of the event, or body of the callback. */
  readonly payload: ValueRef
  /** Time at which it was stored, in milliseconds since the Unix epoch; before the wait began if it was early. */
  readonly receivedAt: number
  /** Person who sent it; `null` if no person did. */
  readonly actor: Actor | null
}

/** Result of the wait of a node run, as it is stored. */
export type NodeResume =
  | Exclude<Resume, { readonly kind: 'event' }>
  /** The awaited event or callback has arrived. */
  | { readonly kind: 'event'; readonly eventId: string; readonly payload: ValueRef; readonly receivedAt: number }
  /** The iterations of a loop have ended, `failed` of them with a failure. */
  | { readonly kind: 'iterations'; readonly ended: number; readonly failed: number }
  /** The child has ended, or was started without being awaited: `end` is `null` then. */
  | { readonly kind: 'child'; readonly childRunId: RunId; readonly end: ChildEnd | null }

/** Wait of a node run, as it is stored. */
export type NodeWait = WaitFor | IterationsWait | ChildWait
