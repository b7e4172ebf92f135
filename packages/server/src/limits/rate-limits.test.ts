import type { RuntimeLog } from '@tenon/runtime'
import { describe, expect, test } from 'vitest'
import { type LimitOptions, type RateLimiterSettings, resolveLimits } from './limit-options.ts'
import { createRateLimits } from './rate-limits.ts'

const NONE = { perSecond: 0, burst: 0 }

function open(options: LimitOptions) {
  const lines: Parameters<RuntimeLog>[] = []
  const limits = createRateLimits(resolveLimits(options), (...line) => void lines.push(line))
  const count = async (tenantId: string, tries: number): Promise<number> => {
    const taken = await Promise.allSettled(Array.from({ length: tries }, () => limits.take(tenantId, 'start')))
    return taken.filter(({ status }) => status === 'fulfilled').length
  }
  return { limits, count, lines }
}

/** A shared store that can become unavailable. */
function sharedStore() {
  const used = new Map<string, number>()
  const store = { isAway: false, settings: [] as RateLimiterSettings[] }
  const rateLimiter = (settings: RateLimiterSettings) => {
    store.settings.push(settings)
    return {
      async consume(key: string, points: number) {
        if (store.isAway) throw new Error('connect ECONNREFUSED redis://secret@cache')
        const name = `${settings.keyPrefix}:${key}`
        used.set(name, (used.get(name) ?? 0) + points)
        if ((used.get(name) ?? 0) > settings.points) throw { msBeforeNext: 1234.5 }
      },
    }
  }
  return { store, rateLimiter }
}

describe('createRateLimits', () => {
  test('lets a tenant have its rate and its burst, and another one its own', async () => {
    const { count } = open({ rates: { start: { perSecond: 3, burst: 4 } } })
    expect(await count('acme', 50)).toBe(7)
    expect(await count('globex', 2)).toBe(2)
  })

  test('says when to come back', async () => {
    const { store, rateLimiter } = sharedStore()
    const { limits } = open({ rates: { start: NONE }, rateLimiter })
    await expect(limits.take('acme', 'start')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { rate: 'start', retryAfterMs: 1_235 },
    })
    expect(store.settings).toEqual([
      { keyPrefix: 'tenon:start:steady', points: 0, duration: 1 },
      { keyPrefix: 'tenon:start:burst', points: 0, duration: 60 },
    ])
  })

  test('counts classes apart', async () => {
    const { limits, count } = open({ rates: { start: NONE } })
    expect(await count('acme', 1)).toBe(0)
    await limits.take('acme', 'read')
  })

  test('counts points, and says when what is larger than a share of a second fits', async () => {
    const { limits } = open({ rates: { validation: { perSecond: 10, burst: 100 } } })
    await limits.take('acme', 'validation', 90)
    await expect(limits.take('acme', 'validation', 20)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await limits.take('globex', 'validation', 20)
  })

  test('processes that share a store share the rate', async () => {
    const { rateLimiter } = sharedStore()
    const rates = { start: { perSecond: 2, burst: 3 } }
    const [one, two] = [open({ rates, rateLimiter }), open({ rates, rateLimiter })]
    expect((await one.count('acme', 10)) + (await two.count('acme', 10))).toBe(5)
  })

  test('a store that does not answer is made up for in memory, and its message stays inside', async () => {
    const { store, rateLimiter } = sharedStore()
    const { count, lines } = open({ rates: { start: { perSecond: 2, burst: 0 } }, rateLimiter })
    store.isAway = true
    expect(await count('acme', 10)).toBe(2)
    // Once for each counter and outage, without the message of the store.
    const line = (limiter: string) => [
      'warn',
      'limits.store_failed: counting in memory',
      { limiter: `tenon:start:${limiter}`, reason: 'Error' },
    ]
    expect(lines).toEqual([line('steady'), line('burst')])
    store.isAway = false
    await count('globex', 1)
    store.isAway = true
    await count('globex', 1)
    expect(lines).toHaveLength(3)
  })

  test.each<[string, LimitOptions]>([
    ['all are', { rates: false }],
    ['one is', { rates: { start: { perSecond: Number.POSITIVE_INFINITY, burst: 0 } } }],
  ])('is switched off when %s', async (_title, options) => {
    const { limits, count } = open(options)
    expect(await count('acme', 5_000)).toBe(5_000)
    await limits.take('acme', 'start', 5_000)
  })
})
