import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deadlineOf, MAX_LOST_ATTEMPTS, MAX_RETRY_AFTER_MS, nextAttempt } from './next-attempt.ts'
import type { CompiledRetryPolicy } from './plan.ts'

const POLICY: CompiledRetryPolicy = {
  initialIntervalMs: 1_000,
  backoffCoefficient: 2,
  maximumIntervalMs: 10_000,
  maximumAttempts: 6,
  nonRetryableErrorTypes: ['CARD_DECLINED'],
}
const ERROR = { code: 'HTTP_FAILED', retryable: true }

function delayMsOf(attempt: ReturnType<typeof nextAttempt>): number {
  if (!attempt.retry) throw new RangeError('no further attempt')
  return attempt.delayMs
}

describe('nextAttempt after an error', () => {
  test('waits longer each time, at most a fifth less than the policy says, up to its cap', () => {
    for (const [failed, fullMs] of [1_000, 2_000, 4_000, 8_000, 10_000].entries()) {
      const delayMs = delayMsOf(nextAttempt(POLICY, failed + 1, 0, ERROR, 'key'))
      expect(delayMs).toBeGreaterThanOrEqual(0.8 * fullMs)
      expect(delayMs).toBeLessThanOrEqual(fullMs)
      expect(Number.isInteger(delayMs)).toBe(true)
    }
  })

  test('stops when the attempts are used up', () => {
    expect(nextAttempt(POLICY, 5, 0, ERROR, 'key').retry).toBe(true)
    expect(nextAttempt(POLICY, 6, 0, ERROR, 'key')).toEqual({ retry: false })
    expect(nextAttempt({ ...POLICY, maximumAttempts: 1 }, 1, 0, ERROR, 'key')).toEqual({ retry: false })
  })

  test('stops at once when the error says so, or the policy does', () => {
    expect(nextAttempt(POLICY, 1, 0, { ...ERROR, retryable: false }, 'key')).toEqual({ retry: false })
    expect(nextAttempt(POLICY, 1, 0, { code: 'CARD_DECLINED', retryable: true }, 'key')).toEqual({ retry: false })
  })

  test('is the same for the same attempt and another for another one', () => {
    const keys = Array.from({ length: 50 }, (_, index) => `run/${index}`)
    const delays = keys.map((key) => delayMsOf(nextAttempt(POLICY, 1, 0, ERROR, key)))
    expect(keys.map((key) => delayMsOf(nextAttempt(POLICY, 1, 0, ERROR, key)))).toEqual(delays)
    expect(new Set(delays).size).toBeGreaterThan(30)
    const flat = { ...POLICY, backoffCoefficient: 1 }
    expect(nextAttempt(flat, 1, 0, ERROR, 'key')).not.toEqual(nextAttempt(flat, 2, 0, ERROR, 'key'))
  })

  test('pins the jitter, since both engines and all workers must agree on it for ever', () => {
    expect(nextAttempt(POLICY, 1, 0, ERROR, 'run/charge/1')).toEqual({ retry: true, delayMs: 893 })
    expect(nextAttempt(POLICY, 2, 1, ERROR, 'run/charge/1')).toEqual({ retry: true, delayMs: 1_945 })
  })

  test('waits as long as the server asked, beyond the cap of the policy', () => {
    const asked = { ...ERROR, details: { retryAfterMs: 60_000.4 } }
    expect(nextAttempt(POLICY, 1, 0, asked, 'key')).toEqual({ retry: true, delayMs: 60_001 })
    const soon = { ...ERROR, details: { retryAfterMs: 5 } }
    expect(delayMsOf(nextAttempt(POLICY, 1, 0, soon, 'key'))).toBeGreaterThanOrEqual(800)
  })

  test('lets no server stall a run for more than a day', () => {
    const asked = { ...ERROR, details: { retryAfterMs: 1e15 } }
    expect(delayMsOf(nextAttempt(POLICY, 1, 0, asked, 'key'))).toBe(MAX_RETRY_AFTER_MS)
  })

  test.each([[undefined], [null], ['60000'], [{}], [{ retryAfterMs: '60000' }], [{ retryAfterMs: -1 }]])(
    'takes no Retry-After from details %j',
    (details) => {
      expect(delayMsOf(nextAttempt(POLICY, 1, 0, { ...ERROR, details }, 'key'))).toBeLessThanOrEqual(1_000)
    },
  )

  test('waits not at all where the policy says so, however often it failed', () => {
    const policy = { ...POLICY, initialIntervalMs: 0, maximumAttempts: 9_999 }
    expect(nextAttempt(policy, 5_000, 0, ERROR, 'key')).toEqual({ retry: true, delayMs: 0 })
  })

  test('takes any key, half a surrogate pair included', () => {
    expect(nextAttempt(POLICY, 1, 0, ERROR, '\uD800').retry).toBe(true)
  })

  test('never gives a wait that is no number, whatever the policy', () => {
    const policy = fc.record({
      initialIntervalMs: fc.nat({ max: 1e9 }),
      backoffCoefficient: fc.double({ min: 1, max: 1e6, noNaN: true }),
      maximumIntervalMs: fc.nat({ max: 1e9 }),
      maximumAttempts: fc.constant(1e6),
      nonRetryableErrorTypes: fc.constant([]),
    })
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 5_000 }), fc.string({ unit: 'binary' }), (drawn, failed, key) => {
        const delayMs = delayMsOf(nextAttempt(drawn, failed, 0, ERROR, key))
        expect(Number.isSafeInteger(delayMs)).toBe(true)
        expect(delayMs).toBeGreaterThanOrEqual(0)
        expect(delayMs).toBeLessThanOrEqual(drawn.maximumIntervalMs)
      }),
    )
  })
})

describe('nextAttempt after a lost attempt', () => {
  test('has a budget of its own', () => {
    expect(nextAttempt({ ...POLICY, maximumAttempts: 1 }, 0, 1, null, 'key').retry).toBe(true)
    expect(nextAttempt(POLICY, 0, MAX_LOST_ATTEMPTS, null, 'key').retry).toBe(true)
    expect(nextAttempt(POLICY, 0, MAX_LOST_ATTEMPTS + 1, null, 'key')).toEqual({
      retry: false,
      code: 'ATTEMPTS_LOST',
    })
  })

  test('does not use up the attempts of the policy', () => {
    expect(nextAttempt({ ...POLICY, maximumAttempts: 2 }, 1, 5, ERROR, 'key').retry).toBe(true)
  })

  test('waits as after as many errors, so that a node which kills its worker does not do so in a circle', () => {
    expect(delayMsOf(nextAttempt(POLICY, 0, 1, null, 'key'))).toBeLessThanOrEqual(1_000)
    expect(delayMsOf(nextAttempt(POLICY, 0, 3, null, 'key'))).toBeGreaterThanOrEqual(3_200)
  })
})

test('the total time of a pass counts from the fact that scheduled it', () => {
  expect(deadlineOf({ totalTimeoutMs: 5_000 }, 1_000)).toBe(6_000)
  expect(deadlineOf({}, 1_000)).toBeNull()
})
