import type { NodeId, NodeRunId, RunId, WaitId } from '../ids.ts'
import type { ModelUsage } from '../node/language-model.ts'
import type { Actor } from './actor.ts'
import type { EngineChangeRequest } from './engine-changes.ts'
import type { MigrateRequest, MigrationWithdrawal } from './migrations.ts'
import type { RunPrincipal } from './principal.ts'
import type { CancelReason, NoRetryReason } from './reasons.ts'
import type { RerunOf, ReusedOutcome } from './reruns.ts'
import type { ParkedResolved } from './resolutions.ts'
import type { RunFailure, ValueRef } from './values.ts'
import type { ChildEnd, EventReceived, NodeWait, RunParent, StoredVote } from './waits.ts'

/** Port of a completed fork: the run continues on all of its ports. */
export const ALL_PORTS = '*'

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
        /**
         * Person for whom the run acts; `null` if it acts for no single person. Absent in logs of earlier versions, whose
         * runs act for none.
         */
        readonly principal?: RunPrincipal | null
        /** Node run that has started the run; absent if none did. */
        readonly parent?: RunParent
        /** Run that this run repeats; absent if it repeats none. */
        readonly rerunOf?: RerunOf
        /** Run whose failure this run handles; absent if it handles none. */
        readonly handles?: RunId
        /** Time of the request of a run that may have waited in the queue; absent if it started at once. */
        readonly requestedAt?: number
      }
    }
  /** Follows the start of a rerun: these nodes end with their outcomes in an earlier run when their turn comes. */
  | {
      readonly type: 'outcomes_reused'
      readonly data: { readonly runId: RunId; readonly outcomes: readonly ReusedOutcome[] }
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
        /** Set by respond nodes: the output has the answer for the caller that waits for the run. */
        readonly responds?: true
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
        /** Reason why the retry policy, which allows another attempt, was not followed; absent otherwise. */
        readonly noRetry?: NoRetryReason
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
  | { readonly type: 'approval_decided'; readonly data: { readonly waitId: WaitId; readonly vote: StoredVote } }
  /** An event or a callback ends a wait. A wait gets one. */
  | { readonly type: 'event_received'; readonly data: EventReceived }
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
  /** The run moves to another version as soon as none of its nodes is in progress; until then no node starts. */
  | { readonly type: 'migrate_requested'; readonly data: MigrateRequest }
  /** The run remains on its version; no effect on a request that was applied or refused before. */
  | { readonly type: 'migration_withdrawn'; readonly data: MigrationWithdrawal }
  /** Another engine executes the run as soon as none of its nodes is in progress; until then no node starts. */
  | { readonly type: 'engine_change_requested'; readonly data: EngineChangeRequest }
  | { readonly type: 'parked_resolved'; readonly data: ParkedResolved }
  /** A person ends the run without undoing what it has done; a run that is not ending yet is canceled. */
  | { readonly type: 'compensation_skip_requested'; readonly data: { readonly actor: Actor | null } }

/** A request to pause or to resume a run. Unlike a cancelation, it can be made again: each request has an id. */
export interface PauseRequest {
  /** Id of the request, unique in the run; a request that was applied has no effect when it is repeated. */
  readonly requestId: string
  /** Person who made the request; `null` if no person did. */
  readonly actor: Actor | null
}
