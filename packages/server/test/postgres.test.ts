import type { Draft, Page, Workflow } from '@tenon/core/api'
import { createDatabase } from '@tenon/runtime/postgres'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresBus } from '../src/bus/postgres-bus.ts'
import type { ServerTables } from '../src/tables/server-tables.ts'
import { asking, greeting, publish, runToEnd, untilRun } from '../src/testing/kit/sample-workflows.ts'
import { openTestServer } from '../src/testing/kit/test-server.ts'
import { testIdentity } from '../src/testing/test-identity.ts'

let postgres: TestPostgres

beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(() => postgres.stop())

describe('on Postgres', () => {
  test.each([1, 10])('the whole way works with %i connections', async (max) => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max })
    const server = await openTestServer({ database: { pool } })
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    expect(await runToEnd(server, as, id, { text: 'you' })).toMatchObject({ output: { greeting: 'Hello you' } })
    const approvals = await publish(server, as, asking())
    const run = await runToEnd(server, as, approvals, {}, (candidate) => candidate.status === 'waiting')
    const { items } = await server.json<{ items: { approvalId: string }[] }>(200, '/approvals', { as })
    const body = { choice: 'approve' }
    await server.json(200, `/approvals/${items[0]?.approvalId}/decision`, { as, method: 'POST', body })
    expect(await untilRun(server, as, run.runId)).toMatchObject({ outcome: 'approved' })
    await server.close()
  })

  test('an event waits only briefly for an open transaction of the host that sends the same event', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 10 })
    const server = await openTestServer({ database: { pool } })
    const event = { tenantId: testIdentity().tenantId, type: 'paid', dedupeKey: 'e1' }
    const tx = await pool.connect()
    await tx.query('begin')
    await server.automation.emit({ ...event, tx })
    await expect(server.automation.emit({ ...event, key: 'o1' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await tx.query('rollback')
    tx.release()
    expect(await server.automation.emit({ ...event, key: 'o1' })).toEqual({ eventId: 'e1' })
    await server.close()
  })

  test('publications and changes at once lose nothing', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 10 })
    const server = await openTestServer({ database: { pool } })
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const operations = [{ op: 'set_param', nodeId: 'greet', path: ['values', `k${index}`], value: index }]
        await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
        await server.json(201, `/workflows/${id}/versions`, { as, method: 'POST' })
      }),
    )
    const draft = await server.json<Draft>(200, `/workflows/${id}/draft`, { as })
    expect(Object.keys(draft.document.nodes[1]?.params.values as object)).toHaveLength(21)
    expect(await server.json(200, `/workflows/${id}`, { as })).toMatchObject({ version: '21' })
    await server.close()
  })

  test('of two rollouts of a version that begin at once, one is refused', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 10 })
    const server = await openTestServer({ database: { pool } })
    const as = testIdentity()
    // Each alone would lose the race only now and then.
    const ids = await Promise.all(Array.from({ length: 6 }, () => publish(server, as, greeting)))
    for (const id of ids) {
      const start = (runs: string) =>
        server.call(`/workflows/${id}/versions/1/rollout`, { as, method: 'POST', body: { runs } })
      const answers = await Promise.all([start('move'), start('cancel')])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    }
    await server.close()
  })

  test('a quota of workflows holds when many are created and restored at once', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 10 })
    const limits = { rates: false, requestsPerTenant: Number.POSITIVE_INFINITY, workflowsPerTenant: 5 } as const
    const server = await openTestServer({ database: { pool }, limits })
    const as = testIdentity()
    const create = () => server.call('/workflows', { as, method: 'POST', body: { name: 'x' } })
    const created = await Promise.all(Array.from({ length: 20 }, create))
    const statuses = created.map(({ status }) => status)
    expect([201, 409].map((status) => statuses.filter((each) => each === status).length)).toEqual([5, 15])
    const { items } = await server.json<Page<Workflow>>(200, '/workflows', { as })
    expect(items).toHaveLength(5)
    await server.json(204, `/workflows/${items[0]?.id}`, { as, method: 'DELETE' })
    // One room is left for eight creations and for one workflow that is restored twice.
    const restore = () => server.call(`/workflows/${items[0]?.id}/restore`, { as, method: 'POST' })
    await Promise.all([...Array.from({ length: 8 }, create), restore(), restore()])
    expect((await server.json<Page<Workflow>>(200, '/workflows', { as })).items).toHaveLength(5)
    expect((await server.call('/workflows', { as: testIdentity(), method: 'POST', body: { name: 'x' } })).status).toBe(
      201,
    )
    await server.close()
  })

  test('two processes notify each other of a run over LISTEN and NOTIFY', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 10 })
    const other = new pg.Pool({ connectionString: pool.options.connectionString, max: 10 })
    const worker = await openTestServer({
      database: { pool },
      bus: postgresBus({ pool, listen: () => pool.connect() }),
    })
    const bus = postgresBus({ pool: other, listen: () => other.connect() })
    const reader = await openTestServer({ database: { pool: other }, bus })
    const as = testIdentity()
    const id = await publish(worker, as, asking())
    const run = await runToEnd(worker, as, id, {}, (candidate) => candidate.status === 'waiting')
    const changed = new Promise<void>((resolve) => {
      let isReady = false
      const leave = reader.automation.for(as).changes.subscribe((changes) => {
        isReady ||= changes.some(({ kind }) => kind === 'ready')
        if (!isReady || !changes.some((change) => change.kind === 'run' && change.id === run.runId)) return
        leave()
        resolve()
      })
    })
    const types: string[] = []
    const ended = new Promise<void>((resolve) => {
      reader.automation.for(as).runs.stream(run.runId, {
        onEvents: (frames) => types.push(...frames.map((frame) => frame.type)),
        onState: (state) => {
          if (state === 'closed') resolve()
        },
      })
    })
    await worker.json(200, `/runs/${run.runId}/cancel`, { as, method: 'POST' })
    await ended
    await changed
    expect(types.at(-1)).toBe('run_canceled')
    await reader.close()
    await worker.close()
  })
})

describe('the tables of the server', () => {
  test('hold rows of one tenant only, for a query of another tenant', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 5 })
    const server = await openTestServer({ database: { pool } })
    const as = testIdentity({ role: 'admin' })
    const id = await publish(server, as, greeting)
    await server.json(201, '/socket-tickets', { as, method: 'POST' })
    const start = { as, method: 'POST', body: { input: { text: 'x' } }, headers: { 'idempotency-key': 'k' } }
    await server.json(201, `/workflows/${id}/runs`, start)
    const operations = [{ op: 'update_node', nodeId: 'greet', set: { name: 'x' } }]
    await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
    const tables = [
      'workflows',
      'versions',
      'drafts',
      'draft_snapshots',
      'draft_updates',
      'draft_clients',
      'socket_tickets',
      'idempotency_keys',
      'audit_log',
    ]
    const database = createDatabase<ServerTables>({ pool })
    const countAs = (tenantId: string, name: string) =>
      database.withTenant(
        tenantId,
        async (tx) => (await sql`select 1 from ${sql.table(`tenon.${name}`)}`.execute(tx)).rows.length,
      )
    for (const table of tables) {
      expect([table, (await countAs(as.tenantId, table)) > 0]).toEqual([table, true])
      expect([table, await countAs('other.tenant', table)]).toEqual([table, 0])
    }
    const { rows } = await pool.query(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'tenon' and c.relname = any($1) and c.relrowsecurity and c.relforcerowsecurity`,
      [tables],
    )
    expect(rows).toHaveLength(tables.length)
    const foreign = database.withTenant('other.tenant', (tx) =>
      tx
        .insertInto('draft_clients')
        .values({ tenant_id: 'other.tenant', workflow_id: id, client_id: 1, user_id: 'x' })
        .execute(),
    )
    await expect(foreign).rejects.toThrow(/foreign key/)
    await server.close()
  })

  test('of a version before the first release are rejected with a remedy', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 2 })
    const server = await openTestServer({ database: { pool } })
    await pool.query(`insert into tenon.server_migrations (name) values ('0001-workflows')`)
    await expect(server.automation.migrate()).rejects.toMatchObject({
      code: 'DB_MIGRATION_FAILED',
      details: { table: 'server_migrations', retired: ['0001-workflows'] },
      remedy: expect.stringContaining('another schema'),
    })
    await server.close()
  })
})
