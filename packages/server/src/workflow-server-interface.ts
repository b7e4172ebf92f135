import type { Identity } from '@tenon/core/api'
import type { TenonClient } from '@tenon/core/client'
import type { TenantId } from '@tenon/core/document'
import type { EmitEvent, EmittedEvent } from './bus-events/emit-event.ts'
import type { UserRef } from './connections/revocations.ts'
import type { ProtocolCallers } from './protocols/protocol-callers.ts'
import type { RequestContext } from './request-context.ts'
import type { KeyRotationProgress } from './secrets/key-rotations.ts'
import type { ServerSockets } from './sockets/server-sockets-types.ts'
import type { RequestedRun, RunToRequest } from './start-requests/request-run.ts'
import type { TickOptions, TickResult } from './tick/tick.ts'
import type { ProvidedConnection, ProvidedConnectionRef } from './vault/provide-connection.ts'

/**
 * Middleware of a Hono host, by structure: any Hono 4 takes it, whatever its copy or minor version.
 *
 * @param c - Hono's context; `authenticate` receives it as `context.c`.
 */
export type WorkflowMiddleware = (
  c: { readonly req: { readonly raw: Request } },
  next: () => Promise<void>,
) => Promise<Response | undefined>

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
