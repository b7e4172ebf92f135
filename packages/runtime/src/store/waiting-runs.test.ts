import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../postgres/database.ts'
import { migrateRuntime } from '../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { type PlanWatch, watchPlans } from '../testing/watch-plans.ts'
import { selectWaitingRuns } from './waiting-runs.ts'

const TREE_SIZE = 50

/** Columns of a run; the row has the parent and the root that the caller selects. */
const RUN = `insert into tenon.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine,
  plan_hash, semantics, status, turn, next_seq, head_hash, queued_at, finished_at, parent_run_id, parent_node_run_id,
  root_run_id) select 't', id, 1, 't', 'w', '1', 'live', 'embedded', 'p', 1, 'waiting', 1, 1, '', 1, ended, parent,
  node_run, root from`

const WAIT = `insert into tenon.waits (tenant_id, approval_id, run_id, wait_id, node_run_id, node_id, workflow_id, kind,
  status, wait_for, opened_at) select 't', kind || ':' || run_id, run_id, 'w', 'n#1', 'n', 'w', kind, 'open', '{}', at from`

/** A tenant with 10,000 waits of other runs, and one tree with four. */
describe('selectWaitingRuns', () => {
  let server: TestPostgres
  let pool: pg.Pool
  let database: RuntimeDatabase
  let watch: PlanWatch

  beforeAll(async () => {
    server = await startTestPostgres()
    pool = new pg.Pool({ connectionString: await server.createDatabase(), max: 1 })
    database = createDatabase<RuntimeTables>({ pool })
    await migrateRuntime(database)
    const client = await pool.connect()
    const none = 'null::bigint ended, null parent, null node_run, null root'
    await client.query(`${RUN} (select 'other' || n id, ${none} from generate_series(1, 10000) n) r`)
    await client.query(`${WAIT} (select 'other' || n run_id, 'parked' kind, n at from generate_series(1, 10000) n) w`)
    await client.query(`${RUN} (values ('root', null::bigint, null, null, null)) r (id, ended, parent, node_run, root)`)
    await client.query(`${RUN} (select 'child' || n id, case when n > ${TREE_SIZE} then 9 end::bigint ended,
      'root' parent, 'call#' || n node_run, 'root' root from generate_series(1, 2000) n) r`)
    await client.query(
      `${RUN} (values ('leaf', null::bigint, 'child1', 'inner#1', 'root')) r (id, ended, parent, node_run, root)`,
    )
    await client.query(`${WAIT} (values ('child2', 'approval', 30), ('leaf', 'parked', 20), ('leaf', 'approval', 40),
      ('root', 'parked', 10)) w (run_id, kind, at)`)
    await client.query(`analyze tenon.runs, tenon.waits`)
    watch = await watchPlans(client)
    client.release()
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  const list = async (runId: string) =>
    (await database.withTenant('t', (tx) => selectWaitingRuns(tx, 't', { runId, rootRunId: 'root' }))).map(
      ({ runId, nodeRunId, kind }) => [runId, nodeRunId, kind],
    )

  test('lists a run and those below it, with the node run through which each was started', async () => {
    expect(await list('root')).toEqual([
      ['root', null, 'parked'],
      ['leaf', 'call#1', 'parked'],
      ['child2', 'call#2', 'approval'],
      ['leaf', 'call#1', 'approval'],
    ])
    expect(await list('child1')).toEqual([
      ['leaf', 'inner#1', 'parked'],
      ['leaf', 'inner#1', 'approval'],
    ])
    expect(await list('child3')).toEqual([])
  })

  test('reads the waits by their runs, and only runs of the tree that have not ended', () => {
    const scans = watch.scans().filter(({ text }) => text.includes('waiting_id'))
    const waits = scans.filter(({ table }) => table === 'waits')
    expect(waits.length).toBeGreaterThan(0)
    for (const { condition } of waits) expect(condition).toMatch(/run_id = runs\w*\.run_id/)
    expect(scans.filter(({ table, type }) => table === 'runs' && type === 'Seq Scan')).toEqual([])
    expect(watch.plans().some((plan) => plan.includes('runs_open_tree'))).toBe(true)
  })
})
