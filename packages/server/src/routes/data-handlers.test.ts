import type { Page, StartedRun, Usage, Workflow } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import {
  type EngineDeps,
  type EngineFactory,
  embeddedEngine,
  postgresRunReader,
  type RuntimeLog,
  type RuntimeTables,
  type StoredRun,
} from '@tenon/runtime'
import { createDatabase } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ServerContext } from '../context.ts'
import { createRetention } from '../retention/data-retention.ts'
import { checkRetention, type RetentionOf } from '../retention/retention-options.ts'
import { startRerun } from '../runs/rerun-run.ts'
import type { ServerTables } from '../tables/server-tables.ts'
import { asking, greeting, publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { createWorker } from '../worker.ts'
import { createWorkflowServer } from '../workflow-server.ts'

const DAY_MS = 86_400_000

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({
    database: { pglite },
    retention: (tenantId) => retentionOf(tenantId),
    dataLimits: (tenantId) => (tenantId.startsWith('full-') ? { openWaits: 0 } : {}),
  })
})
afterAll(() => server.close())

let retentionOf: RetentionOf = () => ({})

const audits = async (tenantId: string) => {
  const { rows } = await pglite.query(
    'select audit_id, action, actor_id, actor_role, resource, details from tenon.audit_log where tenant_id = $1 order by at',
    [tenantId],
  )
  return (rows as readonly Readonly<Record<string, string>>[]).map(({ details, ...row }) => ({
    ...row,
    details: JSON.parse(`${details}`) as unknown,
  }))
}

describe('DELETE /runs/{runId}', () => {
  test('deletes a run that has ended, once, and says in the audit log who did it', async () => {
    const as = testIdentity({ role: 'admin' })
    const workflowId = await publish(server, as, greeting)
    const { runId } = await runToEnd(server, as, workflowId, { text: 'hello' })
    const remove = () => server.call(`/runs/${runId}`, { as, method: 'DELETE' })
    const both = await Promise.all([remove(), remove()])
    expect(both.map(({ status }) => status).sort()).toEqual([204, 404])
    expect((await server.call(`/runs/${runId}`, { as })).status).toBe(404)
    expect(await server.json(200, '/runs', { as })).toMatchObject({ items: [] })
    expect((await audits(as.tenantId)).filter((row) => 'action' in row && row.action === 'run.delete')).toEqual([
      expect.objectContaining({
        actor_id: as.userId,
        resource: runId,
        details: expect.objectContaining({ workflowId }),
      }),
    ])
  })

  test('answers once the run is gone for readers, and deletes the rest in the background', async () => {
    const as = testIdentity({ role: 'admin' })
    const workflowId = await publish(server, as, greeting)
    const { runId } = await runToEnd(server, as, workflowId, { text: 'hello' })
    await pglite.query(
      `insert into tenon.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events)
        select l.tenant_id, l.run_id, i, l.start_week, i, 1, '[]' from tenon.run_log l, generate_series(1000, 2500) as i
          where l.run_id = $1 and l.seq = 1`,
      [runId],
    )
    const left = async () =>
      (await pglite.query('select from tenon.run_erasures where run_id = $1', [runId])).rows.length
    expect((await server.call(`/runs/${runId}`, { as, method: 'DELETE' })).status).toBe(204)
    expect(await left()).toBe(1)
    await vi.waitFor(async () => expect(await left()).toBe(0), 20_000)
  })

  test('refuses a run that is open, and one that another run has started', async () => {
    const as = testIdentity({ role: 'admin' })
    const workflowId = await publish(server, as, asking())
    const { runId } = await runToEnd(server, as, workflowId, {}, ({ status }) => status === 'waiting')
    const remove = (id: string) => server.json<unknown>(409, `/runs/${id}`, { as, method: 'DELETE' })
    expect(await remove(runId)).toMatchObject({ code: 'RUN_NOT_ENDED' })
    const child = await server.json<StartedRun>(201, `/workflows/${workflowId}/runs`, {
      as,
      method: 'POST',
      body: { input: {} },
    })
    await pglite.query('update tenon.runs set parent_run_id = $1, root_run_id = $1 where run_id = $2', [
      runId,
      child.runId,
    ])
    expect(await remove(child.runId)).toMatchObject({ code: 'RUN_HAS_PARENT', details: { rootRunId: runId } })
  })

  test('takes the runs below the deleted one out of the list of workflows, too', async () => {
    const as = testIdentity({ role: 'admin' })
    const workflowId = await publish(server, as, greeting)
    const lastRunId = async () => {
      const { items } = await server.json<Page<Workflow>>(200, '/workflows', { as })
      return items[0]?.lastRun?.runId
    }
    const earlier = await runToEnd(server, as, workflowId, { text: 'first' })
    const below = await runToEnd(server, as, workflowId, { text: 'second' })
    expect(await lastRunId()).toBe(below.runId)
    // The run above is deleted, and this one is not yet.
    await pglite.query("update tenon.runs set parent_run_id = 'above', root_run_id = 'above' where run_id = $1", [
      below.runId,
    ])
    await pglite.query(
      `insert into tenon.run_erasures (tenant_id, root_run_id, run_id, start_week) values ($1, 'above', 'above', 1)`,
      [as.tenantId],
    )
    expect(await lastRunId()).toBe(earlier.runId)
  })
})

describe('GET /usage', () => {
  test('says how long runs are kept, and what the tenant stores', async () => {
    const as = testIdentity({ role: 'viewer' })
    const none = {
      payloadBytes: 0,
      payloadBytesLimit: null,
      fileBytes: 0,
      dataBytes: 0,
      openWaits: 0,
      openWaitsLimit: null,
      models: {
        ...{ month: expect.stringMatching(/^\d{4}-\d{2}$/), calls: 0, inputTokens: 0, cachedInputTokens: 0 },
        ...{ outputTokens: 0, costUsd: 0, durationMs: 0, workflows: [] },
      },
    }
    expect(await server.json<Usage>(200, '/usage', { as: testIdentity() })).toEqual({ runsKeptDays: 90, ...none })
    retentionOf = async () => ({ runsDays: 7 })
    const editor = { ...as, role: 'editor' as const }
    const workflowId = await publish(server, editor, asking())
    await runToEnd(server, editor, workflowId, {}, ({ status }) => status === 'waiting')
    await pglite.query(`insert into tenon.payloads (tenant_id, hash, size, data) values ($1, 'h', 20000, '1')`, [
      as.tenantId,
    ])
    expect(await server.json<Usage>(200, '/usage', { as })).toEqual({
      ...none,
      runsKeptDays: 7,
      payloadBytes: 20_000,
      openWaits: 1,
    })
  })
})

test('a tenant that stores as much as it may starts no runs', async () => {
  const as = testIdentity({ tenantId: `full-${crypto.randomUUID()}` })
  const workflowId = await publish(server, as, greeting)
  const start = (path: string, body: unknown) => server.json<unknown>(429, path, { as, method: 'POST', body })
  const refused = { code: 'WAIT_LIMIT_REACHED', details: { used: 0, limit: 0 } }
  expect(await start(`/workflows/${workflowId}/runs`, { input: { text: 'a' } })).toMatchObject(refused)
  expect(await start(`/workflows/${workflowId}/draft/runs`, { input: { text: 'a' } })).toMatchObject(refused)
  expect(await server.json<Usage>(200, '/usage', { as })).toMatchObject({ openWaitsLimit: 0 })
})

test('a run that is deleted while it is being run again is unknown', async () => {
  const identity = testIdentity({ role: 'admin' })
  const gone = { tenantId: identity.tenantId, runId: 'r', workflowId: 'w', mode: 'live', version: '1' } as StoredRun
  const cause = new TenonError('PAYLOAD_NOT_FOUND', 'The stored value is missing')
  let found: StoredRun | null = gone
  const fails = {
    dataUsage: { checkRoom: () => Promise.reject(cause) },
    reader: { getRun: async () => found },
  } as unknown as ServerContext
  const rerun = () => startRerun(fails, { identity, run: gone, body: { from: 'failed' }, idempotencyKey: null })
  await expect(rerun()).rejects.toBe(cause)
  found = null
  await expect(rerun()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', cause })
})

describe('createRetention', () => {
  const openRetention = (given: RetentionOf | undefined) => {
    const lines: unknown[] = []
    const database = createDatabase<ServerTables>({ pglite })
    const retention = createRetention(database, given, (_level, message, fields) => lines.push([message, fields]))
    return { retention, database, lines }
  }

  test('keeps runs for 90 days by default, and everything while the host gives a faulty answer', async () => {
    const { retention } = openRetention(undefined)
    expect(await retention.optionsOf('t')).toEqual({ runsDays: 90, auditDays: null })
    let answer: unknown = { runsDays: 1, auditDays: 36_500 }
    const { retention: given, lines } = openRetention(() => {
      if (answer instanceof Error) throw answer
      return answer as object
    })
    expect(await given.optionsOf('t')).toEqual(answer)
    for (const faulty of [
      ...[0, 1.5, '7', 36_501, Number.NaN].map((runsDays) => ({ runsDays })),
      // A host that means to keep everything may have written these.
      ...[{ runsDays: undefined }, { runDays: null }, null],
    ]) {
      answer = faulty
      expect(await given.optionsOf('t')).toEqual({ runsDays: null, auditDays: null })
    }
    answer = new RangeError('no plan')
    expect(await given.optionsOf('t')).toEqual({ runsDays: null, auditDays: null })
    expect(await given.optionsOf('t')).toEqual({ runsDays: null, auditDays: null })
    expect(lines).toHaveLength(9)
    expect(lines[0]).toEqual(['retention.invalid: nothing is deleted', { tenantId: 't', reason: 'runsDays is 0' }])
    expect(lines[8]).toMatchObject(['retention.invalid: nothing is deleted', { tenantId: 't' }])
  })

  test('keeps everything while the host does not answer', async () => {
    const lines: unknown[] = []
    const log: RuntimeLog = (level, message, fields) => lines.push([level, message, fields])
    const optionsOf = checkRetention(() => new Promise(() => undefined), log, 10)
    expect(await optionsOf('t')).toEqual({ runsDays: null, auditDays: null })
    const fault = { tenantId: 't', reason: expect.stringContaining('No answer within 10 ms') }
    expect(lines).toEqual([['error', 'retention.invalid: nothing is deleted', fault]])
  })

  test('checks the inputs of runs that nodes start, in servers and in workers', async () => {
    const given: EngineDeps[] = []
    const engine: EngineFactory = (deps) => {
      given.push(deps)
      return embeddedEngine()(deps)
    }
    const options = { database: { pglite }, engine, nodes: testNodes, log: () => undefined }
    const dataLimits = () => ({ payloadBytes: 0 })
    createWorker({ ...options, dataLimits })
    createWorkflowServer({ ...options, dataLimits, authenticate: () => null, publicUrl: 'http://localhost' })
    createWorker(options)
    const check = (deps: EngineDeps, length: number) => deps.checkChildInput?.('t', 'x'.repeat(length))
    const found = await Promise.allSettled(given.flatMap((deps) => [check(deps, 20_000), check(deps, 10)]))
    const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'PAYLOAD_LIMIT_REACHED' }) }
    const allowed = { status: 'fulfilled', value: undefined }
    expect(found).toEqual([refused, allowed, refused, allowed, allowed, allowed])
  })

  test('sweeps nothing in a worker without the option, whatever the servers delete', () => {
    const given: EngineDeps[] = []
    const engine: EngineFactory = (deps) => {
      given.push(deps)
      return embeddedEngine()(deps)
    }
    for (const retention of [{}, { retention: () => ({ runsDays: 7 }) }]) {
      createWorker({ database: { pglite }, engine, nodes: testNodes, log: () => undefined, ...retention })
    }
    expect(given.map((deps) => deps.retention === undefined)).toEqual([true, false])
  })

  test('reads the days of the latest version of each workflow that has them', async () => {
    const as = testIdentity({ role: 'admin' })
    const keep = (keepRunsDays: number) => ({ ...greeting, settings: { keepRunsDays } })
    const brief = await publish(server, as, keep(3))
    await publish(server, as, greeting)
    const { retention } = openRetention(() => ({ runsDays: null }))
    expect(await retention.policyOf(as.tenantId)).toEqual({ runsDays: null, workflowDays: new Map([[brief, 3]]) })
    expect(await retention.policyOf('another')).toEqual({ runsDays: null, workflowDays: new Map() })
  })

  test('counts what was deleted in one entry of the audit log a day, with the deletion', async () => {
    const { tenantId } = testIdentity()
    const { retention, database } = openRetention(undefined)
    const record = (endedBefore: number, fails = false) =>
      database.view<RuntimeTables>().withTenant(tenantId, async (tx) => {
        await retention.record(tx, tenantId, { runId: 'r', days: 90, endedBefore })
        if (fails) throw new RangeError('rolled back')
      })
    await record(3 * DAY_MS)
    await record(2 * DAY_MS)
    await expect(record(4 * DAY_MS, true)).rejects.toThrow()
    expect(await audits(tenantId)).toEqual([
      {
        ...{ audit_id: `retention-${new Date().toISOString().slice(0, 10)}`, action: 'retention.delete_runs' },
        ...{ actor_id: 'retention', actor_role: 'system', resource: tenantId },
        details: { runs: 2, endedBefore: '1970-01-04T00:00:00.000Z' },
      },
    ])
  })

  test('deletes idempotency keys, tickets, events of triggers and audit entries that have expired, of this tenant only', async () => {
    const [mine, other] = [testIdentity().tenantId, testIdentity().tenantId]
    const now = Date.now()
    const { retention, database } = openRetention(() => ({ auditDays: 30 }))
    for (const tenantId of [mine, other]) {
      await database.withTenant(tenantId, async (tx) => {
        await sql`insert into tenon.idempotency_keys (tenant_id, route, key, request_hash, resource_id, created_at)
          select ${tenantId}, 'r', 'k' || i, 'h', 'r', case when i = 1 then ${now}::bigint else 1 end
            from generate_series(1, 1200) as i`.execute(tx)
        await sql`insert into tenon.audit_log (tenant_id, audit_id, at, actor_id, actor_name, actor_role, action, resource, details)
          select ${tenantId}, 'a' || i, ${now}::bigint - i * ${20 * DAY_MS}::bigint, 'u', 'u', 'admin', 'run.cancel', 'r', '{}'
            from generate_series(1, 3) as i`.execute(tx)
        await sql`insert into tenon.socket_tickets (tenant_id, ticket_hash, user_id, role, display_name, expires_at)
          values (${tenantId}, 'old', 'u', 'admin', 'u', 1), (${tenantId}, 'new', 'u', 'admin', 'u', ${now + DAY_MS})`.execute(
          tx,
        )
        await sql`insert into tenon.trigger_events (tenant_id, workflow_id, node_id, event_id, is_keyed, mode, at, outcome, expires_at)
          select ${tenantId}, 'w', 'n', 'e' || i, true, 'live', 1, 'started', case when i = 1 then ${now + DAY_MS}::bigint else 1 end
            from generate_series(1, 1200) as i`.execute(tx)
      })
    }
    const count = async (table: string, tenantId: string) => {
      const text = `select count(*)::int as count from tenon.${table} where tenant_id = $1`
      const { rows } = await pglite.query(text, [tenantId])
      return (rows[0] as { readonly count: number }).count
    }
    await retention.sweepOwn(mine, () => true)
    expect(await count('idempotency_keys', mine)).toBe(1_200)
    await retention.sweepOwn(mine, () => false)
    const tables = ['idempotency_keys', 'audit_log', 'socket_tickets', 'trigger_events']
    expect(await Promise.all(tables.map((table) => count(table, mine)))).toEqual([1, 1, 1, 1])
    expect(await Promise.all(tables.map((table) => count(table, other)))).toEqual([1_200, 3, 2, 1_200])
    expect(await postgresRunReader(database.view<RuntimeTables>()).readUsage(mine)).toEqual({
      payloadBytes: 0,
      fileBytes: 0,
      dataBytes: 0,
      openWaits: 0,
    })
  })
})
