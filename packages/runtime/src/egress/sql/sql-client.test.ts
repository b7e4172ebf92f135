import { createServer } from 'node:net'
import type { Json } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { createEgress, type Egress } from '../egress.ts'
import type { PostgresLogin } from '../logins.ts'

let postgres: TestPostgres
let egress: Egress
let login: PostgresLogin
let admin: pg.Pool

beforeAll(async () => {
  postgres = await startTestPostgres()
  const url = new URL(await postgres.createDatabase())
  const [host, port] = [url.hostname, Number(url.port)]
  egress = createEgress({ allow: [`${host}:${port}`, `${host}:1`] })
  login = {
    ...{ kind: 'postgres', host, port, database: url.pathname.slice(1), user: decodeURIComponent(url.username) },
    ...{ password: decodeURIComponent(url.password), access: 'write', tls: 'off', ca: null },
  }
  admin = new pg.Pool({ connectionString: url.href, max: 4 })
  await admin.query(`
    create table orders (id int primary key, note text, extra jsonb);
    create role reader login password 'secret-of-reader';
    grant all on orders to reader;
    grant usage on schema public to reader`)
})
afterAll(async () => {
  await egress.close()
  await admin.end()
  await postgres.stop()
})

const limits = (timeoutMs = 20_000, abortSignal: AbortSignal = AbortSignal.timeout(timeoutMs)) => ({
  ...{ abortSignal, timeoutMs },
})
const account = (change: Partial<PostgresLogin> = {}) => ({ tenantId: 't', login: { ...login, ...change } })
type Values = Readonly<Record<string, Json>>
const read = (sql: string, values: Values = {}, change: Partial<PostgresLogin> = {}, maxRows = 10) =>
  egress.sql.read(account(change), { sql, values, maxRows, onMoreRows: 'truncate' }, limits())
const write = (sql: string, values: Values, completionKey: string, change: Partial<PostgresLogin> = {}) =>
  egress.sql.write(account(change), { sql, values, maxRows: 3, completionKey }, limits())
const failureOf = async (call: Promise<unknown>): Promise<TenonError> => {
  const failure: unknown = await call.then(
    () => new Error('It did not fail'),
    (error: unknown) => error,
  )
  return failure as TenonError
}
const countOf = async (from: string) => Number((await admin.query(`select count(*) from ${from}`)).rows[0].count)

describe('values', () => {
  test('are parameters, by name and anywhere, and lists are arrays or JSON', async () => {
    const hostile = `'); drop table orders; -- $1 :b`
    const { rows } = await read(
      `select :a::text as "ü", :b::int + 1 as next, :a::text || ':a' as again, -- not :c
         :list::int[] as list, :json::jsonb as json, (array[1,2,3])[1 : 2] as part, 'x'::text as x`,
      { a: hostile, b: 41, list: [1, null, 3], json: [{ a: [1] }, 'x"'] },
    )
    expect(rows).toEqual([
      {
        ...{ ü: hostile, next: 42, again: `${hostile}:a`, list: [1, null, 3], json: [{ a: [1] }, 'x"'] },
        ...{ part: [1, 2], x: 'x' },
      },
    ])
  })

  test('keep their digits, and times are ISO 8601', async () => {
    const { rows } = await read(`select 9007199254740993::int8 as big, 7::int8 as small, 10.50::numeric as price,
      1234567890.1234567890::numeric as long, 'NaN'::float8 as nan, 0.1::float8 as tenth, true as yes, null as none,
      '2026-03-29 01:30:00.25+02'::timestamptz as at, '2026-03-29 01:30'::timestamp as local, 'infinity'::timestamptz as ever,
      '2026-03-29'::date as day, '{"a": 9007199254740993}'::json as json, '{{"a b",NULL},{"\\"","\\\\"}}'::text[] as texts,
      '[2:3]={5,6}'::int[] as moved, '1 day'::interval as span, 'f'::bool as no`)
    expect(rows).toEqual([
      {
        ...{ big: '9007199254740993', small: 7, price: 10.5, long: '1234567890.1234567890', nan: 'NaN', tenth: 0.1 },
        ...{ yes: true, none: null, at: '2026-03-28T23:30:00.25Z', local: '2026-03-29T01:30:00', ever: 'infinity' },
        ...{
          day: '2026-03-29',
          json: { a: '9007199254740993' },
          texts: [
            ['a b', null],
            ['"', '\\'],
          ],
        },
        ...{ moved: [5, 6], span: 'P1D', no: false },
      },
    ])
    expect(await failureOf(read(`select '\\x00'::bytea as file`))).toMatchObject({ code: 'SQL_TYPE_UNSUPPORTED' })
  })
})

describe('values', () => {
  test('have the type that the statement asks for, also without a cast', async () => {
    await admin.query(`create type mood as enum ('sad', 'ok'); create domain doc as jsonb; create domain tags as text[];
      create table typed (id int, plain json, binary_doc jsonb, doc doc, docs jsonb[], tags tags, moods mood[], note text);
      grant all on typed to reader`)
    const insert = 'insert into typed (id, binary_doc) values (:id, :value) returning binary_doc as value'
    const documents: Json[] = [[], '5', 'true', [1], { a: 1 }, null, 7]
    for (const [id, value] of documents.entries()) {
      expect((await write(insert, { id, value }, `doc-${id}`)).rows).toEqual([{ value }])
    }
    expect((await read('select binary_doc is null as none from typed where id = 5')).rows).toEqual([{ none: true }])
    const values = {
      ...{ plain: [[]], doc: [1, 'a'], docs: [{ a: 1 }, [2], null], tags: ['a"b', 'c,d'], moods: ['ok', 'sad'] },
    }
    const all = `insert into typed (plain, doc, docs, tags, moods) values (:plain, :doc, :docs, :tags, :moods)
      returning plain, doc, docs, tags, moods`
    expect((await write(all, values, 'typed')).rows).toEqual([values])
    const { rows } = await read(`select array['10.0.0.1']::inet[] as addresses, array['x']::name[] as names,
      '1 2'::int2vector as vector, array['(1,2),(3,4)'::box] as boxes, array[[1,2],[3,4]] as nested`)
    expect(rows).toEqual([
      {
        ...{
          addresses: ['10.0.0.1'],
          names: ['x'],
          vector: '1 2',
          boxes: '{(3,4),(1,2)}',
          nested: [
            [1, 2],
            [3, 4],
          ],
        },
      },
    ])
    for (const sql of [
      'select :v::text as a',
      'select id from typed where note = :v',
      'select id from typed where id = :v',
    ]) {
      expect(await failureOf(read(sql, { v: [1] }))).toMatchObject({ code: 'SQL_INVALID' })
    }
    expect(
      await read('select (array[1,2,3])[lo:b] as part from generate_series(1, 1) lo', { b: 2 }).catch(String),
    ).toContain('syntax error at or near "$1"')
  })
})

describe('statements', () => {
  test.each<[string, string, string?]>([
    ['select 1; select 2', 'SQL_INVALID'],
    ['', 'SQL_INVALID'],
    ['-- nothing', 'SQL_INVALID'],
    ['selec 1', 'SQL_INVALID', 'Line 1: syntax error at or near "selec"'],
    ["select 'open", 'SQL_INVALID'],
    ['select $1', 'SQL_INVALID', '$1 is no value'],
    ['select :missing', 'SQL_INVALID'],
    ['select 1 as a, 2 as a', 'SQL_INVALID'],
    ['select 1 into copied', 'SQL_INVALID'],
    ["copy orders to program 'true'", 'SQL_INVALID', 'Copy is no statement of a node'],
    ['do $$ begin end $$', 'SQL_INVALID'],
    ['set role postgres', 'SQL_INVALID'],
    ['commit', 'SQL_INVALID'],
    ['drop table orders', 'SQL_INVALID'],
    ['delete from orders', 'SQL_FORBIDDEN'],
    ['with gone as (delete from orders returning id) select * from gone', 'SQL_FORBIDDEN'],
    ["select set_config('transaction_read_only', 'off', true), nextval('none')", 'SQL_FAILED'],
    ['select nothing from orders', 'SQL_FAILED', 'Line 1: column "nothing" does not exist'],
    [`select ${'('.repeat(20_000)}1${')'.repeat(20_000)}`, 'SQL_INVALID'],
  ])('that read refuse %.60s', async (sql, code, message) => {
    const error = await failureOf(read(sql))
    expect([error.code, error.message]).toEqual([code, message ?? expect.any(String)])
  })

  test('a value that is not read is refused, and a fault has its line', async () => {
    expect(await failureOf(read('select 1', { a: 1 }))).toMatchObject({ code: 'SQL_INVALID' })
    const error = await failureOf(read('select :long_name::int,\n  no_such_column\nfrom orders', { long_name: 1 }))
    expect(error).toMatchObject({ code: 'SQL_FAILED', details: { sqlState: '42703', line: 2, column: 3 } })
  })

  test('a connection allows kinds of statements', async () => {
    const upsert = 'insert into orders (id) values (0) on conflict (id) do update set note = 1'
    expect(await failureOf(write('insert into orders (id) values (0)', {}, 'k', { access: 'read' }))).toMatchObject({
      code: 'SQL_FORBIDDEN',
    })
    for (const sql of ['update orders set id = 0', upsert]) {
      expect(await failureOf(write(sql, {}, 'k', { access: 'insert' }))).toMatchObject({ code: 'SQL_FORBIDDEN' })
    }
    expect(await countOf('orders')).toBe(0)
  })

  test('rows and bytes have limits', async () => {
    const some = await read('select generate_series(1, 1000000) as n', {}, {}, 2)
    expect(some).toEqual({ rows: [{ n: 1 }, { n: 2 }], rowCount: 2, isTruncated: true, isRepeated: false })
    expect((await read('select generate_series(1, 1200) as n', {}, {}, 2_000)).rowCount).toBe(1_200)
    const statement = { sql: 'select generate_series(1, 9) as n', values: {}, maxRows: 2, onMoreRows: 'fail' } as const
    expect(await failureOf(egress.sql.read(account(), statement, limits()))).toMatchObject({
      code: 'SQL_RESULT_TOO_LARGE',
      details: { maxRows: 2 },
    })
    expect(await failureOf(read("select repeat('x', 20000000) as x"))).toMatchObject({ code: 'SQL_RESULT_TOO_LARGE' })
    expect(await failureOf(read('select 1', {}, {}, 0))).toMatchObject({ code: 'SQL_INVALID' })
  })

  test('an abort cancels the statement in the database, and its time limit holds without this process', async () => {
    const controller = new AbortController()
    const reason = new Error('canceled')
    const statement = { sql: 'select pg_sleep(60) as slept', values: {}, maxRows: 1, onMoreRows: 'fail' } as const
    const sleeping = failureOf(egress.sql.read(account(), statement, limits(60_000, controller.signal)))
    const running =
      "pg_stat_activity where query like '%fetch%tenon_rows%' and state = 'active' and pid <> pg_backend_pid()"
    await expect.poll(() => countOf(running)).toBe(1)
    controller.abort(reason)
    expect(await sleeping).toBe(reason)
    await expect.poll(() => countOf(running)).toBe(0)
    // Also for the rows after those of a statement that turns the limit off.
    const endless = `select set_config('statement_timeout', '0', true) as a,
      case when i > 500 then pg_sleep(9)::text end as b from generate_series(1, 501) i`
    for (const sql of [statement.sql, endless]) {
      const late = egress.sql.read(account(), { ...statement, sql, maxRows: 1_000 }, { ...limits(), timeoutMs: 100 })
      expect(await failureOf(late)).toMatchObject({ code: 'NODE_TIMEOUT' })
    }
    expect(await failureOf(egress.sql.read(account(), statement, limits(0, AbortSignal.abort(reason))))).toBe(reason)
  })

  test('sessions are few, and keep nothing of the statement before', async () => {
    const slow = Array.from({ length: 12 }, () =>
      egress.sql.read(
        { tenantId: 'busy', login },
        {
          sql: 'select pg_backend_pid() as pid, pg_sleep(0.02)::text as slept',
          values: {},
          maxRows: 1,
          onMoreRows: 'fail',
        },
        limits(),
      ),
    )
    const pids = (await Promise.all(slow)).map(({ rows }) => rows[0]?.pid)
    expect(new Set(pids).size).toBeLessThanOrEqual(4)
    await read("select set_config('search_path', 'elsewhere', false) as path")
    expect((await read("select current_setting('search_path') as path")).rows).not.toEqual([{ path: 'elsewhere' }])
  })
})

describe('a write', () => {
  const insert = 'insert into orders (id, note, extra) values (:id, :note, :extra::jsonb) returning id, note'
  const values = (id: number) => ({ id, note: `n${id}`, extra: { a: [1] } })

  test('happens once for each key, however often and by how many at once', async () => {
    const written = await write(insert, values(1), 'once')
    expect(written).toEqual({ rows: [{ id: 1, note: 'n1' }], rowCount: 1, isTruncated: false, isRepeated: false })
    expect(await write(insert, values(1), 'once')).toEqual({ ...written, isRepeated: true })
    const all = await Promise.all(Array.from({ length: 6 }, () => write(insert, values(2), 'race')))
    expect(all.filter(({ isRepeated }) => !isRepeated)).toHaveLength(1)
    expect(await countOf('orders where id in (1, 2)')).toBe(2)
    expect(await failureOf(write(insert, values(3), 'once'))).toMatchObject({ code: 'SQL_KEY_REUSED' })
    // Another tenant with the same key at the same database is another write.
    const other = { tenantId: 'other', login }
    const statement = { sql: insert, values: values(4), maxRows: 1, completionKey: 'once' }
    expect(await egress.sql.write(other, statement, limits())).toMatchObject({ isRepeated: false })
  })

  test('that removes its own completion is undone, and its key has 1 to 1,000 characters', async () => {
    const before = await countOf('orders')
    const own = `with gone as (delete from public.tenon_completions returning 1) insert into orders (id) select 90`
    expect(await failureOf(write(own, {}, 'own'))).toMatchObject({ code: 'SQL_FAILED', retryable: false })
    expect(await countOf('orders')).toBe(before)
    expect(await countOf('tenon_completions')).toBeGreaterThan(0)
    for (const key of ['', 'k'.repeat(1_001)]) {
      expect(await failureOf(write(insert, values(93), key))).toMatchObject({ code: 'SQL_INVALID' })
    }
  })

  test('finds its completion with another search path and another user, who needs rights for it', async () => {
    await admin.query(`create role two login password 'secret-of-two'; create schema two authorization two;
      grant insert on orders to two; alter role two set search_path = two`)
    const asTwo = { user: 'two', password: 'secret-of-two' }
    const statement = 'insert into public.orders (id) values (91)'
    await write(statement, {}, 'users')
    expect(await failureOf(write(statement, {}, 'users', asTwo))).toMatchObject({ code: 'SQL_COMPLETIONS_MISSING' })
    await admin.query('grant select, insert, update on tenon_completions to two')
    expect(await write(statement, {}, 'users', asTwo)).toMatchObject({ isRepeated: true })
    expect(await countOf('orders where id = 91')).toBe(1)
  })

  test('at a database that only reads, such as after a failover, is tried again', async () => {
    await admin.query(`create role standby login password 'secret-of-standby'; grant all on orders to standby;
      grant all on tenon_completions to standby;
      create function only_reads() returns trigger language plpgsql as
        $$ begin raise exception 'cannot execute INSERT in a read-only transaction' using errcode = '25006'; end $$;
      create trigger only_reads before insert on orders for each row when (new.id = 92) execute function only_reads()`)
    const asStandby = { user: 'standby', password: 'secret-of-standby' }
    expect(await failureOf(write('insert into orders (id) values (92)', {}, 'standby', asStandby))).toMatchObject({
      ...{ code: 'SQL_UNAVAILABLE', retryable: true },
    })
    expect(
      await failureOf(read("select set_config('transaction_read_only', 'off', true), nextval('n')")),
    ).toMatchObject({
      code: 'SQL_FAILED',
    })
  })

  test('that fails leaves nothing, so that it can be made again', async () => {
    const duplicate = await failureOf(write(insert, values(1), 'again'))
    expect(duplicate).toMatchObject({
      code: 'SQL_FAILED',
      retryable: false,
      details: { sqlState: '23505', constraint: 'orders_pkey', table: 'orders' },
    })
    const many = 'insert into orders (id) select generate_series(100, 110) returning id'
    expect(await failureOf(write(many, {}, 'again'))).toMatchObject({ code: 'SQL_RESULT_TOO_LARGE' })
    expect(await countOf('orders where id >= 100')).toBe(0)
    expect(await write(insert, values(5), 'again')).toMatchObject({ rowCount: 1, isRepeated: false })
  })

  test('is found by a retry when the session ends after its commit', async () => {
    const first = new AbortController()
    // The answer to the commit never arrives: the trigger of the constraint at the commit takes too long for the caller.
    await admin.query(`
      create table slow (id int primary key);
      create function wait_at_commit() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.3); return null; end $$;
      create constraint trigger at_commit after insert on slow deferrable initially deferred
        for each row execute function wait_at_commit()`)
    const lost = failureOf(
      egress.sql.write(
        account(),
        { sql: 'insert into slow values (1)', values: {}, maxRows: 1, completionKey: 'lost' },
        limits(20_000, first.signal),
      ),
    )
    await expect.poll(() => countOf("pg_stat_activity where query = 'commit' and state = 'active'")).toBe(1)
    first.abort(new Error('gone'))
    expect((await lost).message).toBe('gone')
    const statement = { sql: 'insert into slow values (1)', values: {}, maxRows: 1, completionKey: 'lost' }
    expect(await egress.sql.write(account(), statement, limits())).toMatchObject({ rowCount: 1 })
    expect(await countOf('slow')).toBe(1)
  })

  test('that is canceled at any moment, and made again, has happened once', async () => {
    await admin.query('create table counted (id int)')
    const statement = (id: number) => ({
      ...{ sql: 'insert into counted values (:id)', values: { id }, maxRows: 1, completionKey: `counted-${id}` },
    })
    const once = async (id: number): Promise<void> => {
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const controller = new AbortController()
        const alarm = setTimeout(() => controller.abort(new Error('killed')), (id * 7 + attempt * 3) % 12)
        await egress.sql.write(account(), statement(id), limits(20_000, controller.signal)).catch(() => undefined)
        clearTimeout(alarm)
      }
      await egress.sql.write(account(), statement(id), limits())
    }
    await Promise.all(Array.from({ length: 50 }, (_, id) => once(id)))
    expect([await countOf('counted'), await countOf('(select distinct id from counted) as ids')]).toEqual([50, 50])
  })

  test('needs the table of completions, which a user without rights is shown', async () => {
    const asReader = { user: 'reader', password: 'secret-of-reader' }
    await admin.query('revoke all on tenon_completions from reader; alter table tenon_completions rename to hidden')
    const error = await failureOf(write('insert into orders (id) values (9)', {}, 'r', asReader))
    expect(error).toMatchObject({
      code: 'SQL_COMPLETIONS_MISSING',
      details: { sql: expect.stringMatching(/^create table/) },
    })
    await admin.query(`${error.details?.sql}; grant all on tenon_completions to reader`)
    expect(await write('insert into orders (id) values (9)', {}, 'r', asReader)).toMatchObject({ rowCount: 1 })
    expect(await countOf('orders where id = 9')).toBe(1)
  })
})

describe('connections', () => {
  test('an unknown user, an unknown database and no server are errors of their own, without secrets', async () => {
    const errors = [
      await failureOf(read('select 1 as a', {}, { user: 'missing', password: 'canary-wrong' })),
      await failureOf(read('select 1 as a', {}, { database: 'nowhere' })),
      await failureOf(read('select 1 as a', {}, { port: 1 })),
      await failureOf(read('select 1 as a', {}, { tls: 'verify' })),
    ]
    expect(errors.map(({ code, retryable }) => [code, retryable])).toEqual([
      ['SQL_LOGIN_FAILED', false],
      ['SQL_LOGIN_FAILED', false],
      ['SQL_UNAVAILABLE', true],
      ['SQL_UNAVAILABLE', true],
    ])
    expect(JSON.stringify(errors.map((error) => [error.message, error.details]))).not.toContain('canary')
  })

  test('a private address that the host does not allow gets no socket', async () => {
    let sockets = 0
    const server = createServer(() => {
      sockets += 1
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    for (const [host, dns] of [
      ['127.0.0.1', undefined],
      ['db.example', async () => ['127.0.0.1']],
    ] as const) {
      const guarded = createEgress(dns === undefined ? {} : { dns })
      const statement = { sql: 'select 1 as a', values: {}, maxRows: 1, onMoreRows: 'fail' } as const
      const at = { tenantId: 't', login: { ...login, host, port } }
      expect(await failureOf(guarded.sql.read(at, statement, limits()))).toMatchObject({ code: 'EGRESS_REFUSED' })
      await guarded.close()
    }
    expect(sockets).toBe(0)
    server.close()
  })
})
