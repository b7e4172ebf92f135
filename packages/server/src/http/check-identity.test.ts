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

  test.each([null, undefined])('%s is no identity', (identity) => {
    expect(() => checkIdentity(identity as null)).toThrow(refusal('UNAUTHENTICATED'))
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
    expect(() => checkIdentity(identity)).toThrow(refusal('IDENTITY_INVALID', `as ${field}. It must be `))
  })

  test.each<[unknown, string, string]>([
    ['ana', 'authenticate returned a text of 3 characters in place of an identity', 'Return { tenantId, userId'],
    [true, 'authenticate returned a value of type boolean in place of an identity', 'or null if the caller'],
    [[], 'authenticate returned a list in place of an identity', 'Return { tenantId, userId'],
    [
      { ...testIdentity(), role: 'owner' },
      'authenticate returned an identity with "owner" as role. It must be one of admin, editor, viewer',
      'Return an identity whose role is one of admin, editor, viewer.',
    ],
    [
      { ...testIdentity(), role: undefined },
      'with undefined as role. It must be one of',
      'one of admin, editor, viewer',
    ],
    [
      { ...testIdentity(), tenantId: undefined },
      'with undefined as tenantId. It must be a text that matches',
      'tenantId',
    ],
  ])('says what was returned and what is expected: %j', (returned, message, remedy) => {
    expect(() => checkIdentity(returned as Identity)).toThrow(
      expect.objectContaining({
        code: 'IDENTITY_INVALID',
        message: expect.stringContaining(message),
        remedy: expect.stringContaining(remedy),
      }),
    )
  })

  test('names the origin of the identity, and does not repeat what may be a secret', () => {
    const identity = { ...testIdentity(), tenantId: 'sk-hunter2 secret' }
    const check = () => checkIdentity(identity, 'for() was given')
    expect(check).toThrow('for() was given an identity with a text of 17 characters as tenantId')
    expect(check).not.toThrow('hunter2')
  })
})
