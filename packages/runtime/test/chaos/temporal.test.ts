import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import type { RunEngine } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase } from '../../src/postgres/database.ts'
import { migrateRuntime } from '../../src/postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../src/postgres/tables.ts'
import { startTestPostgres, type TestPostgres, testDirectory } from '../../src/testing/postgres.ts'
import type { Probes } from '../../src/testing/probes.ts'
import { drivenRun, startRun } from '../../src/testing/run-driver.ts'
import type { EngineUnderTest } from '../../src/testing/test-engine.ts'
import { createTestNodes } from '../../src/testing/test-nodes.ts'
import { bundleFixture } from '../fixtures/bundle.ts'
import { CHANGE_REQUEST, type EngineChangeOrder } from '../fixtures/engine-change-order.ts'
import type { TemporalOrder } from '../fixtures/temporal-order.ts'
import { hasTemporal, type OwnDevServer, startDevServer } from '../temporal/dev-server.ts'
import { openPair } from '../temporal/open-pair.ts'
import { bundleShellOnce, newTaskQueue, openIdleTemporal, quietTemporal } from '../temporal/open-temporal.ts'
import { IS_FULL_CHAOS, sized } from './chaos-size.ts'
import type { ProcessCrash } from './crashing-pool.ts'

const gated = workflow(
  [node('start', 'start'), node('a', 'probe', { isGated: true, output: { a: 1 } }), node('b', 'probe')],
  ['start>a', 'a>b'],
)
const approving = workflow(
  [node('start', 'start'), node('review', 'approval', { title: 'Go on?' }), node('b', 'probe', { output: { b: 1 } })],
  ['start>review', 'review:approve>b'],
)
const pausing = workflow(
  [node('start', 'start'), node('a', 'probe'), node('pause', 'delay', { duration: '5s' }), node('b', 'probe')],
  ['start>a', 'a>pause', 'pause>b'],
)

const reviewing = workflow(
  [
    node('start', 'start'),
    node('review', 'approval', { title: 'Continue?', timeout: '1h' }),
    node('b', 'probe', { output: { b: 1 } }),
    node('end', 'end'),
  ],
  ['start>review', 'review:approve>b', 'b>end'],
)

/** Writes of a change of the engine: the request, the append that changes it, and the message that starts the shell. */
const CHANGE_CRASHES: readonly (ProcessCrash & { readonly to: RunEngine })[] = [
  ...(['temporal', 'embedded'] as const).flatMap((to) =>
    ['insert run_inbox', 'append/engine'].flatMap((label) => [
      { to, label, side: 'before' as const },
      { to, label, side: 'after' as const },
    ]),
  ),
  { to: 'temporal', label: 'delete outbox', side: 'before' },
  { to: 'temporal', label: 'delete outbox', side: 'after' },
]
const SHORT_CHANGE_CRASHES = CHANGE_CRASHES.filter(
  ({ to, label, side }) => to === 'temporal' && label === 'append/engine' && side === 'after',
)

if (await hasTemporal()) {
  let postgres: TestPostgres
  let directory: string
  let server: OwnDevServer
  let workflowBundle: { readonly code: string }
  let workerScript: string
  let changeScript: string
  let url: string
  let taskQueue: string

  const file = () => join(directory, 'temporal.db')
  /** An engine over the database of this test, as each process of a host has one. */
  const openHost = (
    options: { readonly reconcileMs?: number } = {},
  ): EngineUnderTest & {
    probes: Probes
    start: (of: typeof gated) => ReturnType<typeof startRun>
  } => {
    const { registry, probes } = createTestNodes()
    const database: RuntimeDatabase = createDatabase<RuntimeTables>({
      pool: new pg.Pool({ connectionString: url, max: 4 }),
    })
    const opened = openIdleTemporal(database, registry, {
      address: server.address,
      taskQueue,
      workflowBundle,
      ...options,
    })
    const close = async () => {
      await opened.close()
      await database.close()
    }
    return { ...opened, close, probes, start: (document) => startRun({ ...opened, registry }, document) }
  }

  beforeAll(async () => {
    quietTemporal()
    directory = await testDirectory()
    ;[postgres, server, workflowBundle, workerScript, changeScript] = await Promise.all([
      startTestPostgres(),
      startDevServer({ file: file() }),
      bundleShellOnce(),
      bundleFixture('temporal-worker-process'),
      bundleFixture('engine-change-process'),
    ])
    await writeFile(join(directory, 'shell.js'), workflowBundle.code)
  }, 300_000)
  beforeEach(async () => {
    taskQueue = newTaskQueue()
    url = await postgres.createDatabase()
    const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url, max: 1 }) })
    await migrateRuntime(database)
    await database.close()
  })
  afterAll(async () => {
    await server.stop()
    await postgres.stop()
    await rm(directory, { recursive: true, force: true })
  }, 60_000)

  describe('temporalEngine, when processes die', () => {
    test('another worker takes over from one that was killed in the middle of a body', async () => {
      const host = openHost()
      const run = await host.start(gated)
      const { runId } = run
      const bundle = join(directory, 'shell.js')
      const order: TemporalOrder = { url, address: server.address, taskQueue, bundle, runId, nodeRunId: 'a' }
      const worker = spawn(process.execPath, [workerScript, JSON.stringify(order)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(worker.stdout, 'data')
      worker.kill('SIGKILL')
      await once(worker, 'exit')

      await host.engine.startWorker()
      host.probes.open(runId, 'a')
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(host.probes.callsOf(runId, 'a')).toMatchObject([{ attempt: 2 }])
      const story = (await run.events()).filter((event) => 'nodeRunId' in event && event.nodeRunId === 'a')
      expect(story.map(({ type }) => type)).toEqual([
        'node_scheduled',
        'node_started',
        'attempt_lost',
        'node_started',
        'node_completed',
      ])
      await host.close()
    }, 180_000)
  })

  describe('a change of the engine', () => {
    test.each(sized({ short: SHORT_CHANGE_CRASHES, full: CHANGE_CRASHES }))(
      'to $to, killed $side $label: exactly one engine executes the run afterwards',
      async ({ to, label, side }) => {
        const { registry, probes } = createTestNodes()
        const database: RuntimeDatabase = createDatabase<RuntimeTables>({
          pool: new pg.Pool({ connectionString: url, max: 4 }),
        })
        const options = { address: server.address, taskQueue, workflowBundle }
        const from = to === 'temporal' ? openPair(database, registry, options) : openHost()
        const { tenantId, runId } = await startRun({ ...from, registry }, reviewing)
        const bundle = join(directory, 'shell.js')
        const { address } = server
        const crash = { label, side }
        const order: EngineChangeOrder = { url, address, taskQueue, bundle, tenantId, runId, to, crash }
        const dying = spawn(process.execPath, [changeScript, JSON.stringify(order)], {
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        expect(await once(dying, 'exit')).toEqual([null, 'SIGKILL'])

        const pair = openPair(database, registry, options)
        await pair.engine.startWorker()
        const run = drivenRun({ ...pair, registry }, tenantId, runId)
        const actor = { userId: 'ann', displayName: 'Ann' }
        const change = { engine: to, actor, requestId: CHANGE_REQUEST }
        // As a client does whose request had no answer.
        const isStored = label !== 'insert run_inbox' || side === 'after'
        expect(await pair.engine.changeEngine(tenantId, runId, change)).toEqual({
          outcome: isStored ? 'unchanged' : 'accepted',
        })
        await run.untilEvent(({ type }) => type === 'engine_changed')
        const rows = (table: 'timers' | 'run_ready') =>
          database.withSystem(async (tx) => (await tx.selectFrom(table).select('run_id').execute()).length)
        const isOfEngine = to === 'embedded' ? 1 : 0
        expect([await rows('timers'), await rows('run_ready')]).toEqual([isOfEngine, isOfEngine])
        const connection = await Connection.connect({ address: server.address })
        const shell = new Client({ connection }).workflow.getHandle(runId)
        await expect
          .poll(async () => (await shell.describe().catch(() => null))?.status.name ?? 'none', { timeout: 30_000 })
          .toBe(to === 'temporal' ? 'RUNNING' : 'COMPLETED')
        await connection.close()

        await run.decide((await run.approvalOf('review')).approvalId, 'approve')
        expect(await run.ended()).toMatchObject({ status: 'completed', engine: to })
        expect(probes.callsOf(runId, 'b')).toHaveLength(1)
        const events = await run.events()
        for (const once of ['engine_changed', 'node_suspended', 'approval_decided', 'run_completed']) {
          expect(events.filter(({ type }) => type === once)).toHaveLength(1)
        }
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
        await pair.close()
        await from.close()
        await database.close()
      },
      180_000,
    )
  })

  if (IS_FULL_CHAOS) {
    describe('temporalEngine, when workers stop', () => {
      test('a worker that is stopped leaves its body to others', async () => {
        const first = openHost()
        await first.engine.startWorker()
        const run = await first.start(gated)
        await first.probes.reached(run.runId, 'a')
        await first.close()

        const second = openHost()
        await second.engine.startWorker()
        second.probes.open(run.runId, 'a')
        await expect
          .poll(async () => (await second.reader.getRun(run.tenantId, run.runId))?.status, { timeout: 60_000 })
          .toBe('completed')
        expect(second.probes.callsOf(run.runId, 'a')).toMatchObject([{ attempt: 2 }])
        await second.close()
      }, 180_000)

      test('a decision holds that was made while no worker was up', async () => {
        const first = openHost()
        await first.engine.startWorker()
        const run = await first.start(approving)
        await run.until('waiting')
        await first.close()

        const second = openHost()
        const { items } = await second.reader.listWaits(run.tenantId, { runId: run.runId, status: 'open' })
        const actor = { userId: 'ann', displayName: 'Ann', role: 'admin' }
        const vote = { actor, choice: 'approve', at: Date.now() }
        expect(await second.engine.decide(run.tenantId, items[0]?.approvalId ?? '', vote)).toEqual({
          outcome: 'accepted',
        })
        await second.engine.startWorker()
        await expect
          .poll(async () => (await second.reader.getRun(run.tenantId, run.runId))?.status, { timeout: 60_000 })
          .toBe('completed')
        await second.close()
      }, 180_000)
    })

    describe('temporalEngine, when Temporal dies', () => {
      test('runs go on when it comes back, with what was decided meanwhile', async () => {
        const host = openHost()
        await host.engine.startWorker()
        const [held, waiting] = [await host.start(gated), await host.start(approving)]
        await host.probes.reached(held.runId, 'a')
        const { approvalId } = await waiting.approvalOf('review')
        await waiting.until('waiting')
        await server.kill()

        host.probes.open(held.runId, 'a')
        expect(await waiting.decide(approvalId, 'approve')).toEqual({ outcome: 'accepted' })
        const late = await host.start(approving)
        await held.untilEvent((event) => event.type === 'node_completed' && event.nodeRunId === 'a')

        server = await startDevServer({ file: file(), port: server.port })
        expect(await held.ended()).toMatchObject({ status: 'completed' })
        expect(await waiting.ended()).toMatchObject({ status: 'completed' })
        await late.decide((await late.approvalOf('review')).approvalId, 'approve')
        expect(await late.ended()).toMatchObject({ status: 'completed' })
        expect(host.probes.callsOf(held.runId, 'a')).toHaveLength(1)
        await host.close()
      }, 240_000)

      test('shells that it has forgotten are started again, and repeat nothing', async () => {
        const host = openHost({ reconcileMs: 1_000 })
        await host.engine.startWorker()
        const run = await host.start(pausing)
        await run.until('waiting')
        await server.kill()
        server = await startDevServer({ port: server.port })
        expect(await run.ended()).toMatchObject({ status: 'completed' })
        for (const id of ['a', 'b']) expect(host.probes.callsOf(run.runId, id)).toHaveLength(1)
        await host.close()
      }, 240_000)

      test('a host that came up before it starts its worker later, and no run is lost', async () => {
        await server.kill()
        const host = openHost()
        await expect(host.engine.startWorker()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
        const run = await host.start(workflow([node('start', 'start'), node('a', 'probe')], ['start>a']))
        server = await startDevServer({ file: file(), port: server.port })
        await host.engine.startWorker()
        expect(await run.ended()).toMatchObject({ status: 'completed' })
        await host.close()
      }, 240_000)
    })
  }
}
