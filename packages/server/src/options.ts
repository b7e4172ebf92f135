import type { Identity } from '@tenon/core/api'
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
import type { EventOptions } from './bus-events/event-types.ts'
import type { LookUpIdentity } from './connections/look-up-identity.ts'
import type { FormOptions } from './forms/form-options.ts'
import type { DataLimitsOf } from './limits/data-limits.ts'
import type { LimitOptions } from './limits/limit-options.ts'
import type { MemberDirectory } from './members/member-directory.ts'
import type { RequestContext } from './request-context.ts'
import type { RetentionOf } from './retention/retention-options.ts'
import type { ResolveConnection, SecretManager } from './vault/kept-elsewhere.ts'
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
