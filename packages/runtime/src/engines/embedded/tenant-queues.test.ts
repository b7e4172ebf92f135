import { node, withPolicy, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { compile } from '../../interpreter/compile.ts'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../postgres/tables.ts'
import { findObstacles } from '../../store/obstacles.ts'
import { openEmbedded, testDeps } from '../../testing/embedded.ts'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { startRun } from '../../testing/run-driver.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'
import { embeddedEngine } from './embedded-engine.ts'
import type { EmbeddedEngineOptions } from './embedded-options.ts'

/** @see docs/adr/0106-a-tenant-has-a-task-queue.md */
const OPTIONS: EmbeddedEngineOptions = {
  leaseMs: 60_000,
  pollIntervalMs: 50,
  tenantQueueOf: (tenantId) => (tenantId.startsWith('large') ? 'large' : null),
}
const { registry, probes } = createTestNodes()
const working = workflow([node('start', 'start'), node('a', 'probe'), node('end', 'end')], ['start>a', 'a>end'])
const parking = workflow(
  [
    node('start', 'start'),
    withPolicy(node('a', 'probe', { failedCalls: 1 }), { onError: 'park', retry: { maximumAttempts: 1 } }),
  ],
  ['start>a'],
)

let server: TestPostgres
let url: string
let closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  server = await startTestPostgres()
})
beforeEach(async () => {
  url = await server.createDatabase()
  await migrateRuntime(open())
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  closing = []
})
afterAll(() => server.stop())

function open(): RuntimeDatabase {
  const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url, max: 5 }) })
  closing.push(() => database.close())
  return database
}

async function worker(options: EmbeddedEngineOptions = {}) {
  const under = await openEmbedded(open(), registry, { ...OPTIONS, ...options })
  closing.push(() => under.close())
  return { ...under, registry }
}

/** An engine of a process that answers requests only. */
function api() {
  const deps = testDeps(open(), registry)
  const engine = embeddedEngine(OPTIONS)(deps)
  closing.push(() => engine.close())
  return { ...deps, engine }
}

/** Returns the requirements of a run that waits for a worker. */
async function requiresOf(database: RuntimeDatabase, run: { readonly tenantId: string; readonly runId: string }) {
  const rows = await database.withTenant(run.tenantId, (tx) =>
    tx
      .selectFrom('run_ready')
      .innerJoin('run_requirements', (join) =>
        join
          .onRef('run_requirements.tenant_id', '=', 'run_ready.tenant_id')
          .onRef('run_requirements.requires_key', '=', 'run_ready.requires_key'),
      )
      .select(['run_ready.requires_key', 'capabilities'])
      .where('run_id', '=', run.runId)
      .execute(),
  )
  return rows[0]
}

/** The parking workflow with nodes behind the one that parks. */
const laterPlan = () =>
  compile(
    workflow([...parking.nodes, node('s', 'set'), node('end', 'end')], ['start>a', 'a>s', 's>end']),
    registry.manifest,
  )

test('runs of a tenant with a queue wait for a worker of the queue, and others do not', async () => {
  const common = await worker()
  // Started by the worker itself, which leaves it to others.
  const large = await startRun(common, working, { tenantId: 'large-1' })
  const small = await startRun(common, working, { tenantId: 'small-1' })
  expect(await small.ended()).toMatchObject({ status: 'completed' })
  expect(probes.callsOf(large.runId, 'a')).toEqual([])
  const obstacles = await findObstacles(common.database)
  expect(obstacles).toEqual(['task queue "large"'])
  await worker({ tenantQueues: ['large'] })
  expect(await large.ended()).toMatchObject({ status: 'completed' })
  expect(probes.callsOf(large.runId, 'a')).toHaveLength(1)
  expect(await findObstacles(common.database)).toEqual([])
})

test('a run of a queue stays in it after it was parked, and any worker cancels one', async () => {
  const from = api()
  await worker()
  const served = await worker({ tenantQueues: ['large'] })
  const parked = await startRun(from, parking, { tenantId: 'large-2' })
  await parked.untilEvent((event) => event.type === 'node_parked')
  await served.close()
  const waiting = await startRun(from, working, { tenantId: 'large-2' })
  await from.engine.cancel(waiting.tenantId, waiting.runId, null)
  expect(await waiting.ended()).toMatchObject({ status: 'canceled' })
  await from.engine.cancel(parked.tenantId, parked.runId, null)
  expect(await parked.ended()).toMatchObject({ status: 'canceled' })
})

test('a run that moves to another version stays in the queue of its tenant', async () => {
  const from = api()
  const served = await worker({ tenantQueues: ['large'] })
  const run = await startRun(from, parking, { tenantId: 'large-3' })
  await run.untilEvent((event) => event.type === 'node_parked')
  const before = await requiresOf(from.database, run)
  expect(before?.capabilities).toContain('queue:large')
  const request = { requestId: 'm', actor: null, version: '2', plan: laterPlan() }
  await served.engine.migrate(run.tenantId, run.runId, request)
  await run.untilEvent((event) => event.type === 'run_migrated')
  const after = await requiresOf(from.database, run)
  expect(after?.requires_key).not.toBe(before?.requires_key)
  expect(after?.capabilities).toContain('queue:large')
})

test('a move that was requested before the queue of a tenant changed gives the run the new queue', async () => {
  const from = api()
  await worker({ tenantQueues: ['large', 'renamed'], tenantQueueOf: () => 'renamed' })
  const run = await startRun(from, parking, { tenantId: 'large-4' })
  await run.untilEvent((event) => event.type === 'node_parked')
  await from.engine.migrate(run.tenantId, run.runId, { requestId: 'm', actor: null, version: '2', plan: laterPlan() })
  await run.untilEvent((event) => event.type === 'run_migrated')
  expect((await requiresOf(from.database, run))?.capabilities).toContain('queue:renamed')
  const parkedId = (
    await from.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('waits').select('approval_id').where('run_id', '=', run.runId).executeTakeFirstOrThrow(),
    )
  ).approval_id
  const resolution = { resolution: { kind: 'retry' }, actor: null } as const
  expect(await from.engine.resolveParked(run.tenantId, parkedId, resolution)).toMatchObject({ outcome: 'accepted' })
  expect(await run.ended()).toMatchObject({ status: 'completed' })
})
