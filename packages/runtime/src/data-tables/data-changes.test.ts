import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDataTable } from '../testing/data-table-kit.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { createChangeQueue } from './change-queue.ts'
import { lockTable } from './table-rows.ts'

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase('Postgres')
})
afterAll(() => opened.close())

function signal() {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}

/** Opens a table that another process changes until it is released. */
async function openHeldTable() {
  const table = await openDataTable(opened.database)
  const { tenantId, tableId } = table
  const held = signal()
  const released = signal()
  const holding = opened.database.withTenant(tenantId, async (tx) => {
    await tx.selectFrom('data_tables').select('name').where('table_id', '=', tableId).forUpdate().execute()
    held.give()
    await released.given
  })
  await held.given
  const release = async () => {
    released.give()
    await holding
  }
  return { ...table, release }
}

/** Waits until this many transactions wait for a lock. */
async function waiting(count: number): Promise<void> {
  const counted = () =>
    opened.database.withSystem(async (tx) => {
      const { rows } = await sql<{ count: string }>`select count(*) from pg_locks where not granted`.execute(tx)
      return Number(rows[0]?.count)
    })
  while ((await counted()) < count) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a run that ends while its change waits for others changes nothing', async () => {
  const { insert, setStatus, counts, release } = await openHeldTable()
  const late = expect(insert({ email: 'late' })).rejects.toMatchObject({ code: 'NODE_CANCELED' })
  await waiting(1)
  await setStatus('canceled')
  await release()
  await late
  expect(await counts()).toMatchObject({ rowCount: 0 })
})

test('changes that wait for a table take one connection of the process, and end with their attempt', async () => {
  const { database, insert, attempt, counts, release } = await openHeldTable()
  const late = Array.from({ length: 10 }, (_, index) => insert({ email: `${index}` }))
  await waiting(1)
  // With all ten connections taken, this would wait for the table, too.
  await database.withTenant(`t-${randomUUID()}`, (tx) => tx.selectFrom('runs').select('run_id').limit(1).execute())
  attempt.abort(new RangeError('the attempt is over'))
  const ended = await Promise.allSettled(late.slice(1))
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
  await release()
  await expect(late[0]).rejects.toThrow('the attempt is over')
  expect(await counts()).toMatchObject({ rowCount: 0 })
})

test('a change waits some time for one of another process, and is then made again later', async () => {
  const { database, tenantId, tableId, release } = await openHeldTable()
  const changing = createChangeQueue(database, { lockTimeoutMs: 20 })
  const change = () => changing({ tenantId, name: tableId }, (tx) => lockTable(tx, { tenantId, tableId }))
  await expect(change()).rejects.toMatchObject({
    ...{ code: 'UNAVAILABLE', retryable: true, details: { waitsFor: 'database' } },
  })
  await release()
  expect(await change()).toMatchObject({ name: 'Orders' })
})

test('changes at once by the keys of the table change each row once', async () => {
  const { write, counts, keyValues } = await openDataTable(opened.database)
  const rows = Array.from({ length: 20 }, (_, index) => ({ email: `${index}` }))
  const upserts = Array.from({ length: 6 }, (_, index) =>
    write({ kind: 'upsert', rows: index % 2 === 0 ? rows : [...rows].reverse() }),
  )
  const inserted = (await Promise.all(upserts)).map((written) => written.inserted)
  expect(inserted.reduce((sum, each) => sum + each, 0)).toBe(20)
  expect(await counts()).toMatchObject({ rowCount: 20 })
  const sums = Array.from({ length: 10 }, (_, index) =>
    keyValues.change({ kind: 'increment', key: 'n', amount: 1 }, `n${index % 5}`),
  )
  await Promise.all(sums)
  expect(await keyValues.get('n')).toEqual({ isFound: true, value: 5 })
})

test('a row is found by its key without a read of all rows', async () => {
  const { database, tenantId, tableId, emails } = await openDataTable(opened.database)
  await database.withTenant(tenantId, (tx) =>
    sql`insert into tenon.data_rows select ${tenantId}::text, ${tableId}::text, g, jsonb_build_object('email', 'u' || g),
      'u' || g, 20, 1, 1, 1 from generate_series(1, 3000) g`.execute(tx),
  )
  // Reading any row whose number is not one would be an error.
  await database.withTenant(tenantId, (tx) =>
    sql`update tenon.data_rows set data = '{"email":"u1","total":"x"}' where table_id = ${tableId} and row_id <> 77`.execute(
      tx,
    ),
  )
  const where = [
    { column: 'total', operator: '==', value: 1 },
    { column: 'email', operator: '==', value: 'u77' },
  ] as const
  expect(await emails(where)).toEqual([])
})
