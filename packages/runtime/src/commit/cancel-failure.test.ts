import { describe, expect, test } from 'vitest'
import { cancelFailure } from './cancel-failure.ts'

const actor = { userId: 'u-1', displayName: 'Ada' }
const withoutActor = { actor: null, timeoutMs: null }

describe('cancelFailure', () => {
  test.each([
    [120_000, 'Timed out after 2m'],
    [5_400_000, 'Timed out after 1h 30m'],
    [90_061_250, 'Timed out after 1d 1h'],
    [1_500, 'Timed out after 1s 500ms'],
    [0, 'Timed out after 0ms'],
    [null, 'Timed out'],
  ])('names the time limit of %s ms', (timeoutMs, message) => {
    expect(cancelFailure('timeout', { actor: null, timeoutMs })).toMatchObject({ code: 'RUN_TIMEOUT', message })
  })

  test('names the person', () => {
    expect(cancelFailure('user', { actor, timeoutMs: 1_000 })).toMatchObject({
      code: 'RUN_CANCELED',
      message: 'Canceled by Ada',
      remedy: expect.any(String),
      details: { reason: 'user', userId: 'u-1' },
    })
    expect(cancelFailure('user', withoutActor)).toMatchObject({
      message: 'Canceled by a user',
      details: { reason: 'user' },
    })
  })

  test.each([
    ['operator', 'RUN_CANCELED'],
    ['refused', 'APPEND_REFUSED'],
  ] as const)('explains %s', (reason, code) => {
    expect(cancelFailure(reason, withoutActor)).toMatchObject({ code, details: { reason } })
  })
})
