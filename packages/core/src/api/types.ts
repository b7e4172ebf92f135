import type { DocumentOperation } from '../document/operation.ts'
import type { WorkflowDocument } from '../document/types.ts'
import type { NodeId, NodeRunId, RunId, UserId, WaitId, WorkflowId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { ToolCallRecord, Vote, WaitFor } from '../node/implementation.ts'
import type { NodeStatus, RunStatus } from '../run/status.ts'
import type { RunFailure } from '../run/values.ts'

/** An instant on HTTP: ISO 8601, UTC, milliseconds. */
export type IsoInstant = string

/** What a user of a tenant may be, from the most to the least allowed. The host's `authenticate` says which. */
export const ROLES = ['admin', 'editor', 'viewer'] as const
/** One of {@link ROLES}; {@link roleAllows} says what it permits. */
export type Role = (typeof ROLES)[number]

/** Who calls, as the host's `authenticate` tells it. */
export interface Identity {
  readonly tenantId: string
  readonly userId: UserId
  readonly role: Role
  readonly displayName: string
  readonly plan?: string
}

/** One page of a list; `nextCursor` is null on the last. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

/**
 * A workflow as lists show it: without its draft and its versions. `deletedAt` is null unless the workflow is deleted;
 * it can be restored.
 */
export interface Workflow {
  readonly id: WorkflowId
  readonly name: string
  readonly description: string
  /** Latest published version, null before the first. */
  readonly version: string | null
  /** Whether the draft's plan differs from the latest version. */
  readonly hasUnpublishedChanges: boolean
  readonly createdAt: IsoInstant
  readonly updatedAt: IsoInstant
  readonly deletedAt: IsoInstant | null
  readonly lastRun: { readonly runId: RunId; readonly status: RunStatus; readonly queuedAt: IsoInstant } | null
}

/** What a new workflow begins with. */
export interface CreateWorkflow {
  readonly name: string
  readonly description?: string
  /** @defaultValue a draft with one manual start node */
  readonly document?: WorkflowDocument
}

/** New name or description of a workflow; what is left out stays. The draft has routes of its own. */
export interface UpdateWorkflow {
  readonly name?: string
  readonly description?: string
}

/** The draft at one moment. Give `etag` back as `If-Match` to replace exactly this state. */
export interface Draft {
  readonly document: WorkflowDocument
  readonly etag: string
  readonly updatedAt: IsoInstant
  /** What `readDraft` had to leave out. */
  readonly repairs: readonly string[]
}

/** Changes to the draft, applied in order and together: all or none. Merges with what others edit at the same time. */
export interface PatchDraft {
  readonly operations: readonly DocumentOperation[]
}

/** A document that replaces the whole draft; needs `If-Match`, so that nobody's work is overwritten unseen. */
export interface PutDraft {
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
  readonly notes?: string
}

/** An immutable published workflow; `version` is decimal text, or `test:<id>` for a tried draft. */
export interface Version {
  readonly workflowId: WorkflowId
  readonly version: string
  readonly notes: string
  readonly contentHash: string
  readonly planHash: string
  readonly publishedAt: IsoInstant
  readonly publishedBy: { readonly userId: UserId; readonly displayName: string }
}

/** A version together with the document that it froze. */
export interface VersionWithDocument extends Version {
  readonly document: WorkflowDocument
}

/** What a run starts with. `input` is checked against the schema of the trigger; left out, it is `{}`. */
export interface StartRun {
  readonly input?: Json
  /** @defaultValue the latest published version */
  readonly version?: string
  /** The trigger to start at. @defaultValue the first start node in document order */
  readonly trigger?: NodeId
}

/** What a test run of the draft starts with; the fields mean the same as in {@link StartRun}. */
export interface TryDraft {
  readonly input?: Json
  readonly trigger?: NodeId
}

/**
 * The answer to a start. The run is stored already and goes on whatever becomes of the caller; follow it by `runId`.
 */
export interface StartedRun {
  readonly runId: RunId
  readonly status: RunStatus
  /** Null while queued. */
  readonly startedAt: IsoInstant | null
}

/**
 * One run with everything but its log. `startedAt`, `finishedAt`, `outcome`, `output` and `error` are null until there
 * is something to say.
 */
export interface Run {
  readonly runId: RunId
  readonly workflowId: WorkflowId
  readonly workflowName: string
  readonly version: string
  readonly mode: 'live' | 'test'
  readonly status: RunStatus
  readonly traceId: string
  readonly engine: 'embedded' | 'temporal'
  readonly queuedAt: IsoInstant
  readonly startedAt: IsoInstant | null
  readonly finishedAt: IsoInstant | null
  readonly outcome: string | null
  readonly output: Json
  readonly error: RunFailure | null
  /** Why the run makes no progress; absent when nothing is known to hold it. */
  readonly health?: RunHealth
}

/** Something outside of a run that holds it up: `NO_WORKER` when no process carries runs out. */
export interface RunHealth {
  readonly code: 'NO_WORKER'
  readonly message: string
  readonly remedy: string
}

/** A run as lists show it: without its output, which may be large. */
export type RunSummary = Omit<Run, 'output' | 'health'>

/**
 * Which runs a list shows: those that fit every field that is there, newest first. `cursor` is the `nextCursor` of the
 * page before.
 */
export interface RunFilter {
  readonly workflowId?: WorkflowId
  readonly status?: RunStatus
  readonly mode?: 'live' | 'test'
  readonly cursor?: string
  /** 1 to 200. @defaultValue 50 */
  readonly limit?: number
}

/** One node run with everything that a person needs to judge it. */
export interface LedgerEntry {
  readonly nodeRunId: NodeRunId
  readonly nodeId: NodeId
  readonly name: string
  readonly type: string
  readonly status: NodeStatus
  readonly attempts: number
  readonly startedAt: IsoInstant | null
  readonly finishedAt: IsoInstant | null
  readonly durationMs: number | null
  readonly port: string | null
  /** Resolved params without connections; inline nodes are evaluated again on reading. */
  readonly input: Json
  readonly output: Json
  readonly toolCalls: readonly ToolCallRecord[]
  readonly errors: readonly (RunFailure & { readonly attempt: number })[]
  readonly logs: readonly { readonly timestamp: IsoInstant; readonly level: string; readonly message: string }[]
}

/** What every node run of a run got and gave, in document order, put together from the run log alone. */
export interface Ledger {
  readonly run: Run
  readonly input: Json
  readonly nodeRuns: readonly LedgerEntry[]
}

/**
 * A wait for people with what they need to decide it. `canDecide` is for the one who asks, so two callers may read two
 * answers.
 */
export interface Approval {
  readonly approvalId: string
  readonly waitId: WaitId
  readonly runId: RunId
  readonly nodeId: NodeId
  readonly workflowId: WorkflowId
  readonly workflowName: string
  readonly title: string
  readonly message: string
  readonly choices: readonly string[]
  readonly evidence: Json
  readonly required: number
  readonly votes: readonly Vote[]
  readonly status: 'open' | 'resolved' | 'timeout' | 'canceled'
  /** The choice that was decided for; null while it is open, and after a timeout or a cancelation. */
  readonly decision: string | null
  readonly openedAt: IsoInstant
  readonly dueAt: IsoInstant | null
  readonly approvers: Extract<WaitFor, { kind: 'approval' }>['approvers']
  /** True if the approval is open and the caller is an approver, or an admin who may override. */
  readonly canDecide: boolean
}

/** A vote: one of the approval's `choices`, and why. */
export interface DecideApproval {
  readonly choice: string
  readonly comment?: string
}

/** One use, 30 s; the query parameter `ticket` of a socket. */
export interface SocketTicket {
  readonly ticket: string
  readonly expiresAt: IsoInstant
}

/** The value of a secret param of a node type, 1 to 16,384 characters; it is stored encrypted and never returned. */
export interface SetSecret {
  readonly nodeType: string
  readonly typeVersion: number
  readonly param: string
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
  readonly userId: UserId
  readonly displayName: string
  readonly role: Role
  readonly tenantId: string
}
