import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { selectQueue } from '../store/queue-reader.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { admitRuns } from './admit-runs.ts'
import { lockQueue } from './queue-lock.ts'
import { deleteExpired } from './queue-rows.ts'
import { countStarts, type RateRef } from './rate-starts.ts'

let opened: TestDatabase

beforeAll(async () => {
  opened = await openTestDatabase('Postgres')
})
afterAll(() => opened.close())

const NOW = 1_000_000_000
const RATE: RateRef = { workflowId: 'w', rateGroup: 'g', limit: 3, intervalMs: 1_000 }

interface Start {
  readonly n: number
  readonly at: number
}

function store(tenantId: string, starts: readonly Start[]) {
  return opened.database.withTenant(tenantId, (tx) =>
    tx
      .insertInto('run_starts')
      .values(
        starts.map(({ n, at }) => ({
          ...{ tenant_id: tenantId, workflow_id: 'w', rate_key: 'g', n, at },
          ...{ run_id: `r${n}`, until: Number.MAX_SAFE_INTEGER },
        })),
      )
      .execute(),
  )
}

/** Stores as many starts of a tenant as its rate of 10,000 an hour allows, each a millisecond after the other. */
function storeMany(tenantId: string, until: number) {
  return opened.database.withTenant(tenantId, (tx) =>
    sql`insert into tenon.run_starts (tenant_id, workflow_id, rate_key, n, at, run_id, until)
      select ${tenantId}, 'w', 'g', i, ${Date.now()}::bigint - 30000 + i, 'r' || i, ${until}::bigint
        from generate_series(1, 10000) as i`.execute(tx),
  )
}

function count(tenantId: string, rates: readonly RateRef[], now = NOW) {
  return opened.database.withTenant(tenantId, (tx) => countStarts(tx, 'tenon', tenantId, rates, now))
}

/** Returns how many rows of starts some work reads. */
async function readRows(tenantId: string, work: (tx: Tx<RuntimeTables>) => Promise<unknown>): Promise<number> {
  return opened.database.withTenant(tenantId, async (tx) => {
    // The connection may not have reported those of its last transactions yet.
    const rowsOf = async () => {
      const { rows } = await sql<{ read: number }>`select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read
        from pg_stat_xact_user_tables where relname = 'run_starts'`.execute(tx)
      return rows[0]?.read ?? Number.NaN
    }
    const before = await rowsOf()
    await work(tx)
    return (await rowsOf()) - before
  })
}

describe('countStarts', () => {
  test('counts the starts in the interval, and knows when a rate opens', async () => {
    const tenantId = randomUUID()
    const at = (ago: number) => NOW - ago
    const starts = [1_000, 999, 500, 500, 0].map((ago, index) => ({ n: index + 4, at: at(ago) }))
    expect(await count(tenantId, [RATE])).toEqual([{ started: 0, opensAt: null }])
    await store(tenantId, starts)
    const rates = [3, 4, 5].map((limit) => ({ ...RATE, limit }))
    expect(await count(tenantId, [...rates, { ...RATE, intervalMs: 100 }, { ...RATE, rateGroup: 'h' }])).toEqual([
      { started: 4, opensAt: at(500) + 1_000 },
      { started: 4, opensAt: at(999) + 1_000 },
      { started: 4, opensAt: null },
      { started: 1, opensAt: null },
      { started: 0, opensAt: null },
    ])
    // The start that it waits for was deleted, since a shorter interval of another version was over.
    await opened.database.withTenant(tenantId, (tx) =>
      tx.deleteFrom('run_starts').where('tenant_id', '=', tenantId).where('n', '=', 6).execute(),
    )
    expect(await count(tenantId, [RATE])).toEqual([{ started: 4, opensAt: at(999) + 1_000 }])
    expect(await count(tenantId, [RATE], NOW + 1)).toEqual([{ started: 2, opensAt: null }])
  })

  test('reads as few rows for a rate of 10,000 starts as for one of three', async () => {
    const tenantId = randomUUID()
    await storeMany(tenantId, Number.MAX_SAFE_INTEGER)
    const rate = { ...RATE, limit: 10_000, intervalMs: 3_600_000 }
    const rates = Array.from({ length: 20 }, () => rate)
    const read = await readRows(tenantId, async (tx) => {
      const [state] = await countStarts(tx, 'tenon', tenantId, rates, Date.now())
      expect(state).toEqual({ started: 10_000, opensAt: expect.any(Number) })
    })
    expect(read).toBeLessThanOrEqual(20 * 5)
  })
})

describe('selectQueue', () => {
  test('reads few starts of a rate, whatever its limit is', async () => {
    const tenantId = randomUUID()
    await storeMany(tenantId, Number.MAX_SAFE_INTEGER)
    await enqueue(tenantId, 10_000, 3)
    const read = await readRows(tenantId, async (tx) => {
      const queue = await selectQueue(tx, 'tenon', { tenantId, runIds: ['r1', 'r2', 'r3'], limits: {} })
      expect([...queue.values()].map(({ reason, position }) => [reason, position])).toEqual([
        ['workflow_rate', 1],
        ['workflow_rate', 2],
        ['workflow_rate', 3],
      ])
      const starts = [...queue.values()].map(({ startsAt }) => Date.parse(startsAt ?? ''))
      expect([starts[1], starts[2]]).toEqual([Number(starts[0]) + 1, Number(starts[0]) + 2])
    })
    expect(read).toBeLessThanOrEqual(3 * 8)
  })
})

/** Stores runs that wait for a rate. */
async function enqueue(tenantId: string, limit: number, runs: number) {
  await opened.database.withTenant(tenantId, async (tx) => {
    await sql`insert into tenon.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine,
        plan_hash, semantics, status, turn, next_seq, head_hash, queued_at)
      select ${tenantId}, 'r' || i, 1, 't', 'w', '1', 'live', 'embedded', 'p', 1, 'queued', 0, 1, '', i
        from generate_series(1, ${runs}::integer) as i`.execute(tx)
    await sql`insert into tenon.run_admissions (tenant_id, run_id, workflow_id, group_key, rate_key, max_starts,
        rate_interval_ms, is_child, engine)
      select ${tenantId}, 'r' || i, 'w', '', 'g', ${limit}::integer, 3600000, false, 'embedded'
        from generate_series(1, ${runs}::integer) as i`.execute(tx)
  })
}

test('starts are numbered in the order of their times, also after the clock was set back', async () => {
  const tenantId = randomUUID()
  const { database } = opened
  const later = Date.now() + 60_000
  await store(tenantId, [{ n: 7, at: later }])
  await enqueue(tenantId, 3, 5)
  const { admitted, openings } = await database.withTenant(tenantId, async (tx) => {
    await lockQueue(tx, tenantId)
    return admitRuns(tx, 'tenon', { tenantId, limits: {}, focus: { after: null } })
  })
  expect(admitted.map(({ runId }) => runId)).toEqual(['r1', 'r2'])
  expect(openings).toHaveLength(1)
  const starts = await database.withTenant(tenantId, (tx) =>
    tx.selectFrom('run_starts').select(['n', 'at', 'run_id']).where('tenant_id', '=', tenantId).orderBy('n').execute(),
  )
  expect(starts.map(({ n, at, run_id }) => [Number(n), Number(at), run_id])).toEqual([
    [7, later, 'r7'],
    [8, later, 'r1'],
    [9, later, 'r2'],
  ])
})

test('deleteExpired deletes all that has expired, in transactions of 10,000 rows', async () => {
  const tenantId = randomUUID()
  const { database } = opened
  await database.withTenant(tenantId, (tx) =>
    sql`insert into tenon.run_dedupes (tenant_id, workflow_id, dedupe_key, run_id, until)
      select ${tenantId}, 'w', 'key/' || i, 'r', case when i <= 20001 then 1 else ${Number.MAX_SAFE_INTEGER}::bigint end
        from generate_series(1, 20002) as i`.execute(tx),
  )
  const left = async () => {
    const rows = await database.withTenant(tenantId, (tx) =>
      tx.selectFrom('run_dedupes').select('dedupe_key').where('tenant_id', '=', tenantId).execute(),
    )
    return rows.length
  }
  let looks = 0
  // One look at each table, and the second at the keys.
  await deleteExpired(database, () => {
    looks += 1
    return looks === 3
  })
  expect(await left()).toBe(10_002)
  await deleteExpired(database, () => false)
  expect(await left()).toBe(1)
})
