import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunLimits } from '../store/run-limits.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { type Admitted, admitRuns } from './admit-runs.ts'
import { lockQueue } from './queue-lock.ts'
import type { LaneRef, QueueFocus } from './read-queue.ts'

let opened: TestDatabase

beforeAll(async () => {
  opened = await openTestDatabase('Postgres')
})
afterAll(() => opened.close())

interface QueuedRuns {
  readonly tenantId: string
  readonly count: number
  readonly limit: number | null
  /** Beginning of their ids, which end in their numbers from 1. */
  readonly name?: string
  readonly isChild?: boolean
  /** One group for each of them, instead of one for all. */
  readonly hasOwnKey?: boolean
}

/** Stores runs that wait to start. */
async function enqueue({ tenantId, count, limit, name = 'r', isChild = false, hasOwnKey = false }: QueuedRuns) {
  await opened.database.withTenant(tenantId, async (tx) => {
    await sql`insert into tenon.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine,
        plan_hash, semantics, status, turn, next_seq, head_hash, queued_at)
      select ${tenantId}, ${name}::text || i, 1, 't', 'w', '1', 'live', 'embedded', 'p', 1, 'queued', 0, 1, '', i
        from generate_series(1, ${count}::integer) as i`.execute(tx)
    await sql`insert into tenon.run_admissions (tenant_id, run_id, workflow_id, group_key, max_in_progress, is_child,
        engine)
      select ${tenantId}, ${name}::text || i, 'w', case when ${hasOwnKey} then ${name}::text || i else '' end, ${limit}::integer,
          ${isChild}, 'embedded'
        from generate_series(1, ${count}::integer) as i`.execute(tx)
  })
}

async function admit(tenantId: string, limits: RunLimits = {}): Promise<readonly string[]> {
  const { database } = opened
  const admitted = await database.withTenant(tenantId, async (tx) => {
    await lockQueue(tx, tenantId)
    return admitRuns(tx, database.schema, { tenantId, limits, focus: { after: null } })
  })
  return admitted.admitted.map(({ runId }) => runId)
}

describe('admitRuns', () => {
  test('ends while another transaction has locked a run of a group with more than it reads at once', async () => {
    await enqueue({ tenantId: 'locked', count: 501, limit: 2 })
    const admitted = await opened.database.withTenant('locked', async (tx) => {
      await sql`select from tenon.run_admissions where run_id = 'r1' for update`.execute(tx)
      return admit('locked')
    })
    expect(admitted).toEqual(['r2'])
    // What was locked comes next.
    expect(await admit('locked')).toEqual(['r1'])
    expect(await admit('locked')).toEqual([])
  })

  test('admits only children while the tenant has no room, and nothing while it is paused', async () => {
    const tenantId = 'full'
    const limits = { inProgress: 1 }
    await enqueue({ tenantId, count: 3, limit: null, hasOwnKey: true })
    expect(await admit(tenantId, limits)).toEqual(['r1'])
    expect(await admit(tenantId, limits)).toEqual([])
    await enqueue({ tenantId, count: 1, limit: 1, name: 'child', isChild: true, hasOwnKey: true })
    expect(await admit(tenantId, limits)).toEqual(['child1'])
    await opened.database.withTenant(tenantId, (tx) =>
      tx
        .insertInto('run_gates')
        .values({ tenant_id: tenantId, workflow_id: '', paused_at: 1, paused_by: '{}' })
        .execute(),
    )
    expect(await admit(tenantId)).toEqual([])
  })

  test('reads the lane of its focus and the first runs of the queue, and other lanes in slices', async () => {
    const tenantId = 'keys'
    const { database } = opened
    const admitPart = (focus: QueueFocus) =>
      database.withTenant(tenantId, async (tx) => {
        await lockQueue(tx, tenantId)
        return admitRuns(tx, database.schema, { tenantId, limits: {}, focus })
      })
    await enqueue({ tenantId, count: 450, limit: 1, hasOwnKey: true })
    const gate = { tenant_id: tenantId, workflow_id: 'w' }
    await database.withTenant(tenantId, (tx) =>
      tx
        .insertInto('run_gates')
        .values({ ...gate, paused_at: 1, paused_by: '{}' })
        .execute(),
    )
    const ends: (string | null)[] = []
    for (let after: LaneRef | null = null; ends.length < 3; ) {
      const swept: Admitted = await admitPart({ after })
      expect(swept.admitted).toEqual([])
      after = swept.last
      ends.push(after?.group ?? null)
    }
    const inOrder = Array.from({ length: 450 }, (_, index) => `r${index + 1}`).sort()
    expect(ends).toEqual([inOrder[199], inOrder[399], null])
    await database.withTenant(tenantId, (tx) => tx.deleteFrom('run_gates').execute())
    const { admitted } = await admitPart({ groups: [{ workflowId: 'w', group: 'r300' }] })
    expect(admitted).toHaveLength(450)
    expect(admitted.slice(99, 102).map(({ runId }) => runId)).toEqual(['r100', 'r300', 'r101'])
    expect(await admit(tenantId)).toEqual([])
  })

  test('reads no row of the queue again for each lane, also before the database has statistics', async () => {
    const tenantId = 'many'
    const { database } = opened
    await enqueue({ tenantId, count: 2_000, limit: 1, hasOwnKey: true })
    const read = await database.withTenant(tenantId, async (tx) => {
      // The connection may not have reported those of its last transactions yet.
      const rowsOf = async () => {
        const { rows } = await sql<{ read: number }>`select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read
          from pg_stat_xact_user_tables where relname = 'run_admissions'`.execute(tx)
        return rows[0]?.read ?? Number.NaN
      }
      const before = await rowsOf()
      await lockQueue(tx, tenantId)
      const part = { tenantId, limits: { inProgress: 1 }, focus: { after: null } }
      expect((await admitRuns(tx, database.schema, part)).admitted).toHaveLength(1)
      return (await rowsOf()) - before
    })
    expect(read).toBeLessThan(4 * 2_000)
  })
})
