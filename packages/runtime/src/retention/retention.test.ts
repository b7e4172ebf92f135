import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeValue } from '../commit/stored-value.ts'
import { weekOf } from '../postgres/migrate-runtime.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { createAppender } from '../store/appender.ts'
import { deleteRootRun, deleteSomeOfTrees } from '../store/delete-tree.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import { lockStoredPayload } from '../store/stored-payload.ts'
import { collectPayloads } from '../store/unused-payloads.ts'
import { appendOfNewRun } from '../testing/append-of-new-run.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import { createBackgroundDeletions, deleteRun } from './delete-run.ts'
import { claimTenant } from './retention-keeper.ts'
import { type ExpiredRun, type Retention, sweepTenant } from './sweep-tenant.ts'

const DAY_MS = 86_400_000
const silent = () => undefined

const payloadOf = (name: string) => storeValue({ name, text: 'x'.repeat(20_000) }).payloads
const SHARED = payloadOf('shared')

describe.each(TEST_DATABASES)('retention on %s', (kind) => {
  /** Two transactions at once, for which PGlite has no second connection. */
  const testAtOnce = (name: string, work: () => Promise<void>): void => {
    if (kind === 'Postgres') test(name, work)
  }
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  // Fails if Postgres has seen a deadlock.
  afterAll(() => opened.close())

  const openTenant = () => {
    const { database } = opened
    const tenantId = `t-${randomUUID()}`
    const inTenant = <Value>(work: (tx: Tx<RuntimeTables>) => Promise<Value>) => database.withTenant(tenantId, work)
    const set = (runId: string, values: Readonly<Record<string, string | number | null>>) =>
      inTenant((tx) =>
        tx.updateTable('runs').set(values).where('tenant_id', '=', tenantId).where('run_id', '=', runId).execute(),
      )
    /** Stores a run that ended so many days ago; `null` for one that has not ended. */
    const run = async (endedDaysAgo: number | null, values: Readonly<Record<string, string>> = {}) => {
      const runId = randomUUID()
      const append = appendOfNewRun({ tenantId, runId, at: 1, startWeek: weekOf(Date.now()), operations: [] })
      await createAppender(database).append({ ...append, payloads: [...SHARED, ...payloadOf(runId)] })
      const finished_at = endedDaysAgo === null ? null : Date.now() - endedDaysAgo * DAY_MS
      await set(runId, { finished_at, ...values })
      return runId
    }
    const child = (rootRunId: string, endedDaysAgo: number | null) =>
      run(endedDaysAgo, { parent_run_id: rootRunId, parent_node_run_id: 'a', root_run_id: rootRunId })
    const count = (table: 'runs' | 'payloads' | 'payload_refs' | 'run_log' | 'run_erasures' | 'payload_checks') =>
      inTenant(async (tx) => {
        const query = tx.selectFrom(table).where('tenant_id', '=', tenantId)
        return Number((await query.select((eb) => eb.fn.countAll().as('rows')).executeTakeFirstOrThrow()).rows)
      })
    const rows = async () => ({
      runs: await count('runs'),
      logs: await count('run_log'),
      payloads: await count('payloads'),
      left: (await count('run_erasures')) + (await count('payload_checks')),
    })
    const runIds = () =>
      inTenant(async (tx) =>
        (await tx.selectFrom('runs').select('run_id').where('tenant_id', '=', tenantId).execute()).map((r) => r.run_id),
      )
    const recorded: ExpiredRun[] = []
    const retention: Retention = {
      policyOf: async () => ({ runsDays: 90, workflowDays: new Map() }),
      record: async (_tx, _tenantId, expired) => {
        recorded.push(expired)
      },
      sweepOwn: async () => undefined,
      sweepVersions: async () => undefined,
      plansInUse: async (_tenantId, planHashes) => planHashes,
    }
    return { tenantId, database, inTenant, run, child, set, count, rows, runIds, recorded, retention }
  }

  test('deletes a run with its log and the values that no other run has; an open run, a child and a stranger stay', async () => {
    const { tenantId, database, run, child, rows, runIds } = openTenant()
    const [gone, kept, open] = [await run(1), await run(1), await run(null)]
    const tree = await run(1)
    const below = await child(tree, null)
    const remove = (runId: string) => deleteRun({ database, log: silent }, { tenantId, runId })
    expect(await remove(gone)).toBe('deleted')
    expect(await remove(gone)).toBe('not_found')
    expect(await remove(open)).toBe('open')
    // A run is open as long as one that it has started is.
    expect(await remove(tree)).toBe('open')
    expect(await remove(below)).toBe('has_parent')
    expect(await deleteRun({ database, log: silent }, { tenantId: 'other', runId: kept })).toBe('not_found')
    expect((await runIds()).sort()).toEqual([kept, open, tree, below].sort())
    expect(await rows()).toEqual({ runs: 4, logs: 4, payloads: 5, left: 0 })
    expect(await postgresRunReader(database).readEvents(tenantId, gone, 0)).toEqual([])
  })

  test('stores the deletion and what the caller adds to it together', async () => {
    const { tenantId, database, run, rows } = openTenant()
    const runId = await run(1)
    const refused = deleteRun({ database, log: silent }, { tenantId, runId }, async () => {
      throw new RangeError('no audit')
    })
    await expect(refused).rejects.toThrow('no audit')
    expect(await rows()).toEqual({ runs: 1, logs: 1, payloads: 2, left: 0 })
  })

  test('returns when the run is gone, and ends the rest when its process closes', async () => {
    const { tenantId, database, run, child, count, retention } = openTenant()
    const root = await run(1)
    for (let i = 0; i < 3; i += 1) await child(root, 1)
    const background = createBackgroundDeletions()
    expect(await deleteRun({ database, log: silent, background }, { tenantId, runId: root })).toBe('deleted')
    await background.close()
    // The transaction in flight was awaited; none came after it, and a worker deletes the rest.
    const left = await count('run_log')
    expect(left).toBeGreaterThan(0)
    expect(await count('run_log')).toBe(left)
    await sweepTenant({ database }, retention, tenantId)
    expect(await count('run_log')).toBe(0)
    const second = await run(1)
    const other = createBackgroundDeletions()
    const logs: string[] = []
    await deleteRun({ database, log: (_, line) => logs.push(line), background: other }, { tenantId, runId: second })
    await expect.poll(() => count('run_erasures')).toBe(0)
    await other.close()
    expect(logs).toEqual([])
  })

  test('deletes a whole tree in small transactions, which any process continues after a kill', async () => {
    const { tenantId, database, inTenant, run, child, rows, retention, recorded } = openTenant()
    const root = await run(1)
    await Promise.all(Array.from({ length: 3 }, () => child(root, 1)))
    await inTenant(async (tx) => {
      // More than one transaction deletes, of runs and of rows of a log.
      await sql`insert into tenon.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine,
          plan_hash, semantics, status, turn, next_seq, head_hash, queued_at, finished_at, parent_run_id, root_run_id)
        select ${tenantId}, 'c' || i, 1, 't', 'w', '1', 'live', 'embedded', 'p', 1, 'completed', 0, 1, '', 1, 2,
          ${root}, ${root} from generate_series(1, 150) as i`.execute(tx)
      for (const kind of ['approval', 'event', 'parked']) {
        await sql`insert into tenon.waits (tenant_id, run_id, wait_id, approval_id, node_run_id, node_id, workflow_id, kind,
            wait_for, status, opened_at)
          values (${tenantId}, 'c1', ${kind}, ${kind}, 'n', 'n', 'w', ${kind}, '{}', 'canceled', 1)`.execute(tx)
      }
      await sql`insert into tenon.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events)
        select ${tenantId}, ${root}, i, ${weekOf(Date.now())}, i, 1, '[]' from generate_series(2, 1200) as i`.execute(
        tx,
      )
    })
    const reader = postgresRunReader(database)
    const readable = async () => ({
      child: (await reader.getRun(tenantId, 'c1')) !== null,
      listed: (await reader.listRuns(tenantId, { rootRunId: root, limit: 100 })).items.length,
      waits: (await reader.listWaits(tenantId, {})).items.length,
      eventWaits: (await reader.listEventWaits(tenantId, { runId: 'c1' })).items.length,
      parked: (await reader.listParked(tenantId, {})).items.length,
      wait: (await reader.getWait(tenantId, 'approval')) !== null,
      parkedOne: (await reader.getParked(tenantId, 'parked')) !== null,
    })
    const seen = { child: true, listed: 100, waits: 1, eventWaits: 1, parked: 1, wait: true, parkedOne: true }
    expect(await readable()).toEqual(seen)
    expect(await inTenant((tx) => deleteRootRun(tx, { tenantId, runId: root }))).toBe('deleted')
    // The process dies here: readers see no run any more, and the rest is known.
    const none = { child: false, listed: 0, waits: 0, eventWaits: 0, parked: 0, wait: false, parkedOne: false }
    expect(await readable()).toEqual(none)
    expect(await rows()).toMatchObject({ runs: 153, left: 3 })
    expect(await deleteSomeOfTrees(database, tenantId)).toBe(true)
    expect(await rows()).toMatchObject({ runs: 53 })
    expect(await sweepTenant({ database }, retention, tenantId)).toBe(0)
    expect(await rows()).toEqual({ runs: 0, logs: 0, payloads: 0, left: 0 })
    expect(recorded).toEqual([])
  })

  test('deletes whole trees that ended before the time of the tenant, or of a workflow with a shorter one', async () => {
    const { tenantId, database, run, child, set, runIds, retention, recorded } = openTenant()
    const [old, recent, open] = [await run(91), await run(89), await run(null)]
    const late = await run(91)
    await child(late, 89)
    const brief = await run(8, { workflow_id: 'brief' })
    const long = await run(91, { workflow_id: 'long' })
    await set(open, { queued_at: 1 })
    const policy = {
      runsDays: 90,
      workflowDays: new Map([
        ['brief', 7],
        ['long', 400],
      ]),
    }
    const sweep = (policyNow: typeof policy | { runsDays: null; workflowDays: ReadonlyMap<string, number> }) =>
      sweepTenant({ database }, { ...retention, policyOf: async () => policyNow }, tenantId)
    expect(await sweep({ runsDays: null, workflowDays: new Map() })).toBe(0)
    expect(await sweep(policy)).toBe(3)
    expect(recorded.map(({ runId, days }) => ({ runId, days }))).toEqual([
      ...[old, long].map((runId) => ({ runId, days: 90 })).sort((a, b) => (a.runId < b.runId ? -1 : 1)),
      { runId: brief, days: 7 },
    ])
    expect(await runIds()).toHaveLength(4)
    expect(await runIds()).toEqual(expect.arrayContaining([recent, open, late]))
  })

  test('deletes more runs than one page has, and stops between two of them when its process closes', async () => {
    const { tenantId, database, inTenant, count, retention } = openTenant()
    await inTenant((tx) =>
      sql`insert into tenon.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine,
          plan_hash, semantics, status, turn, next_seq, head_hash, queued_at, finished_at)
        select ${tenantId}, 'r' || i, 1, 't', 'w', '1', 'live', 'embedded', 'p', 1, 'completed', 0, 1, '', i, i
          from generate_series(1, 60) as i`.execute(tx),
    )
    let looks = 0
    const isStopped = () => {
      looks += 1
      return looks > 20
    }
    expect(await sweepTenant({ database }, retention, tenantId, { isStopped })).toBeLessThan(20)
    expect(await count('runs')).toBeGreaterThan(40)
    expect(await sweepTenant({ database }, retention, tenantId, { trees: 5 })).toBe(5)
    await sweepTenant({ database }, retention, tenantId)
    expect(await count('runs')).toBe(0)
  })

  test('gives a tenant to one process at a time, from its first run on', async () => {
    const { tenantId, database, run } = openTenant()
    await run(1)
    const claimed: string[] = []
    for (;;) {
      const next = await Promise.all([claimTenant(database), claimTenant(database)])
      claimed.push(...next.filter((each) => each !== null))
      if (next.every((each) => each === null)) break
    }
    expect(claimed.filter((each) => each === tenantId)).toEqual([tenantId])
    expect(new Set(claimed).size).toBe(claimed.length)
  })

  testAtOnce('keeps a value that an append in flight refers to', async () => {
    const { tenantId, database, inTenant, run, rows } = openTenant()
    const [first, second] = [await run(1), await run(1)]
    // An append has stored the value again and not yet committed.
    await inTenant(async (tx) => {
      await sql`insert into tenon.payloads (tenant_id, hash, size, data) values (${tenantId}, ${SHARED[0]?.hash}, 1, '1')
        on conflict (tenant_id, hash) do update set size = excluded.size where false`.execute(tx)
      for (const runId of [first, second]) await deleteRun({ database, log: silent }, { tenantId, runId })
      await sql`insert into tenon.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine,
          plan_hash, semantics, status, turn, next_seq, head_hash, queued_at)
        values (${tenantId}, 'r', 1, 't', 'w', '1', 'live', 'embedded', 'p', 1, 'running', 0, 1, '', 1)`.execute(tx)
      await tx
        .insertInto('payload_refs')
        .values({ tenant_id: tenantId, run_id: 'r', hash: `${SHARED[0]?.hash}` })
        .execute()
    })
    // The value that was locked remains to be checked.
    expect(await rows()).toEqual({ runs: 1, logs: 0, payloads: 1, left: 2 })
    await collectPayloads(database, tenantId)
    expect(await rows()).toEqual({ runs: 1, logs: 0, payloads: 1, left: 0 })
  })

  testAtOnce('deletes a value with its last reference, whatever holds its lock meanwhile', async () => {
    const { tenantId, database, inTenant, run, rows } = openTenant()
    const remove = (runId: string) => deleteRun({ database, log: silent }, { tenantId, runId })
    const [first, second] = [await run(1), await run(1)]
    // Two deletions at once, neither of which sees what the other deletes.
    await inTenant(async (tx) => {
      await deleteRootRun(tx, { tenantId, runId: first })
      await remove(second)
    })
    while (await deleteSomeOfTrees(database, tenantId));
    await collectPayloads(database, tenantId)
    expect(await rows()).toEqual({ runs: 0, logs: 0, payloads: 0, left: 0 })
    // An append has stored the value again, and is rolled back.
    const third = await run(1)
    const append = inTenant(async (tx) => {
      await tx
        .insertInto('payloads')
        .values({ tenant_id: tenantId, hash: `${SHARED[0]?.hash}`, size: 1, data: '1' })
        .onConflict(lockStoredPayload)
        .execute()
      await remove(third)
      throw new RangeError('rolled back')
    })
    await expect(append).rejects.toThrow('rolled back')
    expect(await rows()).toEqual({ runs: 0, logs: 0, payloads: 1, left: 1 })
    await collectPayloads(database, tenantId)
    expect(await rows()).toEqual({ runs: 0, logs: 0, payloads: 0, left: 0 })
    const many = await Promise.all(Array.from({ length: 8 }, () => run(1)))
    await Promise.all(many.map(remove))
    expect(await rows()).toEqual({ runs: 0, logs: 0, payloads: 0, left: 0 })
  })

  test('locks no value of a run with many, and few references of the runs below at a time', async () => {
    const { tenantId, database, inTenant, run, child, rows, count } = openTenant()
    const root = await run(1)
    const below = await child(root, 1)
    await inTenant(async (tx) => {
      await sql`insert into tenon.payloads (tenant_id, hash, size, data)
        select ${tenantId}, 'h' || i, 20000, '1' from generate_series(1, 6000) as i`.execute(tx)
      for (const runId of [root, below]) {
        await sql`insert into tenon.payload_refs (tenant_id, run_id, hash)
          select ${tenantId}, ${runId}, 'h' || i from generate_series(1, 6000) as i`.execute(tx)
      }
    })
    await inTenant(async (tx) => {
      await deleteRootRun(tx, { tenantId, runId: root })
      if (kind === 'PGlite') return
      const free = inTenant((other) =>
        other
          .selectFrom('payloads')
          .select('hash')
          .where('tenant_id', '=', tenantId)
          .forUpdate()
          .skipLocked()
          .execute(),
      )
      expect(await free).toHaveLength(6_003)
    })
    expect(await deleteSomeOfTrees(database, tenantId)).toBe(true)
    expect({ runs: await count('runs'), refs: await count('payload_refs') }).toEqual({ runs: 1, refs: 1_002 })
    while (await deleteSomeOfTrees(database, tenantId));
    let looks = 0
    await collectPayloads(database, tenantId, () => {
      looks += 1
      return looks > 2
    })
    expect(await count('payloads')).toBeGreaterThan(5_000)
    await collectPayloads(database, tenantId)
    expect(await rows()).toEqual({ runs: 0, logs: 0, payloads: 0, left: 0 })
  })
})
