import { EventEmitter } from 'node:events'
import type { Page, TriggerEvent } from '@tenon/core/api'
import { createNodeRegistry } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { startTestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { plainKeys } from '../src/testing/kit/plain-keys.ts'
import { publish } from '../src/testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../src/testing/kit/test-nodes.ts'
import { openTestServer } from '../src/testing/kit/test-server.ts'
import { testIdentity } from '../src/testing/test-identity.ts'
import { ORDER_OUTBOX, orderSavedNode } from './order-source.ts'

test('each row that a host adds starts one run at once, also of those that come while the connection is away', async () => {
  const postgres = await startTestPostgres()
  const connectionString = await postgres.createDatabase()
  const pool = new pg.Pool({ connectionString, max: 10 })
  const host = new pg.Pool({ connectionString, max: 4 })
  // A connection that is ended while it is idle.
  host.on('error', () => undefined)
  const lost: unknown[] = []
  const options = {
    ...{ nodes: [...nodesWithWebhook, orderSavedNode(host)], keyProvider: plainKeys },
    log: (_level: string, event: string, fields?: object) =>
      event.startsWith('source.') && lost.push({ event, ...fields }),
  }
  await host.query(ORDER_OUTBOX)
  const server = await openTestServer({ ...options, database: { pool } })
  const other = await server.sibling(options)
  await other.automation.startWorker()
  try {
    const [as, quiet] = [testIdentity(), testIdentity()]
    // The interval is longer than the test: only the source wakes the polls.
    const trigger = node('order', 'acme/order-saved', { every: '1h', begin: 'all' })
    const document = workflow([trigger, node('end', 'end', { output: '{{trigger.total}}' })], ['order>end'])
    const [id, quietId] = [await publish(server, as, document), await publish(server, quiet, document)]
    const events = async (who = as, workflowId = id) => {
      const path = `/workflows/${workflowId}/triggers/order/events`
      return (await server.json<Page<TriggerEvent>>(200, path, { as: who })).items
    }
    const polled = () => host.query(`select from tenon.polls where polled_at is not null`)
    await expect.poll(async () => (await polled()).rowCount, { timeout: 20_000 }).toBe(2)
    const save = (client: pg.Pool | pg.PoolClient, total: number) =>
      client.query('insert into order_outbox (tenant_id, body) values ($1, $2)', [as.tenantId, { total }])
    // Committed after a later one: a cursor by numbers alone would pass it by.
    const early = await host.connect()
    await early.query('begin')
    await save(early, 1)
    await save(host, 2)
    await early.query('commit')
    early.release()
    await expect.poll(async () => (await events()).length, { timeout: 20_000 }).toBe(2)
    const ended = await host.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen order_saved'`,
    )
    expect(ended.rowCount).toBe(2)
    await save(host, 3)
    await expect.poll(async () => (await events()).length, { timeout: 20_000 }).toBe(3)
    await save(host, 4)
    const isStarted = async () => (await events()).filter(({ outcome }) => outcome === 'started').length
    await expect.poll(isStarted, { timeout: 20_000 }).toBe(4)
    const found = await events()
    expect(new Set(found.map(({ runId }) => runId)).size).toBe(4)
    expect(await events(quiet, quietId)).toEqual([])
    expect(lost).toHaveLength(2)
  } finally {
    await other.close()
    await server.close()
    await host.end()
    await postgres.stop()
  }
}, 120_000)

function listenOf(pool: object) {
  return createNodeRegistry([orderSavedNode(pool as pg.Pool)]).get('acme/order-saved', 1)?.listen
}

test('a connection that is lost before it listens is an error of the source, and not of the process', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note)
  const client = Object.assign(new EventEmitter(), {
    release: () => undefined,
    query: async () => {
      // As pg does it: the event comes first, then the statement fails.
      client.emit('error', new Error('read ECONNRESET'))
      client.emit('error', new Error('The connection has ended'))
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('The statement has failed')
    },
  })
  const listen = listenOf({ connect: async () => client })
  const abortSignal = new AbortController().signal
  await expect(listen?.({ changed: () => undefined, abortSignal })).rejects.toThrow('The statement has failed')
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

test('a source that is stopped while it connects lets its connection go', async () => {
  const released: unknown[] = []
  const client = Object.assign(new EventEmitter(), { release: () => released.push(1), query: async () => undefined })
  const listen = listenOf({ connect: async () => client })
  await listen?.({ changed: () => undefined, abortSignal: AbortSignal.abort() })
  expect(released).toEqual([1])
})
