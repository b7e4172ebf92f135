import { TenonError } from '@tenon/core/errors'
import { expect, test } from 'vitest'
import type { StartedNode } from '../commit/commit-types.ts'
import { heldAttempt, isHeld } from './held-attempt.ts'

const started = (heldBefore: number, totalTimeoutMs?: number) =>
  ({
    ...{ nodeRunId: 'call', pass: 1, attempt: heldBefore + 1, startedAt: 100, scheduledAt: 0, heldBefore },
    node: { id: 'call', ...(totalTimeoutMs === undefined ? {} : { totalTimeoutMs }) },
  }) as unknown as StartedNode
const details = { waitsFor: 'key_provider' }
const down = new TenonError('UNAVAILABLE', 'The key provider failed', { details })

test('an attempt whose secrets cannot be read is made again after a pause that grows, however often', () => {
  const pauses = [0, 1, 2, 5, 6, 10_000].map((held) => (heldAttempt(started(held), down, 200)?.nextAt ?? 0) - 200)
  expect(pauses).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000])
  expect(heldAttempt(started(0), down, 200)?.observation).toMatchObject({
    ...{ type: 'node_error', nodeRunId: 'call' },
    data: { attempt: 1, isHeld: true, nextAt: 1_200, durationMs: 100, error: { code: 'UNAVAILABLE' } },
  })
})

test('an attempt whose connection has reached its rate is made again at the time that was planned for it', () => {
  const limited = new TenonError('CONNECTION_RATE_LIMITED', 'x', { details: { retryAfterMs: 7_000.4 } })
  expect([0, 5].map((count) => heldAttempt(started(count), limited, 200)?.nextAt)).toEqual([7_201, 7_201])
  // After a write of the same attempt, which is not repeated.
  const final = new TenonError('CONNECTION_RATE_LIMITED', 'x', { retryable: false })
  expect([limited, final].map(isHeld)).toEqual([true, false])
})

test('it is not made again after the total time of the node', () => {
  expect(heldAttempt(started(0, 1_200), down, 200)).toBeNull()
  expect(heldAttempt(started(0, 1_201), down, 200)).not.toBeNull()
})

test('only a service that is down holds an attempt, and no other error with the same code', () => {
  const final = new TenonError('UNAVAILABLE', 'x', { retryable: false, details })
  const unnamed = new TenonError('UNAVAILABLE', 'x', { cause: new TypeError('x is not a function') })
  const errors = [down, final, unnamed, new TenonError('SECRET_NOT_FOUND', 'x'), new Error('x')]
  expect(errors.map(isHeld)).toEqual([true, false, false, false, false])
})
