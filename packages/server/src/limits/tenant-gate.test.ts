import { describe, expect, test } from 'vitest'
import { createTenantGate } from './tenant-gate.ts'

/** Work that runs until it is released. */
function held() {
  const ends: (() => void)[] = []
  let begun = 0
  return {
    begun: () => begun,
    work: () => {
      begun += 1
      return new Promise<void>((resolve) => void ends.push(resolve))
    },
    endOne: () => ends.shift()?.(),
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('createTenantGate', () => {
  test('works on a few things of a tenant at once, whatever waits, and on those of others at once', async () => {
    const gate = createTenantGate(3, 100, 'requests')
    const [noisy, quiet] = [held(), held()]
    const all = Array.from({ length: 50 }, () => gate.run('noisy', noisy.work))
    const other = gate.run('quiet', quiet.work)
    await turn()
    expect([noisy.begun(), quiet.begun()]).toEqual([3, 1])
    quiet.endOne()
    await other
    noisy.endOne()
    await turn()
    expect(noisy.begun()).toBe(4)
    for (let left = 49; left > 0; left -= 1) {
      noisy.endOne()
      await turn()
    }
    await Promise.all(all)
  })

  test('refuses what exceeds the queue, and accepts again when it is shorter', async () => {
    const gate = createTenantGate(1, 2, 'requests')
    const { work, endOne } = held()
    const taken = [gate.run('acme', work), gate.run('acme', work), gate.run('acme', work)]
    await expect(gate.run('acme', work)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterMs: 1_000 },
    })
    endOne()
    await taken[0]
    const late = gate.run('acme', work)
    for (let left = 3; left > 0; left -= 1) {
      await turn()
      endOne()
    }
    await Promise.all([...taken.slice(1), late])
  })

  test('gives results and failures back, and forgets tenants that have nothing left', async () => {
    const gate = createTenantGate(1, 0, 'requests')
    expect(await gate.run('acme', async () => 7)).toBe(7)
    await expect(gate.run('acme', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await gate.run('acme', async () => 8)).toBe(8)
  })

  test('is switched off by Infinity', async () => {
    const gate = createTenantGate(Number.POSITIVE_INFINITY, 0, 'requests')
    const { work, begun } = held()
    for (let index = 0; index < 1_000; index += 1) void gate.run('acme', work)
    expect(begun()).toBe(1_000)
  })
})
