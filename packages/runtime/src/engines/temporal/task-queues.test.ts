import { randomUUID } from 'node:crypto'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DevServer, hasTemporal, openDevServer } from '../../../test/temporal/dev-server.ts'
import { bundleShellOnce, newTaskQueue, openTemporal, quietTemporal } from '../../../test/temporal/open-temporal.ts'
import { openTestDatabase, type TestDatabase } from '../../testing/databases.ts'
import { expire, retentionOfOne } from '../../testing/retention-of-one.ts'
import { startRun } from '../../testing/run-driver.ts'
import type { EngineUnderTest } from '../../testing/test-engine.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'

if (await hasTemporal()) {
  describe('a worker on Temporal', () => {
    const { registry, probes } = createTestNodes()
    const served = newTaskQueue()
    const large = newTaskQueue()
    const tenantQueues: Readonly<Record<string, string>> = { large, waiting: newTaskQueue() }
    const expiring = `t-${randomUUID()}`
    let server: DevServer
    let database: TestDatabase
    let underTest: EngineUnderTest

    beforeAll(async () => {
      quietTemporal()
      const [opened, workflowBundle] = await Promise.all([openTestDatabase('PGlite'), bundleShellOnce()])
      database = opened
      server = await openDevServer()
      const options = {
        address: server.address,
        workflowBundle,
        taskQueue: newTaskQueue(),
        nodeQueues: [served],
        nodeQueueWaitMs: 1_000,
        tenantQueueOf: (tenantId: string) => tenantQueues[tenantId] ?? null,
        tenantQueues: [large],
      }
      underTest = await openTemporal(database.database, registry, options, { retention: retentionOfOne(expiring) })
    })
    afterAll(async () => {
      await underTest.close()
      await database.close()
      await server.stop()
    })

    test('deletes what has expired', async () => {
      const { reader } = underTest
      const document = workflow([node('start', 'start')], [])
      const run = await startRun({ ...underTest, registry }, document, { tenantId: expiring })
      await run.ended()
      await expire(database.database, run)
      await expect.poll(() => reader.getRun(expiring, run.runId), { timeout: 10_000 }).toBeNull()
    })

    const inQueue = (taskQueue: string, policy: object = {}) =>
      workflow(
        [
          node('start', 'start'),
          withPolicy(node('a', 'probe', { output: { a: 1 } }), { taskQueue, ...policy }),
          node('after', 'probe', { output: { after: 1 } }),
        ],
        ['start>a', 'a:error>after'],
      )

    test('those that no worker serves are found, and node types that none has', async () => {
      await expect.poll(() => underTest.engine.missingTypes(['probe@1', 'acme/mail@2'])).toEqual(['acme/mail@2'])
      const unserved = newTaskQueue()
      expect(await underTest.engine.unservedQueues([served, unserved])).toEqual([unserved])
      expect(await underTest.engine.unservedQueues([served])).toEqual([])
      expect(await underTest.engine.unservedQueues([])).toEqual([])
    })

    test('a node in one that a worker serves is run by it', async () => {
      const run = await startRun({ ...underTest, registry }, inQueue(served))
      expect((await run.ended()).status).toBe('completed')
      const started = (await run.events()).find((event) => event.type === 'node_started')
      expect(started).toMatchObject({ nodeRunId: 'a', data: { queue: served } })
    })

    test('a node in one that no worker serves fails in time, and the run says why', async () => {
      const queue = newTaskQueue()
      const run = await startRun({ ...underTest, registry }, inQueue(queue))
      const ended = await run.ended()
      expect(ended).toMatchObject({ status: 'failed', error: { code: 'TASK_QUEUE_UNSERVED', nodeId: 'a' } })
      expect(ended.error?.message).toContain(queue)
      expect(probes.calls.filter(({ runId }) => runId === run.runId)).toEqual([])
    })

    test('its failure takes the error port like any other', async () => {
      const run = await startRun({ ...underTest, registry }, inQueue(newTaskQueue(), { onError: 'route' }))
      expect((await run.ended()).status).toBe('completed')
      expect((await run.events()).map((event) => ('nodeRunId' in event ? event.nodeRunId : null))).toContain('after')
    })

    test('a run of a tenant with one is executed by its workers only', async () => {
      const document = workflow([node('start', 'start'), node('a', 'probe')], ['start>a'])
      const run = await startRun({ ...underTest, registry }, document, { tenantId: 'large' })
      expect((await run.ended()).status).toBe('completed')
      const started = (await run.events()).find((event) => event.type === 'node_started')
      expect(started).toMatchObject({ nodeRunId: 'a', data: { queue: null } })
      const waiting = await startRun({ ...underTest, registry }, document, { tenantId: 'waiting' })
      const other = await startRun({ ...underTest, registry }, document)
      expect((await other.ended()).status).toBe('completed')
      expect(probes.callsOf(waiting.runId, 'a')).toEqual([])
    })

    test('a run that is canceled while its node waits for a worker ends at once', async () => {
      const run = await startRun({ ...underTest, registry }, inQueue(newTaskQueue()))
      await run.untilEvent((event) => event.type === 'node_scheduled')
      await underTest.engine.cancel(run.tenantId, run.runId, null)
      expect((await run.ended()).status).toBe('canceled')
    })
  })
}
