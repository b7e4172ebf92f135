import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { startTestPostgres } from '../testing/postgres.ts'
import { createDatabase } from './database.ts'
import { migrateRuntime } from './migrate-runtime.ts'
import type { RuntimeTables } from './tables.ts'
import { createTenantSlots } from './tenant-slots.ts'

describe('createTenantSlots', () => {
  test('gives each tenant its slots, and others their turn in order', async () => {
    const slots = createTenantSlots(2, 60_000)
    if (slots === undefined) throw new RangeError('no slots')
    const [first] = [await slots.acquire('a'), await slots.acquire('a')]
    const order: string[] = []
    const waiting = ['third', 'fourth'].map(async (name) => {
      const release = await slots.acquire('a')
      order.push(name)
      return release
    })
    const other = await slots.acquire('b')
    expect(order).toEqual([])
    first?.()
    const third = await waiting[0]
    expect(order).toEqual(['third'])
    third?.()
    await waiting[1]
    expect(order).toEqual(['third', 'fourth'])
    other()
  })

  test('fails after the longest wait, and gives the slot to the next one that waits', async () => {
    const slots = createTenantSlots(1, 5)
    const release = await slots?.acquire('a')
    await expect(slots?.acquire('a')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    release?.()
    await expect(slots?.acquire('a')).resolves.toBeTypeOf('function')
  })

  test('without a number there is no limit', () => {
    expect(createTenantSlots(undefined, 1)).toBeUndefined()
  })
})

test('a tenant whose transactions are slow leaves connections to another one, and their failures free them', async () => {
  const server = await startTestPostgres()
  const pool = new pg.Pool({ connectionString: await server.createDatabase(), max: 4 })
  const database = createDatabase<RuntimeTables>({ pool }, { maxTenantConnections: 2 })
  await migrateRuntime(database)
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let open = 0
  const slow = Array.from({ length: 8 }, () =>
    database.withTenant('noisy', async (tx) => {
      open += 1
      await tx.selectFrom('runs').select('run_id').execute()
      await ended
      open -= 1
      throw new RangeError('rolled back')
    }),
  )
  await expect.poll(() => open).toBe(2)
  const count = (tenantId: string) =>
    database.withTenant(tenantId, (tx) => tx.selectFrom('runs').select('run_id').execute())
  expect(await count('quiet')).toEqual([])
  expect(await database.withSystem((tx) => tx.selectFrom('workers').select('worker_id').execute())).toEqual([])
  expect(open).toBe(2)
  end()
  const results = await Promise.allSettled(slow)
  expect(results.every((each) => each.status === 'rejected' && each.reason instanceof RangeError)).toBe(true)
  expect(await count('noisy')).toEqual([])
  await database.close()
  await server.stop()
})
