import { describe, expect, test } from 'vitest'
import { credentialsIn, MASK, maskCredentials } from './index.ts'

const S = 's3cr3t-canary-value'

describe('maskCredentials', () => {
  test.each<[string, unknown, unknown]>([
    ['a header', { headers: { Authorization: `Bearer ${S}` } }, { headers: { Authorization: `Bearer ${MASK}` } }],
    [
      'a header in a row',
      { headers: [{ name: 'X-Api-Key', value: S }] },
      { headers: [{ name: 'X-Api-Key', value: MASK }] },
    ],
    ['a row with a key', { headers: [{ key: 'Cookie', value: S }] }, { headers: [{ key: 'Cookie', value: MASK }] }],
    [
      'any header with a name that suggests a secret',
      { headers: { 'X-Session': S } },
      { headers: { 'X-Session': MASK } },
    ],
    [
      'a field beside a name and a value',
      { name: 'Ada', value: 3, apiKey: S, key: 'k' },
      { name: 'Ada', value: 3, apiKey: MASK, key: 'k' },
    ],
    ['a query row', { query: [{ key: 'sig', value: S }] }, { query: [{ key: 'sig', value: MASK }] }],
    ['set-cookie as a list', { headers: { 'set-cookie': [S, S] } }, { headers: { 'set-cookie': [MASK, MASK] } }],
    ['a query parameter', { query: { key: S, page: '2' } }, { query: { key: MASK, page: '2' } }],
    [
      'a numeric one',
      { query: { token: 123456, flag: true, none: null } },
      { query: { token: MASK, flag: true, none: null } },
    ],
    ['a field deep inside', { body: { a: [{ client_secret: S }] } }, { body: { a: [{ client_secret: MASK }] } }],
    ['everything below such a field', { credentials: { user: S, pin: 1 } }, { credentials: { user: MASK, pin: MASK } }],
    ['a text', `https://u:${S}@x.test`, `https://${MASK}@x.test`],
    ['an empty one', { password: '' }, { password: '' }],
  ])('masks %s', (_title, value, masked) => {
    expect(maskCredentials(value)).toEqual(masked)
  })

  const marker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }
  test.each<[string, unknown]>([
    ['other data', { key: 'ABC-1', token: 'next', name: 'Ada', author: 'Bo', n: 1, list: [null, true] }],
    ['a row of other data', [{ name: 'Authorization rate', value: 7 }, { name: 3, value: 'x' }, { value: 'y' }]],
    ['an author header', { headers: { 'X-Author': 'Ada', Accept: 'text/html' } }],
    ['references', { headers: { Authorization: 'Bearer {{input.token}}' }, query: { key: '{{input.key}}' } }],
    ['markers of secrets', { apiKey: marker, nested: [marker], password: marker }],
    ['a name of great length', { [`${'x'.repeat(300)}password`]: 'p' }],
  ])('leaves %s as it is', (_title, value) => {
    expect(maskCredentials(value)).toBe(value)
  })
})

describe('credentialsIn', () => {
  test('gives each credential once, without scheme', () => {
    const value = { headers: { Authorization: `Bearer ${S}`, Cookie: S }, url: 'https://x.test?key=other-value', n: 1 }
    expect(credentialsIn(value)).toEqual([S, 'other-value'])
  })
})
