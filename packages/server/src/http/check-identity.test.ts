import type { Identity } from '@tenon/core/api'
import { describe, expect, test } from 'vitest'
import { testIdentity } from '../testing/test-identity.ts'
import { checkIdentity } from './check-identity.ts'

const refusal = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

describe('checkIdentity', () => {
  test('gives an identity back as it is', () => {
    const identity = testIdentity({ role: 'admin' })
    expect(checkIdentity(identity)).toBe(identity)
  })

  test('repairs a display name that no text column can hold', () => {
    const identity = { ...testIdentity(), displayName: 'A\0 \ud83d' }
    expect(checkIdentity(identity)).toEqual({ ...identity, displayName: 'A\u2400 \ufffd' })
  })

  test.each([null, undefined])('%s is nobody', (nobody) => {
    expect(() => checkIdentity(nobody as null)).toThrow(refusal('UNAUTHENTICATED'))
  })

  test.each<[string, unknown]>([
    ['tenantId', ''],
    ['tenantId', '*'],
    ['tenantId', undefined],
    ['tenantId', null],
    ['tenantId', 7],
    ['tenantId', 'a b'],
    ['userId', ''],
    ['userId', 7],
    ['userId', 'u'.repeat(201)],
    ['userId', 'u\u0000'],
    ['userId', 'u\ud800'],
    ['role', 'owner'],
    ['role', 'toString'],
    ['displayName', null],
  ])('refuses the %s %j of a host', (field, value) => {
    const identity = { ...testIdentity(), [field]: value } as Identity
    expect(() => checkIdentity(identity)).toThrow(refusal('IDENTITY_INVALID', field))
  })
})
