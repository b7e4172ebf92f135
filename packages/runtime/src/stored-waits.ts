import type { NodeId, RunId, TenantId, WorkflowId } from '@tenon/core/document'
import type { WaitFor } from '@tenon/core/node'
import type {
  Actor,
  ApprovalWait,
  CallToApprove,
  NodeRunId,
  ParkResolutionKind,
  RunFailure,
  StoredVote,
  WaitId,
} from '@tenon/core/run'

/** Request of one page of a list. */
export interface PageRequest {
  /** `nextCursor` of the previous page. @defaultValue the first page */
  readonly cursor?: string
  /** Longest page, 1 to 200 items. @defaultValue 50 */
  readonly limit?: number
}

/** A stored approval of a run, with the votes so far. Instants are milliseconds since the Unix epoch. */
export interface StoredWait {
  /** Tenant of the run. */
  readonly tenantId: TenantId
  /** Run that waits. */
  readonly runId: RunId
  /** Id of the wait within its run, as in the run log: `review/1/0`. */
  readonly waitId: WaitId
  /** Id of the wait within its tenant, for `getWait`, `Engine.decide` and the approvals API. URL-safe. */
  readonly approvalId: string
  /** Node run that waits. */
  readonly nodeRunId: NodeRunId
  /** Node that opened the approval. */
  readonly nodeId: NodeId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Question, choices and approvers, with resolved templates. */
  readonly waitFor: ApprovalWait
  /** Votes so far, oldest first. */
  readonly votes: readonly StoredVote[]
  /** State of the approval; only an `open` one accepts votes. */
  readonly status: 'open' | 'resolved' | 'timeout' | 'canceled'
  /** Start of the wait. */
  readonly openedAt: number
  /** Time at which the wait ends without a decision; `null` without a limit. */
  readonly dueAt: number | null
}

/** A stored wait for an event or a callback. Instants are milliseconds since the Unix epoch. */
export interface StoredEventWait {
  /** Tenant of the run. */
  readonly tenantId: TenantId
  /** Run that waits. */
  readonly runId: RunId
  /** Id of the wait within its run, as in the run log. */
  readonly waitId: WaitId
  /** Node run that waits. */
  readonly nodeRunId: NodeRunId
  /** Node that waits. */
  readonly nodeId: NodeId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Event or callback that ends the wait, with resolved templates. */
  readonly waitFor: Extract<WaitFor, { kind: 'event' | 'callback' }>
  /** State of the wait; `resolved` also if the run has yet to apply the event. */
  readonly status: 'open' | 'resolved' | 'timeout' | 'canceled'
  /** Start of the wait. */
  readonly openedAt: number
  /** Time at which the run continues without it; `null` without a limit. */
  readonly dueAt: number | null
}

/** Filter of a list of waits for events and callbacks. One must match every field that is given. */
export interface EventWaitFilter extends PageRequest {
  /** Lists those of this run. @defaultValue every run */
  readonly runId?: RunId
  /** Lists those of this workflow. @defaultValue every workflow */
  readonly workflowId?: WorkflowId
  /** Lists those whose node runs wait, or those whose wait is closed. @defaultValue both */
  readonly status?: 'open' | 'closed'
}

/** A stored parked node run. Instants are milliseconds since the Unix epoch. */
export interface StoredParked {
  /** Tenant of the run. */
  readonly tenantId: TenantId
  /** Run that waits. */
  readonly runId: RunId
  /** Id of the wait within its run, as in the run log. */
  readonly waitId: WaitId
  /** Id of the wait within its tenant, for `getParked`, `Engine.resolveParked` and the API. URL-safe. */
  readonly parkedId: string
  /** Node run that failed. */
  readonly nodeRunId: NodeRunId
  /** Node that failed. */
  readonly nodeId: NodeId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Version of the run: `"3"` or `"test:<id>"`. */
  readonly version: string
  /** Hash of the plan of the run, for `getPlan`. */
  readonly planHash: string
  /** Equal for failures of one node with the same cause, 32 hex digits. */
  readonly fingerprint: string
  /** Failure of the last attempt, without its details. */
  readonly error: Pick<RunFailure, 'code' | 'message' | 'remedy'>
  /** Resolutions that the node run allows. */
  readonly resolutions: readonly ParkResolutionKind[]
  /** Node type of a called node run; absent for others. */
  readonly call?: Pick<CallToApprove, 'nodeType' | 'typeVersion' | 'connection'>
  /** Start of the wait. */
  readonly parkedAt: number
  /** State of the parked node run; `resolved` also if the run has yet to apply the resolution. */
  readonly status: 'open' | 'resolved' | 'canceled'
  /**
   * Decision of a person; `null` without one. Of a canceled node run it was accepted, and the end of the run has
   * overtaken it.
   */
  readonly resolution: {
    /** Id of the request that was accepted. */
    readonly requestId: string
    /** Way in which the node run continued or ended. */
    readonly kind: ParkResolutionKind
    /** Person who decided; `null` if no person did. */
    readonly actor: Actor | null
    /** Time of the decision. */
    readonly at: number
  } | null
}

/** Open parked node runs of one workflow with the same fingerprint. */
export interface StoredParkedGroup {
  /** Number of them; ≥ 1. */
  readonly count: number
  /** Time at which the oldest one was parked, in milliseconds since the Unix epoch. */
  readonly firstAt: number
  /** The newest one. */
  readonly newest: StoredParked
}

/** Filter of a list of parked node runs. One must match every field that is given. */
export interface ParkedFilter extends PageRequest {
  /** Lists those of this workflow. @defaultValue every workflow */
  readonly workflowId?: WorkflowId
  /** Lists those with this fingerprint. @defaultValue every fingerprint */
  readonly fingerprint?: string
  /** Lists those of this run. @defaultValue every run */
  readonly runId?: RunId
  /** Lists open ones, or those that are resolved or canceled. @defaultValue both */
  readonly status?: 'open' | 'closed'
}
