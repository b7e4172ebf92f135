import type { Identity } from '@tenon/core/api'
import type { TenonClient } from '@tenon/core/client'
import type { TenantId } from '@tenon/core/document'
import type { AnyNodeImplementation, Connector, KeyProvider } from '@tenon/core/node'
import type {
  Bus,
  DataTableLimits,
  EngineFactory,
  FileOptions,
  ModelBudgetsOf,
  PayloadStore,
  RunLimits,
  RuntimeLog,
} from '@tenon/runtime'
import type { DatabaseOptions as DatabaseNames, DatabaseSource } from '@tenon/runtime/postgres'
import type { EmitEvent, EmittedEvent } from './bus-events/emit-event.ts'
import type { EventOptions } from './bus-events/event-types.ts'
import type { LookUpIdentity } from './connections/look-up-identity.ts'
import type { UserRef } from './connections/revocations.ts'
import type { FormOptions } from './forms/form-options.ts'
import type { DataLimitsOf } from './limits/data-limits.ts'
import type { LimitOptions } from './limits/limit-options.ts'
import type { MemberDirectory } from './members/member-directory.ts'
import type { ProtocolCallers } from './protocols/protocol-callers.ts'
import type { RequestContext } from './request-context.ts'
import type { RetentionOf } from './retention/retention-options.ts'
import type { KeyRotationProgress } from './secrets/key-rotations.ts'
import type { ServerSockets } from './sockets/server-sockets-types.ts'
import type { RequestedRun, RunToRequest } from './start-requests/request-run.ts'
import type { TickOptions, TickResult } from './tick/tick.ts'
import type { ResolveConnection, SecretManager } from './vault/kept-elsewhere.ts'
import type { ProvidedConnection, ProvidedConnectionRef } from './vault/provide-connection.ts'
import type { OnEvent } from './webhook-endpoints/call-host.ts'

/**
 * Returns who calls, or `null` for an anonymous caller. Must not read the body. Called for every request but health and
 * the OpenAPI document, so cache what is expensive (a verified token). An answer that takes longer than 10 s is refused
 * with 503 `UNAVAILABLE`.
 *
 * @param request - The request with method, address and headers.
 * @param context - The host's own request, for a session that the host has read.
 *
 * @example
 * ```ts
 * // Express: authenticate: (_request, { req }) => (req as express.Request).session.user ?? null
 * // Hono:    authenticate: (_request, { c }) => (c as Context<Env>).get('user')
 * ```
 */
export type Authenticate = (request: Request, context: RequestContext) => Identity | null | Promise<Identity | null>

/**
 * Middleware of a Hono host, by structure: any Hono 4 takes it, whatever its copy or minor version.
 *
 * @param c - Hono's context; `authenticate` receives it as `context.c`.
 */
export type WorkflowMiddleware = (
  c: { readonly req: { readonly raw: Request } },
  next: () => Promise<void>,
) => Promise<Response | undefined>

/** The host's own Postgres pool, or a PGlite. The schema is `tenon` by default. */
export type DatabaseOptions = DatabaseSource &
  DatabaseNames & {
    /** True if `close()` ends the pool or PGlite. @defaultValue false for a pool, true for a PGlite */
    readonly endOnClose?: boolean
  }

/** Options of {@link createWorkflowServer}. */
export interface WorkflowServerOptions {
  /** Connection to Postgres or PGlite, with the names of the schema and the role. */
  readonly database: DatabaseOptions
  /** `embeddedEngine()` or `temporalEngine({ ... })`. */
  readonly engine: EngineFactory
  /** Every node type that workflows may use; built-in ones come from `createBuiltInNodes()`. */
  readonly nodes: readonly AnyNodeImplementation[]
  /** Identifies the caller of each request; `null` is answered with 401. */
  readonly authenticate: Authenticate
  /**
   * Encrypts the keys under which the values of secret params are stored. Required in production (`NODE_ENV`) when a
   * node type requires a secret param; without one, secret params that are optional cannot be set there, and connections
   * with secrets cannot be created.
   *
   * @defaultValue in development, a key file `.tenon/secret.key` below the working directory
   */
  readonly keyProvider?: KeyProvider
  /**
   * Services that tenants connect to, beside the generic ones for an API key, a user name and password, or a token. Their
   * node types are added to `nodes`.
   *
   * @defaultValue the generic ones
   */
  readonly connectors?: readonly Connector[]
  /**
   * Store of secrets outside of Tenon, to whose secrets admins of tenants refer in connections. They are read when a request
   * needs them. Give workers the same.
   *
   * @defaultValue the secrets of connections are entered, and stored encrypted
   */
  readonly secretManager?: SecretManager
  /**
   * Returns the secrets of the connections that the host has provided with `provideConnection()`, when a request needs them.
   * Give workers the same.
   *
   * @defaultValue nodes that use such a connection fail
   *
   * @example
   * ```ts
   * resolveConnection: async ({ tenantId, key }) => {
   *   const account = await accounts.find(tenantId, key)
   *   return account === null ? null : { secrets: { accessToken: await account.freshToken() } }
   * }
   * ```
   */
  readonly resolveConnection?: ResolveConnection
  /**
   * True to refuse the publication of versions with node types that no running worker has; with false, their runs wait for
   * such a worker. Nothing is refused while no worker runs at all, and on Temporal, whose workers do not list their types.
   *
   * @defaultValue true
   */
  readonly requireWorkers?: boolean
  /**
   * False for a process that may be suspended or ended after each response, such as a serverless function: it works on nothing
   * between requests. `automation.tick()` executes runs, schedules and deliveries then, called by a cron at least once every
   * two minutes.
   *
   * @defaultValue true
   * @see docs/guides/serverless.md
   */
  readonly background?: boolean
  /** Public path below which the API lives. @defaultValue '/' */
  readonly basePath?: string
  /** Public origin of the host, without a path: `https://app.example`. Sockets of other origins are refused. */
  readonly publicUrl: string
  /** Other origins whose pages may call the API and open sockets. @defaultValue none */
  readonly allowedOrigins?: readonly string[]
  /**
   * Private addresses that nodes may reach in spite of the guard: `127.0.0.1:4010`, `crm.internal`,
   * `*.internal.example`, `10.20.0.0/16`. A name without a port means ports 80 and 443.
   */
  readonly egress?: { readonly allow?: readonly string[] }
  /** Fan-out between processes, owned by the server: `close()` ends it. @defaultValue within this process */
  readonly bus?: Bus
  /**
   * Receives one line a call, with credentials masked.
   *
   * @defaultValue warnings and errors to the console
   */
  readonly log?: RuntimeLog
  /**
   * Returns the limits of the runs of a tenant: how many are in progress at once, and how many wait to start. Called for
   * each start, so keep it cheap. Give workers the same. A limit is a whole number from 0, or `Infinity`; another value, or
   * all of them if the function throws, does not apply and is logged as an error.
   *
   * @defaultValue no limit of runs in progress, and 10,000 queued runs
   *
   * @example
   * ```ts
   * runLimits: (tenantId) => ({ inProgress: plans.get(tenantId) === 'free' ? 5 : 500 })
   * ```
   */
  readonly runLimits?: (tenantId: TenantId) => RunLimits
  /**
   * Returns how long the data of a tenant is kept; called about once an hour. Give workers the same: one without it deletes
   * nothing. While the function throws, does not answer within ten seconds, or returns a faulty value, a field that is
   * undefined or an unknown one, nothing of the tenant is deleted, which is logged as an error.
   *
   * @defaultValue runs are kept for 90 days after their end, and the audit log forever
   *
   * @example
   * ```ts
   * retention: (tenantId) => ({ runsDays: plans.get(tenantId) === 'free' ? 7 : 365 })
   * ```
   */
  readonly retention?: RetentionOf
  /**
   * Returns the limits of what a tenant stores; called for each start, event and callback and for `GET /usage`, so keep it
   * cheap. New runs are refused with `PAYLOAD_LIMIT_REACHED` or `WAIT_LIMIT_REACHED` while the tenant stores that much or
   * more, which is measured once a minute; so are events and callbacks with a large value, and inputs of runs that nodes
   * start, by the limit of bytes. Give workers the same. A faulty limit or an unknown field does not apply and is logged as an error.
   *
   * @defaultValue no limits
   */
  readonly dataLimits?: DataLimitsOf
  /**
   * Stores values above 16 kB that runs produce, such as `s3PayloadStore({ ... })`. Give workers the same. Values that are
   * in the database stay there and are read as before.
   *
   * @defaultValue the database
   */
  readonly payloadStore?: PayloadStore
  /** Limits and the check of files. Give workers the same. @defaultValue files of up to 100 MB, without a check */
  readonly files?: FileOptions
  /**
   * Returns the limits of the data tables of a tenant; called for each change, so keep it cheap. Give workers the same. A
   * faulty limit does not apply and is logged as an error.
   *
   * @defaultValue 100 tables of 100,000 rows and 100 MiB each, rows of 64 KiB, 10,000 keys
   */
  readonly dataTableLimits?: (tenantId: TenantId) => DataTableLimits
  /**
   * Returns the budgets of calls of models; called for each call, so keep it cheap. Give workers the same. A call that would
   * go beyond a budget fails with `BUDGET_EXCEEDED` before it is made. While the function throws, calls are refused.
   *
   * @defaultValue no budgets
   *
   * @example
   * ```ts
   * modelBudgets: ({ tenantId }) => ({ run: { costUsd: 1 }, tenantMonth: { costUsd: plans.get(tenantId) === 'free' ? 5 : 500 } })
   * ```
   */
  readonly modelBudgets?: ModelBudgetsOf
  /**
   * Look of the pages of forms, with which people who need not sign in start runs.
   *
   * @defaultValue pages without a name, in gray
   *
   * @example
   * ```ts
   * forms: { name: 'Acme', color: '#2563eb', logoUrl: 'https://acme.example/logo.svg' }
   * ```
   */
  readonly forms?: FormOptions
  /** Types of the events that the host sends. @defaultValue none are declared, and all are accepted */
  readonly events?: EventOptions
  /**
   * Receives what happens in all tenants, such as a failed run or an approval that opens: in one of the processes with this
   * option, from its first request or `startWorker()` on, at least once for each event, also after a crash, and in any order. An event whose handler throws or
   * takes longer than 30 s is given again, up to ten times within three days; then it is dropped, which is logged as an error.
   * Events are kept from the first start of a process with this option on, and for 7 days while no process has it.
   *
   * @defaultValue none
   *
   * @example
   * ```ts
   * onEvent: async (event) => {
   *   if (event.type === 'run.failed') await alerts.send(event.tenantId, event.data.runId)
   * }
   * ```
   */
  readonly onEvent?: OnEvent
  /** Limits for each tenant. @defaultValue see {@link LimitOptions} */
  readonly limits?: LimitOptions
  /**
   * Longest wait for the body of a request in milliseconds; a second more for each 8 kB that have arrived. Then the
   * request is answered with 408. The time for headers is a setting of the host's HTTP server (`headersTimeout`).
   *
   * @defaultValue 20_000
   */
  readonly bodyTimeoutMs?: number
  /**
   * Longest life of a socket or an event stream in milliseconds; then it is closed, a socket with 4401, and the client
   * connects again, which asks `authenticate`.
   *
   * @defaultValue 900_000
   */
  readonly socketLifetimeMs?: number
  /**
   * Looks up the current role of a user with open sockets or event streams. They are closed with 4403 when the user is
   * gone or a permission that they use was lost, and with 4401 when one was gained. Without it, a changed role takes
   * effect on open sockets with `automation.revoke()` or after `socketLifetimeMs`.
   */
  readonly lookUpIdentity?: LookUpIdentity
  /**
   * People of the tenants, so that approvers are chosen by name and unknown ones are refused when a workflow is
   * published or tried. Without it, approvers are entered by id and not checked.
   */
  readonly members?: MemberDirectory
  /** Time between two calls of `lookUpIdentity` for a user, in milliseconds. @defaultValue 60_000 */
  readonly identityCheckMs?: number
}

/**
 * Creates or updates the tables, then proves that tenants are kept apart. With `print`, it changes nothing and answers
 * the SQL that it would run, for a database admin.
 *
 * @throws {@link TenonError} `DB_ROLE_REQUIRED` (details: `sql`), `DB_MIGRATION_FAILED`, `DB_RLS_BROKEN`.
 */
export interface Migrate {
  (): Promise<void>
  (options: { readonly print: true }): Promise<string>
}

/**
 * Tenon inside a host: web standard only. `@tenon/server/node` mounts it on `node:http`, Express and Fastify.
 */
export interface WorkflowServer {
  /**
   * Answers one request; never rejects. Paths outside the base path get a 404.
   *
   * @param context - Passed on to `authenticate`. @defaultValue `{}`
   */
  readonly fetch: (request: Request, context?: RequestContext) => Promise<Response>
  /**
   * Checks whether a path is one of the API's own, so that an adapter leaves every other path to the host.
   *
   * @param pathname - With the base path, percent-encoded as it arrived.
   */
  readonly isApiPath: (pathname: string) => boolean
  /** For a Hono host: answers the API's own paths and leaves every other path to the host. */
  readonly middleware: WorkflowMiddleware
  /** Entry for WebSockets; `attachWebSockets` uses it. */
  readonly sockets: ServerSockets
  /** Entry for other protocols; the adapters `@tenon/server/mcp` and `@tenon/server/a2a` use it. */
  readonly callers: ProtocolCallers
  /** Creates or updates the tables; run it before the server answers requests. */
  readonly migrate: Migrate
  /**
   * Starts to execute runs in this process.
   *
   * @throws {@link TenonError} `OPTIONS_INVALID` with `background: false`.
   */
  startWorker(): Promise<void>
  /**
   * Does for a limited time what workers do all the time: runs, timers, schedules, polls, requests of the host's transactions,
   * events and their deliveries, rollouts, expired data. For hosts without a process that lives on, from a route or a cron; any
   * number of ticks at once, in any number of processes, share the work. Ends early when nothing is due. A node that still runs
   * at the end of the budget is stopped and begins again in a later tick, as after a crash: give it a timeout below the budget.
   *
   * @returns The work that was done, and whether more was due when the budget was over.
   * @throws {@link TenonError} `OPTIONS_INVALID` for a faulty budget, `UNAVAILABLE` if the server is closing or Temporal does
   * not respond; errors of the database as they are.
   * @see docs/guides/serverless.md
   *
   * @example
   * ```ts
   * app.post('/internal/tick', async (c) => c.json(await automation.tick({ budgetMs: 50_000 })))
   * ```
   */
  tick(options: TickOptions): Promise<TickResult>
  /**
   * Closes everything that the server has opened; nothing acknowledged is lost. Later calls return the same promise. If
   * a part cannot be closed, the others are still closed, and then the promise rejects with the first error.
   */
  close(): Promise<void>
  /**
   * Closes every socket and event stream of a user with 4403, in every process that shares the bus, and takes away the
   * user's unused socket tickets. Call it when a user is removed, blocked or given another role; requests are not
   * affected, since `authenticate` is called for each of them.
   *
   * @throws {@link TenonError} `TENANT_INVALID`.
   */
  revoke(user: UserRef): Promise<void>
  /**
   * Requests a run in a transaction of the host, by one statement: the run starts after the commit, also if this process is
   * killed then; a rollback leaves nothing. Input and workflow are checked when it starts. A request that is refused then is
   * logged and listed by `GET /start-requests`.
   *
   * @throws {@link TenonError} `TRANSACTION_UNSUPPORTED`, `TRANSACTION_DATABASE_MISMATCH`, `TENANT_INVALID`,
   * `REQUEST_INVALID`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`, `IDEMPOTENCY_KEY_REUSED`. Errors of the transaction are thrown as
   * they are.
   *
   * @example
   * ```ts
   * await automation.start({ tx, tenantId, workflowId, input: order, dedupeKey: order.id })
   * ```
   */
  start(request: RunToRequest): Promise<RequestedRun>
  /**
   * Sends an event to the triggers of its type and to the runs that wait for it: at once, or with `tx` in a transaction of
   * the host, by one statement, after whose commit it is sent. The same event with the same `dedupeKey` again changes
   * nothing for 7 days.
   *
   * @throws {@link TenonError} `EVENT_TYPE_UNKNOWN`, `EVENT_PAYLOAD_INVALID`, `EVENT_ID_USED`, `TENANT_INVALID`,
   * `REQUEST_INVALID`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`; without `tx` also `EVENT_BUFFER_FULL`, `PAYLOAD_LIMIT_REACHED`;
   * with `tx` also `TRANSACTION_UNSUPPORTED`, `TRANSACTION_DATABASE_MISMATCH` and errors of the transaction as they are.
   *
   * @example
   * ```ts
   * await automation.emit({ tenantId, type: 'order.created', key: order.id, payload: order, dedupeKey: order.id })
   * ```
   */
  emit(event: EmitEvent): Promise<EmittedEvent>
  /**
   * Provides an account that the product has connected already: people choose it as any connection, and do not change it.
   * Only its name, fields and hosts are stored; its secrets are those that `resolveConnection` returns. Call it again when
   * something of it changes: node runs that wait for the account continue when it works again.
   *
   * @throws {@link TenonError} `TENANT_INVALID`, `REQUEST_INVALID`, `REFERENCE_NOT_FOUND`, `QUOTA_EXCEEDED`, `UNAVAILABLE`.
   *
   * @example
   * ```ts
   * await automation.provideConnection({ tenantId, key: 'crm', connector: 'hubspot', name: 'HubSpot of Acme' })
   * ```
   */
  provideConnection(connection: ProvidedConnection): Promise<{ readonly connectionId: string }>
  /**
   * Deletes a connection that the host has provided; node runs that use it fail from then on. Nothing happens if there is none.
   *
   * @throws {@link TenonError} `TENANT_INVALID`, `REQUEST_INVALID`, `UNAVAILABLE`.
   */
  withdrawConnection(connection: ProvidedConnectionRef): Promise<void>
  /**
   * Rotates the keys of the tenants, or of one, without downtime: each gets a new data key for new values, its data keys are
   * encrypted under the key that the key provider uses now, and stored values are encrypted again in the background, by every
   * process that executes runs. Earlier data keys stay readable. A rotation that is in progress continues, also after a crash,
   * and encrypts the data keys once more. It ends ten minutes after it began at the earliest: until then another process may
   * have the earlier key in memory.
   *
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `TENANT_INVALID`.
   */
  rotateKeys(options?: { readonly tenantId?: TenantId }): Promise<KeyRotationProgress>
  /** Reads the progress of the rotations that were requested. */
  keyRotation(): Promise<KeyRotationProgress>
  /** The API in process, as this identity: no HTTP, no authentication, the same rules. */
  for(identity: Identity): TenonClient
}
