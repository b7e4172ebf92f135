import { describe, expect, test } from 'vitest'
import { TenonError } from '../errors/index.ts'
import { causeOfStatus, modelFailureCause } from './model-failure.ts'
import { addModelUsage, modelCostUsd } from './model-usage.ts'

describe('modelCostUsd', () => {
  const usage = { inputTokens: 1_000, outputTokens: 200 }

  test('counts input, cached input and output at their prices, to a billionth of a dollar', () => {
    expect(modelCostUsd(usage, { input: 0.075, output: 0.3 })).toBe(0.000135)
    expect(modelCostUsd({ ...usage, cachedInputTokens: 400 }, { input: 2, cachedInput: 0.5, output: 8 })).toBe(0.003)
    expect(modelCostUsd({ ...usage, cachedInputTokens: 400 }, { input: 2, output: 8 })).toBe(0.0036)
  })

  test('never counts more tokens as cached than were sent', () => {
    const strange = { inputTokens: 10, cachedInputTokens: 50, outputTokens: 0 }
    expect(modelCostUsd(strange, { input: 2, cachedInput: 1, output: 1 })).toBe(0.00001)
  })

  test('is unknown without prices', () => expect(modelCostUsd(usage, undefined)).toBeUndefined())
})

describe('addModelUsage', () => {
  const first = { model: 'a', inputTokens: 1, outputTokens: 2 }

  test('sums tokens, calls and known costs, and names the last model', () => {
    const one = addModelUsage(undefined, first)
    expect(one).toEqual({ ...first, calls: 1 })
    const two = addModelUsage(one, { ...first, model: 'b', cachedInputTokens: 1, costUsd: 0.1 })
    expect(two).toEqual({ model: 'b', inputTokens: 2, cachedInputTokens: 1, outputTokens: 4, calls: 2, costUsd: 0.1 })
    expect(addModelUsage(two, { ...first, costUsd: 0.2, calls: 3 })).toMatchObject({ calls: 5, costUsd: 0.3 })
    expect(addModelUsage({ ...first }, first)).toEqual({ ...first, inputTokens: 2, outputTokens: 4, calls: 2 })
  })
})

describe('modelFailureCause', () => {
  const failed = (details: Record<string, unknown> | undefined, retryable = false) =>
    modelFailureCause(
      new TenonError('MODEL_FAILED', 'No', { retryable, ...(details === undefined ? {} : { details }) }),
    )

  test.each([
    ['a cause by name', failed({ cause: 'refusal', status: 200 }), 'refusal'],
    ['an unknown cause with a status', failed({ cause: 'mood', status: 429 }), 'rate-limit'],
    ['a retryable failure without details', failed(undefined, true), 'unavailable'],
    ['a failure without details', failed(undefined), 'request'],
    ['a request without a response', modelFailureCause(new TenonError('HTTP_FAILED', 'No')), 'unavailable'],
    ['a refused address', modelFailureCause(new TenonError('EGRESS_REFUSED', 'No')), null],
    ['an error of other code', modelFailureCause(new Error('No')), null],
  ])('of %s', (_what, cause, wanted) => expect(cause).toBe(wanted))

  test.each([
    [200, 'unreadable'],
    [400, 'request'],
    [401, 'access'],
    [402, 'quota'],
    [403, 'access'],
    [404, 'unknown-model'],
    [408, 'unavailable'],
    [409, 'unavailable'],
    [413, 'request'],
    [425, 'unavailable'],
    [429, 'rate-limit'],
    [503, 'unavailable'],
  ] as const)('status %i means %s', (status, cause) => expect(causeOfStatus(status)).toBe(cause))
})
