import { createOpenApiDocument } from '@tenon/core/api'
import { textFieldsOf } from '@tenon/core/collab'
import { createNodeRegistry } from '@tenon/core/node'
import {
  checkRunLimits,
  createBackgroundDeletions,
  createDataTables,
  createFiles,
  createInlineInputReader,
  createModelLedger,
  postgresRunReader,
  type RuntimeTables,
} from '@tenon/runtime'
import { createEgress } from '@tenon/runtime/egress'
import { createDatabase } from '@tenon/runtime/postgres'
import { createStartRequestKeeper } from './accept-requests/start-request-keeper.ts'
import { createInProcessBus } from './bus/in-process-bus.ts'
import { emitEvent } from './bus-events/emit-event.ts'
import { createEventTypes } from './bus-events/event-types.ts'
import { createCallbackUrls } from './callbacks/callback-urls.ts'
import { checkServerOptions } from './check-options.ts'
import { closeInOrder } from './close-in-order.ts'
import { createConnections } from './connections/connections.ts'
import type { ServerContext } from './context.ts'
import { watchPool } from './database-source.ts'
import { createFileLinks } from './files/file-links.ts'
import { findFileType } from './files/find-file-type.ts'
import { createApp } from './http/app.ts'
import { createOriginLog } from './http/origin-log.ts'
import { normalizeBasePath } from './http/route-matcher.ts'
import { createInProcessClient } from './in-process-client.ts'
import { createDataUsage } from './limits/data-limits.ts'
import { resolveLimits } from './limits/limit-options.ts'
import { createTenantLimits } from './limits/tenant-limits.ts'
import { createLog } from './log/log.ts'
import type { WorkflowServerOptions } from './options.ts'
import { createSourceListeners } from './polls/source-listeners.ts'
import { createProtocolCallers } from './protocols/protocol-callers.ts'
import { createRetention } from './retention/data-retention.ts'
import type { RolloutIntervals } from './rollouts/rollout-intervals.ts'
import { createRolloutKeeper } from './rollouts/rollout-keeper.ts'
import { routeHandlers } from './routes/route-handlers.ts'
import { type ClockPace, createScheduleClock } from './schedules/schedule-clock.ts'
import { keyProviderOf } from './secrets/key-provider-of.ts'
import { createKeyRotations, type KeyRotationPace } from './secrets/key-rotations.ts'
import { createKeyring } from './secrets/keyring.ts'
import { secretFieldsIn } from './secrets/secret-fields.ts'
import { createSecretStore } from './secrets/secret-store.ts'
import { createServerSockets } from './sockets/server-sockets.ts'
import { startEngine } from './start-engine.ts'
import { requestRun } from './start-requests/request-run.ts'
import { createRunTails } from './streams/run-tails.ts'
import { createDraftAppender } from './tables/draft-appender.ts'
import { createMigrate } from './tables/migrate.ts'
import type { ServerTables } from './tables/server-tables.ts'
import { dropTickets } from './tables/ticket-repository.ts'
import { type Background, NO_BACKGROUND, noBackground } from './tick/no-background.ts'
import { createTicks } from './tick/tick.ts'
import { createConnectionSecrets } from './vault/connection-secrets.ts'
import { createConnectionVault } from './vault/connection-vault.ts'
import { connectorsOf, nodesOf } from './vault/connectors-of.ts'
import { createLookups } from './vault/look-up.ts'
import { provideConnection, withdrawConnection } from './vault/provide-connection.ts'
import { createSecretCache } from './vault/secret-cache.ts'
import { createTokenRefresh } from './vault/token-refresh.ts'
import { createEventKeeper } from './webhook-endpoints/event-keeper.ts'
import { createWebhookSecrets } from './webhook-endpoints/webhook-secrets.ts'
import { createWebhookAddresses } from './webhooks/webhook-addresses.ts'
import type { WorkflowServer } from './workflow-server-interface.ts'

/**
 * Creates the automation server of a host: workflows, drafts, versions, runs and approvals of all its tenants, over
 * HTTP and WebSockets. Nothing is opened or started before `migrate()`, the first request or `startWorker()`.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` with every faulty field and its remedy; `NODE_TYPE_DUPLICATE`,
 * `NODE_DEFINITION_INVALID` for `nodes`; `KEY_PROVIDER_REQUIRED` in production.
 *
 * @example
 * ```ts
 * const automation = createWorkflowServer({ database: { pool }, engine: embeddedEngine(), nodes, authenticate, publicUrl })
 * await automation.migrate()
 * await automation.startWorker()
 * ```
 */
export function createWorkflowServer(options: WorkflowServerOptions): WorkflowServer {
  return openWorkflowServer(options)
}

/** Creates a server as {@link createWorkflowServer} does, with other times for the work on rollouts, keys and schedules. */
export function openWorkflowServer(
  options: WorkflowServerOptions,
  intervals: Partial<RolloutIntervals> = {},
  rotationPace: Partial<KeyRotationPace> = {},
  clockPace: Partial<ClockPace> = {},
): WorkflowServer {
  checkServerOptions(options)
  const basePath = normalizeBasePath(options.basePath ?? '/')
  const origin = new URL(options.publicUrl).origin
  const allowedOrigins = (options.allowedOrigins ?? []).map((allowed) => new URL(allowed).origin)
  const database = createDatabase<ServerTables>(options.database, options.database)
  const runtimeDatabase = database.view<RuntimeTables>()
  const registry = createNodeRegistry(nodesOf(options))
  const egress = createEgress(options.egress)
  const bus = options.bus ?? createInProcessBus()
  const log = createLog(options.log)
  const source = watchPool(options.database, database, log)
  const { payloadStore } = options
  const reader = postgresRunReader(runtimeDatabase, payloadStore)
  const closing = new AbortController()
  const apiUrl = `${origin}${basePath}`
  let openApi: ReturnType<typeof createOpenApiDocument> | undefined
  let closed: Promise<void> | undefined
  const limits = resolveLimits(options.limits)
  const tenantLimits = createTenantLimits(limits, log)
  const runLimitsOf = checkRunLimits(options.runLimits, log)
  const retention = createRetention(database, options.retention, log)
  const deletions = createBackgroundDeletions()
  const lifetimeMs = options.socketLifetimeMs ?? 900_000
  const connections = createConnections({
    bus,
    log,
    now: Date.now,
    caps: { perTenant: limits.connectionsPerTenant, perUser: limits.connectionsPerUser },
    lifetimeMs,
    lookUpIdentity: options.lookUpIdentity,
    identityCheckMs: options.identityCheckMs ?? 60_000,
  })
  const secretFields = secretFieldsIn(registry.manifest)
  const keyring = createKeyring(database, keyProviderOf(options, registry.manifest, log), Date.now)
  const secrets = createSecretStore(database, keyring)
  const openRotations = () => createKeyRotations({ database, keyring, secrets, log, now: Date.now }, rotationPace)
  const rotations = openRotations()
  const callbacks = createCallbackUrls({ secrets, reader, apiUrl })
  const connectors = connectorsOf(options)
  const { secretManager: manager, resolveConnection: resolve } = options
  const readSecrets = createConnectionSecrets({ secrets, cache: createSecretCache(), manager, resolve })
  const refreshed = createTokenRefresh({ database, secrets, http: egress, bus, now: Date.now })
  const vault = createConnectionVault({ database, readSecrets, reader, connectors, refreshed })
  const { openConnection, checkParamsBy } = vault
  const revealed = { reveal: secrets.reveal, callbackUrl: callbacks.callbackUrl, openConnection, checkParamsBy }
  const files = createFiles({ database: runtimeDatabase, log, options: options.files ?? {}, findType: findFileType })
  const dataTables = createDataTables({
    ...{ database: runtimeDatabase, log },
    ...(options.dataTableLimits === undefined ? {} : { limitsOf: options.dataTableLimits }),
  })
  const models = createModelLedger({ database: runtimeDatabase, log, budgetsOf: options.modelBudgets })
  const dataUsage = createDataUsage({ reader, limitsOf: options.dataLimits, log, now: Date.now })
  const engine = startEngine(options.engine, {
    ...{ database: runtimeDatabase, reader, registry, egress, bus, log, files, dataTables, models, secrets: revealed },
    ...{ runLimitsOf, retention, ...(payloadStore === undefined ? {} : { payloadStore }) },
    checkChildInput: (tenantId, input) => dataUsage.checkValue(tenantId, input, ['input']),
  })
  const openRollouts = () => createRolloutKeeper({ database, engine, reader, bus, log, now: Date.now, intervals })
  const hasBackground = options.background ?? true
  const inBackground = <Keeper extends Partial<Background>>(keeper: Keeper): Keeper =>
    hasBackground ? keeper : { ...keeper, ...NO_BACKGROUND }
  const rollouts = inBackground(openRollouts())
  const startRequests = inBackground(createStartRequestKeeper(() => context))
  const eventKeeper = inBackground(createEventKeeper(() => context, options.onEvent))
  const context: ServerContext = {
    database,
    draftAppender: createDraftAppender(database),
    ...{ engine, rollouts, requiresWorkers: options.requireWorkers ?? true, hasBackground },
    ...{ runLimitsOf, retention, deletions, payloadStore, files, dataTables, models, startRequests, eventKeeper },
    fileLinks: createFileLinks(secrets, apiUrl),
    eventTypes: createEventTypes(options.events),
    dataUsage,
    callbacks,
    addresses: createWebhookAddresses(secrets, apiUrl),
    formAddresses: createWebhookAddresses(secrets, apiUrl, 'form'),
    forms: options.forms ?? {},
    webhookSecrets: createWebhookSecrets(secrets),
    reader,
    openInlineInputs: createInlineInputReader(runtimeDatabase, registry, payloadStore),
    registry,
    secrets,
    secretFields,
    secretManagerTitle: manager?.title ?? null,
    ...{ vault, egress, lookups: createLookups({ vault, http: egress, now: Date.now }) },
    textFields: textFieldsOf(registry.manifest),
    bus,
    log,
    now: Date.now,
    connections,
    limits: tenantLimits,
    members: options.members ?? null,
    runTails: createRunTails({ bus, reader }),
    apiUrl,
    pageOrigins: [origin, ...allowedOrigins],
    openApi: () => {
      openApi ??= createOpenApiDocument({ serverUrl: apiUrl })
      return openApi
    },
    closing: closing.signal,
  }
  const clock = createScheduleClock(context, clockPace)
  const sources = createSourceListeners(context)
  const ticks = createTicks(context, (server) => ({
    schedules: createScheduleClock(server, clockPace),
    requests: createStartRequestKeeper(() => server),
    events: createEventKeeper(() => server, options.onEvent),
    others: [openRollouts(), openRotations()],
  }))
  const logOrigin = createOriginLog(log, [origin, ...allowedOrigins])
  const { authenticate, bodyTimeoutMs = 20_000 } = options
  const app = createApp(context, routeHandlers, {
    basePath,
    origin,
    allowedOrigins,
    logOrigin,
    authenticate,
    bodyTimeoutMs,
  })
  const sockets = createServerSockets(context, {
    basePath,
    origins: [origin, ...allowedOrigins],
    logOrigin,
    authenticate,
    lifetimeMs,
  })

  return {
    fetch: (request, requestContext = {}) => {
      // Runs are requested and events are sent where there is a server, also without a worker in this process.
      startRequests.start()
      eventKeeper.start()
      return app.fetch(request, { context: requestContext })
    },
    isApiPath: app.isApiPath,
    middleware: (c, next) => {
      startRequests.start()
      eventKeeper.start()
      return app.middleware(c, next)
    },
    sockets,
    callers: createProtocolCallers(context, app, { authenticate, logOrigin, bodyTimeoutMs }),
    migrate: createMigrate(database, options.database),
    tick: ticks.tick,
    async startWorker() {
      if (!hasBackground) throw noBackground()
      await engine.startWorker()
      rollouts.start()
      rotations.start()
      clock.start()
      sources.start()
      startRequests.start()
      eventKeeper.start()
    },
    close() {
      closing.abort()
      // First the requests that wait for runs: they end at once, with the database. The bus before the database: it may
      // hold one of its connections.
      closed ??= closeInOrder([
        tenantLimits.held,
        ticks,
        sockets,
        connections,
        deletions,
        sources,
        clock,
        startRequests,
        eventKeeper,
        rollouts,
        rotations,
        engine,
        egress,
        bus,
        source,
      ])
      return closed
    },
    async revoke({ tenantId, userId }) {
      // The tickets first: none of them opens a socket after those that are open were closed.
      await database.withTenant(tenantId, (tx) => dropTickets(tx, tenantId, userId))
      connections.revoke({ tenantId, userId })
    },
    start: (request) => requestRun(context, request),
    emit: (event) => emitEvent(context, event),
    provideConnection: (given) => provideConnection(context, given),
    withdrawConnection: (ref) => withdrawConnection(context, ref),
    rotateKeys: ({ tenantId } = {}) => (hasBackground ? rotations.rotate(tenantId) : rotations.request(tenantId)),
    keyRotation: () => rotations.progress(),
    for: (identity) => createInProcessClient(context, app, identity),
  }
}
