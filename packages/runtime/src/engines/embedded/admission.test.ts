import type { WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../postgres/tables.ts'
import { openEmbedded, testDeps } from '../../testing/embedded.ts'
import { inMemoryBus } from '../../testing/in-memory-bus.ts'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { type DrivenRun, startRun } from '../../testing/run-driver.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'
import { embeddedEngine } from './embedded-engine.ts'

let server: TestPostgres
let url: string
let closing: (() => Promise<unknown>)[] = []
let nodes: ReturnType<typeof createTestNodes>

beforeAll(async () => {
  server = await startTestPostgres()
})
beforeEach(async () => {
  url = await server.createDatabase()
  await migrateRuntime(open())
  nodes = createTestNodes()
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  closing = []
})
afterAll(() => server.stop())

function open(): RuntimeDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 5 })
  pool.on('error', () => undefined)
  const database = createDatabase<RuntimeTables>({ pool })
  closing.push(() => database.close())
  return database
}

/** Two processes that share a database, each with a worker. */
async function twoWorkers() {
  const bus = inMemoryBus()
  const opened = []
  for (let index = 0; index < 2; index += 1) {
    const under = await openEmbedded(open(), nodes.registry, { leaseMs: 1_000, pollIntervalMs: 50 }, bus)
    closing.push(() => under.close())
    opened.push({ ...under, registry: nodes.registry })
  }
  const [one, two] = opened
  if (one === undefined || two === undefined) throw new Error('Two workers were opened')
  return { one, two }
}

const working = (settings: WorkflowDocument['settings'] = {}) =>
  workflow([node('start', 'start'), node('a', 'probe'), node('end', 'end')], ['start>a', 'a>end'], { settings })

/** A promise that is resolved from outside. */
function signal() {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

/** Refuses an admission beyond the limit of its group, in the transaction that makes it. */
const WATCH_LIMITS = [
  `create function tenon.check_limit() returns trigger language plpgsql as $body$
  begin
    if (select count(*) from tenon.run_admissions a where a.tenant_id = new.tenant_id and a.admitted_at is not null
        and a.workflow_id = new.workflow_id and a.group_key = new.group_key) > new.max_in_progress then
      raise exception 'more runs than the limit';
    end if;
    return null;
  end $body$`,
  `create trigger check_limit after update on tenon.run_admissions
    for each row execute function tenon.check_limit()`,
]

describe('two workers that start limited runs at the same time', () => {
  test('keep to every limit, start the runs of a key in order, and leave none', async () => {
    const { one, two } = await twoWorkers()
    for (const statement of WATCH_LIMITS) await sql.raw(statement).execute(one.database.owner)
    const inOrder = working({ concurrency: { limit: 1, key: '{{ input.k }}' } })
    const atMostTwo = working({ concurrency: { limit: 2 } })
    const starts = async (key: string): Promise<DrivenRun[]> => {
      const runs: DrivenRun[] = []
      for (let index = 0; index < 8; index += 1) {
        const handle = index % 2 === 0 ? one : two
        runs.push(await startRun(handle, inOrder, { tenantId: 'acme', input: { k: key } }))
      }
      return runs
    }
    const others = Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        startRun(index % 2 === 0 ? one : two, atMostTwo, { tenantId: 'umbrella' }),
      ),
    )
    const keys = await Promise.all([starts('x'), starts('y')])
    for (const runs of keys) {
      const ended = []
      for (const run of runs) ended.push(await run.ended())
      expect(ended.map(({ status }) => status)).toEqual(runs.map(() => 'completed'))
      for (const [index, run] of ended.slice(1).entries()) {
        expect(run.startedAt).toBeGreaterThanOrEqual(ended[index]?.finishedAt ?? Number.POSITIVE_INFINITY)
      }
    }
    for (const run of await others) expect(await run.ended()).toMatchObject({ status: 'completed' })
    for (const run of [...keys.flat(), ...(await others)]) expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
    for (const tenantId of ['acme', 'umbrella']) {
      expect(await one.reader.countRuns(tenantId)).toEqual({ queued: 0, inProgress: 0 })
    }
  })

  test('hold each start that is not stored when the pause is answered', async () => {
    const deps = testDeps(open(), nodes.registry)
    const engine = embeddedEngine()(deps)
    closing.push(() => engine.close())
    const under = { ...deps, engine }
    // The first start stores what later ones find.
    await startRun(under, working(), { tenantId: 'acme' })
    const { database, reader } = deps
    const released = signal()
    const locked = signal()
    const blocking = database.owner.transaction().execute(async (tx) => {
      await sql`lock table tenon.run_log in share mode`.execute(tx)
      locked.resolve()
      await released.promise
    })
    closing.push(async () => released.resolve())
    await locked.promise
    const runId = 'in-flight'
    const start = startRun(under, working(), { tenantId: 'acme', runId })
    const waits = sql<{ n: number }>`select count(*)::integer as n from pg_locks where not granted`
    await expect.poll(async () => (await waits.execute(database.owner)).rows[0]?.n).toBe(1)
    const seen = engine
      .pauseStarts('acme', null, { userId: 'ann', displayName: 'Ann' })
      .then(() => reader.getRun('acme', runId))
    await expect.poll(async () => (await reader.readPauses('acme', [''])).size).toBe(1)
    await reader.countRuns('acme')
    released.resolve()
    expect(await seen).toMatchObject({ runId, status: 'running' })
    await Promise.all([blocking, start])
    expect(await reader.countRuns('acme')).toEqual({ queued: 0, inProgress: 0 })
  })

  test('start what a process that has died has left in the queue', async () => {
    const deps = testDeps(open(), nodes.registry)
    const engine = embeddedEngine()(deps)
    closing.push(() => engine.close())
    const actor = { userId: 'ann', displayName: 'Ann' }
    await engine.pauseStarts('acme', null, actor)
    // Together, so that they share an append that holds all of them.
    const held = await Promise.all(
      Array.from({ length: 6 }, () => startRun({ ...deps, engine }, working(), { tenantId: 'acme' })),
    )
    const other = await startRun({ ...deps, engine }, working(), { tenantId: 'umbrella' })
    expect(await deps.reader.countRuns('acme')).toEqual({ queued: 6, inProgress: 0 })
    // As if the process had died before it swept the queue.
    await deps.database.withTenant('acme', (tx) => tx.deleteFrom('run_gates').execute())
    await twoWorkers()
    for (const run of [...held, other]) expect(await run.ended()).toMatchObject({ status: 'completed' })
    for (const run of held) expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
  })
})

describe('a tenant that requests 20 times as many runs as it may have', () => {
  test('delays the runs of another one by none of its own', async () => {
    const deps = { ...testDeps(open(), nodes.registry), bus: inMemoryBus() }
    const runLimitsOf = (tenantId: string) => (tenantId === 'noisy' ? { inProgress: 4 } : {})
    const engine = embeddedEngine({ concurrency: 8, reservedSlots: 1 })({ ...deps, runLimitsOf })
    closing.push(() => engine.close())
    await engine.startWorker()
    const gated = workflow([node('start', 'start'), node('a', 'probe', { isGated: true })], ['start>a'])
    const noisy: DrivenRun[] = []
    for (let index = 0; index < 80; index += 1) {
      noisy.push(await startRun({ ...deps, engine }, gated, { tenantId: 'noisy' }))
    }
    const { probes } = nodes
    for (const run of noisy.slice(0, 4)) await probes.reached(run.runId, 'a')
    const calm = await startRun({ ...deps, engine }, working(), { tenantId: 'calm' })
    expect(await calm.ended()).toMatchObject({ status: 'completed' })
    expect(noisy.filter((run) => probes.callsOf(run.runId, 'a').length > 0)).toHaveLength(4)
    expect(await deps.reader.countRuns('noisy')).toEqual({ queued: 76, inProgress: 4 })
    // The end of one run admits one, the next of the queue.
    probes.open(noisy[0]?.runId ?? '', 'a')
    await probes.reached(noisy[4]?.runId ?? '', 'a')
    expect(noisy.filter((run) => probes.callsOf(run.runId, 'a').length > 0)).toHaveLength(5)
    await Promise.all(noisy.slice(5).map((run) => engine.cancel('noisy', run.runId, null)))
    for (const run of noisy.slice(1, 5)) probes.open(run.runId, 'a')
    for (const run of noisy) await run.ended()
    expect(await deps.reader.countRuns('noisy')).toEqual({ queued: 0, inProgress: 0 })
  })
})
