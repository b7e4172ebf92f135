import { openTestPGlite } from '@tenon/runtime/testing'
import { describe, expect, test } from 'vitest'
import { createInProcessBus } from './bus/in-process-bus.ts'
import { openTestServer } from './testing/kit/test-server.ts'

/** A bus that cannot be closed, and a database; both count how often they were asked to. */
async function partsThatCount() {
  const counts = { bus: 0, database: 0 }
  const pglite = await openTestPGlite()
  const bus = {
    ...createInProcessBus(),
    close: async () => {
      counts.bus += 1
      throw new Error('The bus is stuck')
    },
  }
  const database = {
    pglite: {
      query: pglite.query.bind(pglite),
      exec: pglite.exec.bind(pglite),
      transaction: pglite.transaction.bind(pglite),
      close: async () => {
        counts.database += 1
        await pglite.close()
      },
    },
  }
  return { counts, bus, database }
}

describe('close', () => {
  test('closes the rest when one part cannot be closed, once, and says what went wrong', async () => {
    const { counts, ...parts } = await partsThatCount()
    const server = await openTestServer(parts)
    await expect(server.close()).rejects.toThrow('The bus is stuck')
    await expect(server.close()).rejects.toThrow('The bus is stuck')
    expect(counts).toEqual({ bus: 1, database: 1 })
  })
})
