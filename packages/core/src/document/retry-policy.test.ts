import { describe, expect, test } from 'vitest'
import { DEFAULT_RETRY, findRetryFaults } from './retry-policy.ts'
import type { RetryPolicy } from './types.ts'

const fieldsOf = (retry: RetryPolicy) => findRetryFaults(retry).map(({ field }) => field)

describe('findRetryFaults', () => {
  test.each<RetryPolicy>([
    {},
    DEFAULT_RETRY,
    { initialInterval: '100ms', maximumInterval: '100ms', maximumAttempts: 100, backoffCoefficient: 1 },
    { maximumAttempts: 1 },
    { initialInterval: '1h', maximumAttempts: 3 },
    { initialInterval: '1d', maximumAttempts: 31, backoffCoefficient: 1 },
    { initialInterval: '1s', maximumInterval: '1m', maximumAttempts: 100, backoffCoefficient: 1_000 },
  ])('%j is fine', (retry) => {
    expect(findRetryFaults(retry)).toEqual([])
  })

  test.each<[RetryPolicy, string]>([
    [{ initialInterval: '0ms' }, 'initialInterval'],
    [{ initialInterval: '99ms' }, 'initialInterval'],
    [{ initialInterval: 'soon' as '1s' }, 'initialInterval'],
    [{ maximumInterval: '50ms' }, 'maximumInterval'],
    [{ maximumInterval: '1 hour' as '1h' }, 'maximumInterval'],
    [{ initialInterval: '2s', maximumInterval: '1s' }, 'maximumInterval'],
    [{ maximumAttempts: 0 }, 'maximumAttempts'],
    [{ maximumAttempts: 2.5 }, 'maximumAttempts'],
    [{ maximumAttempts: 101 }, 'maximumAttempts'],
    [{ maximumAttempts: 1_000_000 }, 'maximumAttempts'],
    [{ backoffCoefficient: 0.5 }, 'backoffCoefficient'],
    [{ backoffCoefficient: Number.NaN }, 'backoffCoefficient'],
    [{ initialInterval: '1d', maximumAttempts: 32, backoffCoefficient: 1 }, 'maximumInterval'],
    [{ initialInterval: '1h', maximumAttempts: 100 }, 'maximumInterval'],
  ])('%j is refused at %s', (retry, field) => {
    expect(fieldsOf(retry)).toEqual([field])
  })

  test('names every fault at once, with its limit', () => {
    const retry = {
      initialInterval: '0ms',
      maximumInterval: '1ms',
      maximumAttempts: 1e6,
      backoffCoefficient: 0,
    } as const
    expect(findRetryFaults(retry).map(({ message }) => message)).toEqual([
      'initialInterval must be at least 100ms',
      'maximumInterval must be at least 100ms',
      'maximumAttempts must be a whole number from 1 to 100',
      'backoffCoefficient must be at least 1',
    ])
  })

  test('says how long the waits would be', () => {
    expect(findRetryFaults({ initialInterval: '1d', maximumAttempts: 41, backoffCoefficient: 1 })[0]?.message).toBe(
      'the waits between 41 attempts add up to 40 days; the limit is 30',
    )
  })
})
