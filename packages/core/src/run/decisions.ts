import type { JoinMode } from '../document/types.ts'
import type { NodeRunId, RunId, WaitId } from '../ids.ts'
import type { Actor } from './actor.ts'
import type { EngineChangeRefusal, EngineChangeRequest } from './engine-changes.ts'
import type { MigrateRequest, MigrationBlocker, MigrationRefusal } from './migrations.ts'
import type { CancelReason, NodeCancelReason, SkipReason } from './reasons.ts'
import type { ReusedOutcome } from './reruns.ts'
import type { ParkResolutionKind } from './resolutions.ts'
import type { RunFailure, ValueRef } from './values.ts'
import type { ApprovalWait, ChildWait, NodeResume, NodeWait } from './waits.ts'

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
        /** Params of a called node run, and those that a person gave instead of those of the document; absent without such. */
        readonly params?: ValueRef
        /** Node run that this one undoes; absent for all others. */
        readonly undoes?: NodeRunId
        /** End of the total time of the pass, ms since the Unix epoch; absent without a limit. */
        readonly deadlineAt?: number
      }
    }
  /** A node ends with its outcome in an earlier run, without running. */
  | { readonly type: 'node_reused'; readonly nodeRunId: NodeRunId; readonly data: Omit<ReusedOutcome, 'nodeId'> }
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
      readonly data: { readonly waitId: WaitId; readonly waitFor: ApprovalWait }
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
  /** A called node run has ended, also one that never began; its caller gets the result. */
  | {
      readonly type: 'call_ended'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly how: 'completed' | 'failed' | 'canceled'
        /** `null` unless it failed. */
        readonly error: RunFailure | null
      }
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
  /** From here on the run executes another version of its workflow. */
  | { readonly type: 'run_migrated'; readonly data: MigrateRequest }
  /** The run remains on its version. */
  | {
      readonly type: 'migration_refused'
      readonly data: Pick<MigrateRequest, 'requestId' | 'version'> & {
        readonly reason: MigrationRefusal
        /** Nodes that do not fit the version, in document order; at most 20. */
        readonly blockers: readonly MigrationBlocker[]
      }
    }
  /** From here on another engine executes the run. */
  | { readonly type: 'engine_changed'; readonly data: EngineChangeRequest }
  /** The run stays on its engine. */
  | {
      readonly type: 'engine_change_refused'
      readonly data: Pick<EngineChangeRequest, 'requestId' | 'to'> & { readonly reason: EngineChangeRefusal }
    }
  /** The run has failed or was canceled, nothing of it runs any more, and what its nodes have done is undone now. */
  | {
      readonly type: 'compensation_started'
      readonly data: {
        /** Reason for the end of the run. */
        readonly because: 'failed' | 'canceled'
        /** Number of node runs to undo, from the last one that completed to the first. */
        readonly count: number
      }
    }
  /** The node that undoes a node run has ended. */
  | {
      readonly type: 'node_compensated'
      /** Node run that was to be undone. */
      readonly nodeRunId: NodeRunId
      readonly data: {
        /** Node run that was to undo it. */
        readonly by: NodeRunId
        /** `skipped` if the node that undoes was skipped, failed or canceled. */
        readonly how: 'undone' | 'skipped'
      }
    }
  /** Nothing more is undone; the run ends in the same turn. */
  | {
      readonly type: 'compensation_ended'
      readonly data: {
        readonly undone: number
        readonly skipped: number
        /** Number of node runs that nothing tried to undo, since a person ended the run before. */
        readonly left: number
      }
    }
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
