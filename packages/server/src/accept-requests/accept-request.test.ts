import type { Identity, Page, ReceivedEvent, RunSummary, StartRequest } from '@tenon/core/api'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import { CompiledQuery } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimEvents } from '../tables/event-queue-repository.ts'
import { deleteExpiredRows } from '../tables/retention-repository.ts'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { claimRequests, dropEntry } from '../tables/start-request-repository.ts'
import { createTurns } from '../tables/tenants-in-turn.ts'
import { HOST } from '../tables/webhook-tables.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish } from '../testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const full = testIdentity()
const logged: string[] = []
let isFull = true
let postgres: TestPostgres
let pool: pg.Pool
let server: TestServer
let database: ServerDatabase

const options = {
  nodes: nodesWithWebhook,
  keyProvider: plainKeys,
  log: (_level: string, event: string) => logged.push(event),
}
const OLD = { type: 'old.type' }

beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 10 })
  database = createDatabase<ServerTables>({ pool })
  server = await openTestServer({
    ...options,
    database: { pool },
    events: { types: [OLD], undeclared: 'refuse' },
    runLimits: (tenantId) => (tenantId === full.tenantId && isFull ? { inProgress: 0, queued: 0 } : {}),
  })
})
afterAll(async () => {
  await server.close()
  await postgres.stop()
})

const DOUBLE = workflow([node('start', 'start'), node('end', 'end')], ['start>end'])
const onEvent = (eventType: string, params: object = {}) =>
  workflow([node('event', 'event', { eventType, ...params }), node('end', 'end')], ['event>end'])
const runsOf = async (as: Identity) => (await server.json<Page<RunSummary>>(200, '/runs', { as })).items
const requestsOf = async (as: Identity) => (await server.json<Page<StartRequest>>(200, '/start-requests', { as })).items

/** Runs work as the tenant, in a transaction of its own. */
async function inTenant<Value>({ tenantId }: Identity, work: (tx: pg.PoolClient) => Promise<Value>): Promise<Value> {
  const tx = await pool.connect()
  try {
    await tx.query('begin')
    await tx.query(`select set_config('tenon.tenant', $1, true)`, [tenantId])
    const value = await work(tx)
    await tx.query('commit')
    return value
  } finally {
    tx.release()
  }
}

test('requests whose kind, scope and key only join to the same text are two', async () => {
  const as = testIdentity()
  const { tenantId } = as
  const put = (source: string, id: string) =>
    pool.query('select tenon.emit_event($1, $2, $3, source => $4, id => $5)', [tenantId, OLD.type, '{}', source, id])
  await put('a b', 'c')
  await put('a', 'b c')
  const { items } = await server.json<Page<ReceivedEvent>>(200, '/events', { as })
  expect(items.map(({ source, id }) => [source, id]).sort()).toEqual([
    ['a b', 'c'],
    ['a', 'b c'],
  ])
})

test('the retention keeps a request until nothing is left to do for it', async () => {
  const as = testIdentity()
  const workflowId = await publish(server, as, DOUBLE)
  const sweep = () => database.withTenant(as.tenantId, (tx) => deleteExpiredRows(tx, as.tenantId, null))
  await inTenant(as, async (tx) => {
    await server.automation.start({ tx, tenantId: as.tenantId, workflowId })
    // As after an outage of more than a week.
    await tx.query('update tenon.start_requests set expires_at = at - 1 where tenant_id = $1', [as.tenantId])
    await tx.query('update tenon.start_request_queue set due_at = due_at + 600000 where tenant_id = $1', [as.tenantId])
  })
  await sweep()
  await inTenant(as, (tx) =>
    tx.query('update tenon.start_request_queue set due_at = 0 where tenant_id = $1', [as.tenantId]),
  )
  await expect.poll(() => runsOf(as)).toMatchObject([{ startedBy: { kind: 'host', trigger: { kind: 'start' } } }])
  await sweep()
  await expect
    .poll(() =>
      inTenant(
        as,
        async (tx) => (await tx.query('select 1 from tenon.start_requests where tenant_id = $1', [as.tenantId])).rows,
      ),
    )
    .toEqual([])
  // An entry whose request is gone is logged.
  await inTenant(as, (tx) =>
    tx.query(
      `insert into tenon.start_request_queue (tenant_id, request_id, target, due_at, attempts)
      values ($1, 'gone', '', 0, 0)`,
      [as.tenantId],
    ),
  )
  await expect.poll(() => logged.filter((event) => event.startsWith('start_request.missing'))).toHaveLength(1)
})

test('a run that has started is accepted after a kill, though its workflow was deleted since', async () => {
  const as = testIdentity()
  const workflowId = await publish(server, as, DOUBLE)
  const { requestId, runId } = await inTenant(as, (tx) =>
    server.automation.start({ tx, tenantId: as.tenantId, workflowId }),
  )
  await expect.poll(() => requestsOf(as)).toMatchObject([{ state: 'accepted' }])
  await server.json(204, `/workflows/${workflowId}`, { as, method: 'DELETE' })
  // As a kill leaves it between the start of the run and the decision.
  await inTenant(as, async (tx) => {
    await tx.query(`update tenon.start_requests set state = 'pending', body = '{}' where tenant_id = $1`, [as.tenantId])
    await tx.query(
      `insert into tenon.start_request_queue (tenant_id, request_id, target, due_at, attempts) values ($1, $2, '', 0, 0)`,
      [as.tenantId, requestId],
    )
  })
  const queue = () =>
    inTenant(
      as,
      async (tx) =>
        (await tx.query('select 1 from tenon.start_request_queue where tenant_id = $1', [as.tenantId])).rows,
    )
  await expect.poll(queue).toEqual([])
  expect(await requestsOf(as)).toMatchObject([{ state: 'accepted', runId, code: null }])
})

test('a request is tried for a day from its first failure, and not from its commit', async () => {
  const { tenantId } = full
  const workflowId = await publish(server, full, DOUBLE)
  const code = async () => (await requestsOf(full)).map((request) => [request.state, request.code])
  await inTenant(full, async (tx) => {
    await server.automation.start({ tx, tenantId, workflowId })
    await tx.query('update tenon.start_requests set at = at - 90000000 where tenant_id = $1', [tenantId])
  })
  await expect.poll(code).toEqual([['pending', 'RUN_QUEUE_FULL']])
  await inTenant(full, (tx) =>
    tx.query(
      'update tenon.start_request_queue set due_at = 0, first_failed_at = first_failed_at - 86400000 where tenant_id = $1',
      [tenantId],
    ),
  )
  await expect.poll(code).toEqual([['refused', 'RUN_QUEUE_FULL']])
  isFull = false
})

test('an event of a type that only another process knows is not lost', async () => {
  const as = testIdentity()
  const { tenantId } = as
  await publish(server, as, onEvent('new.type'))
  const types = [OLD, { type: 'new.type' }]
  const newer = await server.sibling({ ...options, events: { types, undeclared: 'refuse' } })
  // Its sender has checked it.
  await inTenant(as, (tx) => newer.automation.emit({ tx, tenantId, type: 'new.type' }))
  await expect.poll(() => runsOf(as)).toHaveLength(1)
  await newer.close()
  await pool.query(`select tenon.emit_event($1, 'new.type', id => 'by-sql')`, [tenantId])
  const request = () =>
    inTenant(as, async (tx) => {
      const { rows } = await tx.query(
        `select state, code from tenon.start_requests where event_key = 'by-sql' and tenant_id = $1`,
        [tenantId],
      )
      return rows
    })
  await expect.poll(request).toEqual([{ state: 'pending', code: 'EVENT_TYPE_UNKNOWN' }])
  await inTenant(as, (tx) =>
    tx.query(
      'update tenon.start_request_queue set due_at = 0, first_failed_at = first_failed_at - 3600000 where tenant_id = $1',
      [tenantId],
    ),
  )
  await expect.poll(request).toEqual([{ state: 'refused', code: 'EVENT_TYPE_UNKNOWN' }])
})

test('a trigger with a NUL in its params leaves the events of others alone, and its type has none', async () => {
  const as = testIdentity()
  await publish(server, as, onEvent(OLD.type))
  await publish(server, as, onEvent('other', { filter: 'trigger.data.a == "\u0000"' }))
  await server.automation.emit({ tenantId: as.tenantId, type: OLD.type })
  await expect.poll(() => runsOf(as)).toHaveLength(1)
  await expect(publish(server, as, onEvent('x\u0000y'))).rejects.toThrow('422')
})

test('only the first of those with an order key is due; each of the others is when the one before it is done', async () => {
  const own = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 4 })
  await (await openTestServer({ ...options, database: { pool: own, endOnClose: false } })).close()
  const other = createDatabase<ServerTables>({ pool: own })
  const { tenantId } = testIdentity()
  const fill = `insert into tenon.start_request_queue (tenant_id, request_id, target, order_key, due_at, attempts)
    select $1, 'r' || no, '', 'key', 1, 0 from generate_series($2::int, $3::int) no`
  const put = (first: number, last: number) =>
    other.withTenant(tenantId, (tx) => tx.executeQuery(CompiledQuery.raw(fill, [tenantId, first, last])))
  const claim = () => other.withSystem((tx) => claimRequests(tx, { leaseMs: 60_000, most: 8, afterTenant: '' }))
  const claimed: string[] = []
  /** Claims until nothing is due. */
  const claimAll = async () => {
    const found = []
    for (;;) {
      const { requests, isEmpty } = await claim()
      found.push(...requests)
      if (isEmpty) break
    }
    claimed.push(...found.map(({ requestId }) => requestId))
    return found
  }
  await put(1, 2_000)
  const [first] = await claimAll()
  expect(claimed).toEqual(['r1'])
  // One that is added meanwhile, and one whose order is held by the transaction that ends the first.
  await put(2_001, 2_001)
  await other.withTenant(tenantId, async (tx) => {
    await dropEntry(tx, first as NonNullable<typeof first>)
    await put(2_002, 2_002)
    expect((await claim()).requests).toEqual([])
  })
  const [second] = await claimAll()
  expect(claimed).toEqual(['r1', 'r2'])
  await other.withTenant(tenantId, (tx) => dropEntry(tx, second as NonNullable<typeof second>))
  expect((await claimAll()).map(({ requestId }) => requestId)).toEqual(['r3'])
  await own.end()
})

test('entries that another process holds do not end the search for those of later tenants', async () => {
  const own = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 4 })
  await (await openTestServer({ ...options, database: { pool: own, endOnClose: false } })).close()
  const other = createDatabase<ServerTables>({ pool: own })
  const tenants = ['turn-a', 'turn-b', 'turn-c', 'turn-d', 'turn-e']
  await other.withSystem(async (tx) => {
    for (const tenantId of tenants) {
      const fill = `insert into tenon.start_request_queue (tenant_id, request_id, target, due_at, attempts)
        values ($1, 'r', '', 1, 0)`
      await tx.executeQuery(CompiledQuery.raw(fill, [tenantId]))
      const event = `insert into tenon.event_queue (tenant_id, event_id, target, event_type, subject, at, due_at)
        values ($1, 'e', $2, 'run.failed', '[]', 1, 1)`
      await tx.executeQuery(CompiledQuery.raw(event, [tenantId, HOST]))
    }
  })
  const search = async (
    claim: (afterTenant: string) => Promise<{ tenants: readonly string[]; found: readonly string[] }>,
  ) => {
    const turns = createTurns()
    const found: string[] = []
    for (let round = 0; round < 20; round += 1) {
      const claimed = await claim(turns.afterTenant)
      found.push(...claimed.found)
      if (!turns.note(claimed.tenants, claimed.found.length === 0)) return { found, rounds: round + 1 }
    }
    return { found, rounds: Number.POSITIVE_INFINITY }
  }
  const searchAll = async () => [
    await search(async (afterTenant) => {
      const claim = { leaseMs: 60_000, most: 2, afterTenant }
      const { requests, tenants } = await other.withSystem((tx) => claimRequests(tx, claim))
      return { tenants, found: requests.map(({ tenantId }) => tenantId) }
    }),
    await search(async (afterTenant) => {
      const claim = { leaseMs: 60_000, most: 0, mostToSpread: 0, except: [], forHost: { most: 2, afterTenant } }
      const { entries, tenants } = await other.withSystem((tx) => claimEvents(tx, claim))
      return { tenants, found: entries.map(({ tenant_id }) => tenant_id) }
    }),
  ]
  await other.withSystem(async (tx) => {
    for (const table of ['start_request_queue', 'event_queue']) {
      await tx.executeQuery(CompiledQuery.raw(`select from tenon.${table} where tenant_id < 'turn-e' for update`))
    }
    const searched = await searchAll()
    expect(searched.map(({ found }) => found)).toEqual([['turn-e'], ['turn-e']])
    for (const { rounds } of searched) expect(rounds).toBeLessThan(10)
  })
  expect((await searchAll()).map(({ found }) => found)).toEqual([tenants.slice(0, 4), tenants.slice(0, 4)])
  await own.end()
})

test('SQL stores nothing that the API could not show, and the same data is the same event however it is written', async () => {
  const as = testIdentity()
  const { tenantId } = as
  const put = (...values: readonly (string | null)[]) =>
    pool.query(
      `select is_new, is_same from tenon.put_start_request($1, $2, $3, $4, $5, $6, null, null, null, $7, false, true)`,
      [tenantId, ...values],
    )
  const good = ['event', 's', 'id', '{"a":"\\u0000\\ud800"}', OLD.type, '2026-01-01T00:00:00.000Z'] as const
  const faults: readonly (readonly [number, string | null])[] = [
    [0, 'other'],
    [1, ' '],
    [2, null],
    [2, 'x'.repeat(401)],
    [3, 'not json'],
    [4, null],
    [5, 'today'],
  ]
  for (const [at, value] of faults) {
    const code = value === 'not json' ? '22P02' : 'TN400'
    await expect(put(...(good as readonly (string | null)[]).with(at, value))).rejects.toMatchObject({ code })
  }
  for (const isNew of [true, false]) {
    expect((await put(...good)).rows).toEqual([{ is_new: isNew, is_same: true }])
  }
  await pool.query(`select tenon.emit_event($1, $2, '{"bb": 1, "a": [1, 2]}', id => 'same')`, [tenantId, OLD.type])
  const same = { tenantId, type: OLD.type, dedupeKey: 'same' }
  expect(await server.automation.emit({ ...same, payload: { bb: 1, a: [1, 2] } })).toEqual({ eventId: 'same' })
  await expect(server.automation.emit({ ...same, payload: { bb: 2 } })).rejects.toMatchObject({ code: 'EVENT_ID_USED' })
  const { items } = await server.json<Page<ReceivedEvent>>(200, '/events', { as })
  expect(items.map(({ id }) => id).sort()).toEqual(['id', 'same'])
  await expect(server.automation.emit({ ...same, dedupeKey: 'a\ud800' })).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
  })
  const none = undefined as unknown as typeof tenantId
  await expect(server.automation.emit({ ...same, tenantId: none })).rejects.toMatchObject({ code: 'TENANT_INVALID' })
})

test('a repeated event over HTTP is one entry of the audit log', async () => {
  const as = testIdentity()
  const body = { name: OLD.type, payload: { n: 1 }, id: 'again' }
  for (const _ of [1, 2]) await server.json(202, '/events', { as, method: 'POST', body })
  const count = `select count(*)::int as count from tenon.audit_log where tenant_id = $1 and action = 'event.send'`
  expect((await pool.query(count, [as.tenantId])).rows).toEqual([{ count: 1 }])
})
