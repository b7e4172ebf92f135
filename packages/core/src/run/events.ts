import type { JoinMode } from '../document/types.ts'
import type { NodeId, NodeRunId, RunId, UserId, WaitId, WorkflowId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { LogLevel, OnIterationFailure, Resume, ToolCallRecord, Vote, WaitFor } from '../node/implementation.ts'
import type { ModelUsage } from '../node/ports.ts'
import type { RunFailure, ValueRef } from './values.ts'

/** Port of a completed fork: the run continues on all of its ports. */
export const ALL_PORTS = '*'

/**
 * Reason why a node did not run: no live edge reached it, its `skipIf` was true, it is disabled, or another branch
 * finished first; or `break`, if a break or a continue ended its iteration.
 */
export type SkipReason = 'dead_path' | 'skip_if' | 'disabled' | 'loser' | 'break'
/**
 * Reason of a cancelation: a user requested it, the deadline passed, an operator canceled the run in the engine, the
 * database permanently refused to store its data, or the node run that started the run was canceled.
 */
export type CancelReason = 'user' | 'timeout' | 'operator' | 'refused' | 'parent'

/** Person who acted, with the name at that time. */
export interface Actor {
  /** Id of the user within the tenant. */
  readonly userId: UserId
  /** Name of the user at that time. */
  readonly displayName: string
}

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

/** Result of the wait of a node run, as it is stored. */
export type NodeResume =
  | Resume
  /** The iterations of a loop have ended, `failed` of them with a failure. */
  | { readonly kind: 'iterations'; readonly ended: number; readonly failed: number }
  /** The child has ended, or was started without being awaited: `end` is `null` then. */
  | { readonly kind: 'child'; readonly childRunId: RunId; readonly end: ChildEnd | null }

/** Wait of a node run, as it is stored. */
export type NodeWait = WaitFor | IterationsWait | ChildWait

/**
 * Kinds of resolutions of a parked node run: run it again, run it again with other params, continue with an output that a
 * person supplies, continue as the policy `continue` does, continue by the port `error`, or fail.
 */
export const PARK_RESOLUTION_KINDS = ['retry', 'retry_with_params', 'complete', 'skip', 'route', 'fail'] as const
/** One of {@link PARK_RESOLUTION_KINDS}. */
export type ParkResolutionKind = (typeof PARK_RESOLUTION_KINDS)[number]

/** Resolution of a parked node run, as it is stored. */
export type ParkResolution =
  | { readonly kind: Exclude<ParkResolutionKind, 'retry_with_params' | 'complete'> }
  /** `params` replace the resolved ones, except secrets, which remain those of the document. */
  | { readonly kind: 'retry_with_params'; readonly params: ValueRef }
  /** `port` is {@link ALL_PORTS} for a fork. */
  | { readonly kind: 'complete'; readonly port: string; readonly output: ValueRef }

/**
 * Reason why a node run was canceled or dropped; `iteration_failed` for those that a failed iteration ended, `break` for
 * those that a break or a continue ended.
 */
export type NodeCancelReason = 'loser' | 'run_canceled' | 'run_failed' | 'iteration_failed' | 'break'

/** An external event, the only input of the machine. One fact is one turn. */
export type Fact =
  | {
      readonly type: 'run_started'
      readonly data: {
        readonly planHash: string
        readonly semantics: number
        readonly seed: string
        readonly trigger: NodeId
        readonly input: ValueRef
        readonly deadlineAt: number | null
        readonly actor: Actor | null
        /** Node run that has started the run; absent if none did. */
        readonly parent?: RunParent
      }
    }
  | {
      readonly type: 'node_completed'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly attempt: number
        readonly port: string
        readonly output: ValueRef
        readonly durationMs: number
        readonly usage?: ModelUsage
        /** Set by end nodes. */
        readonly outcome?: string
      }
    }
  | {
      readonly type: 'node_failed'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly attempt: number
        readonly error: RunFailure
        readonly durationMs: number
      }
    }
  | {
      readonly type: 'node_canceled'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly pass: number; readonly how: 'canceled' | 'abandoned' }
    }
  | {
      readonly type: 'node_suspended'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly pass: number; readonly waitFor: NodeWait }
    }
  | { readonly type: 'node_skipped'; readonly nodeRunId: NodeRunId; readonly data: { readonly pass: number } }
  | {
      readonly type: 'timer_fired'
      readonly data: { readonly timerId: string; readonly dueAt: number; readonly lateMs: number }
    }
  | { readonly type: 'approval_decided'; readonly data: { readonly waitId: WaitId; readonly vote: Vote } }
  /** An awaited child has ended; stored by its last append. */
  | {
      readonly type: 'child_finished'
      readonly data: ChildEnd & { readonly waitId: WaitId; readonly childRunId: RunId }
    }
  | {
      readonly type: 'cancel_requested'
      readonly data: { readonly reason: CancelReason; readonly actor: Actor | null }
    }
  | { readonly type: 'pause_requested'; readonly data: PauseRequest }
  | { readonly type: 'resume_requested'; readonly data: PauseRequest }
  | { readonly type: 'parked_resolved'; readonly data: ParkedResolved }

/** A request to pause or to resume a run. Unlike a cancelation, it can be made again: each request has an id. */
export interface PauseRequest {
  /** Id of the request, unique in the run; a request that was applied has no effect when it is repeated. */
  readonly requestId: string
  /** Person who made the request; `null` if no person did. */
  readonly actor: Actor | null
}

/** Decision of a person about a parked node run. A parked node run has one resolution. */
export interface ParkedResolved {
  /** Wait of the parked node run. */
  readonly waitId: WaitId
  /** Id of the request, chosen by its sender: repeating it changes nothing. */
  readonly requestId: string
  /** Way in which the node run continues or ends. */
  readonly resolution: ParkResolution
  /** Person who resolved it; `null` if no person did. */
  readonly actor: Actor | null
}

/** A consequence of a fact, in the same turn. Decisions are complete, so that views need no other input. */
export type Decision =
  | {
      readonly type: 'node_scheduled'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly mode: 'inline' | 'dispatch'
        readonly queue: string | null
        readonly resume: NodeResume | null
        /** Params that a person gave instead of those of the document; absent without such. */
        readonly params?: ValueRef
      }
    }
  | {
      readonly type: 'nodes_skipped'
      readonly data: { readonly nodeRunIds: readonly NodeRunId[]; readonly reason: SkipReason }
    }
  | {
      readonly type: 'join_waiting'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly arrived: number; readonly need: number }
    }
  | {
      readonly type: 'join_fired'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly mode: JoinMode
        readonly arrived: number
        readonly need: number
        readonly losers: readonly NodeRunId[]
      }
    }
  /** All edges are live or dead and too few are live; a failure of the node, which was never scheduled. */
  | {
      readonly type: 'join_unsatisfied'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly mode: JoinMode
        readonly arrived: number
        readonly need: number
        readonly error: RunFailure
      }
    }
  | {
      readonly type: 'node_cancel_requested'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly pass: number; readonly reason: NodeCancelReason }
    }
  /**
   * A node run is canceled between two passes: its wait ended while the run was paused, and its next pass had not been
   * scheduled.
   */
  | {
      readonly type: 'node_dropped'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly pass: number; readonly reason: NodeCancelReason }
    }
  | {
      readonly type: 'failure_handled'
      readonly nodeRunId: NodeRunId
      /** `supplied` if a person gave the output of a parked node run. */
      readonly data: {
        readonly how: 'continue' | 'route' | 'supplied'
        readonly port: string
        readonly output: ValueRef
      }
    }
  /** A node run with the policy `park` has failed for good; its wait ends when a person resolves it. */
  | {
      readonly type: 'node_parked'
      readonly nodeRunId: NodeRunId
      readonly data: {
        /** Pass that failed; 1 for a node that was never scheduled, since its join was not satisfied. */
        readonly pass: number
        readonly waitId: WaitId
        readonly error: RunFailure
        /** Equal for failures of one node with the same cause, 32 hex digits. */
        readonly fingerprint: string
        /** Resolutions that this node run allows. */
        readonly resolutions: readonly ParkResolutionKind[]
      }
    }
  | {
      readonly type: 'timer_set'
      readonly nodeRunId?: NodeRunId
      readonly data: {
        readonly timerId: string
        readonly purpose: 'wait' | 'approval' | 'deadline'
        readonly dueAt: number
      }
    }
  | { readonly type: 'timer_cleared'; readonly data: { readonly timerId: string } }
  | {
      readonly type: 'approval_needed'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly waitId: WaitId; readonly waitFor: Extract<WaitFor, { kind: 'approval' }> }
    }
  | {
      readonly type: 'wait_opened'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly waitId: WaitId; readonly waitFor: Exclude<NodeWait, { kind: 'approval' | 'child' }> }
    }
  /** A child starts with the append of this decision. Opens a wait, unless the child is not awaited. */
  | {
      readonly type: 'child_requested'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly waitId: WaitId; readonly waitFor: ChildWait }
    }
  /** The cancelation of an awaited child is requested; its node run ends when the child has ended. */
  | {
      readonly type: 'child_cancel_requested'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly waitId: WaitId; readonly childRunId: RunId }
    }
  | {
      readonly type: 'wait_closed'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly waitId: WaitId; readonly how: 'resolved' | 'timeout' | 'canceled' }
    }
  /** An iteration of a loop begins; its children are node runs with the index in their ids. */
  | {
      readonly type: 'iteration_started'
      readonly nodeRunId: NodeRunId
      /** `index` is from 0. */
      readonly data: { readonly index: number }
    }
  | {
      readonly type: 'iteration_ended'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly index: number
        readonly how: 'completed' | 'failed' | 'canceled'
        /** Result of the iteration; `null` unless it completed with one. */
        readonly output: ValueRef | null
        /** `null` unless it failed. */
        readonly error: RunFailure | null
        /** Kind of the node that ended it early; `break` also ended the loop. Absent if it ended by itself. */
        readonly endedBy?: 'break' | 'continue'
      }
    }
  /** No node run is scheduled after this decision, until the run is resumed or ends. */
  | { readonly type: 'run_paused'; readonly data: { readonly actor: Actor | null } }
  /** The run continues; the node runs that the pause held are scheduled in the same turn. */
  | { readonly type: 'run_resumed'; readonly data: { readonly actor: Actor | null } }
  | {
      readonly type: 'run_completed'
      readonly data: {
        readonly outcome: string
        /** The end node whose output is the run's; null when no end was reached. */
        readonly endNodeRunId: NodeRunId | null
      }
    }
  | { readonly type: 'run_error'; readonly data: { readonly error: RunFailure; readonly nodeRunId: NodeRunId | null } }
  | { readonly type: 'run_canceled'; readonly data: { readonly reason: CancelReason } }

/** Information for people; the machine ignores it. */
export type Observation =
  | {
      readonly type: 'node_started'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly attempt: number
        readonly input: ValueRef
        readonly worker: string
        readonly queue: string | null
      }
    }
  | {
      readonly type: 'node_error'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly attempt: number
        readonly error: RunFailure
        readonly nextAt: number | null
        readonly durationMs: number
      }
    }
  | {
      readonly type: 'attempt_lost'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly pass: number; readonly attempt: number; readonly nextAt: number }
    }
  | {
      readonly type: 'tool_call'
      readonly nodeRunId: NodeRunId
      readonly data: ToolCallRecord & { readonly pass: number; readonly attempt: number }
    }
  | {
      readonly type: 'node_log'
      readonly nodeRunId: NodeRunId
      readonly data: {
        /** ISO 8601 UTC. */
        readonly timestamp: string
        readonly level: LogLevel
        readonly message: string
        readonly data?: Json
      }
    }
  | {
      /** Result of a call inside a node that later attempts do not repeat. */
      readonly type: 'node_journaled'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly attempt: number
        readonly key: string
        readonly value: ValueRef
      }
    }

/** Class of an event of the run log: an external event, its consequence, or information for people. */
export type EventClass = 'fact' | 'decision' | 'observation'

/** Position and origin of an event in its run. */
export interface EventEnvelope {
  /** Position in the run log, from 1 without gaps. */
  readonly seq: number
  /** Turn of the fact, or of the decision's fact; for observations the last turn before. */
  readonly turn: number
  /** Origin of the event: a fact, a decision or an observation. */
  readonly class: EventClass
  /** Deterministic id, unique within the run. */
  readonly id: string
  /** Version of the event format. */
  readonly v: 1
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** `seq` of the fact that a decision follows from. */
  readonly cause?: number
}

/** One entry of the run log; `type` distinguishes the kinds. Events are never changed or removed. */
export type RunEvent = EventEnvelope & (Fact | Decision | Observation)
/** Type of an entry of the run log. */
export type RunEventType = RunEvent['type']

/** A text frame of `/runs/{runId}/logs` and the data of a server-sent event. */
export interface RunEventFrame {
  /** Position in the run log, from 1 without gaps. */
  readonly seq: number
  /** Type of the event, which decides the shape of `data`. */
  readonly type: RunEventType
  /** Time of the event, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Node run that the event belongs to; absent for events of the run itself. */
  readonly nodeRunId?: NodeRunId
  /** Content of the event, with credentials masked. */
  readonly data: RunEvent['data']
}
