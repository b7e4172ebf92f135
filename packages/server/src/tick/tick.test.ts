import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page, Run, StartedRun, TriggerEvent, WebhookEndpoint, WebhookEvent } from '@tenon/core/api'
import { defineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish } from '../testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestSchedules } from '../testing/kit/test-schedules.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

/** Bodies that have run, by what their run was given. */
const bodies = new Map<string, number>()
const countNode = implementNode(
  defineNode({
    ...{ type: 'count', version: 1, title: 'Count', description: 'Counts', icon: 'M4 12h16', category: 'data' },
    ...{ params: z.object({ name: z.string(), holds: z.string().default('') }), effect: 'read' },
    ...{ ports: [{ name: 'success', title: 'Done' }], outputs: { success: z.unknown() }, summary: 'Counts' },
  }),
  async ({ params, abortSignal }) => {
    const before = bodies.get(params.name) ?? 0
    bodies.set(params.name, before + 1)
    // The first time, it lasts until it is stopped.
    if (params.holds === 'once' && before === 0) {
      await new Promise((resolve) => abortSignal.addEventListener('abort', resolve, { once: true }))
      abortSignal.throwIfAborted()
    }
    return { port: 'success', output: { name: params.name } }
  },
)
const counting = (holds = '') =>
  workflow(
    [node('start', 'start'), node('work', 'count', { name: '{{input.name}}', holds }), node('end', 'end')],
    ['start>work', 'work>end'],
  )

let postgres: TestPostgres
let pool: pg.Pool
let database: ServerDatabase
let server: TestServer
let other: TestServer
const received: string[] = []
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += String(part)
  received.push(body)
  response.end()
})
const handled: WebhookEvent[] = []
const options = {
  nodes: [...nodesWithWebhook, countNode],
  ...{ background: false, keyProvider: plainKeys, egress: { allow: ['127.0.0.1/32'] } },
  onEvent: (event: WebhookEvent) => void handled.push(event),
  log: () => undefined,
}
const as = testIdentity({ role: 'admin' })

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  postgres = await startTestPostgres()
  const connectionString = await postgres.createDatabase()
  pool = new pg.Pool({ connectionString, max: 10 })
  database = createDatabase<ServerTables>({ pool })
  server = await openTestServer({ ...options, database: { pool } })
  const own = new pg.Pool({ connectionString, max: 10 })
  other = await openTestServer({ ...options, database: { pool: own } })
}, 60_000)
afterAll(async () => {
  await other.close()
  await server.close()
  receiver.close()
  await postgres.stop()
})

const startRun = async (workflowId: string, name: string): Promise<string> => {
  const body = { input: { name } }
  return (await server.json<StartedRun>(201, `/workflows/${workflowId}/runs`, { as, method: 'POST', body })).runId
}
const runOf = (runId: string) => server.json<Run>(200, `/runs/${runId}`, { as })
const workers = () =>
  database.withSystem((tx) =>
    tx
      .selectFrom('workers' as never)
      .selectAll()
      .execute(),
  )

test('ticks of two processes at once do all that is due, each run once, and leave nothing behind', async () => {
  await expect(server.automation.startWorker()).rejects.toMatchObject({ code: 'OPTIONS_INVALID' })
  // Events of the host are kept from the first tick on; it finds nothing.
  const nothing = { runs: 0, schedules: 0, requests: 0, events: 0, hasMore: false }
  expect(await server.automation.tick({ budgetMs: 5_000 })).toEqual(nothing)
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  await server.json<WebhookEndpoint>(201, '/webhook-endpoints', { as, method: 'POST', body: { url } })
  const workflowId = await publish(server, as, counting())
  const runIds = await Promise.all(Array.from({ length: 20 }, (_, index) => startRun(workflowId, `run ${index}`)))
  const tx = await pool.connect()
  await tx.query('begin')
  const { runId } = await server.automation.start({ tx, tenantId: as.tenantId, workflowId, input: { name: 'asked' } })
  await tx.query('commit')
  tx.release()
  const { openSchedule, scheduled, baseAt } = openTestSchedules()
  const schedule = await openSchedule(server, database, scheduled())
  await schedule.setDue(baseAt)
  // Nothing happens between requests and ticks.
  expect(await runOf(runIds[0] ?? '')).not.toHaveProperty('health')
  expect(bodies.size).toBe(0)

  const ticks = [server, other, server, other].map(({ automation }) => automation.tick({ budgetMs: 30_000 }))
  const done = await Promise.all(ticks)
  expect(done.every(({ hasMore }) => !hasMore)).toBe(true)
  const sum = (count: 'schedules' | 'requests') => done.reduce((all, each) => all + each[count], 0)
  expect([sum('schedules'), sum('requests')]).toEqual([1, 1])
  // What the last one of them has begun may be left to a later tick.
  await server.automation.tick({ budgetMs: 30_000 })
  expect([...bodies.values()]).toEqual(Array.from({ length: 21 }, () => 1))
  for (const each of [...runIds, runId]) expect(await runOf(each)).toMatchObject({ status: 'completed' })
  const fired = await server.json<Page<TriggerEvent>>(
    ...([200, `/workflows/${schedule.ref.workflowId}/triggers/clock/events`, { as: schedule.as }] as const),
  )
  expect(fired.items).toMatchObject([{ outcome: 'started' }])
  const completed = received.filter((body) => body.includes('run.completed'))
  expect([completed.length, new Set(completed).size]).toEqual([21, 21])
  expect(handled.filter(({ type }) => type === 'run.completed')).toHaveLength(22)
  expect(await server.automation.tick({ budgetMs: 5_000 })).toEqual(nothing)
  expect(await workers()).toEqual([])
}, 60_000)

test('a tick whose budget ends in the middle of a body loses nothing', async () => {
  const workflowId = await publish(server, as, counting('once'))
  const runId = await startRun(workflowId, 'held')
  expect(await server.automation.tick({ budgetMs: 1_000 })).toMatchObject({ runs: 1, hasMore: true })
  expect(await runOf(runId)).toMatchObject({ status: 'running' })
  expect(await workers()).toEqual([])
  // At another process: it waits for no lease, but for the next attempt.
  expect(await other.automation.tick({ budgetMs: 30_000 })).toMatchObject({ runs: 1, hasMore: false })
  expect(await runOf(runId)).toMatchObject({ status: 'completed' })
  expect(bodies.get('held')).toBe(2)
}, 60_000)

test('runs are healthy while ticks are called, and the budget has limits', async () => {
  const workflowId = await publish(server, as, counting())
  const runId = await startRun(workflowId, 'late')
  const ready = async () => (await server.call('/health/ready')).text()
  expect(await ready()).not.toContain('NO_WORKER')
  await database.withSystem((tx) => tx.updateTable('schedule_looks').set({ looked_at: 1 }).execute())
  expect(await runOf(runId)).toMatchObject({ health: { code: 'NO_WORKER', remedy: expect.stringContaining('tick()') } })
  expect(await ready()).toContain('NO_WORKER')
  for (const budgetMs of [0, 999, 900_001, Number.NaN]) {
    await expect(server.automation.tick({ budgetMs })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' })
  }
  await server.automation.tick({ budgetMs: 10_000 })
  expect(await ready()).not.toContain('NO_WORKER')
  // A process with work in the background, whose runs these ticks execute.
  const web = await server.sibling({ ...options, background: true })
  expect(await (await web.call('/health/ready')).text()).not.toContain('NO_WORKER')
  await database.withSystem((tx) => tx.updateTable('schedule_looks').set({ looked_at: 1 }).execute())
  // Its own looks for schedules execute no run.
  await web.json(200, '/runs', { as })
  await expect.poll(async () => (await web.call('/health/ready')).text()).toContain('NO_WORKER')
  await web.close()
}, 60_000)
