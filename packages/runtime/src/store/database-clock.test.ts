import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { createDatabaseClock } from './database-clock.ts'

describe('createDatabaseClock', () => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase('PGlite')
  })
  afterAll(() => opened.close())

  const differenceOf = (at: number) => Math.abs(at - Date.now())

  test.each([600_000, -600_000])('reads the clock of the database in a process that is %i ms off', async (skewMs) => {
    const clock = createDatabaseClock(opened.database, () => Date.now() + skewMs)
    await clock.ready()
    expect(differenceOf(clock.now())).toBeLessThan(60_000)
  })

  test('adds nothing where the clocks agree', async () => {
    let asked = 0
    const clock = createDatabaseClock(opened.database, () => {
      asked += 1
      // The first reading is before the query, the second after it.
      return asked === 1 ? 0 : 4_000_000_000_000
    })
    await clock.ready()
    expect(clock.now()).toBe(4_000_000_000_000)
  })

  test('is never behind a time that the database has given', async () => {
    const clock = createDatabaseClock(opened.database, () => 1_000)
    clock.observe(5_000)
    expect(clock.now()).toBe(5_000)
    clock.observe(2_000)
    expect(clock.now()).toBe(5_000)
  })

  test('measures again after a minute, also when the process clock was set back', async () => {
    let skewMs = 0
    const clock = createDatabaseClock(opened.database, () => Date.now() + skewMs)
    await clock.ready()
    for (const next of [600_000, -600_000]) {
      skewMs = next
      clock.now()
      await expect.poll(() => differenceOf(clock.now())).toBeLessThan(60_000)
    }
  })

  test('fails to be ready while the database does not answer, and then keeps the last difference', async () => {
    let isAway = true
    const database: Pick<typeof opened.database, 'withSystem'> = {
      withSystem: (work) => (isAway ? Promise.reject(new RangeError('away')) : opened.database.withSystem(work)),
    }
    let skewMs = 600_000
    const clock = createDatabaseClock({ ...opened.database, ...database }, () => Date.now() + skewMs)
    await expect(clock.ready()).rejects.toThrow('away')
    isAway = false
    await clock.ready()
    isAway = true
    skewMs += 120_000
    const at = clock.now()
    expect(at - Date.now()).toBeGreaterThan(60_000)
  })
})
