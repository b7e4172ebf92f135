import { describe, expect, test } from 'vitest'
import { commonMessage, failureFingerprint } from './fingerprint.ts'

const failure = (message: string, details?: { readonly status: number | string }) => ({
  code: 'HTTP_STATUS',
  message,
  ...(details === undefined ? {} : { details }),
})

describe('commonMessage', () => {
  test.each([
    ['Order 4711 of 2026-11-29 is unknown', 'Order <id> of <id> is unknown'],
    ['No user "Ada Obi", `x` or “y”', 'No user <text>, <text> or <text>'],
    [`Can't open 'a b' for Ann's run`, `Can't open <text> for Ann's run`],
    ['The field "email" of `user.address` is missing', 'The field "email" of `user.address` is missing'],
    [`'name' is no 'Ada'`, `'name' is no <text>`],
    ['E11000 duplicate key of 4711', 'E11000 duplicate key of <id>'],
    ['MongoServerError: E11000 duplicate key', 'MongoServerError: E11000 duplicate key'],
    ['ORA-01017: invalid user, not INV-4711', 'ORA-01017: invalid user, not <id>'],
    ['INV-4711 is locked', '<id> is locked'],
    ['GET https://api.test/users/7?q=1 failed', 'GET <url> failed'],
    ['run 0b9c2a44-7d1e-4d0c-9f6e-aa53fe0e2c11 and deadbeef', 'run <id> and <id>'],
    ['  two \n  lines ', 'two lines'],
  ])('%s', (message, common) => {
    expect(commonMessage(message)).toBe(common)
  })
})

describe('failureFingerprint', () => {
  test('is equal for one node and cause, and differs by node, code, status and words', () => {
    const one = failureFingerprint('call', failure('User 17 is locked'))
    expect(one).toMatch(/^[0-9a-f]{32}$/)
    expect(failureFingerprint('call', failure('User 18 is locked'))).toBe(one)
    const others = [
      failureFingerprint('other', failure('User 17 is locked')),
      failureFingerprint('call', { ...failure('User 17 is locked'), code: 'NODE_FAILED' }),
      failureFingerprint('call', failure('User 17 is locked', { status: 404 })),
      failureFingerprint('call', failure('User 17 is locked', { status: 503 })),
      failureFingerprint('call', failure('User 17 is unknown')),
    ]
    expect(new Set([one, ...others]).size).toBe(6)
    expect(failureFingerprint('call', failure('User 17 is locked', { status: 'no' }))).toBe(one)
  })
})
