import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { HttpClient, NodeRegistry, SqlResult } from '@tenon/core/node'
import type { Bus } from '../bus.ts'
import type { AccountClients } from '../egress/logins.ts'
import type { EngineDeps } from '../engine.ts'
import { embeddedEngine } from '../engines/embedded/embedded-engine.ts'
import type { EmbeddedEngineOptions } from '../engines/embedded/embedded-options.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import { inMemoryBus } from './in-memory-bus.ts'
import { testConnections } from './test-connections.ts'
import type { EngineUnderTest } from './test-engine.ts'

/** Clients of tests: HTTP refuses all requests, and a database answers with what it is asked, a mail server with its user. */
const closedEgress: HttpClient & AccountClients = {
  sql: {
    read: async ({ login }) => rowOf({ user: login.user }),
    write: async ({ login }, { completionKey }, { timeoutMs }) => rowOf({ user: login.user, completionKey, timeoutMs }),
  },
  mail: {
    send: async ({ login }, { idempotencyKey, to }) => ({
      ...{ messageId: `${idempotencyKey} of ${login.user}`, accepted: to, rejected: [], refusals: [] },
    }),
    verify: async () => undefined,
  },
  request: async () => {
    throw new TenonError('EGRESS_REFUSED', 'Tests must not send requests')
  },
  fetch: async () => {
    throw new TenonError('EGRESS_REFUSED', 'Tests must not send requests')
  },
}

function rowOf(row: JsonObject): SqlResult {
  return { rows: [row], rowCount: 1, isTruncated: false, isRepeated: false }
}

/** Beginning of the ids of tenants that may have 2 runs in progress and 3 in the queue. */
export const LIMITED_TENANT = 'limited-'

/** Creates the dependencies of an engine in a test. */
export function testDeps(database: RuntimeDatabase, registry: NodeRegistry): EngineDeps {
  const log = () => undefined
  const reader = postgresRunReader(database)
  return {
    secrets: testConnections(database, reader),
    runLimitsOf: (tenantId) => (tenantId.startsWith(LIMITED_TENANT) ? { inProgress: 2, queued: 3 } : {}),
    database,
    reader,
    registry,
    egress: closedEgress,
    bus: inMemoryBus(),
    log,
  }
}

/**
 * Opens an embedded engine with a worker on a database.
 *
 * @param bus - Shared by the engines of one database. @defaultValue a bus of its own
 */
export async function openEmbedded(
  database: RuntimeDatabase,
  registry: NodeRegistry,
  options: EmbeddedEngineOptions = {},
  bus: Bus = inMemoryBus(),
): Promise<EngineUnderTest> {
  const deps = { ...testDeps(database, registry), bus }
  const engine = embeddedEngine({ cancelGraceMs: 300, pollIntervalMs: 200, drainMs: 100, ...options })(deps)
  await engine.startWorker()
  return { engine, reader: deps.reader, bus: deps.bus, database, close: () => engine.close() }
}
