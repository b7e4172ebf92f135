import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import { canary } from './canary.ts'

/** The closed list of tables that `withSystem` sees; what is added here is seen across tenants. */
const DISPATCH_TABLES = [
  ...['node_dispatches', 'outbox', 'retention_sweeps', 'run_admissions', 'run_dedupes', 'run_ready'],
  ...['run_requirements', 'run_starts', 'timers'],
]
/** The closed list of tables that appends of several tenants write in one statement. */
const BATCHED_TABLES = [
  ...['payload_refs', 'payloads', 'plans', 'retention_sweeps', 'run_gates', 'run_log', 'runs', 'tenant_keys'],
]
/** Tables without tenants. */
const SYSTEM_TABLES = ['partition_sweeps', 'temporal_workers', 'workers']

describe.each(TEST_DATABASES)('the catalog on %s', (kind) => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  afterAll(() => opened.close())

  const query = async <Row>(text: string) => (await sql.raw<Row>(text).execute(opened.database.owner)).rows
  const tables = `select c.oid, c.relname, c.relispartition, c.relrowsecurity, c.relforcerowsecurity
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'tenon' and c.relkind in ('r', 'p') and c.relname not like '%\\_migrations'`

  test('enables and forces row-level security on every table', async () => {
    const rows = await query<{ relname: string; relrowsecurity: boolean; relforcerowsecurity: boolean }>(tables)
    expect(rows.length).toBeGreaterThan(15)
    expect(rows.filter((row) => !row.relrowsecurity || !row.relforcerowsecurity)).toEqual([])
  })

  test('has one policy a table, on the stable settings alone', async () => {
    const policies = await query<{ relname: string; polpermissive: boolean; check: string; using: string }>(
      `select t.relname, p.polpermissive, pg_get_expr(p.polqual, p.polrelid) as using,
        pg_get_expr(p.polwithcheck, p.polrelid) as check from (${tables}) t join pg_policy p on p.polrelid = t.oid`,
    )
    const own = `(tenant_id = current_setting('tenon.tenant'::text, true))`
    const batch = `(( SELECT (NULLIF(current_setting('tenon.batch'::text, true), ''::text))::jsonb AS "nullif") ? tenant_id)`
    const every = `(current_setting('tenon.tenant'::text, true) = '*'::text)`
    for (const { relname, using, check } of policies) {
      const rest = [
        ...(DISPATCH_TABLES.includes(relname) ? [every] : []),
        ...(BATCHED_TABLES.includes(relname) ? [batch] : []),
      ]
      const isOwn = rest.length === 0 ? own : `(${[own, ...rest].join(' OR ')})`
      const expected = SYSTEM_TABLES.includes(relname) ? every : isOwn
      expect({ relname, using, check }).toEqual({ relname, using: expected, check: expected })
    }
    const partitions = (await query<{ relname: string; relispartition: boolean }>(tables)).filter(
      (row) => row.relispartition,
    )
    const all = await query<{ relname: string }>(tables)
    expect(policies).toHaveLength(all.length - partitions.length)
  })

  test('begins every primary key with the tenant', async () => {
    const keys = await query<{ relname: string; first: string }>(
      `select t.relname, a.attname as first from (${tables}) t
        join pg_constraint k on k.conrelid = t.oid and k.contype = 'p'
        join pg_attribute a on a.attrelid = t.oid and a.attnum = k.conkey[1]`,
    )
    const wrong = keys.filter((key) => key.first !== 'tenant_id').map((key) => key.relname)
    expect(wrong.sort()).toEqual(SYSTEM_TABLES)
    expect(keys.length).toBe((await query(tables)).length)
  })

  test('has no index on the tenant that a cached plan could use in place of the key', async () => {
    const indexes = await query<{ relname: string; columns: string }>(
      `select t.relname, pg_get_indexdef(i.indexrelid) as columns from (${tables}) t
        join pg_index i on i.indrelid = t.oid and not i.indisunique and i.indpred is null
        join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0] and a.attname = 'tenant_id'`,
    )
    // Rows of the outbox are gone once they are delivered.
    expect(indexes.map(({ relname }) => relname)).toEqual(['outbox'])
  })

  test('carries the tenant in every foreign key', async () => {
    const keys = await query<{ relname: string; columns: string[] }>(
      `select t.relname, (select array_agg(a.attname::text order by u.ordinal) from unnest(k.conkey) with ordinality u (num, ordinal)
          join pg_attribute a on a.attrelid = t.oid and a.attnum = u.num) as columns
        from (${tables}) t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'`,
    )
    expect(keys.length).toBeGreaterThan(5)
    expect(keys.filter((key) => key.columns[0] !== 'tenant_id' || key.columns.length < 2)).toEqual([])
  })

  test('keeps the event columns of dispatch tables free of content', async () => {
    const columns = await query<{ relname: string; names: string[] }>(
      `select t.relname, array_agg(a.attname::text order by a.attnum) as names from (${tables}) t
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        where t.relname = any (array['${DISPATCH_TABLES.join("', '")}']) group by t.relname order by t.relname`,
    )
    expect(columns).toEqual([
      {
        relname: 'node_dispatches',
        names: [
          ...['tenant_id', 'run_id', 'node_run_id', 'pass', 'requires_key', 'ready_at', 'is_canceling', 'worker_id'],
        ],
      },
      { relname: 'outbox', names: ['tenant_id', 'outbox_id', 'run_id', 'kind', 'ready_at', 'attempts', 'health'] },
      { relname: 'retention_sweeps', names: ['tenant_id', 'due_at', 'objects_at', 'rests_at', 'plans_at'] },
      // The group and the keys are hashes.
      {
        relname: 'run_admissions',
        names: [
          ...['tenant_id', 'run_id', 'workflow_id', 'group_key', 'max_in_progress', 'priority', 'position', 'is_child'],
          ...['engine', 'requires_key', 'admitted_at', 'rate_key', 'max_starts', 'rate_interval_ms', 'collects_until'],
          ...['collect_key', 'collected'],
        ],
      },
      { relname: 'run_dedupes', names: ['tenant_id', 'workflow_id', 'dedupe_key', 'run_id', 'until'] },
      {
        relname: 'run_ready',
        names: ['tenant_id', 'run_id', 'priority', 'requires_key', 'ready_at', 'worker_id', 'woken'],
      },
      // Names of node types and queues, which the host and its operators choose.
      { relname: 'run_requirements', names: ['tenant_id', 'requires_key', 'capabilities'] },
      { relname: 'run_starts', names: ['tenant_id', 'workflow_id', 'rate_key', 'n', 'at', 'run_id', 'until'] },
      { relname: 'timers', names: ['tenant_id', 'run_id', 'timer_id', 'due_at', 'fire_at'] },
    ])
  })

  test('has functions that run as their caller, but for those that make and drop partitions, which take no argument', async () => {
    const functions = await query<{ proname: string; prosecdef: boolean; pronargs: number; proconfig: unknown }>(
      `select p.proname, p.prosecdef, p.pronargs, p.proconfig from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'tenon'`,
    )
    expect(functions.length).toBeGreaterThan(0)
    expect(functions.filter((each) => each.prosecdef).sort((a, b) => (a.proname < b.proname ? -1 : 1))).toEqual([
      {
        ...{ proname: 'drop_log_partitions', prosecdef: true, pronargs: 0 },
        proconfig: ['search_path=pg_catalog, pg_temp', 'lock_timeout=100ms'],
      },
      {
        ...{ proname: 'make_log_partitions', prosecdef: true, pronargs: 0 },
        proconfig: ['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
      },
    ])
  })

  describe('canary', () => {
    const broken = async (statement: string, repair: string): Promise<unknown> => {
      await sql.raw(statement).execute(opened.database.owner)
      const error: unknown = await canary(opened.database).catch((thrown: unknown) => thrown)
      await sql.raw(repair).execute(opened.database.owner)
      return error
    }

    test('is silent where tenants are kept apart, and leaves nothing behind', async () => {
      await canary(opened.database)
      await canary(opened.database)
      expect(await query('select * from tenon.canary')).toEqual([])
    })

    test.each([
      [
        'a table without row-level security',
        'alter table tenon.runs disable row level security',
        'alter table tenon.runs enable row level security',
      ],
      [
        'a table that does not force it',
        'alter table tenon.runs no force row level security',
        'alter table tenon.runs force row level security',
      ],
      ['a new table without it', 'create table tenon.forgotten (x int)', 'drop table tenon.forgotten'],
      [
        'a policy that shows everything',
        'create policy open on tenon.canary using (true) with check (true)',
        'drop policy open on tenon.canary',
      ],
      [
        'a policy that lets foreign rows in',
        'create policy open on tenon.canary for insert with check (true)',
        'drop policy open on tenon.canary',
      ],
      [
        'a policy that hides a tenant from itself',
        'create policy shut on tenon.canary as restrictive for select using (false)',
        'drop policy shut on tenon.canary',
      ],
      [
        'a role that row-level security does not bind',
        'alter role tenon_app bypassrls',
        'alter role tenon_app nobypassrls',
      ],
    ])('refuses %s', async (_, statement, repair) => {
      expect(await broken(statement, repair)).toMatchObject({ code: 'DB_RLS_BROKEN' })
      await canary(opened.database)
    })
  })
})
