import type { DocumentOperation, DraftPart } from '../document/operation.ts'
import type { WorkflowDocument } from '../document/types.ts'
import type { NodeId, NodeRunId, RunId, TenantId, UserId, WaitId, WorkflowId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { ToolCallRecord, Vote, WaitFor } from '../node/implementation.ts'
import type { NodeStatus, RunFilterStatus, RunStatus } from '../run/status.ts'
import type { RunFailure } from '../run/values.ts'

/** An instant on HTTP: ISO 8601, UTC, milliseconds. */
export type IsoInstant = string

/** What a user of a tenant may be, from the most to the least allowed. The host's `authenticate` says which. */
export const ROLES = ['admin', 'editor', 'viewer'] as const
/** One of {@link ROLES}; {@link roleAllows} says what it permits. */
export type Role = (typeof ROLES)[number]

/** Who calls, as the host's `authenticate` tells it. */
export interface Identity {
  /** Tenant of the caller; all data is kept apart by it. */
  readonly tenantId: TenantId
  /** Id of the user, unique within the tenant. */
  readonly userId: UserId
  /** Role that decides what the caller may do. */
  readonly role: Role
  /** Name shown to other users and kept with votes and publications. */
  readonly displayName: string
  /** Name of the tenant's subscription, for the host's own use. */
  readonly plan?: string
}

/** One page of a list; `nextCursor` is null on the last. */
export interface Page<Item> {
  /** Items of the page, in the order of the list. */
  readonly items: readonly Item[]
  /** Cursor to pass for the next page; `null` on the last page. */
  readonly nextCursor: string | null
}

/**
 * A workflow as lists show it: without its draft and its versions. `deletedAt` is null unless the workflow is deleted;
 * it can be restored.
 */
export interface Workflow {
  /** Id of the workflow, unique within the tenant. */
  readonly id: WorkflowId
  /** Name of the workflow, 1 to 200 characters. */
  readonly name: string
  /** Description of the workflow, up to 4,000 characters; empty if there is none. */
  readonly description: string
  /** Latest published version, null before the first. */
  readonly version: string | null
  /** Whether the draft's plan differs from the latest version. */
  readonly hasUnpublishedChanges: boolean
  /** Time of the creation. */
  readonly createdAt: IsoInstant
  /** Time of the last change. */
  readonly updatedAt: IsoInstant
  /** Time of the deletion; `null` unless the workflow is deleted. */
  readonly deletedAt: IsoInstant | null
  /** Latest live run; `null` before the first. */
  readonly lastRun: { readonly runId: RunId; readonly status: RunStatus; readonly queuedAt: IsoInstant } | null
}

/** What a new workflow begins with. */
export interface CreateWorkflow {
  /** Name of the workflow, 1 to 200 characters. */
  readonly name: string
  /** Description of the workflow, up to 4,000 characters. @defaultValue empty */
  readonly description?: string
  /** First draft of the workflow. @defaultValue a draft with one manual start node */
  readonly document?: WorkflowDocument
}

/** New name or description of a workflow; what is left out stays. The draft has routes of its own. */
export interface UpdateWorkflow {
  /** New name, 1 to 200 characters. */
  readonly name?: string
  /** New description, up to 4,000 characters. */
  readonly description?: string
}

/** The draft at one moment. Give `etag` back as `If-Match` to replace exactly this state. */
export interface Draft {
  /** Document as people see it in the editor. */
  readonly document: WorkflowDocument
  /** Tag of this state; it changes exactly when the draft does. */
  readonly etag: string
  /** Time of the last change. */
  readonly updatedAt: IsoInstant
  /** Sentences about everything that had to be left out of `document`. */
  readonly repairs: readonly string[]
  /**
   * Content that cannot be read, at most 100 entries. Publishing is refused with `DRAFT_UNREADABLE` until the operation
   * `drop_unreadable` has removed it.
   */
  readonly unreadable: readonly UnreadableEntry[]
}

/** An entry of a draft of which something cannot be read. */
export interface UnreadableEntry {
  /** Part of the draft that holds the entry. */
  readonly part: DraftPart
  /** Id of the node, edge or annotation, or name of the variable or setting. */
  readonly key: string
  /** One sentence: what cannot be read, and why. */
  readonly message: string
}

/** Changes to the draft, applied in order and together: all or none. Merges with what others edit at the same time. */
export interface PatchDraft {
  /** Changes in the order in which they are applied; 1 to 1,000. */
  readonly operations: readonly DocumentOperation[]
}

/** A document that replaces the whole draft; needs `If-Match`, so that nobody's work is overwritten unseen. */
export interface PutDraft {
  /** New document of the draft. */
  readonly document: WorkflowDocument
}

/** One exchange of updates with the draft over HTTP, for editors that cannot open a socket. Bytes are base64. */
export interface SyncDraft {
  /** `Y.encodeStateVector` of the caller's document; `AA==` for an empty one. */
  readonly stateVector: string
  /** Changes that the server lacks, as one Yjs update of at most 1 MiB; omit it to read only. */
  readonly update?: string
}

/** The answer to {@link SyncDraft}. It is given after the update is stored. Bytes are base64. */
export interface SyncedDraft {
  /** Changes that the caller lacks, as one Yjs update. */
  readonly update: string
  /** State vector of the stored draft: the next update is the difference from it. */
  readonly stateVector: string
  /**
   * True if everything that was sent is stored. `false` when the update depends on updates that the server has not
   * received: send the whole difference from `stateVector`.
   */
  readonly saved: boolean
  /** ETag of the stored draft; it changes exactly when the draft does. */
  readonly etag: string
}

/** What people are told about the version that is published. */
export interface PublishVersion {
  /** Release notes, up to 4,000 characters. @defaultValue empty */
  readonly notes?: string
}

/** An immutable published workflow; `version` is decimal text, or `test:<id>` for a tried draft. */
export interface Version {
  /** Workflow that was published. */
  readonly workflowId: WorkflowId
  /** Decimal number from "1", or `test:<id>` for a tried draft. */
  readonly version: string
  /** Release notes; empty if there are none. */
  readonly notes: string
  /** SHA-256 of the document, hex. */
  readonly contentHash: string
  /** SHA-256 of what affects a run, hex; equal for documents that differ in layout only. */
  readonly planHash: string
  /** Time of the publication. */
  readonly publishedAt: IsoInstant
  /** User who published, with the name at that time. */
  readonly publishedBy: { readonly userId: UserId; readonly displayName: string }
}

/** A version together with the document that it froze. */
export interface VersionWithDocument extends Version {
  /** Document that the version froze, with markers in place of secrets. */
  readonly document: WorkflowDocument
}

/** What a run starts with. `input` is checked against the schema of the trigger; left out, it is `{}`. */
export interface StartRun {
  /** Input of the run, valid for the schema of the trigger. @defaultValue `{}` */
  readonly input?: Json
  /** Published version to run. @defaultValue the latest published version */
  readonly version?: string
  /** The trigger to start at. @defaultValue the first start node in document order */
  readonly trigger?: NodeId
}

/** What a test run of the draft starts with; the fields mean the same as in {@link StartRun}. */
export interface TryDraft {
  /** Input of the run, valid for the schema of the trigger. @defaultValue `{}` */
  readonly input?: Json
  /** Trigger to start at. @defaultValue the first start node in document order */
  readonly trigger?: NodeId
}

/**
 * The answer to a start. The run is stored already and goes on whatever becomes of the caller; follow it by `runId`.
 */
export interface StartedRun {
  /** Id to follow the run by. */
  readonly runId: RunId
  /** Status when the request was answered. */
  readonly status: RunStatus
  /** Null while queued. */
  readonly startedAt: IsoInstant | null
}

/** Fields of a run that do not depend on its status. */
export interface RunFields {
  /** Id of the run, unique within the tenant. */
  readonly runId: RunId
  /** Workflow that the run belongs to. */
  readonly workflowId: WorkflowId
  /** Present name of the workflow. */
  readonly workflowName: string
  /** Version that the run executes. */
  readonly version: string
  /** `test` for a run of the draft, which does not count in metrics. */
  readonly mode: 'live' | 'test'
  /** Trace id in the form of W3C Trace Context, 32 hex digits. */
  readonly traceId: string
  /** Engine that executes the run. */
  readonly engine: 'embedded' | 'temporal'
  /** Time at which the start was stored. */
  readonly queuedAt: IsoInstant
}

/** Status of a run that has not begun. */
export interface QueuedRunState {
  /** The run is stored and waits to begin. */
  readonly status: 'queued'
  /** Set when the run begins. */
  readonly startedAt: null
  /** Set when the run ends. */
  readonly finishedAt: null
  /** Set when the run completes. */
  readonly outcome: null
  /** Set when the run fails or is canceled. */
  readonly error: null
  /** Obstacle that keeps the run from making progress; absent when none is known. */
  readonly health?: RunHealth
}

/** Status of a run that has begun and not ended. */
export interface ActiveRunState {
  /** `waiting` if only a timer, a person or an event can continue the run; `paused` if a person has to. */
  readonly status: 'running' | 'waiting' | 'paused'
  /** Time at which the run began. */
  readonly startedAt: IsoInstant
  /** Set when the run ends. */
  readonly finishedAt: null
  /** Set when the run completes. */
  readonly outcome: null
  /** Set when the run fails or is canceled. */
  readonly error: null
  /** Obstacle that keeps the run from making progress; absent when none is known. */
  readonly health?: RunHealth
}

/** Status of a run that has reached its end. */
export interface CompletedRunState {
  /** Final. */
  readonly status: 'completed'
  /** Time at which the run began. */
  readonly startedAt: IsoInstant
  /** Time at which the run ended. */
  readonly finishedAt: IsoInstant
  /** Outcome of the end node that was reached; `completed` if none was. */
  readonly outcome: string
  /** A completed run has no failure. */
  readonly error: null
  /** Nothing holds up a run that has ended. */
  readonly health?: never
}

/** Status of a run that a failure ended. */
export interface FailedRunState {
  /** Final. */
  readonly status: 'failed'
  /** Time at which the run began. */
  readonly startedAt: IsoInstant
  /** Time at which the run ended. */
  readonly finishedAt: IsoInstant
  /** A failed run has no outcome. */
  readonly outcome: null
  /** Failure that ended the run. */
  readonly error: RunFailure
  /** Nothing holds up a run that has ended. */
  readonly health?: never
}

/** Status of a run that was canceled. */
export interface CanceledRunState {
  /** Final. */
  readonly status: 'canceled'
  /** Time at which the run began; `null` if it was canceled before. */
  readonly startedAt: IsoInstant | null
  /** Time at which the run ended. */
  readonly finishedAt: IsoInstant
  /** A canceled run has no outcome. */
  readonly outcome: null
  /** Reason of the cancelation: `RUN_CANCELED`, `RUN_TIMEOUT` or `APPEND_REFUSED`. */
  readonly error: RunFailure
  /** Nothing holds up a run that has ended. */
  readonly health?: never
}

/** Status of a run with what is known at that status; `status` tells the cases apart. */
export type RunState = QueuedRunState | ActiveRunState | CompletedRunState | FailedRunState | CanceledRunState

/** A run as lists show it: without its output, which may be large. */
export type RunSummary = RunFields & RunState

/** A run that has not ended; it has no output yet. */
export interface UnfinishedRun {
  /** Set when the run completes. */
  readonly output: null
}

/**
 * One run with everything but its log: a union by `status`, so that a `switch` over it knows which times, outcome,
 * output and failure there are.
 */
export type Run = RunFields &
  (
    | ((QueuedRunState | ActiveRunState) & UnfinishedRun)
    | (CompletedRunState & { readonly output: Json })
    | ((FailedRunState | CanceledRunState) & { readonly output: null })
  )

/**
 * Something outside of a run that holds it up: `NO_WORKER` if no worker is running or, on Temporal, takes the run;
 * `NO_CAPABLE_WORKER` if none of the running ones has a node type or serves a task queue that the run needs now; `STUCK`
 * if its workflow on Temporal fails again and again; `ENGINE_UNAVAILABLE` if Temporal does not answer.
 */
export interface RunHealth {
  /** Code of the obstacle. */
  readonly code: 'NO_WORKER' | 'NO_CAPABLE_WORKER' | 'STUCK' | 'ENGINE_UNAVAILABLE'
  /** Sentence that describes the obstacle. */
  readonly message: string
  /** Sentence that says what to do. */
  readonly remedy: string
}

/**
 * Which runs a list shows: those that fit every field that is there, newest first. `cursor` is the `nextCursor` of the
 * page before.
 */
export interface RunFilter {
  /** Lists the runs of this workflow. @defaultValue every workflow */
  readonly workflowId?: WorkflowId
  /** Lists the runs with this status. @defaultValue every status */
  readonly status?: RunFilterStatus
  /** Lists live runs, test runs or both. @defaultValue 'live' */
  readonly mode?: 'live' | 'test' | 'all'
  /** `nextCursor` of the previous page. @defaultValue the first page */
  readonly cursor?: string
  /** 1 to 200. @defaultValue 50 */
  readonly limit?: number
}

/** One node run with everything that a person needs to judge it. */
export interface LedgerEntry {
  /** Id of the node run, unique within the run. */
  readonly nodeRunId: NodeRunId
  /** Node that ran. */
  readonly nodeId: NodeId
  /** Name of the node in the version that ran. */
  readonly name: string
  /** Type of the node. */
  readonly type: string
  /** Status of the node run. */
  readonly status: NodeStatus
  /** Attempts so far, the first included; 0 before it. */
  readonly attempts: number
  /** Time at which the first attempt began; `null` before. */
  readonly startedAt: IsoInstant | null
  /** Time at which the node run ended; `null` before. */
  readonly finishedAt: IsoInstant | null
  /** Milliseconds from `startedAt` to `finishedAt`; `null` before the end. */
  readonly durationMs: number | null
  /** Port by which the run continued; `null` before the end. */
  readonly port: string | null
  /** Resolved params without connections; inline nodes are evaluated again on reading. */
  readonly input: Json
  /** Output of the node; `null` before the end. */
  readonly output: Json
  /** Calls of tools, oldest first. */
  readonly toolCalls: readonly ToolCallRecord[]
  /** Failures of the attempts, oldest first. */
  readonly errors: readonly (RunFailure & { readonly attempt: number })[]
  /** Lines that the node wrote to the run log, oldest first. */
  readonly logs: readonly { readonly timestamp: IsoInstant; readonly level: string; readonly message: string }[]
}

/** What every node run of a run got and gave, in document order, put together from the run log alone. */
export interface Ledger {
  /** Run that the ledger describes. */
  readonly run: Run
  /** Input of the run. */
  readonly input: Json
  /** Node runs in document order. */
  readonly nodeRuns: readonly LedgerEntry[]
}

/**
 * A wait for people with what they need to decide it. `canDecide` is for the one who asks, so two callers may read two
 * answers.
 */
export interface Approval {
  /** Id of the approval, unique within the tenant. */
  readonly approvalId: string
  /** Id of the wait, unique within the run. */
  readonly waitId: WaitId
  /** Run that waits. */
  readonly runId: RunId
  /** Node that opened the approval. */
  readonly nodeId: NodeId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Present name of the workflow. */
  readonly workflowName: string
  /** Question to decide. */
  readonly title: string
  /** Explanation of the question; may be empty. */
  readonly message: string
  /** Choices that a vote can name, in display order. */
  readonly choices: readonly string[]
  /** Data that helps to decide. */
  readonly evidence: Json
  /** Votes for one choice that decide the approval; ≥ 1. */
  readonly required: number
  /** Votes so far, oldest first. */
  readonly votes: readonly Vote[]
  /** State of the approval; only an `open` one accepts votes. */
  readonly status: 'open' | 'resolved' | 'timeout' | 'canceled'
  /** The choice that was decided for; null while it is open, and after a timeout or a cancelation. */
  readonly decision: string | null
  /** Time at which the wait began. */
  readonly openedAt: IsoInstant
  /** Time at which the wait ends without a decision; `null` without a limit. */
  readonly dueAt: IsoInstant | null
  /** Users and roles that may decide; every admin and editor if both lists are empty. */
  readonly approvers: Extract<WaitFor, { kind: 'approval' }>['approvers']
  /** True if the approval is open and the caller is an approver, or an admin who may override. */
  readonly canDecide: boolean
}

/** A vote: one of the approval's `choices`, and why. */
export interface DecideApproval {
  /** One of the choices of the approval. */
  readonly choice: string
  /** Reason for the vote. */
  readonly comment?: string
}

/** One use, 30 s; the query parameter `ticket` of a socket. */
export interface SocketTicket {
  /** Ticket for the query parameter `ticket`. */
  readonly ticket: string
  /** Time from which the ticket is refused. */
  readonly expiresAt: IsoInstant
}

/** The value of a secret param of a node type, 1 to 16,384 characters; it is stored encrypted and never returned. */
export interface SetSecret {
  /** Type of the node that has the param. */
  readonly nodeType: string
  /** Version of the node type, an integer from 1. */
  readonly typeVersion: number
  /** Name of the secret param. */
  readonly param: string
  /** Secret in plain text, 1 to 16,384 characters. */
  readonly value: string
}

/** Kinds of things whose changes are announced to a tenant's open pages. */
export const CHANGE_KINDS = ['run', 'approval', 'workflow', 'version'] as const

/**
 * A hint that something of the tenant has changed, without its content. `ready` means that the hints begin here, or
 * that some were lost: read again whatever is shown. `id` is the id of the run, approval or workflow, or the name of
 * the version.
 */
export type Change =
  | { readonly kind: 'ready' }
  | { readonly kind: (typeof CHANGE_KINDS)[number]; readonly id: string; readonly workflowId?: WorkflowId }

/** What the signed-in user is and may do, for the editor. */
export interface Me {
  /** Id of the user, unique within the tenant. */
  readonly userId: UserId
  /** Name shown to other users. */
  readonly displayName: string
  /** Role that decides what the user may do. */
  readonly role: Role
  /** Tenant of the user. */
  readonly tenantId: TenantId
}
