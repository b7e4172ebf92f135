import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { isIdempotent, lostWrite, toAttemptFailure, totalTimeoutError } from './attempt-failure.ts'

const write = { effect: 'write', params: { method: 'POST' } } as const

describe('isIdempotent', () => {
  test.each([
    ['read', undefined, true],
    ['none', undefined, true],
    ['write', undefined, false],
    ['write', 'params.method == "GET"', false],
    ['write', 'params.method == "POST"', true],
    ['write', 'params.method', false],
    ['write', 'params.absent', false],
    ['write', 'not an expression', false],
  ] as const)('a node that does %s with %s: %s', (effect, idempotentWhen, expected) => {
    const definition = idempotentWhen === undefined ? {} : { idempotentWhen }
    expect(isIdempotent({ ...write, effect }, definition)).toBe(expected)
  })
})

describe('toAttemptFailure', () => {
  const http = (details?: Record<string, unknown>) =>
    new TenonError('HTTP_FAILED', 'No answer', details === undefined ? {} : { details })

  test.each([
    ['a request that surely did not reach the service', http({ sent: false }), true],
    ['a request that may have reached it', http({ sent: true }), false],
    ['a failure that says nothing', http(), false],
    ['a timeout', new TenonError('NODE_TIMEOUT', 'Too late'), false],
    ['an unknown error', new RangeError('hunter2'), false],
    ['what the node itself calls worth a retry', new TenonError('RATE_LIMITED', 'Slow down'), true],
    ['a status that asks for the request again', new TenonError('HTTP_STATUS', '429', { retryable: true }), true],
  ])('a write after %s is repeated: %s', (_what, thrown, retryable) => {
    const failure = toAttemptFailure(thrown, write, {})
    expect(failure.retryable).toBe(retryable)
    expect(failure.message).not.toContain('hunter2')
    if (!retryable) expect(failure.remedy).toContain('Check whether the service executed it')
    expect(toAttemptFailure(thrown, write, { idempotentWhen: 'true' }).retryable).toBe(true)
    expect(toAttemptFailure(thrown, { ...write, effect: 'read' }, {}).retryable).toBe(true)
  })

  test('keeps code, message, cause and details', () => {
    const thrown = new TenonError('HTTP_FAILED', 'No answer', {
      cause: 'x',
      details: { sent: true, code: 'ECONNRESET' },
    })
    const { code, message, cause, details } = thrown
    expect(toAttemptFailure(thrown, write, {})).toMatchObject({ code, message, cause, details })
  })

  test('leaves what is final as it is', () => {
    const final = new TenonError('HTTP_FAILED', 'No URL', { retryable: false })
    expect(toAttemptFailure(final, write, {})).toBe(final)
  })
})

test('a lost write says what to do', () => {
  expect(lostWrite()).toMatchObject({
    code: 'ATTEMPTS_LOST',
    remedy: expect.stringContaining('before you run it again'),
  })
})

test('a total time that is over is final; of a write it says that the service may have executed it', () => {
  const error = totalTimeoutError({ totalTimeoutMs: 5_000 })
  expect(error).toMatchObject({ code: 'NODE_TOTAL_TIMEOUT', retryable: false })
  expect(error.message).toContain('5000 ms')
  expect(toAttemptFailure(error, write, {}).remedy).toContain('Check whether the service executed it')
  expect(toAttemptFailure(error, write, { idempotentWhen: 'true' })).toBe(error)
})
