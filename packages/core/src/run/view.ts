import type { NodeId, NodeRunId, RunId, WaitId, WorkflowId } from '../ids.ts'
import type { WaitFor } from '../node/implementation.ts'
import type { Actor } from './actor.ts'
import type { EngineChangeRefusal, RunEngine } from './engine-changes.ts'
import type { MigrationBlocker, MigrationRefusal } from './migrations.ts'
import type { NoRetryReason, SkipReason } from './reasons.ts'
import type { RerunOf } from './reruns.ts'
import type { ParkResolutionKind } from './resolutions.ts'
import type { NodeStatus, RunStatus } from './status.ts'
import type { RunFailure, ValueRef } from './values.ts'
import type { ApprovalWait, StoredVote } from './waits.ts'

/**
 * One attempt of a node run, folded from the log. Instants are milliseconds since the Unix epoch; `attempt` and `pass`
 * are 1-based.
 */
export interface AttemptView {
  /** Number of the attempt, from 1. */
  readonly attempt: number
  /** Number of the pass that the attempt belongs to; each wait starts a new pass. */
  readonly pass: number
  /** Start, in milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** End, in milliseconds since the Unix epoch; `null` while it is running. */
  readonly endedAt: number | null
  /** Result of the attempt; `lost` if its worker disappeared. */
  readonly how: 'running' | 'success' | 'failed' | 'lost' | 'canceled' | 'waiting'
  /** Failure of the attempt; `null` without one. */
  readonly error: RunFailure | null
  /** Reason why it was the last attempt although the retry policy allows another; absent otherwise. */
  readonly noRetry?: NoRetryReason
  /** True if a secret of the node could not be read yet: the attempt does not count, and is made again. Absent otherwise. */
  readonly isHeld?: boolean
}

/** One node run, folded from the log. */
export interface NodeRunView {
  /** Id of the node run, unique within the run. */
  readonly nodeRunId: NodeRunId
  /** Node that runs. */
  readonly nodeId: NodeId
  /** Status of the node run. */
  readonly status: NodeStatus
  /** Last attempt, 1-based; 0 before the first. */
  readonly attempt: number
  /** Time at which the node became due, in milliseconds since the Unix epoch; `null` before. */
  readonly scheduledAt: number | null
  /** Start of the first attempt, in milliseconds since the Unix epoch; `null` before. */
  readonly startedAt: number | null
  /** End, in milliseconds since the Unix epoch; `null` before. */
  readonly endedAt: number | null
  /** Attempts of all passes, oldest first. */
  readonly attempts: readonly AttemptView[]
  /** Port by which the run continued; `null` before the end. */
  readonly port: string | null
  /** Resolved params; `null` until the first attempt, and for inline nodes. */
  readonly input: ValueRef | null
  /** Output of the node; `null` before the end. */
  readonly output: ValueRef | null
  /** Latest failure; `null` without one. */
  readonly error: RunFailure | null
  /** Time of the next attempt, in milliseconds since the Unix epoch; `null` if none is due. */
  readonly nextAt: number | null
  /** Number of recorded tool calls. */
  readonly toolCalls: number
  /** Iterations of a loop; `null` for other nodes, and until a loop begins them. */
  readonly iterations: IterationsView | null
  /** Calls of the last suspension for calls; `null` for other nodes, and before. */
  readonly calls: CallsView | null
  /** Call that the node run executes; `null` for one that no other has called. */
  readonly call: CalledView | null
  /** Wait of the parked node run, a key of `RunView.parked`; `null` if it is not parked. */
  readonly parkedWaitId: WaitId | null
  /** Run of another workflow that the node has started last; `null` for other nodes, and before. */
  readonly child: ChildView | null
  /** Node run that this one undoes; `null` for other nodes. */
  readonly undoes: NodeRunId | null
  /** `true` if the node has not run: its outcome is that of the run that `RunView.rerunOf` names. */
  readonly isReused: boolean
  /** Reason why the node was skipped; `null` if it was not. */
  readonly skipReason: SkipReason | null
  /** `true` if a join continued without the node while it ran or waited, since enough other branches were first. */
  readonly isLoser: boolean
}

/** Run of another workflow that a node run has started, folded from the log of its parent. */
export interface ChildView {
  /** Id of the child, for the routes of runs. */
  readonly runId: RunId
  /** Workflow of the child. */
  readonly workflowId: WorkflowId
  /** Published version that the child executes. */
  readonly version: string
  /** `false` if the node run does not wait for the end of the child. */
  readonly isAwaited: boolean
  /**
   * Status in which the child has ended; `null` while it is open, and always if it is not awaited: read its own run then.
   */
  readonly end: 'completed' | 'failed' | 'canceled' | null
}

/** Calls of one suspension of a node run, folded from the log. */
export interface CallsView {
  /** Pass of the caller that ended with the suspension. */
  readonly pass: number
  /** Calls that the caller waits for: each of them, or the first one that completes. */
  readonly mode: 'all' | 'any'
  /** Number of calls. */
  readonly count: number
  /** Number of calls that have ended. */
  readonly ended: number
  /** Number of calls that failed. */
  readonly failed: number
  /** `true` while the caller waits for them. */
  readonly isOpen: boolean
}

/** Call that a node run executes, folded from the log. */
export interface CalledView {
  /** Node run that has called. */
  readonly callerId: NodeRunId
  /** Pass of the caller that ended with the call. */
  readonly pass: number
  /** Name of the call for people. */
  readonly title: string
  /** Type of the node. */
  readonly nodeType: string
  /** Version of that type. */
  readonly typeVersion: number
}

/** Iterations of a loop, folded from the log. */
export interface IterationsView {
  /** Number of iterations in all. */
  readonly count: number
  /** Number of iterations that have begun. */
  readonly started: number
  /** Number of iterations that have ended, also those that failed or were canceled. */
  readonly ended: number
  /** Indexes of the iterations that failed, in the order in which they ended; the first 1,000. */
  readonly failed: readonly number[]
  /** Index of the iteration that ended the loop with a break; `null` without one. */
  readonly stoppedAt: number | null
}

/** An approval, folded from the log. */
export interface ApprovalView {
  /** Id of the wait, unique within the run. */
  readonly waitId: WaitId
  /** Node run that waits. */
  readonly nodeRunId: NodeRunId
  /** Question, choices and approvers, with resolved templates. */
  readonly waitFor: ApprovalWait
  /** Votes so far, oldest first. */
  readonly votes: readonly StoredVote[]
  /** Start of the wait, in milliseconds since the Unix epoch. */
  readonly openedAt: number
  /** Way in which the wait ended; `null` while it is open. */
  readonly closed: 'resolved' | 'timeout' | 'canceled' | null
}

/**
 * A node run that failed for good and waits for a person, folded from the log. Instants are milliseconds since the Unix
 * epoch.
 */
export interface ParkedView {
  /** Id of the wait, unique within the run. */
  readonly waitId: WaitId
  /** Node run that is parked. */
  readonly nodeRunId: NodeRunId
  /** Failure of its last attempt. */
  readonly error: RunFailure
  /** Equal for failures of one node with the same cause, 32 hex digits. */
  readonly fingerprint: string
  /** Resolutions that this node run allows. */
  readonly resolutions: readonly ParkResolutionKind[]
  /** Start of the wait. */
  readonly parkedAt: number
  /** Decision of a person; `null` while it is open, and if it was canceled. */
  readonly resolution: ParkedResolutionView | null
  /** Way in which the wait ended; `null` while it is open. */
  readonly closed: 'resolved' | 'canceled' | null
}

/** Decision of a person about a parked node run. */
export interface ParkedResolutionView {
  /** Way in which the node run continued or ended. */
  readonly kind: ParkResolutionKind
  /** Person who decided; `null` if no person did. */
  readonly actor: Actor | null
  /** Time of the decision, in milliseconds since the Unix epoch. */
  readonly at: number
}

/** A wait for a time, an event, a callback or a connection, folded from the log. Instants are milliseconds since the Unix epoch. */
export interface WaitView {
  /** Id of the wait, unique within the run. */
  readonly waitId: WaitId
  /** Node run that waits. */
  readonly nodeRunId: NodeRunId
  /** Time, event, callback or connection that ends the wait, with resolved templates. */
  readonly waitFor: Extract<WaitFor, { kind: 'time' | 'event' | 'callback' | 'connection' }>
  /** Start of the wait. */
  readonly openedAt: number
  /** Event or callback that ended the wait; `null` without one. */
  readonly event: {
    /** Id of the event, unique within the tenant. */
    readonly eventId: string
    /** Person who sent it; `null` if no person did. */
    readonly actor: Actor | null
    /** Time at which it was stored; before `openedAt` if it was early. */
    readonly receivedAt: number
  } | null
  /** Way in which the wait ended; `null` while it is open. */
  readonly closed: 'resolved' | 'timeout' | 'canceled' | null
}

/** A pause of a run, folded from the log. Instants are milliseconds since the Unix epoch. */
export interface PauseView {
  /** Start of the pause. */
  readonly pausedAt: number
  /** Person who paused the run; `null` if no person did. */
  readonly pausedBy: Actor | null
  /** Time at which the run was resumed; `null` while it is paused, and if it ended without being resumed. */
  readonly resumedAt: number | null
  /** Person who resumed the run; `null` before, and if no person did. */
  readonly resumedBy: Actor | null
}

/** A request to move a run to another version, folded from the log. Instants are milliseconds since the Unix epoch. */
export interface MigrationView {
  /** Id of the request, unique within the run. */
  readonly requestId: string
  /** Version that the run executed when the request was made. */
  readonly from: string
  /** Version to move to. */
  readonly version: string
  /** Person who made the request; `null` if no person did. */
  readonly actor: Actor | null
  /** Time of the request. */
  readonly requestedAt: number
  /** `null` until the run has moved or has refused to, and always if it ended before. */
  readonly outcome: 'moved' | MigrationRefusal | null
  /** Time of the outcome; `null` before. */
  readonly endedAt: number | null
  /** Nodes because of which the run has refused, at most 20; empty for other outcomes. */
  readonly blockers: readonly MigrationBlocker[]
}

/** A request to have another engine execute a run, folded from the log. Instants are milliseconds since the Unix epoch. */
export interface EngineChangeView {
  /** Id of the request, unique within the run. */
  readonly requestId: string
  /** Engine that executed the run when the request was made. */
  readonly from: RunEngine
  /** Engine that is to execute it. */
  readonly to: RunEngine
  /** Person who made the request; `null` if no person did. */
  readonly actor: Actor | null
  /** Time of the request. */
  readonly requestedAt: number
  /** `null` until the engine has changed or the run has refused it, and always if the run ended before. */
  readonly outcome: 'changed' | EngineChangeRefusal | null
  /** Time of the outcome; `null` before. */
  readonly endedAt: number | null
}

/**
 * Undoing of what a run has done, after it failed or was canceled, folded from the log. Its steps are the node runs with
 * `undoes`, in the order of `RunView.nodeRuns`; a node run that was undone has the status `compensated`.
 */
export interface CompensationView {
  /** Reason for the end of the run. */
  readonly because: 'failed' | 'canceled'
  /** Number of node runs to undo. */
  readonly count: number
  /** Number of node runs that were undone so far. */
  readonly undone: number
  /** Number of node runs whose undoing was skipped so far. */
  readonly skipped: number
  /** Person who ended the run without undoing the rest; `null` if no person did. */
  readonly skippedBy: Actor | null
  /** Start, in milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** End, in milliseconds since the Unix epoch; `null` before. */
  readonly endedAt: number | null
}

/** View of a run after any `seq` of its log. */
export interface RunView {
  /** Position of the last event in the view; 0 before the first. */
  readonly seq: number
  /** Status of the run. */
  readonly status: RunStatus
  /** Trigger with which the run has begun; `null` before its start. */
  readonly trigger: NodeId | null
  /** Start, in milliseconds since the Unix epoch; `null` while queued. */
  readonly startedAt: number | null
  /** End, in milliseconds since the Unix epoch; `null` before. */
  readonly finishedAt: number | null
  /** Node runs by id, in the order in which they first appear in the log. */
  readonly nodeRuns: ReadonlyMap<NodeRunId, NodeRunView>
  /** Approvals by wait id, in the order in which they were opened. */
  readonly approvals: ReadonlyMap<WaitId, ApprovalView>
  /** Parked node runs by wait id, in the order in which they were parked, those that are resolved included. */
  readonly parked: ReadonlyMap<WaitId, ParkedView>
  /** Waits for a time, an event or a callback by wait id, in the order in which they were opened. */
  readonly waits: ReadonlyMap<WaitId, WaitView>
  /** Pauses of the run, oldest first; only the last one may be open. */
  readonly pauses: readonly PauseView[]
  /** Requests to move the run to another version, oldest first. */
  readonly migrations: readonly MigrationView[]
  /** Requests to have another engine execute the run, oldest first. */
  readonly engineChanges: readonly EngineChangeView[]
  /** Undoing of what the run has done; `null` unless it began. */
  readonly compensation: CompensationView | null
  /** Outcome of the end node that was reached, `completed` if none was; `null` unless the run completed. */
  readonly outcome: string | null
  /** End node that was reached; `null` if none was. */
  readonly endNodeRunId: NodeRunId | null
  /** Failure that ended the run; `null` unless it failed. */
  readonly error: RunFailure | null
  /** Reason that was given with the cancelation; `null` without one. */
  readonly cancelReason: string | null
  /** Run that this run repeats; `null` if it repeats none, and before its start. */
  readonly rerunOf: RerunOf | null
  /** Run whose failure this run handles; `null` if it handles none, and before its start. */
  readonly handles: RunId | null
}
