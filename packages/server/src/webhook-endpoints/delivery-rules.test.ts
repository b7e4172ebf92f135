import { describe, expect, test } from 'vitest'
import { endpointAfter, isReceived, nextDelay } from './delivery-rules.ts'

const NOW = Date.UTC(2030, 0, 1)
const answered = (status: number | null, retryAfter: string | null = null) => ({ status, retryAfter })
const HEALTHY = { failing_since: null, failures: 0, held_until: null }

describe('nextDelay', () => {
  test('ten attempts are spread over three days, and then there is none', () => {
    const delays = Array.from({ length: 10 }, (_, index) => nextDelay(index + 1, answered(500), NOW, 0.5))
    expect(delays.at(-1)).toBeNull()
    expect(delays[0]).toBe(5_000)
    const total = delays.reduce<number>((sum, delay) => sum + (delay ?? 0), 0)
    expect(Math.round(total / 3_600_000)).toBe(76)
  })

  test('waits differ a little, so that deliveries that have failed together are spread', () => {
    expect([nextDelay(2, answered(null), NOW, 0), nextDelay(2, answered(null), NOW, 1)]).toEqual([270_000, 330_000])
  })

  test.each([
    ['60', 60_000],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    ['999999999', 86_400_000],
    ['1', 5_000],
    ['soon', 5_000],
    [new Date(NOW - 90_000).toUTCString(), 5_000],
  ])('a receiver may ask for a longer wait: Retry-After: %s', (value, expected) => {
    expect(nextDelay(1, answered(429, value), NOW, 0.5)).toBe(expected)
  })

  test('a receiver that wants no more is not asked again', () => {
    expect(nextDelay(1, answered(410), NOW, 0.5)).toBeNull()
  })
})

test.each([
  [200, true],
  [204, true],
  [299, true],
  [302, false],
  [500, false],
  [null, false],
])('the answer %s means received: %s', (status, expected) => {
  expect(isReceived(answered(status))).toBe(expected)
})

describe('endpointAfter', () => {
  const after = (row: Parameters<typeof endpointAfter>[0], status: number | null, isLast = false) =>
    endpointAfter(row, answered(status), { isLast, now: NOW })

  test('one that works stays as it is, and one that works again has no failures', () => {
    expect(after(HEALTHY, 200)).toEqual({})
    expect(after({ failing_since: 1, failures: 6, held_until: 2 }, 200)).toEqual(HEALTHY)
  })

  test('from the fifth failure on, it is tried less and less often', () => {
    expect(after(HEALTHY, 500)).toEqual({ failing_since: NOW, failures: 1, held_until: null })
    const held = [3, 4, 5, 12, 2_000].map(
      (failures) => (after({ ...HEALTHY, failing_since: 1, failures }, 500).held_until ?? NOW) - NOW,
    )
    expect(held).toEqual([0, 30_000, 60_000, 1_800_000, 1_800_000])
  })

  test('is disabled by 410, and by a delivery that is given up when all have failed for three days', () => {
    expect(after(HEALTHY, 410)).toMatchObject({ status: 'disabled' })
    const failing = { ...HEALTHY, failing_since: NOW - 3 * 86_400_000, failures: 9 }
    expect(after(failing, null, true)).toMatchObject({ status: 'disabled', disabled_reason: expect.any(String) })
    expect(after(failing, null, false)).not.toHaveProperty('status')
    expect(after({ ...failing, failing_since: NOW - 1_000 }, null, true)).not.toHaveProperty('status')
  })
})
