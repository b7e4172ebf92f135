import { describe, expect, test, vi } from 'vitest'
import { createSecretCache } from './secret-cache.ts'

const OLD = { isFresh: false } as const

describe('createSecretCache', () => {
  test('loads a value once for all, for its time alone, and again for those who ask for a fresh one', async () => {
    let at = 0
    let loads = 0
    const cache = createSecretCache(() => at)
    const load = async () => ({ value: ++loads, forMs: 60_000 })
    expect(await Promise.all([cache.get(['a', 1], load, OLD), cache.get(['a', 1], load, OLD)])).toEqual([1, 1])
    at = 59_999
    expect(await cache.get(['a', 1], load, OLD)).toBe(1)
    // Parts that differ in their borders are others.
    expect(await cache.get(['a,1'], load, OLD)).toBe(2)
    expect(await cache.get(['a', 1], load, { isFresh: true })).toBe(3)
    expect(await cache.get(['a', 1], load, OLD)).toBe(3)
    at = 120_000
    expect(await cache.get(['a', 1], load, OLD)).toBe(4)
  })

  test('has a timer for each value in memory and no other', async () => {
    vi.useFakeTimers()
    try {
      const cache = createSecretCache()
      const load = (forMs: number) => async () => ({ value: 'x', forMs })
      for (let round = 0; round < 3; round += 1) await cache.get(['a'], load(60_000), { isFresh: true })
      expect(vi.getTimerCount()).toBe(1)
      for (let index = 0; index < 2_100; index += 1) await cache.get(['b', index], load(60_000), OLD)
      expect(vi.getTimerCount()).toBe(2_000)
      vi.advanceTimersByTime(60_000)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('keeps neither failures, nor values without a time, nor more than its limit', async () => {
    let loads = 0
    const cache = createSecretCache()
    const fails = async () => {
      loads += 1
      throw new Error('down')
    }
    await expect(cache.get(['a'], fails, OLD)).rejects.toThrow('down')
    await expect(cache.get(['a'], fails, OLD)).rejects.toThrow('down')
    const load = (forMs: number) => async () => ({ value: ++loads, forMs })
    expect([await cache.get(['b'], load(0), OLD), await cache.get(['b'], load(0), OLD)]).toEqual([3, 4])
    for (let index = 0; index <= 2_000; index += 1) await cache.get(['c', index], load(60_000), OLD)
    expect(await cache.get(['c', 2_000], load(60_000), OLD)).toBe(2_005)
    expect(await cache.get(['c', 0], load(60_000), OLD)).toBe(2_006)
  })
})
