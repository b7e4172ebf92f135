import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { createNodeRegistry } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DevServer, hasTemporal, openDevServer } from '../../../test/temporal/dev-server.ts'
import {
  bundleShellOnce,
  newTaskQueue,
  openIdleTemporal,
  openTemporal,
  quietTemporal,
} from '../../../test/temporal/open-temporal.ts'
import type { RunObstacle } from '../../run-store.ts'
import { createOutbox } from '../../store/outbox.ts'
import { openTestDatabase, type TestDatabase } from '../../testing/databases.ts'
import { type DrivenRun, startRun } from '../../testing/run-driver.ts'
import type { EngineUnderTest } from '../../testing/test-engine.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'
import { createDeliver } from './deliver.ts'
import { startOutboxRelay } from './outbox-relay.ts'
import { connectShellClient } from './shell-client.ts'

/** The obstacle of a run is known within this time. */
const KNOWN_WITHIN_MS = 30_000

if (await hasTemporal()) {
  describe('the health of a run on Temporal', () => {
    const { registry } = createTestNodes()
    const approving = workflow([node('start', 'start'), node('review', 'approval', { title: 'x' })], ['start>review'])
    let server: DevServer
    let database: TestDatabase
    let workflowBundle: Awaited<ReturnType<typeof bundleShellOnce>>

    beforeAll(async () => {
      quietTemporal()
      ;[database, workflowBundle, server] = await Promise.all([
        openTestDatabase('PGlite'),
        bundleShellOnce(),
        openDevServer(),
      ])
    })
    afterAll(async () => {
      await database.close()
      await server.stop()
    })

    const begin = (engine: EngineUnderTest) => startRun({ ...engine, registry }, approving)
    const obstacleOf = async ({ reader }: EngineUnderTest, { tenantId, runId }: DrivenRun) =>
      (await reader.readObstacles(tenantId, [runId])).get(runId) ?? null
    /** Tests that run side by side cannot share `expect.poll`. */
    const isHeldUp = (engine: EngineUnderTest, run: DrivenRun, by: RunObstacle | null) =>
      vi.waitUntil(async () => (await obstacleOf(engine, run)) === by, { timeout: KNOWN_WITHIN_MS, interval: 500 })

    test.concurrent('says that no process delivers its messages, and nothing any more once one does', async () => {
      // Any process of a database delivers all of its messages.
      const own = await openTestDatabase('PGlite')
      const options = { address: server.address, taskQueue: newTaskQueue(), workflowBundle }
      const idle = openIdleTemporal(own.database, registry, options)
      const run = await begin(idle)
      await isHeldUp(idle, run, 'NO_WORKER')
      await idle.engine.startWorker()
      await run.until('waiting')
      await isHeldUp(idle, run, null)
      await idle.close()
      await own.close()
    })

    test.concurrent('says that no worker takes its tasks, and that Temporal does not answer', async () => {
      const own = await openTestDatabase('PGlite')
      const options = { address: server.address, taskQueue: newTaskQueue() }
      const idle = openIdleTemporal(own.database, registry, options)
      const client = await connectShellClient(options, 'relay', () => undefined)
      let isAway = false
      const away = async () => {
        throw new RangeError('away')
      }
      const outbox = createOutbox(own.database)
      const deliver = createDeliver({
        client: { ...client, find: (runId) => (isAway ? away() : client.find(runId)) },
        committer: { commit: away, withSession: away },
        ...{ reader: idle.reader, outbox, now: Date.now, reconcileMs: 1_000 },
      })
      const seen: (RunObstacle | null)[] = []
      const relay = startOutboxRelay(outbox, deliver, {
        log: () => undefined,
        onHealth: (_, health) => seen.push(health),
      })
      const run = await begin(idle)
      await isHeldUp(idle, run, 'NO_WORKER')
      isAway = true
      await isHeldUp(idle, run, 'ENGINE_UNAVAILABLE')
      expect(seen).toEqual(['NO_WORKER', 'ENGINE_UNAVAILABLE'])
      await relay.stop()
      await client.close()
      await idle.close()
      await own.close()
    })

    test.concurrent('says that no worker has the type of its next node, and continues once one has', async () => {
      const taskQueue = newTaskQueue()
      const options = { address: server.address, taskQueue, workflowBundle }
      const without = createNodeRegistry(
        registry.manifest.nodes.flatMap(({ type, version }) => {
          const found = registry.get(type, version)
          return found === undefined || type !== 'start' ? [] : [found]
        }),
      )
      const lacking = await openTemporal(database.database, without, options)
      const run = await startRun(
        { ...lacking, registry },
        workflow([node('start', 'start'), node('a', 'probe')], ['start>a']),
      )
      await isHeldUp(lacking, run, 'NO_CAPABLE_WORKER')
      const capable = await openTemporal(database.database, registry, options)
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      await capable.close()
      await lacking.close()
    })

    test.concurrent('says that its workers are too busy to complete its tasks in time', {
      timeout: 90_000,
    }, async () => {
      const taskQueue = newTaskQueue()
      const client = await connectShellClient({ address: server.address, taskQueue }, 'relay', () => undefined)
      const connection = await Connection.connect({ address: server.address })
      const run = { tenantId: 'acme', runId: newTaskQueue() }
      await client.start({ ...run, workflowId: 'w', priority: 0 })
      // Takes each task and completes none, until Temporal gives it to another worker.
      const takeTask = async (): Promise<void> => {
        const request = { namespace: 'default', taskQueue: { name: taskQueue }, identity: 'starved' }
        const poll = () => connection.workflowService.pollWorkflowTaskQueue(request)
        const { taskToken } = await connection.withDeadline(Date.now() + 60_000, poll)
        if (taskToken.length === 0) await takeTask()
      }
      for (let attempt = 0; attempt < 3; attempt += 1) await takeTask()
      const health = async () => {
        const found = await client.find(run.runId)
        return found.state === 'running' ? found.health.obstacle : found.state
      }
      expect(await health()).toBe('NO_WORKER')
      await connection.close()
      await client.close()
    })

    test.concurrent('says that its workflow fails again and again', async () => {
      const broken = await openTemporal(database.database, registry, {
        ...{ address: server.address, taskQueue: newTaskQueue() },
        workflowsPath: join(import.meta.dirname, '../../../test/temporal/broken-shell.ts'),
      })
      const run = await begin(broken)
      await isHeldUp(broken, run, 'STUCK')
      await broken.close()
    })

    test.concurrent('is canceled by the operator who has ended its shell, although it only waits', async ({
      onTestFinished,
    }) => {
      const taskQueue = newTaskQueue()
      const engine = await openTemporal(database.database, registry, {
        ...{ address: server.address, taskQueue, workflowBundle },
      })
      // A worker that outlives its test polls in those that come after it.
      onTestFinished(() => engine.close())
      const run = await begin(engine)
      await run.until('waiting')
      const connection = await Connection.connect({ address: server.address })
      const shell = new Client({ connection }).workflow.getHandle(run.runId)
      // The start of a run executes its first turn by itself; its shell begins with the message in the outbox.
      const hasBegun = () =>
        shell.describe().then(
          () => true,
          () => false,
        )
      await vi.waitUntil(hasBegun, { timeout: KNOWN_WITHIN_MS, interval: 100 })
      await shell.terminate('by a test')
      await connection.close()
      const endedAt = Date.now()
      expect(await run.ended()).toMatchObject({
        status: 'canceled',
        error: { code: 'RUN_CANCELED', details: { reason: 'operator' } },
      })
      expect(Date.now() - endedAt).toBeLessThan(KNOWN_WITHIN_MS)
    })
  })
}
