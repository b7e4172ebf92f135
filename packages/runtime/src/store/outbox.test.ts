import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import { createOutbox } from './outbox.ts'
import { postgresRunReader } from './run-reader.ts'

describe.each(TEST_DATABASES)('createOutbox on %s', (kind) => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  beforeEach(async () => {
    await opened.database.withSystem((tx) => tx.deleteFrom('outbox').execute())
  })
  afterAll(() => opened.close())

  const put = async (tenantId: string, count: number, readyAt = 0) => {
    const rows = Array.from({ length: count }, (_, index) => ({
      ...{ tenant_id: tenantId, run_id: `${tenantId}-${index}`, kind: 'start', ready_at: readyAt + index },
    }))
    await opened.database.withTenant(tenantId, (tx) => tx.insertInto('outbox').values(rows).execute())
  }
  const tenantsOf = (rows: readonly { readonly tenant_id: string }[]) => rows.map((row) => row.tenant_id)

  test('claims each message for one process only', async () => {
    for (const tenant of ['a', 'b', 'c']) await put(tenant, 20)
    const processes = Array.from({ length: 4 }, () => createOutbox(opened.database))
    const claimed: string[] = []
    // Processes that pick at the same moment skip what another has locked, so a round claims 6 messages or more.
    for (let isOver = false; !isOver; ) {
      const pages = await Promise.all(processes.map((outbox) => outbox.claim(6)))
      claimed.push(...pages.flatMap((rows) => rows.map((row) => `${row.tenant_id}/${row.outbox_id}`)))
      isOver = pages.every((rows) => rows.length === 0)
    }
    expect(claimed).toHaveLength(60)
    expect(new Set(claimed).size).toBe(60)
  })

  test('gives each tenant the same share, and begins behind the one that was served last', async () => {
    await put('noisy', 1_000)
    await put('quiet', 1, 5_000)
    const outbox = createOutbox(opened.database)
    expect(tenantsOf(await outbox.claim(2))).toEqual(['noisy', 'quiet'])
    await put('a', 3)
    await put('z', 3)
    expect(tenantsOf(await outbox.claim(2))).toEqual(['z', 'a'])
    expect(tenantsOf(await outbox.claim(3))).toEqual(['noisy', 'z', 'a'])
  })

  test('takes the oldest messages of a tenant first', async () => {
    await put('a', 5)
    const rows = await createOutbox(opened.database).claim(3)
    expect(rows.map((row) => row.run_id)).toEqual(['a-0', 'a-1', 'a-2'])
  })

  test('locks the messages that it claims and no others', async () => {
    await put('a', 10)
    const outbox = createOutbox(opened.database)
    await outbox.claim(3)
    const rows = await opened.database.withSystem((tx) =>
      tx.selectFrom('outbox').select('ready_at').where('ready_at', '<', 1_000).execute(),
    )
    expect(rows).toHaveLength(7)
  })

  test('hides a claimed message until its claim ends', async () => {
    await put('a', 1)
    const outbox = createOutbox(opened.database)
    expect(await outbox.claim(1)).toHaveLength(1)
    expect(await outbox.claim(1)).toEqual([])
    await opened.database.withSystem((tx) => tx.updateTable('outbox').set({ ready_at: 1 }).execute())
    expect(await outbox.claim(1)).toMatchObject([{ run_id: 'a-0', attempts: 0 }])
  })

  test('removes a delivered message, and returns a postponed one', async () => {
    await put('a', 2)
    const outbox = createOutbox(opened.database)
    const [first, second] = await outbox.claim(2)
    if (first === undefined || second === undefined) throw new Error('two messages are due')
    await outbox.remove(first)
    await outbox.postpone(second, 0, 'STUCK')
    expect(await outbox.claim(2)).toMatchObject([{ run_id: 'a-1', attempts: 1, health: 'STUCK' }])
  })

  test('claims nothing from an empty outbox, and nothing that is for later', async () => {
    const outbox = createOutbox(opened.database)
    expect(await outbox.claim(10)).toEqual([])
    await put('a', 1, Date.now() + 60_000)
    expect(await outbox.claim(10)).toEqual([])
  })

  test('hastens the look for the shell of a run, and leaves its other messages', async () => {
    const later = Date.now() + 600_000
    const row = { tenant_id: 'a', run_id: 'r', ready_at: later, attempts: 6 }
    await opened.database.withTenant('a', (tx) =>
      tx
        .insertInto('outbox')
        .values([
          { ...row, kind: 'watch' },
          { ...row, kind: 'start' },
          { ...row, kind: 'watch', run_id: 'other' },
        ])
        .execute(),
    )
    const outbox = createOutbox(opened.database)
    await outbox.hasten({ tenantId: 'a', runId: 'r' }, 0)
    expect(await outbox.claim(10)).toMatchObject([{ run_id: 'r', kind: 'watch', attempts: 0 }])
  })

  test('says what holds up a run: what the last look has found, or that no process delivers its messages', async () => {
    const [soon, overdue] = [Date.now() + 5_000, Date.now() - 20_000]
    const rows = [
      { run_id: 'fine', kind: 'watch', ready_at: soon, health: null },
      { run_id: 'stuck', kind: 'watch', ready_at: soon, health: 'STUCK' },
      { run_id: 'alone', kind: 'watch', ready_at: soon, health: null },
      { run_id: 'alone', kind: 'wake', ready_at: overdue, health: null },
    ]
    await opened.database.withTenant('a', (tx) =>
      tx
        .insertInto('outbox')
        .values(rows.map((row) => ({ ...row, tenant_id: 'a' })))
        .execute(),
    )
    const reader = postgresRunReader(opened.database)
    const runIds = ['fine', 'stuck', 'alone', 'unknown']
    expect(Object.fromEntries(await reader.readObstacles('a', runIds))).toEqual({ stuck: 'STUCK', alone: 'NO_WORKER' })
    expect((await reader.readObstacles('b', runIds)).size).toBe(0)
    expect((await reader.readObstacles('a', [])).size).toBe(0)
  })
})
