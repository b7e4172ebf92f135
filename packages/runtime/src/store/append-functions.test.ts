import { randomUUID } from 'node:crypto'
import { makeValueRef } from '@tenon/core/run'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../postgres/database.ts'
import { migrateRuntime, weekOf } from '../postgres/migrate-runtime.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { type PlanWatch, watchPlans } from '../testing/watch-plans.ts'
import type { Append, PendingEvent } from './append.ts'
import { createAppender } from './appender.ts'
import { verifyRunLog } from './verify-run-log.ts'

const AT = Date.now()
const started: PendingEvent = {
  ...{ class: 'fact', id: 'start', at: AT, turnOffset: 1, causeOffset: null },
  body: {
    type: 'run_started',
    data: {
      planHash: 'p',
      semantics: 1,
      seed: 's',
      trigger: 'start',
      deadlineAt: null,
      actor: null,
      input: makeValueRef(1),
    },
  },
}

function create(): Append {
  const text = JSON.stringify('long')
  return {
    ...{
      tenantId: `t-${randomUUID()}`,
      runId: randomUUID(),
      kind: 'create',
      expectTurn: 0,
      turns: 1,
      events: [started],
    },
    ...{ status: 'running', patch: { startedAt: AT }, operations: [{ op: 'plan', planHash: 'p', data: '{}' }] },
    payloads: [{ hash: 'h', size: text.length, text, json: 'long' }],
    create: {
      ...{ startWeek: weekOf(AT), traceId: 't', workflowId: 'w', version: '1', mode: 'live', engine: 'embedded' },
      ...{ planHash: 'p', semantics: 1, queuedAt: AT },
      startedBy: { kind: 'trigger', trigger: { nodeId: 'start', name: 'Start', kind: 'start' } },
    },
  }
}

function advance(first: Append, fields: Partial<Append> = {}): Append {
  const plain = { create: null, patch: null, operations: [], payloads: [], status: null } as const
  return { ...first, ...plain, kind: 'advance', expectTurn: 1, ...fields }
}

/** The functions plan once, on small tables; what they plan must hold when the tables are large. */
describe('the append functions', () => {
  let server: TestPostgres
  let pool: pg.Pool
  let watch: PlanWatch

  beforeAll(async () => {
    server = await startTestPostgres()
    pool = new pg.Pool({ connectionString: await server.createDatabase(), max: 1 })
    const database = createDatabase<RuntimeTables>({ pool })
    await migrateRuntime(database)
    const client = await pool.connect()
    watch = await watchPlans(client)
    client.release()
    const appender = createAppender(database, { lanes: 1 })
    const runs = Array.from({ length: 20 }, create)
    await Promise.all(runs.map((run) => appender.append(run)))
    const ready = { op: 'ready', workerId: null, requires: 'r' } as const
    for (const run of [...runs.slice(0, 1), ...Array.from({ length: 8 }, create)]) {
      const { outcome } = await appender.append({ ...run, payloads: [], operations: [ready] })
      expect(outcome).toBe(run === runs[0] ? 'exists' : 'ok')
    }
    const [one, two, three, four] = runs as [Append, Append, Append, Append]
    const large = Array.from({ length: 3 }, () => ({ ...started, id: 'x'.repeat(70_000) }))
    const results = await Promise.all([
      appender.append(advance(one, { turns: 3, events: large })),
      appender.append(advance(two, { kind: 'observe' })),
      appender.append(advance(three, { expectTurn: 9 })),
    ])
    for (let turn = 1; turn < 8; turn += 1) {
      results.push(await appender.append(advance(four, { expectTurn: turn })))
      results.push(await appender.append(advance(four, { expectTurn: 99 })))
    }
    const outcomes = results.map(({ outcome }) => outcome)
    expect(new Set(outcomes)).toEqual(new Set(['ok', 'conflict']))
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(9)
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  test('show the plan of every statement', () => {
    const seen = watch.texts()
    const kinds = [
      ...[
        /^update .*runs r set/s,
        /^insert into .*run_log .*values \(p_tenant/s,
        /^insert into .*runs .*values \(p_tenant/s,
        /^insert into .*runs .*values \(r_tenant/s,
        /^insert into .*run_log .*from unnest\(stored/s,
        /^(select|perform) .*tenant_pads.* from unnest\(r_tenant/is,
        /^(select|perform).* from .*runs r where/is,
      ],
      ...[
        /for no key update/,
        /^with moved as/,
        /from unnest\(l_append/,
        /insert into .*payloads/,
        /insert into .*payload_refs/,
      ],
      ...[/insert into .*plans/],
    ]
    for (const kind of kinds)
      expect(
        seen.some((text) => kind.test(text)),
        String(kind),
      ).toBe(true)
  })

  test('read every table by its key', () => {
    const scans = watch.scans()
    expect(scans.length).toBeGreaterThan(20)
    for (const scan of scans) {
      const shown = JSON.stringify(scan)
      expect(scan.type, shown).toMatch(/^(Index|Index Only|Bitmap Heap|Tid) Scan$/)
      if (scan.type === 'Tid Scan') continue
      if (scan.type !== 'Bitmap Heap Scan') expect(scan.condition, shown).toMatch(/tenant_id = /)
      if (scan.table === 'runs') expect(scan.condition, shown).toMatch(/run_id = /)
    }
  })

  test('plan once for all arguments', async () => {
    const { rows } = await pool.query<{ config: readonly string[] }>(
      `select proconfig as config from pg_proc where proname in ('append_create_v3', 'append_one_v1', 'append_many_v3')`,
    )
    expect(rows).toHaveLength(3)
    for (const { config } of rows) expect(config).toContain('plan_cache_mode=force_generic_plan')
    // A generic plan names the parameters; one for single arguments has their values in place of them.
    const plans = watch.plans()
    expect(plans.some((text) => text.includes('$'))).toBe(true)
    expect(plans.filter((text) => /t-[0-9a-f]{8}-/.test(text))).toEqual([])
  })

  test('find a run that another transaction changes while its batch waits for the lock', async () => {
    const url = await server.createDatabase()
    const others = new pg.Pool({ connectionString: url, max: 3 })
    const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url, max: 1 }) })
    await migrateRuntime(database)
    const appender = createAppender(database, { lanes: 1 })
    const runs = [create(), create()]
    await Promise.all(runs.map((run) => appender.append(run)))
    const holder = await others.connect()
    const change = (priority: number) =>
      holder.query('update tenon.runs set priority = $1 where run_id = $2', [priority, runs[0]?.runId])
    await holder.query('begin')
    await change(1)
    const appends = Promise.all(runs.map((run) => appender.append(advance(run))))
    const waiting = `select count(*)::int as n from pg_locks where not granted`
    await expect.poll(async () => (await others.query(waiting)).rows).toEqual([{ n: 1 }])
    await change(2)
    await holder.query('commit')
    holder.release()
    expect(await appends).toEqual(runs.map(() => ({ outcome: 'ok', firstSeq: 2, turnBefore: 1 })))
    for (const run of runs) {
      expect(await verifyRunLog(database, run.tenantId, run.runId)).toEqual({ isIntact: true, events: 2 })
    }
    await others.end()
    await database.close()
  })
})
