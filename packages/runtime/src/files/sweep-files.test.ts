import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { sweepFiles } from './sweep-files.ts'

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase('Postgres')
})
afterAll(() => opened.close())

test('the sweep notes the use of many files, and waits for none that is being held', async () => {
  const { database } = opened
  const tenantId = `t-${randomUUID()}`
  await database.withTenant(tenantId, async (tx) => {
    await sql`insert into tenon.files (tenant_id, file_id, state, name, type, size, hash, created_at, mark, unused_since)
      select ${tenantId}::text, 'fil_' || md5(i::text), 'ready', 'a', 'text/plain', 0, '', 0, md5(i::text),
        case when i <= 600 then 1 end
      from generate_series(1, 1200) i`.execute(tx)
    await sql`insert into tenon.payloads (tenant_id, hash, size, data)
      select tenant_id, mark, 1, '{}' from tenon.files where tenant_id = ${tenantId} and unused_since = 1`.execute(tx)
  })
  const unused = () =>
    database.withTenant(tenantId, async (tx) => {
      const row = await tx
        .selectFrom('files')
        .select((eb) => eb.fn.count<string>('unused_since').as('count'))
        .where('tenant_id', '=', tenantId)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    })
  await database.withTenant(tenantId, async (tx) => {
    for (const held of [1, 1200]) {
      await sql`select 1 from tenon.files where tenant_id = ${tenantId} and mark = md5(${held}::text) for update`.execute(
        tx,
      )
    }
    expect(await sweepFiles(database, tenantId)).toBe(0)
    // Of the two that are held, one still has its time, and the other has none yet.
    expect(await unused()).toBe(600)
  })
  await sweepFiles(database, tenantId)
  expect(await unused()).toBe(600)
})
