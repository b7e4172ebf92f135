import type { NodeId, NodeRunId, RunId, TenantId, UserId, WorkflowId } from '../ids.ts'
import type { Json, JsonObject, JsonSchema } from '../json.ts'
import type { RunPrincipal } from '../run/principal.ts'
import type { CallsResume, CallsSuspension } from './calls.ts'
import type { NodeKeyValues, NodeTables } from './data-tables.ts'
import type { NodeDefinition, NodeManifestEntry, NodeParams, NodeResult } from './definition.ts'
import type { NodeFiles } from './files.ts'
import type { ModelUsage } from './language-model.ts'
import type { MailClient } from './mail.ts'
import type { NodeModels } from './model-budget.ts'
import type { Listen, Poll } from './poll.ts'
import type { Connection, HttpClient } from './ports.ts'
import type { SqlClient } from './sql.ts'

/** Users who may decide an approval; without roles and users, every admin and editor. */
export interface Approvers {
  /** Roles whose users may decide. */
  readonly roles?: readonly ('admin' | 'editor' | 'viewer')[]
  /** Users who may decide, in addition to those of `roles`. */
  readonly userIds?: readonly string[]
}

/** Event that a suspended node waits for, with resolved arguments; instants are ms since the epoch. */
export type WaitFor =
  | {
      readonly kind: 'approval'
      readonly title: string
      readonly message: string
      readonly choices: readonly string[]
      readonly approvers: Approvers
      /** Votes for one choice that decide the approval; ≥ 1. */
      readonly required: number
      /** Data that helps the person to decide. */
      readonly evidence: Json
      readonly dueAt: number | null
    }
  | { readonly kind: 'time'; readonly dueAt: number }
  | {
      readonly kind: 'event'
      /** Name of the event, 1 to 200 characters. */
      readonly name: string
      /** Correlation key of the event, 1 to 400 characters: an event ends the waits with its name and its key. */
      readonly key: string
      /** Schema of the payload; an event that does not fit it leaves the wait open. `null` for any payload. */
      readonly schema: JsonSchema | null
      readonly dueAt: number | null
    }
  /** A connection whose credentials are no longer valid, until a person connects it again. The engine opens it, no node. */
  | {
      readonly kind: 'connection'
      /** Id of the connection within the tenant. */
      readonly connectionId: string
      /** Name of the connection when the wait began; `null` for that of one person, whose name others must not see. */
      readonly name: string | null
      /** Raised each time that the connection is connected again, or that the host provides it: the next time ends the wait. */
      readonly generation: number
      readonly dueAt: null
    }
  /** A request to the callback URL of the node run, which `run.callbackUrls` has for earlier nodes. */
  | {
      readonly kind: 'callback'
      /** Schema of the body of the request; `null` for any body. */
      readonly schema: JsonSchema | null
      readonly dueAt: number | null
    }

/** Reaction of a loop to a failed iteration: it fails, or continues and lists the failures, or continues without them. */
export type OnIterationFailure = 'fail' | 'collect' | 'ignore'

/** Returned by a loop instead of a result: its children run once for each iteration, then its next pass begins. */
export interface LoopSuspension {
  /** Iterations that the loop waits for. */
  readonly suspend: {
    /** Distinguishes it from other waits. */
    readonly kind: 'iterations'
    /** Values of the iterations, in order, each the `item` of its iteration; `null` for iterations without values. */
    readonly items: readonly Json[] | null
    /**
     * Number of iterations, those that have ended included: a loop that decides after each one whether there is another
     * adds 1. The length of `items`.
     */
    readonly count: number
    /** Results that the loop gets in its next pass: those of all iterations, or the last one. */
    readonly keep: 'all' | 'last'
    /** Most iterations at the same time; 1 to 500. */
    readonly concurrency: number
    /** Reaction of the loop to a failed iteration. */
    readonly onFailure: OnIterationFailure
  }
}

/**
 * Returned by a node with `control: 'child'` instead of a result: a run of another workflow starts, and the next pass has
 * its result. Other nodes fail with `NODE_OUTPUT_INVALID`.
 */
export interface ChildSuspension {
  /** Run that the node starts. */
  readonly suspend: {
    /** Distinguishes it from other waits. */
    readonly kind: 'child'
    /** Workflow to run, as the param `workflow` of the node names it. */
    readonly workflowId: WorkflowId
    /** Input of the run, which must be valid for its trigger. */
    readonly input: Json
    /** `false` to continue as soon as the run is stored, without its result. */
    readonly wait: boolean
  }
}

/** Run of another workflow that a node has started, with its result. */
export interface ChildResult {
  /** Id of the run. */
  readonly runId: RunId
  /** End of the run; `started` if the node does not wait for it. */
  readonly status: 'started' | 'completed' | 'failed' | 'canceled'
  /** Outcome of the end node that was reached; `null` unless the run completed. */
  readonly outcome: string | null
  /** Output of the run; `null` unless it completed. */
  readonly output: Json
  /** Failure or reason of the cancelation, with the node that failed; `null` unless the run failed or was canceled. */
  readonly error: { readonly code: string; readonly message: string; readonly nodeId?: NodeId } | null
}

/** Result of one iteration; `error` is `null` unless the iteration failed. */
export interface IterationResult {
  /** Position of the iteration in its loop, from 0. */
  readonly index: number
  /** Output of the last child in document order from which no edge leads on; `null` if it did not run. */
  readonly output: Json
  /** Failure of the iteration, with a code and a message. */
  readonly error: { readonly code: string; readonly message: string } | null
}

/** Vote of one person on an approval. A person has one vote. */
export interface Vote {
  /** Person who voted, with the name and the role at that time. */
  readonly actor: { readonly userId: UserId; readonly displayName: string; readonly role: string }
  /** Choice that the person voted for, one of those offered. */
  readonly choice: string
  /** Reason that the person gave. */
  readonly comment?: string
  /** Time of the vote, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Marks the vote of an admin who is not an approver. */
  readonly override?: true
}

/** Result of a wait; the node run continues with it in its next pass. */
export type Resume =
  | { readonly kind: 'approval'; readonly choice: string; readonly votes: readonly Vote[] }
  | { readonly kind: 'time'; readonly firedAt: number }
  /** The time limit of an approval, an event or a callback is over; only an approval has votes. */
  | { readonly kind: 'timeout'; readonly firedAt: number; readonly votes: readonly Vote[] }
  /** The event or the callback has arrived; `receivedAt` may be before the wait began. */
  | { readonly kind: 'event'; readonly eventId: string; readonly payload: JsonObject; readonly receivedAt: number }

/** Returned instead of a result by a node that has to wait; a waiting node occupies no worker. */
export interface Suspension {
  /** Event that the node waits for. */
  readonly suspend: WaitFor
}

/** Context of an attempt: params, ids and the services that an implementation may use. */
export interface NodeContext<Params = unknown> {
  /** Params with templates resolved, defaults filled in and secrets decrypted. */
  readonly params: Params
  /** Tenant that the run belongs to. */
  readonly tenantId: TenantId
  /** Run that the node is part of, unique within the tenant. */
  readonly runId: RunId
  /** Person for whom the run acts; `null` for a run that a message, an event or a schedule has started. */
  readonly principal: RunPrincipal | null
  /** Identifies this run of the node within `runId`; the same on every attempt and pass. */
  readonly nodeRunId: NodeRunId
  /** Number of the attempt, from 1. */
  readonly attempt: number
  /** Key for services that deduplicate requests: the same on every attempt of this node run, unique otherwise. */
  readonly idempotencyKey: string
  /**
   * Client for all outgoing requests. It refuses private addresses that the host does not allow, and ends its requests
   * with the attempt.
   */
  readonly http: HttpClient
  /**
   * Account at the service, if a param of the node names a connection: `http` adds its credentials to each request, which
   * must be to one of its hosts. `null` without one.
   */
  readonly connection: Connection | null
  /** Files of the tenant: reads those in params, and stores those that the node returns. */
  readonly files: NodeFiles
  /** Data tables of the tenant. */
  readonly tables: NodeTables
  /** Values of the tenant by key. */
  readonly keyValues: NodeKeyValues
  /** Client for the database of the connection. Without such a connection, each call fails with `CONNECTION_REFUSED`. */
  readonly sql: SqlClient
  /** Client for the mail server of the connection. Without such a connection, each call fails with `CONNECTION_REFUSED`. */
  readonly mail: MailClient
  /** Account of the calls of models, with the budgets of the host. */
  readonly models: NodeModels
  /** Aborts with `NODE_CANCELED` or `NODE_TIMEOUT` when the attempt has to end; pass it on to long calls. */
  readonly abortSignal: AbortSignal
  /** Result of the wait that the node opened in its previous pass; `null` in its first pass. */
  readonly resume: Resume | CallsResume | null
  /**
   * Describes a node type that the node may call, such as for a model; `null` for one that this process lacks.
   *
   * @param version Version of the type, an integer from 1.
   */
  readonly describeType: (type: string, version: number) => NodeManifestEntry | null
  /** Writes a line to the run log. An attempt may write 2,000 lines, and long messages and data are cut. */
  readonly log: (level: LogLevel, message: string, data?: Json) => void
  /** Records a tool call with its arguments and result in the run log. */
  readonly toolCall: (call: ToolCallRecord) => void
  /** Sends a heartbeat, which restarts the heartbeat timeout of the node. */
  readonly heartbeat: () => void
  /** Journals a call, so that a later attempt gets its value instead of repeating it. */
  readonly durable: <Value extends Json>(key: string, call: () => Promise<Value>) => Promise<Value>
}

/** Levels of log lines of a node, from the least to the most severe. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A call of a tool by a model, for the run log: `answer` if it succeeded, `error` if it failed. */
export interface ToolCallRecord {
  /** Name of the tool. */
  readonly tool: string
  /** Arguments of the call, without secrets. */
  readonly arguments: Json
  /** Result of a successful call. */
  readonly answer?: Json
  /** Failure of the call, with a code and a message without secrets. */
  readonly error?: { readonly code: string; readonly message: string }
  /** Length of the call in milliseconds. */
  readonly durationMs: number
}

/** Context of an inline node: the recorded instant and the result of its wait. */
export interface InlineContext {
  /** Instant of the fact that scheduled the node, ms since the epoch. */
  readonly now: number
  /** Result of the wait that the node opened in its previous pass; `null` in its first pass. */
  readonly resume: Resume | null
  /** Results of the iterations of a loop, by index; `null` for other nodes, and before a loop has begun them. */
  readonly iterations: readonly IterationResult[] | null
  /**
   * Index of the iteration that ended the loop with a break; `null` without one. The loop cannot begin more iterations
   * then, and its late params are absent.
   */
  readonly stoppedAt: number | null
  /** Run that the node has started; `null` before. */
  readonly child: ChildResult | null
}

/** Code bound to a definition. `run` returns an outcome and throws every failure. */
export type NodeImplementation<Definition extends NodeDefinition = NodeDefinition> = {
  readonly definition: Definition
} & (
  | {
      readonly evaluate: (
        params: NodeParams<Definition>,
        context: InlineContext,
      ) => NodeResult<Definition> | Suspension | LoopSuspension | ChildSuspension
      readonly run?: never
    }
  | {
      readonly run: (
        context: NodeContext<NodeParams<Definition>>,
      ) => Promise<NodeResult<Definition> | Suspension | CallsSuspension>
      readonly evaluate?: never
    }
)

/** An implementation of any node type in a registry; its params and outputs are checked by zod. */
export interface AnyNodeImplementation {
  /** Node type that the code belongs to, as {@link defineNode} returned it. */
  readonly definition: NodeDefinition
  /** Computes the outcome of an inline node synchronously; absent when the node has `run`. */
  readonly evaluate?: (
    params: never,
    context: InlineContext,
  ) => NodeOutcome | Suspension | LoopSuspension | ChildSuspension
  /** Runs one attempt of a dispatched node and throws every failure; absent when the node has `evaluate`. */
  readonly run?: (context: NodeContext<never>) => Promise<NodeOutcome | Suspension | CallsSuspension>
  /** Asks a service for new items; present for a trigger of the kind `poll` only. */
  readonly poll?: Poll<never>
  /** Listens to the source of a trigger of the kind `poll`, in every process with a worker. @defaultValue it is polled only */
  readonly listen?: Listen
}

/** Outcome of a node: the port by which the run continues, and the output. */
export interface NodeOutcome {
  /** Port by which the run continues. */
  readonly port: string
  /** Value that is passed on; it must fit the schema of the port. */
  readonly output: unknown
  /** Tokens that the node used of language models. */
  readonly usage?: ModelUsage
}
