import { node, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FaultProxy, openFaultProxy } from '../../../test/chaos/fault-proxy.ts'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeTables } from '../../postgres/tables.ts'
import { openEmbedded } from '../../testing/embedded.ts'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { startRun } from '../../testing/run-driver.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'

let server: TestPostgres
let proxy: FaultProxy
let closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  server = await startTestPostgres()
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  closing = []
})
afterAll(() => server.stop())

/** A worker whose connections go by way of a proxy. */
async function worker() {
  proxy = await openFaultProxy(await server.createDatabase(), () => 1)
  closing.push(() => proxy.close())
  const pool = new pg.Pool({ connectionString: proxy.url, max: 6 })
  pool.on('error', () => undefined)
  const limits = { statementTimeoutMs: 400, appendTimeoutMs: 300 }
  const database = createDatabase<RuntimeTables>({ pool }, limits)
  await migrateRuntime(database)
  const nodes = createTestNodes()
  const under = await openEmbedded(database, nodes.registry, { leaseMs: 1_000, pollIntervalMs: 100 })
  return { ...under, database, registry: nodes.registry, probes: nodes.probes }
}

const working = workflow([node('start', 'start'), node('a', 'probe'), node('b', 'probe')], ['start>a', 'a>b'])

/** Connections that stay open and answer nothing: a peer that has vanished without a word. */
describe('a worker whose connections go silent', () => {
  test('executes its runs over others, each body as often as its log says', async () => {
    const handle = await worker()
    closing.push(async () => {
      await handle.engine.close()
      await handle.database.close()
    })
    await (await startRun(handle, working)).ended()
    proxy.silence(2)
    const starts = await Promise.allSettled(Array.from({ length: 12 }, () => startRun(handle, working)))
    expect(proxy.counts.silent).toBe(2)
    const runs = starts.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(runs.length).toBeGreaterThan(0)
    for (const run of runs) {
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      const begun = (await run.events()).filter((event) => event.type === 'node_started')
      expect(handle.probes.calls.filter(({ runId }) => runId === run.runId).length).toBeLessThanOrEqual(begun.length)
    }
    for (const each of starts)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('closes while none of them answers', async () => {
    const handle = await worker()
    const run = await startRun(
      handle,
      workflow([node('start', 'start'), node('a', 'probe', { isGated: true })], ['start>a']),
    )
    await handle.probes.reached(run.runId, 'a')
    proxy.silence(Number.POSITIVE_INFINITY)
    await handle.engine.close()
    await handle.database.close()
    expect(handle.probes.aborted).toEqual([`${run.runId}/a`])
  })
})
