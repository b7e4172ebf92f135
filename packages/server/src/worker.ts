import { createNodeRegistry } from '@tenon/core/node'
import { createDataTables, createFiles, createModelLedger, postgresRunReader, type RuntimeTables } from '@tenon/runtime'
import { createEgress } from '@tenon/runtime/egress'
import { createDatabase } from '@tenon/runtime/postgres'
import { createInProcessBus } from './bus/in-process-bus.ts'
import { createCallbackUrls } from './callbacks/callback-urls.ts'
import { checkWorkerOptions } from './check-options.ts'
import { closeInOrder } from './close-in-order.ts'
import { watchPool } from './database-source.ts'
import { findFileType } from './files/find-file-type.ts'
import { normalizeBasePath } from './http/route-matcher.ts'
import { createDataUsage } from './limits/data-limits.ts'
import { createLog } from './log/log.ts'
import type { WorkflowServerOptions } from './options.ts'
import { createRetention } from './retention/data-retention.ts'
import type { RetentionOf } from './retention/retention-options.ts'
import { createRolloutKeeper } from './rollouts/rollout-keeper.ts'
import { keyProviderOf } from './secrets/key-provider-of.ts'
import { createKeyRotations } from './secrets/key-rotations.ts'
import { createKeyring } from './secrets/keyring.ts'
import { createSecretStore } from './secrets/secret-store.ts'
import { startEngine } from './start-engine.ts'
import { createMigrate } from './tables/migrate.ts'
import type { ServerTables } from './tables/server-tables.ts'
import { createConnectionSecrets } from './vault/connection-secrets.ts'
import { createConnectionVault } from './vault/connection-vault.ts'
import { connectorsOf, nodesOf } from './vault/connectors-of.ts'
import { createSecretCache } from './vault/secret-cache.ts'
import { createTokenRefresh } from './vault/token-refresh.ts'
import type { Migrate } from './workflow-server-interface.ts'

/** Options of {@link createWorker}: the same as for its servers, without those for HTTP. */
export interface WorkerOptions
  extends Pick<
    WorkflowServerOptions,
    | 'database'
    | 'engine'
    | 'nodes'
    | 'runLimits'
    | 'dataLimits'
    | 'payloadStore'
    | 'files'
    | 'dataTableLimits'
    | 'modelBudgets'
    | 'egress'
    | 'bus'
    | 'log'
    | 'keyProvider'
    | 'connectors'
    | 'secretManager'
    | 'resolveConnection'
  > {
  /** That of the servers: the worker deletes what has expired. @defaultValue the worker deletes nothing */
  readonly retention?: RetentionOf
  /** That of the servers, for the callback URLs of runs. @defaultValue nodes that send a callback URL fail */
  readonly publicUrl?: string
  /** That of the servers, for the callback URLs of runs. @defaultValue '/' */
  readonly basePath?: string
}

/** A process that executes runs and answers no requests. */
export interface WorkflowWorker {
  /** Creates or updates the tables; run it before `start`. */
  readonly migrate: Migrate
  /** Starts to execute runs in this process. */
  start(): Promise<void>
  /** Drains running nodes, then stops; nothing acknowledged is lost. Later calls return the same promise. */
  close(): Promise<void>
}

/**
 * Creates a worker apart from the processes that answer requests. Any number of them share the runs of one Postgres.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` with every faulty field; `NODE_TYPE_DUPLICATE`, `KEY_PROVIDER_REQUIRED`.
 *
 * @example
 * ```ts
 * const worker = createWorker({ database: { pool }, engine: embeddedEngine(), nodes })
 * await worker.start()
 * ```
 */
export function createWorker(options: WorkerOptions): WorkflowWorker {
  checkWorkerOptions(options)
  const log = createLog(options.log)
  const database = createDatabase<ServerTables>(options.database, options.database)
  const source = watchPool(options.database, database, log)
  const registry = createNodeRegistry(nodesOf(options))
  const egress = createEgress(options.egress)
  const bus = options.bus ?? createInProcessBus()
  const keyring = createKeyring(database, keyProviderOf(options, registry.manifest, log), Date.now)
  const secrets = createSecretStore(database, keyring)
  const rotations = createKeyRotations({ database, keyring, secrets, log, now: Date.now })
  const runtimeDatabase = database.view<RuntimeTables>()
  const { publicUrl, basePath = '/', runLimits, payloadStore } = options
  const reader = postgresRunReader(runtimeDatabase, payloadStore)
  // Deleted runs cannot be restored: a worker without the option must not delete what the servers keep.
  const retention = options.retention && createRetention(database, options.retention, log)
  const apiUrl = publicUrl === undefined ? null : `${new URL(publicUrl).origin}${normalizeBasePath(basePath)}`
  const { callbackUrl } = createCallbackUrls({ secrets, reader, apiUrl })
  const connectors = connectorsOf(options)
  const { secretManager: manager, resolveConnection: resolve } = options
  const readSecrets = createConnectionSecrets({ secrets, cache: createSecretCache(), manager, resolve })
  const refreshed = createTokenRefresh({ database, secrets, http: egress, bus, now: Date.now })
  const { openConnection, checkParamsBy } = createConnectionVault({
    database,
    readSecrets,
    reader,
    connectors,
    refreshed,
  })
  const revealed = { reveal: secrets.reveal, callbackUrl, openConnection, checkParamsBy }
  const files = createFiles({ database: runtimeDatabase, log, options: options.files ?? {}, findType: findFileType })
  const dataTables = createDataTables({
    ...{ database: runtimeDatabase, log },
    ...(options.dataTableLimits === undefined ? {} : { limitsOf: options.dataTableLimits }),
  })
  const models = createModelLedger({ database: runtimeDatabase, log, budgetsOf: options.modelBudgets })
  const dataUsage = createDataUsage({ reader, limitsOf: options.dataLimits, log, now: Date.now })
  const engine = startEngine(options.engine, {
    ...{ database: runtimeDatabase, reader, registry, egress, bus, log, files, dataTables, models, secrets: revealed },
    ...(retention === undefined ? {} : { retention }),
    ...(runLimits === undefined ? {} : { runLimitsOf: runLimits }),
    ...(payloadStore === undefined ? {} : { payloadStore }),
    checkChildInput: (tenantId, input) => dataUsage.checkValue(tenantId, input, ['input']),
  })
  const rollouts = createRolloutKeeper({ database, engine, reader, bus, log, now: Date.now })
  let closed: Promise<void> | undefined
  return {
    migrate: createMigrate(database, options.database),
    async start() {
      await engine.startWorker()
      rollouts.start()
      rotations.start()
    },
    close() {
      closed ??= closeInOrder([rollouts, rotations, engine, egress, bus, source])
      return closed
    },
  }
}
