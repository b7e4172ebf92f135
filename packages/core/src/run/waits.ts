import type { NodeId, NodeRunId, RunId, WaitId, WorkflowId } from '../ids.ts'
import type { CallerState } from '../node/calls.ts'
import type { Approvers, OnIterationFailure, Resume, Vote, WaitFor } from '../node/implementation.ts'
import type { Actor } from './actor.ts'
import type { RunFailure, ValueRef } from './values.ts'

/** Most runs above a run: a workflow runs another one, which runs another one, at most so many times. */
export const MAX_RUN_DEPTH = 10

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

/** Policy of a call, with the defaults of its node type filled in and durations in milliseconds. */
export interface StoredCallPolicy {
  /** Retries of the node run. */
  readonly retry: {
    /** Wait before the second attempt, in milliseconds. */
    readonly initialIntervalMs: number
    /** Factor by which the wait grows with each attempt. */
    readonly backoffCoefficient: number
    /** Longest wait between two attempts, in milliseconds. */
    readonly maximumIntervalMs: number
    /** Attempts in all, the first included. */
    readonly maximumAttempts: number
    /** Error codes that end the attempts at once. */
    readonly nonRetryableErrorTypes: readonly string[]
  }
  /** Longest attempt in milliseconds; `null` without a limit. */
  readonly timeoutMs: number | null
  /** Longest time between two heartbeats in milliseconds; `null` without a limit. */
  readonly heartbeatMs: number | null
  /** Task queue whose workers execute the node; `null` to execute it where its run is. */
  readonly taskQueue: string | null
  /** Outcome after the last failed attempt. */
  readonly onError: 'fail' | 'park'
}

/** Approval in front of a call, as it is stored. */
export interface StoredCallApproval {
  /** Question to the approvers. */
  readonly title: string
  /** Text that helps to decide. */
  readonly message: string
  /** Users who may decide. */
  readonly approvers: Approvers
  /** Votes for one choice, with the same params, that decide. */
  readonly required: number
  /** Time limit in milliseconds since the Unix epoch; `null` without one. */
  readonly dueAt: number | null
  /** `true` if approvers may change the params. */
  readonly isEditable: boolean
}

/** A call, as it is stored. */
export interface StoredCall {
  /** Id of the call, unique in its suspension. */
  readonly callId: string
  /** Type of the node to run. */
  readonly nodeType: string
  /** Version of that type. */
  readonly typeVersion: number
  /** Name of the call for people. */
  readonly title: string
  /** Params as values, without templates. */
  readonly params: ValueRef
  /** Connection that the author of the caller has chosen for the call; absent without one. */
  readonly connection?: string
  /** Policy of the node run. */
  readonly policy: StoredCallPolicy
  /** Approval before the call begins; `null` without one. */
  readonly approval: StoredCallApproval | null
}

/** Wait of a node run for the node runs that it has called. */
export interface CallsWait {
  /** Distinguishes it from other waits. */
  readonly kind: 'calls'
  /** The calls, in the order of their results. */
  readonly calls: readonly StoredCall[]
  /** Calls that end the wait: each of them, or the first one that completes, after which the others are canceled. */
  readonly mode: 'all' | 'any'
  /** Data that the node keeps for its next pass; `null` without any. */
  readonly state: (Pick<CallerState, 'version'> & { readonly value: ValueRef }) | null
  /** Calls are not awaited until a time. */
  readonly dueAt: null
}

/** Call that waits for an approval, with the params that the approvers decide about. */
export interface CallToApprove {
  /** Type of the node to run. */
  readonly nodeType: string
  /** Version of that type. */
  readonly typeVersion: number
  /** Params of the call. */
  readonly params: ValueRef
  /** Connection of the call, which approvers cannot change; absent without one. */
  readonly connection?: string
  /** `true` if approvers may change the params. */
  readonly isEditable: boolean
}

/** Wait for the decision of people, as it is stored; `call` is set for the approval of a call. */
export type ApprovalWait = Extract<WaitFor, { readonly kind: 'approval' }> & { readonly call?: CallToApprove }

/** Vote of one person, as it is stored; `params` are those that the person gave instead of those of the call. */
export type StoredVote = Vote & { readonly params?: ValueRef }

/** Checks whether two votes are for the same choice, for a call also with the same params. */
export function isSameVote(a: StoredVote, b: StoredVote): boolean {
  return a.choice === b.choice && a.params?.hash === b.params?.hash
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
  /** The calls of the previous pass have ended. */
  | { readonly kind: 'calls'; readonly completed: number; readonly failed: number; readonly canceled: number }

/** Wait of a node run, as it is stored. */
export type NodeWait = WaitFor | IterationsWait | ChildWait | CallsWait
