import type { Json, RunId, TenantId, WorkflowId } from '@tenon/core/document'
import type { HttpClient, NodeRegistry } from '@tenon/core/node'
import type { Actor, MigrationBlocker, RunEngine, RunStatus } from '@tenon/core/run'
import type { VoteRequest } from './approvals/decide.ts'
import type { Bus } from './bus.ts'
import type { ChangeEngineRequest } from './change-engine/request-engine-change.ts'
import type { DataTables } from './data-tables/data-tables.ts'
import type { AccountClients } from './egress/logins.ts'
import type { EventRequest, SendEventResult } from './events/send-event.ts'
import type { Files } from './files/files.ts'
import type { Plan } from './interpreter/plan.ts'
import type { MigrateRunRequest } from './migrate/request-migration.ts'
import type { ModelLedger } from './models/model-ledger.ts'
import type { ResolveParkedRequest } from './park/resolve-parked.ts'
import type { PayloadStore } from './payloads/payload-store.ts'
import type { RuntimeDatabase, RuntimeTables } from './postgres/tables.ts'
import type { Tx } from './postgres/types.ts'
import type { RerunStart } from './rerun/prepare-rerun.ts'
import type { Retention } from './retention/sweep-tenant.ts'
import type { RunReader } from './run-store.ts'
import type { SecretReader } from './secret-reader.ts'
import type { RunLimits } from './store/run-limits.ts'

/** Request that starts a run. The input must be valid for the trigger; the engine does not check it. */
export interface StartRunRequest {
  /** Tenant of the run. */
  readonly tenantId: TenantId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Version to run: `"3"` or `"test:<id>"`. */
  readonly version: string
  /** `test` for a run of a draft, which does not count in metrics. */
  readonly mode: 'live' | 'test'
  /** Compiled version; stored once for each `planHash`. */
  readonly plan: Plan
  /** Id of the trigger to start at. */
  readonly trigger: string
  /** Input of the run, already valid for the trigger. */
  readonly input: Json
  /** Person who started the run; `null` if no person did. */
  readonly actor: Actor | null
  /** True if a transaction of the host has requested the run. @defaultValue false */
  readonly isByHost?: boolean
  /** Id of the run; a request with the id of an existing run returns that run. @defaultValue a new id */
  readonly runId?: RunId
  /** Outcomes that the run takes from an earlier one, as `prepareRerun` has read it. @defaultValue it repeats no run */
  readonly rerun?: RerunStart
}

/** Run that a start created or found. */
export interface StartedRunRow {
  /** Id of the run, unique within the tenant. */
  readonly runId: RunId
  /** Status when the start was stored, or now for a run that already existed. */
  readonly status: RunStatus
  /** Start, in milliseconds since the Unix epoch; `null` while queued. */
  readonly startedAt: number | null
  /** True if the request repeats an earlier one, whose run this is. */
  readonly deduplicated?: true
  /** True if the request was merged into the run, which waits for further ones. */
  readonly merged?: true
}

/** Result of a vote. `accepted` is stored and will be counted by the run; `closed` was too late. */
export type DecideResult =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'closed' }

/**
 * Result of a resolution of a parked node run. `accepted` is stored, and the run will apply it unless it ends first;
 * `repeated` if it is the request that was accepted before; `closed` if another one was first, or the node run was
 * canceled.
 */
export type ResolveParkedResult = { readonly outcome: 'accepted' | 'repeated' | 'not_found' | 'closed' }

/** Result of a cancelation. `accepted` is stored, and the run will end; `closed` was after its end. */
export type CancelResult = { readonly outcome: 'accepted' | 'not_found' | 'closed' }

/**
 * Result of a request to pause or to resume a run. `accepted` is stored, and the run will be as requested unless it ends
 * first; `unchanged` if it already is, or will be by an earlier request; `closed` if it has ended or is ending, as after
 * a cancelation.
 */
export type PauseResult = { readonly outcome: 'accepted' | 'unchanged' | 'not_found' | 'closed' }

/**
 * Result of a request to move a run to another version. `accepted` is stored, and the run will move as soon as none of its
 * nodes is in progress, unless it ends first or a node does not fit the version then; `unchanged` if it executes the version
 * already; `refused` if nodes do not fit; `queued` if it has not begun; `pending` if another request waits; `closed` if it
 * has ended or is ending.
 */
export type MigrateResult =
  | { readonly outcome: 'accepted' | 'unchanged' | 'not_found' | 'closed' | 'queued' | 'pending' }
  | { readonly outcome: 'refused'; readonly blockers: readonly MigrationBlocker[] }

/**
 * Result of a withdrawal of a request to move a run. `accepted` is stored, and the run remains on its version unless it
 * has moved by then; `unchanged` if no request waits; `closed` if it has ended.
 */
export type WithdrawResult = { readonly outcome: 'accepted' | 'unchanged' | 'not_found' | 'closed' }

/**
 * Result of a request to change the engine of a run. `accepted` is stored, and the engine will change as soon as none of
 * the nodes of the run is in progress, unless the run ends first; `unchanged` if the engine executes it already;
 * `unknown_engine` if this process lacks the engine; `queued` if the run has not begun; `pending` if another request waits;
 * `closed` if it has ended or is ending.
 */
export type ChangeEngineResult = {
  readonly outcome: 'accepted' | 'unchanged' | 'not_found' | 'closed' | 'queued' | 'pending' | 'unknown_engine'
}

/** Result of a request to pause or to resume starts; `unchanged` if they already are as requested. */
export type PauseStartsResult = { readonly outcome: 'accepted' | 'unchanged' }

/**
 * Writes related rows, such as an audit entry, in the transaction that stores a message, so that both or neither are
 * stored. Not called for a message that is not accepted. A server accesses its own tables with `tx.withTables()`.
 */
export type TransactionHook = (tx: Tx<RuntimeTables>) => Promise<void>

/**
 * Executes the decisions of the machine. Methods that store something resolve after
 * their transaction has committed, so that acknowledged changes are stored.
 */
export interface Engine {
  /** Name of the engine that executes new runs, recorded with each run. */
  readonly kind: RunEngine
  /** Names of the engines of this process, between which runs can move; `kind` is the first one. */
  readonly kinds: readonly RunEngine[]
  /**
   * Stores a run and starts it, or returns the run that already has `request.runId`. A run that a limit or a pause holds
   * back is stored as `queued`; it starts later, in the order of the requests. Test runs are never held back. By the
   * settings of the workflow, a request can return an earlier run, or be merged into one that has yet to start.
   *
   * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` for the input; `CONCURRENCY_KEY_INVALID`,
   * `START_KEY_INVALID` if a key of the workflow has no value for it; `RUN_QUEUE_FULL` if the run would have to wait and as many runs
   * of the tenant wait as may.
   */
  start(request: StartRunRequest): Promise<StartedRunRow>
  /**
   * Stores a vote; the same vote again is accepted, without `hook`.
   *
   * @param approvalId - `StoredWait.approvalId`: unique in the tenant, where a wait id is unique in a run.
   * @throws {@link TenonError} `REQUEST_INVALID` for a choice that is not offered, `APPROVAL_VOTED` for another choice
   * of a user who has already voted; `NODE_PARAMS_INVALID` for params that the called node type does not allow,
   * `NODE_TYPE_UNKNOWN` if this process lacks it.
   */
  decide(tenantId: TenantId, approvalId: string, vote: VoteRequest, hook?: TransactionHook): Promise<DecideResult>
  /**
   * Stores the resolution of a parked node run, if it is the first one; the same request again is accepted, without
   * `hook`.
   *
   * @param parkedId - `StoredParked.parkedId`: unique in the tenant, where a wait id is unique in a run.
   * @throws {@link TenonError} `RESOLUTION_REFUSED`, `NODE_PARAMS_INVALID`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` for a
   * resolution that the node run does not allow; `NODE_TYPE_UNKNOWN` if this process lacks the type of its node and has
   * to check a value.
   * @see docs/adr/0046-a-failed-node-can-wait-for-a-person.md
   */
  resolveParked(
    tenantId: TenantId,
    parkedId: string,
    request: ResolveParkedRequest,
    hook?: TransactionHook,
  ): Promise<ResolveParkedResult>
  /**
   * Delivers an event to every open wait of the tenant with its name and key, or keeps it for the next one; a callback to
   * the node run that waits for it. The same event with the same id again returns the first result, without `hook`.
   *
   * @throws {@link TenonError} `EVENT_ID_USED`, `EVENT_PAYLOAD_INVALID`, `EVENT_BUFFER_FULL`, `REQUEST_INVALID` for a faulty
   * `ttl`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`.
   * @see docs/adr/0044-events-find-their-waits-by-a-key.md
   */
  sendEvent(tenantId: TenantId, event: EventRequest, hook?: TransactionHook): Promise<SendEventResult>
  /** Stores a request to cancel a run; `actor` is `null` when no person asked for it. */
  cancel(tenantId: TenantId, runId: RunId, actor: Actor | null, hook?: TransactionHook): Promise<CancelResult>
  /**
   * Stores a request to end a run without undoing what it has done: the step in progress is canceled, and a run that is
   * not ending is canceled. `actor` is `null` when no person asked for it.
   *
   * @see docs/adr/0050-what-was-done-is-undone.md
   */
  skipCompensation(tenantId: TenantId, runId: RunId, actor: Actor | null, hook?: TransactionHook): Promise<CancelResult>
  /**
   * Stores a request to pause a run: nothing new starts until it is resumed. Bodies in progress continue, timers do not
   * stop, and votes count. `actor` is `null` when no person asked for it; `hook` is called for an accepted request only.
   *
   * @see docs/adr/0038-a-pause-holds-what-would-start.md
   */
  pause(tenantId: TenantId, runId: RunId, actor: Actor | null, hook?: TransactionHook): Promise<PauseResult>
  /**
   * Pauses a workflow, or all workflows of a tenant: new runs wait in the queue. Runs in progress and test runs are not
   * affected. `hook` is called for an accepted request only.
   *
   * @param workflowId - `null` for the whole tenant.
   * @see docs/adr/0051-a-run-is-admitted-before-it-starts.md
   */
  pauseStarts(
    tenantId: TenantId,
    workflowId: WorkflowId | null,
    actor: Actor,
    hook?: TransactionHook,
  ): Promise<PauseStartsResult>
  /** Resumes a paused workflow, or the tenant: the first runs that may start now are admitted in the same transaction. */
  resumeStarts(tenantId: TenantId, workflowId: WorkflowId | null, hook?: TransactionHook): Promise<PauseStartsResult>
  /**
   * Stores a request to move a run to another version of its workflow: what has begun stays as it is, and everything else
   * follows the new version. `hook` is called for an accepted request only; the same request again has no effect.
   *
   * @see docs/adr/0053-a-run-moves-between-nodes.md
   */
  migrate(tenantId: TenantId, runId: RunId, request: MigrateRunRequest, hook?: TransactionHook): Promise<MigrateResult>
  /**
   * Answers as `migrate` would now, and stores nothing: `accepted` if the run would accept the request; for one that is
   * refused, the nodes that keep the run from moving, in document order and at most 20.
   */
  checkMigration(
    tenantId: TenantId,
    runId: RunId,
    target: Pick<MigrateRunRequest, 'version' | 'plan'>,
  ): Promise<MigrateResult>
  /** Withdraws the request to move a run that waits; the run then continues on its version. `hook` as for `migrate`. */
  withdrawMigration(
    tenantId: TenantId,
    runId: RunId,
    actor: Actor | null,
    hook?: TransactionHook,
  ): Promise<WithdrawResult>
  /**
   * Stores a request to have another engine execute a run, which keeps its log, its waits and its timers. `hook` is called
   * for an accepted request only; the same request again has no effect. A request for the present engine withdraws the one
   * that waits.
   *
   * @see docs/adr/0062-a-run-changes-its-engine-between-its-nodes.md
   */
  changeEngine(
    tenantId: TenantId,
    runId: RunId,
    request: ChangeEngineRequest,
    hook?: TransactionHook,
  ): Promise<ChangeEngineResult>
  /** Stores a request to resume a paused run, which then starts what it has held, in order. */
  resume(tenantId: TenantId, runId: RunId, actor: Actor | null, hook?: TransactionHook): Promise<PauseResult>
  /**
   * Finds the task queues that no worker serves; a node in one of them would wait. A node without a queue of its own is
   * executed where its run is.
   *
   * @returns Those of `queues` that have no worker now.
   * @throws {@link TenonError} `UNAVAILABLE` if the engine does not respond.
   */
  unservedQueues(queues: readonly string[]): Promise<readonly string[]>
  /**
   * Finds the node types that no worker has; a run with one of them would wait for a worker. Nothing is known while no
   * worker of the engine runs.
   *
   * @param types - Names of `nodeTypeKey`, such as `acme/mail@2`.
   * @returns Those of `types` that no worker has now; empty if that is not known.
   */
  missingTypes(types: readonly string[]): Promise<readonly string[]>
  /** Looks for work at once that another engine of this process has stored, rather than at the next regular time. */
  lookForWork(): void
  /** Starts the worker of this process; runs that were started before wait in the store. */
  startWorker(): Promise<void>
  /**
   * Opens a worker for one tick of a process that has no worker of its own: it begins to execute runs, and ends when it is
   * closed. Any number of them work side by side. On Temporal, whose workers execute the runs, it delivers the messages that
   * wait for Temporal.
   *
   * @throws {@link TenonError} `UNAVAILABLE` if Temporal does not respond; errors of the database as they are.
   */
  openTickWorker(): Promise<TickWorker>
  /** Waits until running work has reached a safe point and stops; no acknowledged change is lost. */
  close(): Promise<void>
}

/** Worker of one tick. */
export interface TickWorker {
  /** Runs that it has worked on so far; on Temporal, messages that it has delivered. */
  readonly runs: number
  /**
   * Works until nothing is due, or until the signal is aborted; bodies that run then continue until `close`.
   *
   * @returns True if nothing is due.
   */
  work(abortSignal: AbortSignal): Promise<boolean>
  /** Ends: bodies that still run after `drainMs` are stopped, and their runs continue at another worker. */
  close(drainMs: number): Promise<void>
}

/** Dependencies of an engine, owned and closed by the server. */
export interface EngineDeps {
  /** Database that holds the tables of the runtime. */
  readonly database: RuntimeDatabase
  /** Reads runs and their logs from the same database. */
  readonly reader: RunReader
  /** Node types that runs may use, with their implementations. */
  readonly registry: NodeRegistry
  /** Clients of the nodes, with the address rules of the host. Nodes fail that need one which is absent. */
  readonly egress: HttpClient & Partial<AccountClients>
  /** Announces stored events and wakes the engines of other processes. */
  readonly bus: Bus
  /** Receives the log lines of the engine. */
  readonly log: RuntimeLog
  /**
   * Returns the limits of the runs of a tenant; called for each start, so keep it cheap. Faulty ones do not apply and are
   * logged.
   *
   * @defaultValue no limit of runs in progress, and 10,000 queued runs
   */
  readonly runLimitsOf?: (tenantId: TenantId) => RunLimits
  /**
   * Checks whether the input of a run that a node starts may be stored. An error of Tenon fails the node; any other error
   * has the check repeated.
   *
   * @throws {@link TenonError} `PAYLOAD_LIMIT_REACHED`.
   * @defaultValue every input may be stored
   */
  readonly checkChildInput?: (tenantId: TenantId, input: Json) => Promise<void>
  /** Stores values above 16 kB. Each process needs the same one. @defaultValue the database */
  readonly payloadStore?: PayloadStore
  /**
   * Decides how long runs are kept, and records what was deleted. A worker then deletes what has expired.
   *
   * @defaultValue nothing is deleted
   */
  readonly retention?: Retention
  /** Files of the tenants, for nodes. @defaultValue files of up to 100 MB in the database, without a scan */
  readonly files?: Files
  /** Data tables of the tenants, for nodes. @defaultValue with the limits of `DataTableLimits` */
  readonly dataTables?: DataTables
  /** Account of the calls of models. @defaultValue one without budgets */
  readonly models?: ModelLedger
  /** Decrypts secret params. Without it, nodes with secret params fail with `SECRET_NOT_FOUND`. */
  readonly secrets?: SecretReader
}

/**
 * Creates an engine; returned by `embeddedEngine(options)` and `temporalEngine(options)`. Calling it starts no work.
 *
 * @example Creating an engine in a server
 * ```ts
 * const database = createDatabase<ServerTables>({ pool })
 * const runtimeDatabase = database.view<RuntimeTables>()
 * await migrateRuntime(database)
 * await canary(database)
 * const reader = postgresRunReader(runtimeDatabase)
 * const engine = factory({ database: runtimeDatabase, reader, registry, egress, bus, log })
 * await engine.startWorker()
 * // … engine.start(), engine.decide(), engine.cancel(), reader.readEvents() …
 * await engine.close()
 * ```
 */
export type EngineFactory = (deps: EngineDeps) => Engine

/** Receives one log line per call, for the logger of the host. Lines contain no secrets or params. */
export type RuntimeLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void
