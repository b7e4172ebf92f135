import type { Identity, Page, Run, RunSummary, StartRequest } from '@tenon/core/api'
import { edge, node, workflow } from '@tenon/core/testing'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import { sql as drizzleSql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import type { HostTransaction } from './host-transaction.ts'

let postgres: TestPostgres
let server: TestServer
let pool: pg.Pool
let url: string
const logged: string[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
  url = await postgres.createDatabase()
  pool = new pg.Pool({ connectionString: url, max: 10 })
  server = await openTestServer({
    nodes: nodesWithWebhook,
    keyProvider: plainKeys,
    database: { pool },
    log: (_level, event) => logged.push(event),
  })
  await pool.query('create table orders (id text primary key, tenant text not null)')
})
afterAll(async () => {
  await server.close()
  await postgres.stop()
})

const DOUBLE = workflow(
  [
    node('start', 'start', { inputSchema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } }),
    node('end', 'end'),
  ],
  ['start>end'],
)

const ON_ORDER = workflow(
  [node('order', 'event', { eventType: 'order.created' }), node('end', 'end', { output: '{{trigger}}' })],
  ['order>end'],
)

const requestsOf = async (as: Identity) => (await server.json<Page<StartRequest>>(200, '/start-requests', { as })).items
const runsOf = async (as: Identity) => (await server.json<Page<RunSummary>>(200, '/runs', { as })).items

/** Waits for a run that starts after a commit. */
async function ended(as: Identity, runId: string): Promise<Run> {
  await expect.poll(async () => (await runsOf(as)).map((run) => run.runId)).toContain(runId)
  return untilRun(server, as, runId)
}

/** Runs work in a transaction of `pg`. */
async function inTransaction<Value>(
  work: (tx: pg.PoolClient) => Promise<Value>,
  end: 'commit' | 'rollback' = 'commit',
) {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const value = await work(client)
    await client.query(end)
    return value
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

test('a run starts after the commit, once for each dedupe key, and a rollback leaves nothing', async () => {
  const as = testIdentity()
  const { tenantId } = as
  const workflowId = await publish(server, as, DOUBLE)
  const order = { tenantId, workflowId, input: { n: 2 }, dedupeKey: 'o-1' }
  const start = (tx: HostTransaction, input = order.input) => server.automation.start({ tx, ...order, input })
  await inTransaction((tx) => start(tx), 'rollback')
  expect(await requestsOf(as)).toEqual([])
  const first = await inTransaction(async (tx) => {
    const query = vi.spyOn(tx, 'query')
    const before = await tx.query(`select current_user as name, current_setting('tenon.tenant', true) as tenant,
      current_setting('search_path') as path`)
    await tx.query(`select set_config('tenon.tenant', 'mine', true)`)
    query.mockClear()
    const requested = await start(tx)
    // One statement of the host's transaction, which has its role and its settings afterwards.
    expect(query).toHaveBeenCalledOnce()
    const after = await tx.query(`select current_user as name, current_setting('tenon.tenant', true) as tenant,
      current_setting('search_path') as path`)
    expect(after.rows).toEqual([{ ...before.rows[0], tenant: 'mine' }])
    expect(await requestsOf(as)).toEqual([])
    return requested
  })
  expect(await ended(as, first.runId)).toMatchObject({ status: 'completed', workflowId })
  expect(first.isRepeated).toBe(false)
  const again = await inTransaction((tx) => start(tx))
  expect(again).toEqual({ ...first, isRepeated: true })
  await expect(inTransaction((tx) => start(tx, { n: 3 }))).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  await expect.poll(() => requestsOf(as)).toMatchObject([{ state: 'accepted', runId: first.runId, code: null }])
  expect(await runsOf(as)).toHaveLength(1)
})

test('transactions of Kysely and of Drizzle request runs and events', async () => {
  const as = testIdentity()
  const { tenantId } = as
  const workflowId = await publish(server, as, DOUBLE)
  await publish(server, as, ON_ORDER)
  const { automation } = server
  // A text that would end a literal, and one that would be an escape.
  const input = { n: 1, note: `it's \\' $1 ${'x'.repeat(50)}` }
  const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] })
  const byKysely = await kysely.transaction().execute((tx) => automation.start({ tx, tenantId, workflowId, input }))
  const database = drizzle(pool)
  const byDrizzle = await database.transaction(async (tx) => {
    await tx.execute(drizzleSql`set local standard_conforming_strings = off`)
    await automation.emit({ tx, tenantId, type: 'order.created', payload: input, key: 'o', dedupeKey: 'e' })
    return automation.start({ tx, tenantId, workflowId, input })
  })
  await database
    .transaction(async (tx) => {
      await automation.start({ tx, tenantId, workflowId, input })
      tx.rollback()
    })
    .catch(() => undefined)
  for (const { runId } of [byKysely, byDrizzle]) {
    expect(await ended(as, runId)).toMatchObject({ status: 'completed', output: input })
  }
  await expect.poll(() => runsOf(as)).toHaveLength(3)
  const byEvent = (await runsOf(as)).find(({ runId }) => runId !== byKysely.runId && runId !== byDrizzle.runId)
  expect(await untilRun(server, as, byEvent?.runId ?? '')).toMatchObject({
    output: { id: 'e', source: 'host', type: 'order.created', subject: 'o', data: input, time: expect.any(String) },
  })
  for (const tx of [pool, kysely, database, {}, null]) {
    await expect(automation.start({ tx: tx as HostTransaction, tenantId, workflowId })).rejects.toMatchObject({
      code: 'TRANSACTION_UNSUPPORTED',
    })
  }
})

test('triggers of the tables of the host request runs and events by SQL', async () => {
  const as = testIdentity()
  const workflowId = await publish(server, as, DOUBLE)
  await publish(server, as, ON_ORDER)
  await pool.query(`create function order_saved() returns trigger language plpgsql as $$ begin
    perform tenon.start_run(new.tenant, '${workflowId}', jsonb_build_object('n', 1), dedupe_key => new.id);
    perform tenon.emit_event(new.tenant, 'order.created', to_jsonb(new), subject => new.id, id => new.id);
    return new; end $$`)
  await pool.query('create trigger order_saved after insert on orders for each row execute function order_saved()')
  await inTransaction((tx) => tx.query('insert into orders values ($1, $2)', ['o-2', as.tenantId]), 'rollback')
  await inTransaction((tx) => tx.query('insert into orders values ($1, $2)', ['o-3', as.tenantId]))
  await expect.poll(() => runsOf(as)).toHaveLength(2)
  await expect(
    pool.query(`select tenon.start_run('${as.tenantId}', '${workflowId}', '{"n":2}', dedupe_key => 'o-3')`),
  ).rejects.toThrow('IDEMPOTENCY_KEY_REUSED')
  await expect(pool.query(`select tenon.start_run('*', '${workflowId}')`)).rejects.toThrow('TENANT_INVALID')
  // A login of the database without the right to it starts no runs of tenants.
  await pool.query('create role stranger; grant usage on schema tenon to stranger')
  await expect(
    inTransaction(async (tx) => {
      await tx.query('set local role stranger')
      await server.automation.start({ tx, tenantId: as.tenantId, workflowId })
    }),
  ).rejects.toMatchObject({ code: 'TRANSACTION_DATABASE_MISMATCH' })
})

describe('a request that cannot start a run', () => {
  test('is refused, listed and logged, and others with its order key follow', async () => {
    const as = testIdentity()
    const { tenantId } = as
    const workflowId = await publish(server, as, DOUBLE)
    const draft = await server.json<{ id: string }>(201, '/workflows', {
      ...{ as, method: 'POST', body: { name: 'Draft' } },
    })
    const { automation } = server
    const last = await inTransaction(async (tx) => {
      const common = { tx, tenantId, orderKey: 'o' }
      await automation.start({ ...common, workflowId: 'unknown' })
      await automation.start({ ...common, workflowId: draft.id })
      await automation.start({ ...common, workflowId, input: { n: 'two' } })
      await automation.start({ ...common, workflowId, input: { n: 2 }, trigger: 'nowhere' })
      return automation.start({ ...common, workflowId, input: { n: 2 } })
    })
    expect(await ended(as, last.runId)).toMatchObject({ status: 'completed' })
    await expect
      .poll(async () =>
        (await requestsOf(as))
          .map(({ state, code }) => [state, code])
          .reverse()
          .sort(),
      )
      .toEqual(
        [
          ['accepted', null],
          ['refused', 'REFERENCE_NOT_FOUND'],
          ['refused', 'RUN_INPUT_INVALID'],
          ['refused', 'WORKFLOW_NOT_FOUND'],
          ['refused', 'WORKFLOW_NOT_PUBLISHED'],
        ].sort(),
      )
    expect(logged.filter((event) => event.startsWith('start_request.refused'))).toHaveLength(4)
    const refused = await server.json<Page<StartRequest>>(200, '/start-requests?state=refused&limit=2', { as })
    expect(refused).toMatchObject({
      items: [{ state: 'refused' }, { state: 'refused' }],
      nextCursor: expect.any(String),
    })
  })

  test('is refused before it is stored if anything in it is invalid, or the database is another one', async () => {
    const { tenantId } = testIdentity()
    const { automation } = server
    const start = (change: object) =>
      inTransaction((tx) => automation.start({ tx, tenantId, workflowId: 'w', input: {}, ...change }))
    await expect(start({ tenantId: '*' })).rejects.toMatchObject({ code: 'TENANT_INVALID' })
    await expect(start({ workflowId: '' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(start({ dedupeKey: 'x'.repeat(401) })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(start({ input: { at: new Date() } })).rejects.toMatchObject({ code: 'VALUE_NOT_JSON' })
    await expect(start({ input: 'x'.repeat(1_048_577) })).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
    const other = new pg.Client({ connectionString: await postgres.createDatabase() })
    await other.connect()
    await expect(automation.start({ tx: other, tenantId, workflowId: 'w' })).rejects.toMatchObject({
      code: 'TRANSACTION_DATABASE_MISMATCH',
    })
    await other.end()
  })
})

test('an event on a link with two triggers starts one run at each', async () => {
  const as = testIdentity()
  const both = {
    ...ON_ORDER,
    nodes: [...ON_ORDER.nodes, node('again', 'event', { eventType: 'order.created', filter: 'trigger.data.n > 1' })],
    edges: [...ON_ORDER.edges, edge('again>end')],
  }
  await publish(server, as, both)
  const emit = (n: number) =>
    server.automation.emit({ tenantId: as.tenantId, type: 'order.created', payload: { n }, dedupeKey: `e${n}` })
  await emit(1)
  await emit(2)
  await emit(2)
  await expect.poll(() => runsOf(as)).toHaveLength(3)
})
