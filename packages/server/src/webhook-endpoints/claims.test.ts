import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page, WebhookDelivery, WebhookEndpoint, WebhookEvent } from '@tenon/core/api'
import { createDatabase } from '@tenon/runtime/postgres'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimEvents } from '../tables/event-queue-repository.ts'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { claimRequests } from '../tables/start-request-repository.ts'
import { HOST } from '../tables/webhook-tables.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { endingAs, publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let postgres: TestPostgres
let database: ServerDatabase
let server: TestServer
const bodies: string[] = []
let answers = (_body: string): Promise<number> => Promise.resolve(204)
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += String(part)
  bodies.push(body)
  response.writeHead(await answers(body)).end()
})
const handled: WebhookEvent[] = []
const options = {
  keyProvider: plainKeys,
  egress: { allow: ['127.0.0.1/32'] },
  onEvent: (event: WebhookEvent) => void handled.push(event),
}
const as = testIdentity({ role: 'admin' })

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  postgres = await startTestPostgres()
  const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 10 })
  database = createDatabase<ServerTables>({ pool })
  server = await openTestServer({ ...options, database: { pool } })
})
afterAll(async () => {
  await server.close()
  receiver.close()
  await postgres.stop()
})

const makeEndpoint = (path: string) => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`
  return server.json<WebhookEndpoint>(201, '/webhook-endpoints', { as, method: 'POST', body: { url } })
}

test('two processes send each event of the appends of Postgres once, and again after one was killed in between', async () => {
  const other = await server.sibling(options)
  await other.automation.startWorker()
  const { id } = await makeEndpoint('/all')
  const workflowId = await publish(server, as, endingAs('done'))
  await Promise.all(Array.from({ length: 20 }, () => runToEnd(server, as, workflowId, {})))
  const deliveries = async () =>
    (await server.json<Page<WebhookDelivery>>(200, `/webhook-endpoints/${id}/deliveries?state=delivered`, { as })).items
  await expect.poll(deliveries, { timeout: 15_000 }).toHaveLength(21)
  expect([bodies.length, new Set(bodies).size]).toEqual([21, 21])
  await expect.poll(() => handled.length, { timeout: 15_000 }).toBe(21)
  // As a kill leaves it between the request and its result.
  const [last] = await deliveries()
  await database.withTenant(as.tenantId, async (tx) => {
    await tx
      .updateTable('webhook_deliveries')
      .set({ state: 'pending' })
      .where('event_id', '=', last?.id ?? '')
      .execute()
    await tx
      .insertInto('event_queue')
      .values({
        ...{ tenant_id: as.tenantId, event_id: last?.id ?? '', target: id, event_type: 'run.completed' },
        ...{ subject: '[]', at: 1, due_at: 1, attempts: 0 },
      })
      .execute()
  })
  await expect.poll(() => bodies.length, { timeout: 5_000 }).toBe(22)
  await expect.poll(deliveries).toHaveLength(21)
  expect(new Set(bodies).size).toBe(21)
  await other.close()
})

test('a receiver that does not answer delays no other one', async () => {
  let release = (): void => undefined
  const held = new Promise<number>((resolve) => {
    release = () => resolve(200)
  })
  const slow = await makeEndpoint('/slow')
  answers = (body) => (body.includes('endpoint.test') ? Promise.resolve(200) : held)
  await database.withTenant(as.tenantId, (tx) =>
    sql`insert into tenon.event_queue (tenant_id, event_id, target, event_type, subject, at, due_at)
      select ${as.tenantId}, 'slow-' || no, ${slow.id}, 'run.completed', '[]', 1, 1 from generate_series(1, 2000) no`.execute(
      tx,
    ),
  )
  await database.withTenant(as.tenantId, (tx) =>
    sql`insert into tenon.webhook_deliveries (tenant_id, endpoint_id, event_id, event_type, at, state, body, attempts,
        last_attempts, expires_at)
      select tenant_id, target, event_id, event_type, at, 'pending', 'slow', 0, '[]', 9000000000000
        from tenon.event_queue where target = ${slow.id}`.execute(tx),
  )
  await expect.poll(() => bodies.filter((body) => body === 'slow').length, { timeout: 5_000 }).toBeGreaterThan(1)
  const before = handled.length
  await publish(server, as, endingAs('done'))
  await expect.poll(() => handled.length, { timeout: 5_000 }).toBe(before + 1)
  expect(bodies.filter((body) => body === 'slow').length).toBeLessThan(10)
  await server.json(200, `/webhook-endpoints/${slow.id}`, { as, method: 'PATCH', body: { status: 'disabled' } })
  release()
  const left = () =>
    database.withTenant(as.tenantId, (tx) =>
      tx.selectFrom('event_queue').select('event_id').where('target', '=', slow.id).execute(),
    )
  await expect.poll(left).toEqual([])
})

test('the backlog of a tenant that is to be spread delays no other tenant', async () => {
  const [busy, other] = [testIdentity().tenantId, testIdentity().tenantId]
  const undo = new Error('Nothing is kept')
  let claims: string[][] = []
  // The keeper of the server sees nothing of it.
  const work = database.withSystem(async (tx) => {
    const claim = async (mostToSpread: number): Promise<string[]> => {
      const { entries } = await claimEvents(tx, {
        ...{ leaseMs: 60_000, most: 10, mostToSpread, except: [], forHost: { most: 0, afterTenant: '' } },
      })
      return entries.map(({ tenant_id }) => tenant_id).filter((id) => id === busy || id === other)
    }
    for (const tenant_id of [busy, other]) {
      await tx
        .insertInto('event_listeners')
        .values({ tenant_id, listener_id: 'all', types: null, until: null })
        .execute()
    }
    await sql`select tenon.note_webhook_event(${busy}, 'run.failed', '[]') from generate_series(1, 1000)`.execute(tx)
    await sql`select tenon.note_webhook_event(${other}, 'run.failed', '[]')`.execute(tx)
    claims = [await claim(0), await claim(8), await claim(1)]
    throw undo
  })
  await expect(work).rejects.toBe(undo)
  expect(claims.map((tenants) => tenants.sort())).toEqual([[], [busy, busy, other].sort(), [busy]])
})

test('ten thousand events or requests of one tenant delay those of another by no more than a round', async () => {
  const [busy, other] = [testIdentity().tenantId, testIdentity().tenantId].sort()
  const undo = new Error('Nothing is kept')
  const rounds: string[][] = []
  const requests: string[][] = []
  // The keeper of the server sees nothing of it.
  const work = database.withSystem(async (tx) => {
    await sql`insert into tenon.event_queue (tenant_id, event_id, target, event_type, subject, at, due_at)
      select ${busy}, 'busy-' || no, ${HOST}, 'run.failed', '[]', 1, 1 from generate_series(1, 10000) no
      union all select ${other}, 'other-' || no, ${HOST}, 'run.failed', '[]', 2, 2 from generate_series(1, 3) no`.execute(
      tx,
    )
    for (let afterTenant = ''; rounds.length < 4; ) {
      const claim = { leaseMs: 60_000, most: 10, mostToSpread: 0, except: [], forHost: { most: 2, afterTenant } }
      const { entries, tenants } = await claimEvents(tx, claim)
      rounds.push(entries.map(({ tenant_id }) => tenant_id).sort())
      afterTenant = tenants.at(-1) ?? afterTenant
    }
    await sql`insert into tenon.start_request_queue (tenant_id, request_id, target, due_at, attempts)
      select ${busy}, 'busy-' || no, '', 1, 0 from generate_series(1, 10000) no
      union all select ${other}, 'other-' || no, '', 2, 0 from generate_series(1, 3) no`.execute(tx)
    for (let afterTenant = ''; requests.length < 4; ) {
      const claim = await claimRequests(tx, { leaseMs: 60_000, most: 2, afterTenant })
      requests.push(claim.requests.map(({ tenantId }) => tenantId).sort())
      afterTenant = claim.tenants.at(-1) ?? afterTenant
    }
    throw undo
  })
  await expect(work).rejects.toBe(undo)
  const shared = [busy, other]
  expect(requests).toEqual([shared, shared, shared, [busy, busy]])
  expect(rounds).toEqual([shared, shared, shared, [busy, busy]])
})

test('an event that was spread while its endpoint was being disabled has failed', async () => {
  const { id } = await makeEndpoint('/disabled')
  await server.json(200, `/webhook-endpoints/${id}`, { as, method: 'PATCH', body: { status: 'disabled' } })
  await database.withTenant(as.tenantId, async (tx) => {
    await sql`insert into tenon.webhook_deliveries (tenant_id, endpoint_id, event_id, event_type, at, state, body, attempts,
        last_attempts, expires_at)
      values (${as.tenantId}, ${id}, 'late', 'run.completed', 1, 'pending', 'late', 0, '[]', 9000000000000)`.execute(tx)
    await sql`insert into tenon.event_queue (tenant_id, event_id, target, event_type, subject, at, due_at)
      values (${as.tenantId}, 'late', ${id}, 'run.completed', '[]', 1, 1)`.execute(tx)
  })
  const deliveries = () => server.json<Page<WebhookDelivery>>(200, `/webhook-endpoints/${id}/deliveries`, { as })
  await expect
    .poll(deliveries, { timeout: 5_000 })
    .toMatchObject({ items: [{ id: 'late', state: 'failed', attempts: 0, nextAttemptAt: null }] })
  // None is pending without an entry.
  const forgotten = await database.withTenant(as.tenantId, (tx) =>
    sql<{ event_id: string }>`select event_id from tenon.webhook_deliveries d where d.state = 'pending' and not exists
      (select from tenon.event_queue q where q.tenant_id = d.tenant_id and q.event_id = d.event_id and q.target = d.endpoint_id)`.execute(
      tx,
    ),
  )
  expect(forgotten.rows).toEqual([])
  expect(bodies).not.toContain('late')
})

test('the host listens until its process says no more', async () => {
  const { tenantId } = testIdentity()
  await database.withSystem(async (tx) => {
    await tx.updateTable('event_listeners').set({ until: 1 }).where('listener_id', '=', HOST).execute()
  })
  await database.withTenant(tenantId, (tx) =>
    sql`select tenon.note_webhook_event(${tenantId}, 'run.failed', '[]')`.execute(tx),
  )
  const { entries } = await database.withSystem((tx) =>
    claimEvents(tx, {
      ...{ leaseMs: 1, most: 10, mostToSpread: 10, except: [], forHost: { most: 10, afterTenant: '' } },
    }),
  )
  expect(entries.filter(({ tenant_id }) => tenant_id === tenantId)).toEqual([])
})
