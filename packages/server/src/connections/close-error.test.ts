import { TenonError, type TenonErrorCode } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { closeCodeOf, closeReasonOf } from './close-error.ts'

describe('closeCodeOf', () => {
  test.each<[TenonErrorCode, number]>([
    ['UNAUTHENTICATED', 4401],
    ['FORBIDDEN', 4403],
    ['RUN_NOT_FOUND', 4404],
    ['REQUEST_INVALID', 4422],
    ['REQUEST_TOO_LARGE', 4422],
    ['QUOTA_EXCEEDED', 4422],
    ['RATE_LIMITED', 4529],
    ['UNAVAILABLE', 4503],
    ['INTERNAL', 1011],
  ])('%s closes with %i', (code, closeCode) => {
    expect(closeCodeOf(new TenonError(code, 'No'))).toBe(closeCode)
  })

  test('what is no error of ours is a fault of the server', () => {
    expect(closeCodeOf(new RangeError('secret'))).toBe(1011)
    expect(closeCodeOf(undefined)).toBe(1011)
  })
})

describe('closeReasonOf', () => {
  test('says code and message, and nothing of a stranger', () => {
    expect(closeReasonOf(new TenonError('RATE_LIMITED', 'Slower'))).toBe('RATE_LIMITED: Slower')
    expect(closeReasonOf(new RangeError('secret'))).toBe('INTERNAL')
  })

  test.each(['a', 'ü', '€', '😀'])('fits into a close frame, cut between characters (%s)', (character) => {
    const reason = closeReasonOf(new TenonError('RATE_LIMITED', character.repeat(200)))
    const bytes = new TextEncoder().encode(reason)
    expect(bytes.byteLength).toBeLessThanOrEqual(123)
    expect(bytes.byteLength).toBeGreaterThan(119)
    expect(new Set(reason.slice('RATE_LIMITED: '.length))).toEqual(new Set([character]))
  })
})
