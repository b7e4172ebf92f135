import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { nextAttemptAt, shellFailureOf } from './shell-failure.ts'

describe('nextAttemptAt', () => {
  test('asks for the attempt at its time, and at once when that is past', () => {
    expect(nextAttemptAt(5_000, 2_000)).toMatchObject({ nextRetryDelay: 3_000, category: 'BENIGN', stack: '' })
    expect(nextAttemptAt(1_000, 2_000).nextRetryDelay).toBe(1)
  })
})

describe('shellFailureOf', () => {
  test('keeps the code and nothing else', () => {
    const failure = shellFailureOf(new TenonError('UNAVAILABLE', 'near "hunter2"'))
    expect(failure).toMatchObject({ message: 'UNAVAILABLE', type: 'UNAVAILABLE', nonRetryable: false, stack: '' })
    expect(shellFailureOf(new Error('near "hunter2"'))).toMatchObject({ message: 'INTERNAL', type: 'INTERNAL' })
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('hunter2')
  })

  test('leaves what is meant for Temporal as it is', () => {
    const failure = nextAttemptAt(2, 1)
    expect(shellFailureOf(failure)).toBe(failure)
  })
})
