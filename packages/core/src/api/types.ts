import type { DocumentOperation, DraftPart } from '../document/operation.ts'
import type { WorkflowDocument } from '../document/types.ts'
import type { NodeId, NodeRunId, RunId, TenantId, UserId, WaitId, WorkflowId } from '../ids.ts'
import type { Json, JsonObject, JsonSchema } from '../json.ts'
import type { Vote, WaitFor } from '../node/implementation.ts'
import type { Actor } from '../run/actor.ts'
import type { RunStatus } from '../run/status.ts'
import type { Canary, RolloutRuns } from './rollout-types.ts'

/** An instant on HTTP: ISO 8601, UTC, milliseconds. */
export type IsoInstant = string

/** Roles of a user, from the most to the fewest permissions. The host's `authenticate` gives each user one. */
export const ROLES = ['admin', 'editor', 'viewer'] as const
/** One of {@link ROLES}; {@link roleAllows} checks its permissions. */
export type Role = (typeof ROLES)[number]

/** Caller of the API, as the host's `authenticate` returns it. */
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
  /**
   * Version with which new runs start: the latest one, unless that was rolled back. During a canary it is the former
   * version, with which most of the new runs start. `null` before the first version.
   */
  readonly liveVersion: string | null
  /** True if the draft's plan differs from the latest version. */
  readonly hasUnpublishedChanges: boolean
  /** Time of the creation. */
  readonly createdAt: IsoInstant
  /** Time of the last change. */
  readonly updatedAt: IsoInstant
  /** Time of the deletion; `null` unless the workflow is deleted. */
  readonly deletedAt: IsoInstant | null
  /** Pause of the workflow: its new runs wait in the queue. `null` unless it is paused. */
  readonly pause: Pause | null
  /** Next time of its schedules, of those that are published and not paused; `null` without one. */
  readonly nextRunAt: IsoInstant | null
  /** Number of its published triggers that are paused. */
  readonly pausedTriggers: number
  /** Latest live run; `null` before the first. */
  readonly lastRun: { readonly runId: RunId; readonly status: RunStatus; readonly queuedAt: IsoInstant } | null
}

/** Pause of a workflow or of a tenant. */
export interface Pause {
  /** Time at which it was paused. */
  readonly at: IsoInstant
  /** Person who paused it. */
  readonly by: Actor
}

/** Request to pause or to resume a workflow. */
export interface PauseWorkflow {
  /** True to pause or to resume its runs in progress as well, each as if by itself. @defaultValue false */
  readonly includeRuns?: boolean
}

/** A workflow that was paused or resumed. */
export interface PausedWorkflow extends Workflow {
  /**
   * True if it has more runs to pause or to resume than one request does: send it again. Always false without
   * `includeRuns`.
   */
  readonly hasMoreRuns: boolean
}

/** State of new runs of the tenant: paused or not, with the numbers of those that run and wait. */
export interface TenantState {
  /** Pause of the tenant: new runs of all of its workflows wait in the queue. `null` unless it is paused. */
  readonly pause: Pause | null
  /** Runs that wait in the queue. */
  readonly queuedRuns: number
  /** Runs in progress that count against the limit of the tenant; `null` without such a limit. */
  readonly runsInProgress: number | null
  /** Limit of the runs of the tenant in progress; `null` without one. */
  readonly runsInProgressLimit: number | null
  /** Limit of the runs of the tenant that wait in the queue; more are refused. `null` without one. */
  readonly queuedRunsLimit: number | null
}

/** Request that creates a workflow. */
export interface CreateWorkflow {
  /** Name of the workflow, 1 to 200 characters. */
  readonly name: string
  /** Description of the workflow, up to 4,000 characters. @defaultValue empty */
  readonly description?: string
  /** First draft of the workflow. @defaultValue a draft with one manual start node */
  readonly document?: WorkflowDocument
}

/** New name or description of a workflow; omitted fields keep their value. The draft has routes of its own. */
export interface UpdateWorkflow {
  /** New name, 1 to 200 characters. */
  readonly name?: string
  /** New description, up to 4,000 characters. */
  readonly description?: string
}

/** The draft at one moment. Send `etag` as `If-Match` to replace exactly this state. */
export interface Draft {
  /** Document as people see it in the editor. */
  readonly document: WorkflowDocument
  /** Tag of this state; it changes exactly when the draft does. */
  readonly etag: string
  /** Time of the last change. */
  readonly updatedAt: IsoInstant
  /** One sentence for each thing that was left out of `document`. */
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
  /** One sentence that names the unreadable content and the reason. */
  readonly message: string
}

/** Changes to the draft, applied in order, all or none. They merge with concurrent edits. */
export interface PatchDraft {
  /** Changes in the order in which they are applied; 1 to 1,000. */
  readonly operations: readonly DocumentOperation[]
}

/**
 * A document that replaces the whole draft; needs `If-Match`, so that it cannot overwrite changes that the caller has
 * not seen.
 */
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

/** Response to {@link SyncDraft}, sent after the update is stored. Bytes are base64. */
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

/** Request that publishes the draft as the next version. */
export interface PublishVersion {
  /** Release notes, up to 4,000 characters. @defaultValue empty */
  readonly notes?: string
  /** Fate of runs in progress; after a canary, once it is promoted. @defaultValue 'finish' */
  readonly runs?: RolloutRuns
  /** Starts only a part of the new runs with the version, until it is promoted. @defaultValue all new runs */
  readonly canary?: Canary
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
  readonly behaviorHash: string
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

/** A request for a decision by people. `canDecide` depends on the caller. */
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
  readonly votes: readonly ApprovalVote[]
  /** State of the approval; only an `open` one accepts votes. */
  readonly status: 'open' | 'resolved' | 'timeout' | 'canceled'
  /** Choice that won; `null` while the approval is open and after a timeout or a cancelation. */
  readonly decision: string | null
  /** Time at which the wait began. */
  readonly openedAt: IsoInstant
  /** Time at which the wait ends without a decision; `null` without a limit. */
  readonly dueAt: IsoInstant | null
  /** Users and roles that may decide; every admin and editor if both lists are empty. */
  readonly approvers: Extract<WaitFor, { kind: 'approval' }>['approvers']
  /** True if the approval is open and the caller is an approver, or an admin who may override. */
  readonly canDecide: boolean
  /** Call that waits for the approval; absent for the approval of a node itself. */
  readonly call?: ApprovalCall
}

/** Vote of one person, with the params that the person gave instead of those of the call, if any. */
export type ApprovalVote = Vote & {
  readonly params?: Json
  /** `true` if the person gave params that are too large for the answer, or lost. */
  readonly isParamsLeftOut?: true
}

/** Call of a node that begins once it is approved. */
export interface ApprovalCall {
  /** Node run of the call, unique within the run. */
  readonly nodeRunId: NodeRunId
  /** Type of the node. */
  readonly nodeType: string
  /** Version of that type. */
  readonly typeVersion: number
  /** Params of the call, with credentials masked; `null` if they are left out. */
  readonly params: Json
  /** `true` if the params are too large for the answer, with those of the approvals before it, or lost. */
  readonly isParamsLeftOut?: true
  /** Schema of the params, for a form. */
  readonly schema: JsonSchema
  /** `true` if a vote for `approve` may give other params. */
  readonly isEditable: boolean
}

/** A vote for one of the approval's choices. */
export interface DecideApproval {
  /** One of the choices of the approval. */
  readonly choice: string
  /** Reason for the vote. */
  readonly comment?: string
  /** Params of the call instead of the given ones, with the choice `approve`; only if `call.isEditable`. */
  readonly params?: JsonObject
}

/** A person of the tenant, as the host knows them. */
export interface Member {
  /** Id of the user, as in identities. */
  readonly userId: UserId
  /** Name to show. */
  readonly displayName: string
  /** Distinguishes people of the same name, such as an email address or a team. */
  readonly detail?: string
}

/** People of the tenant that match a search or a list of ids. */
export interface MemberList {
  /** At most 20 people, the best match first. */
  readonly items: readonly Member[]
  /** False if the host has no directory of its people: then nothing is known about any id. */
  readonly isAvailable: boolean
}

/** A ticket that opens one socket; single use, valid for 30 seconds. */
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

/** Kinds of objects whose changes are announced to a tenant's open pages. */
export const CHANGE_KINDS = ['run', 'approval', 'parked', 'workflow', 'version', 'tenant', 'connection'] as const

/**
 * A hint that something of the tenant has changed, without its content. `ready` means that the hints begin here or that
 * some were lost: read everything that is shown again. `id` is the id of the run, approval, parked node run, workflow,
 * tenant or connection, or the name of the version.
 */
export type Change =
  | { readonly kind: 'ready' }
  | { readonly kind: (typeof CHANGE_KINDS)[number]; readonly id: string; readonly workflowId?: WorkflowId }

/** The signed-in user and their permissions, for the editor. */
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
