import { createNodeRegistry, type NodeRegistry } from '@tenon/core/node'
import type { RunEvent } from '@tenon/core/run'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createInlineInputReader } from '../../commit/inline-inputs.ts'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../postgres/tables.ts'
import type { PendingEvent } from '../../store/append.ts'
import { createAppender } from '../../store/appender.ts'
import { createDispatchStore } from '../../store/dispatch-store.ts'
import { findObstacles, findRunObstacles } from '../../store/obstacles.ts'
import { capabilitiesOf } from '../../store/requirements.ts'
import type { RunRef } from '../../store/run-ref.ts'
import { openEmbedded, testDeps } from '../../testing/embedded.ts'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { drivenRun, startRun } from '../../testing/run-driver.ts'
import { createTestNodes, inlineNodes } from '../../testing/test-nodes.ts'
import { embeddedEngine } from './embedded-engine.ts'
import type { EmbeddedEngineOptions } from './embedded-options.ts'

/** @see docs/adr/0027-runs-say-what-they-require.md */
const QUICK: EmbeddedEngineOptions = { leaseMs: 1_000, pollIntervalMs: 50 }

/** A lease that no busy machine outlasts, for a test that counts attempts: a worker without a lease loses its own. */
const STEADY: EmbeddedEngineOptions = { leaseMs: 60_000 }

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

/** An engine as a process of its own would have it, with a worker. */
async function worker(options: EmbeddedEngineOptions = {}, registry: NodeRegistry = nodes.registry) {
  const under = await openEmbedded(open(), registry, { ...QUICK, ...options })
  closing.push(() => under.close())
  return { ...under, registry }
}

/** An engine of a process that answers requests only. */
function api() {
  const deps = testDeps(open(), nodes.registry)
  const engine = embeddedEngine(QUICK)(deps)
  closing.push(() => engine.close())
  return { ...deps, engine }
}

/** A process of the version before: it has no `probe`. */
const oldRegistry = () => createNodeRegistry(inlineNodes())

const working = workflow(
  [node('start', 'start'), node('s', 'set'), node('a', 'probe'), node('end', 'end')],
  ['start>s', 's>a', 'a>end'],
)
const plain = workflow([node('start', 'start'), node('s', 'set'), node('end', 'end')], ['start>s', 's>end'])

const inQueue = (taskQueue: string, params: object = {}, policy: object = {}) =>
  workflow(
    [
      node('start', 'start'),
      withPolicy(node('a', 'probe', { output: { a: 1 }, ...params }), { taskQueue, ...policy }),
      node('b', 'probe', { output: { b: 1 } }),
      node('end', 'end'),
    ],
    ['start>a', 'a>b', 'b>end'],
  )

const started = (events: readonly RunEvent[], nodeRunId: string) =>
  events.flatMap((event) => (event.type === 'node_started' && event.nodeRunId === nodeRunId ? [event.data] : []))

describe('a rolling deploy', () => {
  test('leaves runs with new node types to new workers', async () => {
    await worker({}, oldRegistry())
    const from = api()
    const runs = await Promise.all(Array.from({ length: 10 }, () => startRun(from, working)))
    const known = await startRun(from, plain)
    await known.ended()
    await worker()
    for (const run of runs) expect(await run.ended()).toMatchObject({ status: 'completed' })
    for (const run of runs) expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(1)
  })

  test('lets an old process start a run that only new workers can drive', async () => {
    const old = await worker({}, oldRegistry())
    // The version was published by a new process; the old one has its plan, and not its types.
    const run = await startRun({ ...old, registry: nodes.registry }, working)
    const current = await worker()
    expect(await drivenRun(current, run.tenantId, run.runId).ended()).toMatchObject({ status: 'completed' })
  })

  test('leaves the runs of old node types to old workers after the types were removed', async () => {
    const fresh = await worker({}, oldRegistry())
    const run = await startRun(api(), working)
    await (await startRun(fresh, plain)).ended()
    expect(await fresh.reader.getRun(run.tenantId, run.runId)).toMatchObject({ status: 'running' })
    await worker()
    expect(await run.ended()).toMatchObject({ status: 'completed' })
  })

  test('lets any worker cancel a run whose node types no worker has', async () => {
    const old = await worker({}, oldRegistry())
    const run = await startRun(api(), working)
    await old.engine.cancel(run.tenantId, run.runId, null)
    expect(await run.ended()).toMatchObject({ status: 'canceled' })
  })

  test('lets any worker end such a run that would undo what it has done, if a person asks not to', async () => {
    const old = await worker({}, oldRegistry())
    const nodes = [
      ...working.nodes.map((each) => (each.id === 'a' ? withPolicy(each, { compensation: 'undo' }) : each)),
    ]
    const run = await startRun(api(), { ...working, nodes: [...nodes, node('undo', 'probe')] })
    await old.engine.skipCompensation(run.tenantId, run.runId, null)
    expect(await run.ended()).toMatchObject({ status: 'canceled' })
  })
})

describe('a paused run', () => {
  test('has no worker, begins no queued node, and continues on workers that came later', async () => {
    const from = api()
    const first = await worker()
    const run = await startRun(from, inQueue('gpu'))
    const { tenantId, runId } = run
    await run.untilEvent((event) => event.type === 'node_scheduled' && event.nodeRunId === 'a')
    expect(await from.engine.pause(tenantId, runId, null)).toEqual({ outcome: 'accepted' })
    await run.until('paused')
    const ownerOf = () =>
      from.database.withTenant(tenantId, (tx) => tx.selectFrom('run_ready').select('worker_id').executeTakeFirst())
    await expect.poll(ownerOf).toEqual({ worker_id: null })
    await first.engine.close()
    await worker({ nodeQueues: ['gpu'] })
    // The node of this run has waited for longer, so its queue has been served.
    expect(await (await startRun(from, inQueue('gpu'))).ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(runId, 'a')).toEqual([])
    await from.engine.resume(tenantId, runId, null)
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(runId, 'a')).toHaveLength(1)
  })
})

describe('a parked node run', () => {
  test('is resolved while no worker runs, by one of two processes, and continues on a later worker', async () => {
    const [from, other] = [api(), api()]
    const first = await worker()
    const document = workflow(
      [
        node('start', 'start'),
        withPolicy(node('a', 'probe', { failedCalls: 1 }), { onError: 'park', retry: { maximumAttempts: 1 } }),
        node('b', 'probe'),
      ],
      ['start>a', 'a>b'],
    )
    const run = await startRun(from, document)
    const { parkedId } = await run.parkedOf('a')
    await first.engine.close()
    const there = drivenRun({ ...other, registry: nodes.registry }, run.tenantId, run.runId)
    const answers = await Promise.all([
      run.resolve(parkedId, { kind: 'retry' }),
      there.resolve(parkedId, { kind: 'retry' }),
    ])
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'closed'])
    expect(await run.until('waiting')).toMatchObject({ status: 'waiting' })
    await Promise.all([worker(), worker()])
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(run.runId, 'a')).toHaveLength(2)
    expect(nodes.probes.callsOf(run.runId, 'b')).toHaveLength(1)
  })
})

describe('a run with a fact of a later version in its log', () => {
  const LATER = 'run_migrated'
  const SOON = { timeout: 20_000 }
  const needsLater = [`a version that reads events of the type "${LATER}"`]

  /** An engine with a worker, and the messages that it logs. */
  async function loggingWorker(options: EmbeddedEngineOptions = {}) {
    const messages: string[] = []
    const deps = { ...testDeps(open(), nodes.registry), log: (_: string, message: string) => messages.push(message) }
    const engine = embeddedEngine({ ...QUICK, ...options })(deps)
    closing.push(() => engine.close())
    await engine.startWorker()
    return { ...deps, engine, messages }
  }

  /** Appends the fact as a worker of that version would, and wakes the run. */
  async function appendLater({ tenantId, runId }: RunRef) {
    const database = open()
    const { turn } = await database.withTenant(tenantId, (tx) =>
      tx.selectFrom('runs').select('turn').where('run_id', '=', runId).executeTakeFirstOrThrow(),
    )
    const body = { type: LATER, data: {} } as unknown as PendingEvent['body']
    const result = await createAppender(database).append({
      ...{ tenantId, runId, kind: 'advance', expectTurn: turn, turns: 1, status: null, create: null, patch: null },
      events: [{ class: 'fact', id: 'later', at: Date.now(), turnOffset: 1, causeOffset: null, body }],
      operations: [{ op: 'ready', workerId: null }],
      payloads: [],
    })
    expect(result.outcome).toBe('ok')
  }

  test('is left alone, with its messages, also while the fact waits in its inbox', async () => {
    const old = await loggingWorker()
    const document = workflow(
      [node('start', 'start'), node('review', 'approval', { title: 'Go on?' })],
      ['start>review'],
    )
    const run = await startRun(old, document)
    const { tenantId, runId } = run
    const { approvalId } = await run.approvalOf('review')
    await run.until('waiting')
    const message = { message_id: 'later', fact: JSON.stringify({ type: LATER, data: {} }), at: Date.now() }
    await old.database.withTenant(tenantId, (tx) =>
      tx
        .insertInto('run_inbox')
        .values({ tenant_id: tenantId, run_id: runId, ...message })
        .execute(),
    )
    await run.decide(approvalId, 'approve')
    await expect.poll(() => findRunObstacles(old.database, run), SOON).toEqual(needsLater)
    const messages = await old.database.withTenant(tenantId, (tx) =>
      tx.selectFrom('run_inbox').select('message_id').orderBy('position').execute(),
    )
    expect(messages.map((row) => row.message_id)).toEqual(['later', 'vote/review/1/0/ann'])
    expect((await claimedByLater()).runs).toEqual([{ tenantId, runId }])
  })

  /** Runs and queued nodes that a worker of that version claims. */
  async function claimedByLater() {
    const capabilities = [...capabilitiesOf(nodes.registry, ['gpu']), `fact:${LATER}`]
    const later = createDispatchStore(open(), { workerId: 'later', capabilities, busyGraceMs: 0 })
    const limits = { held: new Map(), weightOf: () => 1, mostOfTenant: 10, queueWaitMs: 3_600_000 }
    return later.findWork({ ...limits, capacity: 10, afterTenant: '' })
  }

  test('is left alone by old workers, says why, and is claimed by a worker that reads it', async () => {
    const old = await loggingWorker()
    const document = workflow(
      [node('start', 'start'), node('review', 'approval', { title: 'Go on?' }), node('b', 'probe')],
      ['start>review', 'review:approve>b'],
    )
    const run = await startRun(old, document)
    await run.until('waiting')
    await appendLater(run)
    await expect.poll(() => findRunObstacles(old.database, run), SOON).toEqual(needsLater)
    expect(await findObstacles(old.database)).toEqual(needsLater)
    // What an old process can read of it, it shows.
    const inputOf = await createInlineInputReader(old.database, nodes.registry)(run.tenantId, run.runId)
    expect(await inputOf?.('start', Date.now())).toBeNull()
    // A vote and a cancelation wake it; an old worker leaves it again.
    const { approvalId } = await run.approvalOf('review')
    await run.decide(approvalId, 'approve')
    await old.engine.cancel(run.tenantId, run.runId, null)
    await expect.poll(() => findRunObstacles(old.database, run), SOON).toEqual(needsLater)
    const other = await startRun(old, plain)
    expect(await other.ended()).toMatchObject({ status: 'completed' })
    expect(await old.reader.getRun(run.tenantId, run.runId)).toMatchObject({ status: 'waiting' })
    const released = old.messages.filter((message) => message.startsWith('run.released'))
    expect(released.length).toBeGreaterThanOrEqual(1)
    expect(released.length).toBeLessThanOrEqual(3)
    expect(old.messages.filter((message) => message.startsWith('run.drive_failed'))).toEqual([])
    expect((await claimedByLater()).runs).toEqual([{ tenantId: run.tenantId, runId: run.runId }])
  })

  test('has its queued nodes left alone as well', async () => {
    const main = await worker()
    const run = await startRun(main, inQueue('gpu'))
    await run.untilEvent((event) => event.type === 'node_scheduled' && event.nodeRunId === 'a')
    await appendLater(run)
    await expect.poll(() => findRunObstacles(main.database, run), SOON).toEqual(expect.arrayContaining(needsLater))
    const queue = await loggingWorker({ nodeQueues: ['gpu'] })
    await expect.poll(() => findRunObstacles(main.database, run), SOON).toEqual(needsLater)
    await expect
      .poll(() => queue.messages.filter((each) => each.startsWith('node_dispatch.released')), SOON)
      .toHaveLength(1)
    expect(nodes.probes.callsOf(run.runId, 'a')).toEqual([])
    const found = await claimedByLater()
    expect(found.runs).toEqual([{ tenantId: run.tenantId, runId: run.runId }])
    expect(found.dispatches.claimed).toMatchObject([{ runId: run.runId, nodeRunId: 'a', pass: 1 }])
  })

  test('is released only when its bodies have ended, which are stopped', async () => {
    const old = await loggingWorker({ cancelGraceMs: 600_000, drainMs: 100 })
    const document = workflow(
      [node('start', 'start'), node('a', 'probe', { isGated: true, ignoresAbort: true })],
      ['start>a'],
    )
    const run = await startRun(old, document)
    await nodes.probes.reached(run.runId, 'a')
    await appendLater(run)
    await expect.poll(() => nodes.probes.aborted, SOON).toEqual([`${run.runId}/a`])
    expect((await claimedByLater()).runs).toEqual([])
    expect(await findRunObstacles(old.database, run)).toEqual([])
    nodes.probes.open(run.runId, 'a')
    await expect.poll(() => old.messages, SOON).toContain('run.released: a later version has written to its log')
    expect(old.messages).toContain('node_run.outcome_left: a later version has written to the run')
    expect((await claimedByLater()).runs).toEqual([{ tenantId: run.tenantId, runId: run.runId }])
  })

  test('releases a queued node whose body ends after that fact', async () => {
    const main = await worker()
    const queue = await loggingWorker({ nodeQueues: ['gpu'] })
    const run = await startRun(main, inQueue('gpu', { isGated: true }))
    await nodes.probes.reached(run.runId, 'a')
    await appendLater(run)
    nodes.probes.open(run.runId, 'a')
    await expect
      .poll(() => queue.messages, SOON)
      .toContain('node_dispatch.released: a later version has written to the run')
    expect(queue.messages.filter((each) => /(store_failed|failed: retrying)/.test(each))).toEqual([])
    const found = await claimedByLater()
    expect(found.dispatches.claimed).toMatchObject([{ runId: run.runId, nodeRunId: 'a', pass: 1 }])
  })
})

describe('task queues of nodes', () => {
  test('hand a node to the workers of its queue, and the run goes on at its own', async () => {
    const main = await worker()
    await worker({ nodeQueues: ['gpu'] }, createNodeRegistry([nodes.registry.get('probe', 1)].filter((each) => !!each)))
    const run = await startRun(main, inQueue('gpu'))
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    const log = await run.events()
    expect(started(log, 'a')).toMatchObject([{ queue: 'gpu', attempt: 1 }])
    expect(started(log, 'b')).toMatchObject([{ queue: null, attempt: 1 }])
    expect(started(log, 'a')[0]?.worker).not.toBe(started(log, 'b')[0]?.worker)
  })

  test('find those that no worker serves', async () => {
    const { engine } = await worker({ nodeQueues: ['gpu'] })
    expect(await engine.unservedQueues(['gpu', 'other', 'third'])).toEqual(['other', 'third'])
    expect(await engine.unservedQueues([])).toEqual([])
  })

  test('retry a node by its policy', async () => {
    const main = await worker(STEADY)
    await worker({ ...STEADY, nodeQueues: ['gpu'] })
    const retry = { initialInterval: '100ms', maximumAttempts: 3 }
    const run = await startRun(main, inQueue('gpu', { failures: 1 }, { retry }))
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(nodes.probes.callsOf(run.runId, 'a').map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  test('let a body end within its grace when its run is canceled', async () => {
    const main = await worker()
    await worker({ nodeQueues: ['gpu'] })
    const run = await startRun(main, inQueue('gpu', { isGated: true }))
    await nodes.probes.reached(run.runId, 'a')
    await main.engine.cancel(run.tenantId, run.runId, null)
    expect(await run.ended()).toMatchObject({ status: 'canceled' })
    expect(nodes.probes.aborted).toEqual([`${run.runId}/a`])
  })

  test('say what a run waits for that no worker serves', async () => {
    const main = await worker()
    const run = await startRun(main, inQueue('unserved'))
    await run.untilEvent((event) => event.type === 'node_scheduled' && event.nodeRunId === 'a')
    const obstacles = ['task queue "unserved"']
    expect(await findRunObstacles(main.database, run)).toEqual(obstacles)
    expect(await findObstacles(main.database)).toEqual(obstacles)
    await worker({ nodeQueues: ['unserved'] })
    await run.ended()
    expect(await findObstacles(main.database)).toEqual([])
  })

  test('end a canceled run at once that waits for a worker of its queue', async () => {
    const main = await worker()
    const run = await startRun(main, inQueue('unserved'))
    await run.untilEvent((event) => event.type === 'node_scheduled' && event.nodeRunId === 'a')
    await main.engine.cancel(run.tenantId, run.runId, null)
    expect(await run.ended()).toMatchObject({ status: 'canceled' })
    expect(await dispatches()).toEqual([])
  })

  test('fail a node in time that no worker takes, and the run says why', async () => {
    const main = await worker({ nodeQueueWaitMs: 200 })
    const run = await startRun(main, inQueue('unserved'))
    expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'TASK_QUEUE_UNSERVED', nodeId: 'a' } })
    expect(nodes.probes.callsOf(run.runId, 'a')).toEqual([])
    expect(await dispatches()).toEqual([])
  })

  test('fail a node in time whose total time is over while no worker takes it', async () => {
    const main = await worker()
    const run = await startRun(main, inQueue('unserved', {}, { totalTimeout: '200ms' }))
    expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'NODE_TOTAL_TIMEOUT', nodeId: 'a' } })
    expect(nodes.probes.callsOf(run.runId, 'a')).toEqual([])
    expect(await dispatches()).toEqual([])
  })

  test('begin the next pass of a node that waits', async () => {
    const main = await worker(STEADY)
    await worker({ ...STEADY, nodeQueues: ['gpu'] })
    const run = await startRun(main, inQueue('gpu', { waitMs: 50 }))
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(started(await run.events(), 'a').map(({ pass }) => pass)).toEqual([1, 2])
  })

  const dispatches = () =>
    open().withSystem((tx) => tx.selectFrom('node_dispatches').select(['run_id', 'worker_id']).execute())
})

describe('appendLanes', () => {
  test('is the number of batches that an engine sends at once', async () => {
    const database = open()
    let inFlight = 0
    let most = 0
    const call: RuntimeDatabase['call'] = async (...args) => {
      inFlight += 1
      most = Math.max(most, inFlight)
      return database.call<never>(...args).finally(() => {
        inFlight -= 1
      })
    }
    const deps = testDeps({ ...database, call }, nodes.registry)
    const engine = embeddedEngine({ ...QUICK, appendLanes: 3 })(deps)
    closing.push(() => engine.close())
    const handle = { ...deps, engine, registry: nodes.registry }
    await Promise.all(Array.from({ length: 60 }, () => startRun(handle, plain)))
    expect(most).toBe(3)
  })
})

describe('fair shares', () => {
  const held = workflow([node('start', 'start'), node('a', 'probe', { isGated: true })], ['start>a'])

  test('spread the starts of one process over all workers', async () => {
    const [first] = [await worker({ concurrency: 4 }), await worker({ concurrency: 4 })]
    // Each worker knows of the other from its next renewal on.
    await expect.poll(() => liveWorkers()).toBe(2)
    const runs = await Promise.all(Array.from({ length: 40 }, () => startRun(first, held, { tenantId: 'acme' })))
    await expect.poll(() => nodes.probes.calls.length).toBe(8)
    for (const { runId } of runs) nodes.probes.open(runId, 'a')
    const byWorker = new Map<string, number>()
    for (const run of runs) {
      await run.ended()
      const name = started(await run.events(), 'a')[0]?.worker ?? ''
      byWorker.set(name, (byWorker.get(name) ?? 0) + 1)
    }
    expect([...byWorker.values()].every((count) => count >= 4)).toBe(true)
    expect(byWorker.size).toBe(2)
  })

  test('begin the node of a quiet tenant while another has filled its share', async () => {
    const under = await worker({ concurrency: 8, reservedSlots: 1 })
    const noisy = await Promise.all(Array.from({ length: 30 }, () => startRun(under, held, { tenantId: 'noisy' })))
    await expect.poll(() => nodes.probes.calls.length).toBe(7)
    const quiet = await startRun(under, held, { tenantId: 'quiet' })
    await nodes.probes.reached(quiet.runId, 'a')
    expect(nodes.probes.calls.length).toBe(8)
    for (const { runId } of [...noisy, quiet]) nodes.probes.open(runId, 'a')
    for (const run of [quiet, ...noisy]) expect(await run.ended()).toMatchObject({ status: 'completed' })
  })

  const liveWorkers = async () =>
    (await open().withSystem((tx) => tx.selectFrom('workers').select('worker_id').execute())).length
})
