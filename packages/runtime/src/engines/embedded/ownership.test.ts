import { TenonError } from '@tenon/core/errors'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../postgres/tables.ts'
import type { Tx } from '../../postgres/types.ts'
import { openEmbedded, testDeps } from '../../testing/embedded.ts'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { drivenRun, startRun } from '../../testing/run-driver.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'
import { embeddedEngine } from './embedded-engine.ts'
import type { EmbeddedEngineOptions } from './embedded-options.ts'

/** @see docs/adr/0017-a-run-has-one-owner.md */
const QUICK: EmbeddedEngineOptions = { leaseMs: 800, pollIntervalMs: 100 }

const gated = workflow(
  [node('start', 'start'), node('a', 'probe', { isGated: true }), node('b', 'probe'), node('end', 'end')],
  ['start>a', 'a>b', 'b>end'],
)

let server: TestPostgres
let url: string
let closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  server = await startTestPostgres()
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  closing = []
})
afterAll(() => server.stop())

/** A database of its own for each test: another test's worker would take part otherwise. */
async function freshDatabase(): Promise<void> {
  url = await server.createDatabase()
  await migrateRuntime(open())
}

function open(): RuntimeDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 5 })
  pool.on('error', () => undefined)
  const database = createDatabase<RuntimeTables>({ pool })
  closing.push(() => database.close())
  return database
}

async function worker(
  nodes: ReturnType<typeof createTestNodes>,
  options: EmbeddedEngineOptions = {},
  database = open(),
) {
  const under = await openEmbedded(database, nodes.registry, { ...QUICK, ...options })
  closing.push(() => under.close())
  return { ...under, registry: nodes.registry, probes: nodes.probes }
}

/** A database that answers nothing while `isAway()`, neither to reads nor to writes. */
function breaking(database: RuntimeDatabase, isAway: () => boolean): RuntimeDatabase {
  const check = (): void => {
    if (isAway()) throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
  }
  return {
    ...database,
    withTenant: async (tenantId, work) => {
      check()
      return database.withTenant(tenantId, work)
    },
    withSystem: async (work) => {
      check()
      return database.withSystem(work)
    },
    call: async (statement, values) => {
      check()
      return database.call(statement, values)
    },
  }
}

describe('the owner of a run', () => {
  test('runs each body once when the same run is started at a second worker', async () => {
    await freshDatabase()
    const nodes = createTestNodes()
    const [first, second] = [await worker(nodes), await worker(nodes)]
    const run = await startRun(first, gated)
    await nodes.probes.reached(run.runId, 'a')
    const again = { tenantId: run.tenantId, runId: run.runId }
    for (let tries = 0; tries < 3; tries += 1) await startRun(second, gated, again)
    nodes.probes.open(run.runId, 'a')
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(run.runId, 'a').map((call) => call.attempt)).toEqual([1])
    expect(nodes.probes.callsOf(run.runId, 'b')).toHaveLength(1)
    expect((await run.events()).map((event) => event.type)).not.toContain('attempt_lost')
  })

  test('takes up a run that the database gave it while the answer was lost', async () => {
    await freshDatabase()
    const nodes = createTestNodes()
    const deps = testDeps(open(), nodes.registry)
    const starter = embeddedEngine(QUICK)(deps)
    closing.push(() => starter.close())
    const handle = await worker(nodes, { pollIntervalMs: 3_600_000 })
    const run = await startRun(
      { ...deps, engine: starter },
      workflow([node('start', 'start'), node('a', 'probe')], ['start>a']),
    )
    await handle.database.withSystem(async (tx) => {
      const { worker_id } = await tx.selectFrom('workers').select('worker_id').executeTakeFirstOrThrow()
      await tx.updateTable('run_ready').set({ worker_id, woken: false }).execute()
    })
    expect(await drivenRun(handle, run.tenantId, run.runId).ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
  })

  test('drives a run that it has acquired by a commit that came after the next acquisition had begun', async () => {
    await freshDatabase()
    const nodes = createTestNodes()
    const plain = open()
    const ownerOf = async (tx: Tx<RuntimeTables>) =>
      (await tx.selectFrom('run_ready').select('worker_id').executeTakeFirst())?.worker_id ?? null
    const isBlocked = async () =>
      (await plain.withSystem((tx) => sql`select from pg_locks where not granted`.execute(tx))).rows.length > 0
    let late: Promise<unknown> | null = null
    const database = open()
    const handle = await worker(
      nodes,
      { pollIntervalMs: 3_600_000 },
      {
        ...database,
        withTenant: (tenantId, work) =>
          new Promise((answer, fail) => {
            const transaction = database.withTenant(tenantId, async (tx) => {
              const value = await work(tx)
              if (late !== null || (await ownerOf(tx)) === null) return value
              if ((await plain.withTenant(tenantId, ownerOf)) !== null) return value
              // The connection is cut, and the database gets the commit only when the worker tries again.
              late = transaction
              fail(new TenonError('UNAVAILABLE', 'The database cannot be reached'))
              await expect.poll(isBlocked).toBe(true)
              return value
            })
            transaction.then(answer, fail)
          }),
      },
    )
    const settings = { concurrency: { limit: 2 } }
    const document = workflow([node('start', 'start'), node('a', 'probe')], ['start>a'], { settings })
    const run = await startRun(handle, document)
    expect(await drivenRun(handle, run.tenantId, run.runId).ended()).toMatchObject({
      status: 'completed',
    })
    expect(late).not.toBeNull()
    expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
  })

  test('stops the bodies of a run that another worker owns, and writes nothing more for them', async () => {
    await freshDatabase()
    const nodes = createTestNodes()
    const handle = await worker(nodes)
    const run = await startRun(handle, gated)
    await nodes.probes.reached(run.runId, 'a')
    const before = (await run.events()).length
    await handle.database.withSystem(async (tx) => {
      await tx
        .insertInto('workers')
        .values({ worker_id: 'other', started_at: 0, lease_until: Date.now() + 600_000 })
        .execute()
      await tx.updateTable('run_ready').set({ worker_id: 'other' }).execute()
    })
    await expect.poll(() => nodes.probes.aborted).toEqual([`${run.runId}/a`])
    expect(await run.events()).toHaveLength(before)
  })

  test('repeats no body after an outage that outlasts every lease', async () => {
    await freshDatabase()
    const nodes = createTestNodes()
    let away: readonly string[] = []
    const [first, second] = [
      await worker(
        nodes,
        {},
        breaking(open(), () => away.includes('first')),
      ),
      await worker(
        nodes,
        {},
        breaking(open(), () => away.includes('second')),
      ),
    ]
    const runs = await Promise.all([0, 1, 2, 3].map((index) => startRun(index % 2 === 0 ? first : second, gated)))
    for (const run of runs) await nodes.probes.reached(run.runId, 'a')
    const plain = open()
    const validLeases = async () => {
      const rows = await plain.withSystem((tx) => tx.selectFrom('workers').select('lease_until').execute())
      return rows.filter((row) => row.lease_until > Date.now()).length
    }
    away = ['first', 'second']
    await expect.poll(validLeases, { timeout: 20_000 }).toBe(0)
    // The first to come back must not take the runs of the one that is about to.
    away = ['second']
    await expect.poll(validLeases, { timeout: 20_000, interval: 5 }).toBe(1)
    away = []
    await expect.poll(validLeases, { timeout: 20_000 }).toBe(2)
    for (const run of runs) nodes.probes.open(run.runId, 'a')
    for (const run of runs) {
      expect(await drivenRun(first, run.tenantId, run.runId).ended()).toMatchObject({ status: 'completed' })
      expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
      expect(nodes.probes.callsOf(run.runId, 'b')).toHaveLength(1)
    }
  })

  test('keeps a resumed run whose next attempt could not begin since the lease had expired', async () => {
    await freshDatabase()
    const nodes = createTestNodes()
    const plain = open()
    const outage = { isArmed: false, isAway: false }
    const leaseIsOver = () =>
      expect
        .poll(async () => {
          const rows = await plain.withSystem((tx) => tx.selectFrom('workers').select('lease_until').execute())
          return rows.every((row) => row.lease_until < Date.now())
        })
        .toBe(true)
    const database = breaking(open(), () => outage.isAway)
    const handle = await worker(
      nodes,
      {},
      {
        ...database,
        withTenant: async (tenantId, work) => {
          const value = await database.withTenant(tenantId, work)
          if (!outage.isArmed) return value
          const row = await plain.withTenant(tenantId, (tx) =>
            tx.selectFrom('runs').select('status').executeTakeFirstOrThrow(),
          )
          if (row.status !== 'running') return value
          // The resumption is stored, and its node has not begun: the answer comes after the lease.
          outage.isArmed = false
          outage.isAway = true
          await leaseIsOver()
          outage.isAway = false
          return value
        },
      },
    )
    const actor = { userId: 'ann', displayName: 'Ann' }
    const retry = { initialInterval: '1ms', maximumAttempts: 2 } as const
    const failing = workflow(
      [node('start', 'start'), withPolicy(node('a', 'probe', { failures: 1, isGated: true }), { retry })],
      ['start>a'],
    )
    const started = await startRun(handle, failing)
    // The test reads past the outage, as another process would.
    const watch = { ...handle, ...testDeps(plain, nodes.registry), engine: handle.engine }
    const run = drivenRun(watch, started.tenantId, started.runId)
    await nodes.probes.reached(run.runId, 'a')
    await handle.engine.pause(run.tenantId, run.runId, actor)
    await run.until('paused')
    nodes.probes.open(run.runId, 'a')
    await run.untilEvent((event) => event.type === 'node_error')
    // The pause holds the attempt, so its timer is removed when it is due, and cannot wake the run later.
    const timers = () => plain.withTenant(run.tenantId, (tx) => tx.selectFrom('timers').select('run_id').execute())
    await expect.poll(timers).toEqual([])
    outage.isArmed = true
    // The outage may take the answer of a resumption that is stored.
    await handle.engine.resume(run.tenantId, run.runId, actor).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'UNAVAILABLE' })
    })
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(outage.isArmed).toBe(false)
    expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(2)
  })

  test('loses no run and repeats none beyond its record when every tenth answer of the database is lost', async () => {
    await freshDatabase()
    const nodes = createTestNodes()
    let calls = 0
    let isLossy = false
    const lossy = (database: RuntimeDatabase): RuntimeDatabase => {
      const lose = <Value>(value: Value): Value => {
        calls += 1
        if (isLossy && calls % 10 === 0) throw new TenonError('UNAVAILABLE', 'The answer was lost')
        return value
      }
      return {
        ...database,
        withTenant: async (tenantId, work) => lose(await database.withTenant(tenantId, work)),
        withSystem: async (work) => lose(await database.withSystem(work)),
        call: async (statement, values) => lose(await database.call(statement, values)),
      }
    }
    const retry = { initialInterval: '100ms', maximumAttempts: 5 } as const
    const document = workflow(
      [
        node('start', 'start'),
        withPolicy(node('a', 'probe'), { retry }),
        withPolicy(node('b', 'probe'), { retry }),
        node('end', 'end'),
      ],
      ['start>a', 'a>b', 'b>end'],
    )
    const [first, second] = [await worker(nodes, {}, lossy(open())), await worker(nodes, {}, lossy(open()))]
    const watch = { ...first, ...testDeps(open(), nodes.registry), engine: first.engine }
    isLossy = true
    const runs = []
    for (let index = 0; index < 60; index += 1) {
      const runId = `lost-${index}`
      const by = index % 2 === 0 ? first : second
      runs.push({ tenantId: 'acme', runId })
      // Without an answer the caller asks again, as a client with an Idempotency-Key does.
      for (let isStarted = false; !isStarted; ) {
        isStarted = await startRun(by, document, { tenantId: 'acme', runId }).then(
          () => true,
          () => false,
        )
      }
    }
    for (const { tenantId, runId } of runs) {
      const run = drivenRun(watch, tenantId, runId)
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      const ids = (await run.events()).map((event) => event.id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const nodeRunId of ['a', 'b']) {
        const attempts = nodes.probes.callsOf(runId, nodeRunId).map((call) => call.attempt)
        expect(new Set(attempts).size).toBe(attempts.length)
      }
    }
  })
})
