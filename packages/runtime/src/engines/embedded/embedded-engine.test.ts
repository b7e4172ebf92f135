import { randomUUID } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../postgres/tables.ts'
import { verifyRunLog } from '../../store/verify-run-log.ts'
import { openEmbedded, testDeps } from '../../testing/embedded.ts'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { expire, retentionOfOne } from '../../testing/retention-of-one.ts'
import { drivenRun, startRun } from '../../testing/run-driver.ts'
import type { EngineUnderTest } from '../../testing/test-engine.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'
import { embeddedEngine } from './embedded-engine.ts'
import type { EmbeddedEngineOptions } from './embedded-options.ts'

const QUICK: EmbeddedEngineOptions = { leaseMs: 1_000, pollIntervalMs: 100 }

const gated = workflow(
  [node('start', 'start'), node('a', 'probe', { isGated: true }), node('b', 'probe'), node('end', 'end')],
  ['start>a', 'a>b', 'b>end'],
)

let server: TestPostgres
let url: string
let closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  server = await startTestPostgres()
  url = await server.createDatabase()
  const database = open(url)
  await migrateRuntime(database)
  await database.close()
  closing = []
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  closing = []
})
afterAll(() => server.stop())

function open(connectionString: string, max = 5): RuntimeDatabase {
  const pool = new pg.Pool({ connectionString, max })
  // A connection that the test cuts reports here; the pool makes another.
  pool.on('error', () => undefined)
  const database = createDatabase<RuntimeTables>({ pool })
  closing.push(() => database.close())
  return database
}

/** An engine as a process of its own would have it: its own pool, its own bus. */
async function worker(options: EmbeddedEngineOptions = {}, nodes = createTestNodes(), database = open(url)) {
  const under: EngineUnderTest = await openEmbedded(database, nodes.registry, { ...QUICK, ...options })
  closing.push(() => under.close())
  return { ...under, registry: nodes.registry, probes: nodes.probes }
}

describe('embeddedEngine', () => {
  test('keeps runs that are started before any worker, and executes them later', async () => {
    const nodes = createTestNodes()
    const deps = testDeps(open(url), nodes.registry)
    const engine = embeddedEngine(QUICK)(deps)
    closing.push(() => engine.close())
    const handle = { ...deps, engine }
    const run = await startRun(handle, workflow([node('start', 'start'), node('a', 'probe')], ['start>a']))
    expect(await deps.reader.getRun(run.tenantId, run.runId)).toMatchObject({ status: 'running' })
    expect(nodes.probes.calls).toEqual([])
    await engine.startWorker()
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.calls).toHaveLength(1)
  })

  test('a tick leaves a run that cannot be driven to the next one', async () => {
    const database = open(await server.createDatabase())
    await migrateRuntime(database)
    const deps = testDeps(database, createTestNodes().registry)
    const engine = embeddedEngine(QUICK)(deps)
    const run = await startRun({ ...deps, engine }, gated)
    await database.withTenant(run.tenantId, (tx) => tx.updateTable('run_log').set({ events: '[' }).execute())
    const tick = await engine.openTickWorker()
    try {
      expect(await tick.work(AbortSignal.timeout(20_000))).toBe(true)
      expect(tick.runs).toBe(1)
    } finally {
      await tick.close(500)
      await engine.close()
    }
  })

  test('deletes what has expired while its worker runs', async () => {
    const database = open(await server.createDatabase())
    await migrateRuntime(database)
    const nodes = createTestNodes()
    const tenantId = `t-${randomUUID()}`
    const deps = { ...testDeps(database, nodes.registry), retention: retentionOfOne(tenantId) }
    const engine = embeddedEngine(QUICK)(deps)
    closing.push(() => engine.close())
    await engine.startWorker()
    const run = await startRun({ ...deps, engine }, workflow([node('start', 'start')], []), { tenantId })
    await run.ended()
    await expire(database, run)
    await expect.poll(() => deps.reader.getRun(tenantId, run.runId), { timeout: 10_000 }).toBeNull()
  })

  test('tries a run that cannot be read again at growing intervals', async () => {
    const database = open(await server.createDatabase())
    await migrateRuntime(database)
    const nodes = createTestNodes()
    const starter = embeddedEngine(QUICK)(testDeps(database, nodes.registry))
    const run = await startRun({ ...testDeps(database, nodes.registry), engine: starter }, gated)
    await starter.close()
    await database.withTenant(run.tenantId, (tx) => tx.updateTable('run_log').set({ events: '[' }).execute())
    const intervals: unknown[] = []
    let resolve = (): void => undefined
    const twice = new Promise<void>((done) => {
      resolve = done
    })
    const log = (_level: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (message !== 'run.drive_failed: retrying' || fields['runId'] !== run.runId) return
      intervals.push(fields['retryInMs'])
      if (intervals.length === 2) resolve()
    }
    const engine = embeddedEngine(QUICK)({ ...testDeps(database, nodes.registry), log })
    closing.push(() => engine.close())
    await engine.startWorker()
    await twice
    expect(intervals).toEqual([1_000, 2_000])
  })

  test('lets bodies end when it closes, and leaves the rest of the run to others', async () => {
    const nodes = createTestNodes()
    const first = await worker({ drainMs: 20_000 }, nodes)
    const run = await startRun(first, gated)
    await nodes.probes.reached(run.runId, 'a')
    const closed = first.engine.close()
    nodes.probes.open(run.runId, 'a')
    await closed
    expect(nodes.probes.callsOf(run.runId, 'b')).toEqual([])
    const second = await worker({}, nodes)
    const same = drivenRun(second, run.tenantId, run.runId)
    expect(await same.ended()).toMatchObject({ status: 'completed' })
    expect((await same.events()).some((event) => event.type === 'attempt_lost')).toBe(false)
  })

  test('stops bodies that take too long when it closes; their attempts count as lost', async () => {
    const nodes = createTestNodes()
    const first = await worker({ drainMs: 50 }, nodes)
    const run = await startRun(first, gated)
    await nodes.probes.reached(run.runId, 'a')
    await first.engine.close()
    expect(nodes.probes.aborted).toEqual([`${run.runId}/a`])
    nodes.probes.open(run.runId, 'a')
    const second = await worker({}, nodes)
    const same = drivenRun(second, run.tenantId, run.runId)
    expect(await same.ended()).toMatchObject({ status: 'completed' })
    const lost = (await same.events()).filter((event) => event.type === 'attempt_lost')
    expect(lost).toMatchObject([{ nodeRunId: 'a', data: { attempt: 1 } }])
    expect(nodes.probes.callsOf(run.runId, 'a').map((call) => call.attempt)).toEqual([1, 2])
  })

  test('takes decisions and cancelations in that another process has received', async () => {
    const nodes = createTestNodes()
    const first = await worker({}, nodes)
    const second = await worker({}, nodes)
    const review = workflow(
      [node('start', 'start'), node('review', 'approval', { title: 'x' }), node('a', 'probe', { isGated: true })],
      ['start>review', 'review:approve>a'],
    )
    const run = await startRun(first, review)
    const there = drivenRun(second, run.tenantId, run.runId)
    await there.decide((await there.approvalOf('review')).approvalId, 'approve')
    await nodes.probes.reached(run.runId, 'a')
    await first.engine.cancel(run.tenantId, run.runId, null)
    expect(await run.ended()).toMatchObject({ status: 'canceled' })
    expect(nodes.probes.aborted).toEqual([`${run.runId}/a`])
  })

  test('runs no more bodies at once than it may', async () => {
    const nodes = createTestNodes()
    const { engine, reader, bus, registry, probes } = await worker({ concurrency: 3 }, nodes)
    const handle = { engine, reader, bus, registry }
    const runs = await Promise.all(Array.from({ length: 8 }, () => startRun(handle, gated)))
    await expect.poll(() => probes.calls.length).toBe(3)
    const [first] = probes.calls
    probes.open(first?.runId ?? '', 'a')
    await expect.poll(() => probes.calls.length).toBeGreaterThan(3)
    const running = probes.calls.filter((call) => call.nodeRunId === 'a' && call.runId !== first?.runId)
    expect(running.length).toBeLessThanOrEqual(3)
    for (const run of runs) probes.open(run.runId, 'a')
    for (const run of runs) await run.ended()
  })

  test('stores an outcome and the start that follows from it in one append, also with a single slot', async () => {
    let appends = 0
    const database = open(url)
    const counted: RuntimeDatabase = {
      ...database,
      call: (statement, values) => {
        appends += 1
        return database.call(statement, values)
      },
    }
    const nodes = createTestNodes()
    const { engine, reader, bus } = await worker({ concurrency: 1 }, nodes, counted)
    const ids = ['a', 'b', 'c']
    const chain = workflow([node('start', 'start'), ...ids.map((id) => node(id, 'probe'))], ['start>a', 'a>b', 'b>c'])
    const run = await startRun({ engine, reader, bus, registry: nodes.registry }, chain)
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    // One for the start of the run with that of `a`, then one for each outcome.
    expect(appends).toBe(1 + ids.length)
  })

  test('does not let the many runs of one tenant hold up another', async () => {
    const nodes = createTestNodes()
    const handle = await worker({ concurrency: 1 }, nodes)
    const one = workflow([node('start', 'start'), node('a', 'probe', { isGated: true })], ['start>a'])
    const busy = `t-${randomUUID()}`
    const many = []
    for (let index = 0; index < 10; index += 1) many.push(await startRun(handle, one, { tenantId: busy }))
    const single = await startRun(handle, one)
    await expect.poll(async () => (await single.events()).some(({ type }) => type === 'node_scheduled')).toBe(true)
    const order = () => nodes.probes.calls.map((call) => call.runId)
    // One after the other: on a busy machine its node does not wait for the slot yet.
    for (let ended = 0; !order().includes(single.runId); ended += 1) {
      await expect.poll(() => order().length).toBeGreaterThan(ended)
      nodes.probes.open(order()[ended] ?? '', 'a')
    }
    for (const run of [...many, single]) nodes.probes.open(run.runId, 'a')
    for (const run of [...many, single]) await run.ended()
    expect(order().indexOf(single.runId)).toBeLessThan(4)
  })

  test('does not repeat a body because the database was away when it ended', async () => {
    const away = await server.createDatabase()
    const database = open(away)
    await migrateRuntime(database)
    const nodes = createTestNodes()
    const handle = await worker({}, nodes, database)
    const run = await startRun(handle, gated)
    await nodes.probes.reached(run.runId, 'a')
    const admin = new pg.Client({ connectionString: server.connectionString })
    await admin.connect()
    const name = new URL(away).pathname.slice(1)
    await admin.query(`alter database ${name} allow_connections false`)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    nodes.probes.open(run.runId, 'a')
    await expect(handle.reader.getRun(run.tenantId, run.runId)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await admin.query(`alter database ${name} allow_connections true`)
    await admin.end()
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
    expect(nodes.probes.callsOf(run.runId, 'b')).toHaveLength(1)
  })

  test('comes to its end when it closes, also while the outcome of a canceled body cannot be stored', async () => {
    let isAway = false
    const database = open(url)
    const cut: RuntimeDatabase = {
      ...database,
      call: async (statement, values) => {
        if (isAway) throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
        // With the cancelation the database takes the last append.
        isAway = JSON.stringify(values).includes('cancel_requested')
        return database.call(statement, values)
      },
    }
    const nodes = createTestNodes()
    const first = await worker({ drainMs: 50 }, nodes, cut)
    const run = await startRun(first, gated)
    await nodes.probes.reached(run.runId, 'a')
    await first.engine.cancel(run.tenantId, run.runId, null)
    await expect.poll(() => nodes.probes.aborted).toEqual([`${run.runId}/a`])
    await first.engine.close()
    const second = await worker()
    expect(await drivenRun(second, run.tenantId, run.runId).ended()).toMatchObject({ status: 'canceled' })
  })

  test('keeps a run until the cancelation of a node that no worker runs is stored', async () => {
    const database = open(url)
    const isCancelation = (values: readonly unknown[]) => JSON.stringify(values).includes('node_canceled')
    const refused: unknown[] = []
    const refusing: RuntimeDatabase = {
      ...database,
      call: async (statement, values) => {
        if (!isCancelation(values)) return database.call(statement, values)
        refused.push(values)
        throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
      },
    }
    const looks: (readonly unknown[])[] = []
    const watched: RuntimeDatabase = {
      ...database,
      call: async (statement, values) => {
        // Time enough to give the run back, if a worker means to.
        while (isCancelation(values) && looks.length < 20) {
          const ready = await database.withSystem((tx) => tx.selectFrom('run_ready').select('run_id').execute())
          looks.push(ready.map((row) => row.run_id))
        }
        return database.call(statement, values)
      },
    }
    const nodes = createTestNodes()
    const first = await worker({}, nodes, refusing)
    const retry = { initialInterval: '1h', maximumAttempts: 3 } as const
    const failing = withPolicy(node('a', 'probe', { failures: 1 }), { retry })
    const run = await startRun(first, workflow([node('start', 'start'), failing], ['start>a']))
    await run.untilEvent((event) => event.type === 'node_error')
    await first.engine.cancel(run.tenantId, run.runId, null)
    await expect.poll(() => refused.length).toBeGreaterThan(0)
    await first.engine.close()
    const second = await worker({}, nodes, watched)
    expect(await drivenRun(second, run.tenantId, run.runId).ended()).toMatchObject({ status: 'canceled' })
    expect(looks).toHaveLength(20)
    for (const ready of looks) expect(ready).toContain(run.runId)
  })

  test('lets one outcome count when a worker was taken for dead that was not', async () => {
    const nodes = createTestNodes()
    const first = await worker({ leaseMs: 60_000 }, nodes)
    const run = await startRun(first, gated)
    await nodes.probes.reached(run.runId, 'a')
    await first.database.withSystem((tx) => tx.deleteFrom('workers').execute())
    const second = await worker({}, nodes)
    const there = drivenRun(second, run.tenantId, run.runId)
    await there.untilEvent((event) => event.id === 'a/1/2/started')
    // Both bodies run now, and both end.
    nodes.probes.open(run.runId, 'a')
    expect(await there.ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(run.runId, 'a').map((call) => call.attempt)).toEqual([1, 2])
    expect(nodes.probes.callsOf(run.runId, 'b')).toHaveLength(1)
    expect((await there.events()).filter((event) => event.id === 'a/1/outcome')).toHaveLength(1)
    expect(await verifyRunLog(first.database, run.tenantId, run.runId)).toMatchObject({ isIntact: true })
  })

  test('renews a lease that was taken from it, and goes on', async () => {
    const nodes = createTestNodes()
    const only = await worker({ leaseMs: 400 }, nodes)
    const run = await startRun(only, gated)
    await nodes.probes.reached(run.runId, 'a')
    await only.database.withSystem((tx) => tx.deleteFrom('workers').execute())
    await expect
      .poll(() => only.database.withSystem((tx) => tx.selectFrom('workers').select('worker_id').execute()))
      .toHaveLength(1)
    nodes.probes.open(run.runId, 'a')
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
  })

  test('works with a single connection', async () => {
    const nodes = createTestNodes()
    const handle = await worker({}, nodes, open(url, 1))
    const runs = await Promise.all(Array.from({ length: 5 }, () => startRun(handle, gated)))
    for (const run of runs) nodes.probes.open(run.runId, 'a')
    for (const run of runs) expect(await run.ended()).toMatchObject({ status: 'completed' })
  })

  test('hands over what it cannot look after itself', async () => {
    const nodes = createTestNodes()
    const narrow = await worker({ maxRuns: 2 }, nodes)
    const runs = await Promise.all(Array.from({ length: 6 }, () => startRun(narrow, gated)))
    const wide = await worker({}, nodes)
    for (const run of runs) nodes.probes.open(run.runId, 'a')
    for (const run of runs)
      expect(await drivenRun(wide, run.tenantId, run.runId).ended()).toMatchObject({ status: 'completed' })
    for (const run of runs) expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
  })

  test('leaves nothing in the dispatch tables when all runs have ended', async () => {
    const nodes = createTestNodes()
    const handle = await worker({}, nodes)
    const run = await startRun(handle, gated)
    nodes.probes.open(run.runId, 'a')
    await run.ended()
    const left = await handle.database.withTenant(run.tenantId, async (tx) => ({
      ready: await tx.selectFrom('run_ready').selectAll().execute(),
      timers: await tx.selectFrom('timers').selectAll().execute(),
    }))
    expect(left).toEqual({ ready: [], timers: [] })
  })
})
