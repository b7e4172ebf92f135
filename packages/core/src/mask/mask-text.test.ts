import { describe, expect, test } from 'vitest'
import { holdsKnownKey, MASK, maskHeaderValue, maskText } from './mask-text.ts'

const S = 's3cr3t-canary-value'

describe('maskText', () => {
  test.each([
    `https://user:${S}@api.test/x`,
    `https://${S}@api.test/x`,
    `postgres://u:p@${S}@db.test/x`,
    `https://api.test/x?api_key=${S}`,
    `https://api.test/x?page=1&access_token=${S}&size=2`,
    `https://api.test/x?X-Amz-Signature=${S}`,
    `https://api.test/x?sig=${S}#top`,
    `https://api.test/x#token=${S}`,
    `https://api.test/x?api%5Fkey=${S}`,
    `GET https://api.test/?key=${S} failed`,
    `Authorization: Bearer ${S}`,
    `Authorization: ${S}`,
    `Cookie: a=${S}; b=c`,
    `first\nX-Api-Key: ${S}\nlast`,
    `curl -H 'Authorization: Basic ${S}'`,
    `Bearer ${S}`,
    `{"api_key":"${S}"}`,
    `{"user":{"password": "${S}\\"x"}}`,
    `{"X-Session-Id":"${S}"}`,
    `grant_type=x&client_secret=${S}&a=b`,
    `password=${S}`,
  ])('finds the credential in %s', (text) => {
    const masked = maskText(text)
    expect(masked).not.toContain(S)
    expect(masked).toContain(MASK)
  })

  test.each([
    'sk-proj-abcdefghijklmnopqrstuvwx',
    'sk_live_abcdefghijklmnopqrstuvwx',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'github_pat_abcdefghijklmnopqrstuvwxyz',
    'glpat-abcdefghijklmnopqrst',
    'xoxb-1234567890-abcdefghij',
    'AKIAIOSFODNN7EXAMPLE',
    'AIzaSyA1234567890abcdefghijklmnopqrstuv',
    'SG.abcdefghijklmnopqrst.abcdefghijklmnopqrst',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----',
  ])('knows the key %s by its form', (key) => {
    expect(maskText(`Incorrect API key provided: ${key}.`)).toBe(`Incorrect API key provided: ${MASK}.`)
    expect([holdsKnownKey(`a ${key}.`), holdsKnownKey(`a ${key}.`), holdsKnownKey(MASK)]).toEqual([true, true, false])
  })

  test.each([
    '',
    'ok',
    'The token of the next page is missing',
    'Password: please enter one',
    'The token expired yesterday',
    'Basic Authentication: required.',
    'https://api.test/users/7?page=2&q=a%20b#part',
    'https://api.test/%E0%A4%A?x%=1',
    'https://api.test/?key=',
    'https://{{input.user}}@api.test/',
    'https://api.test/?api_key={{input.key}}',
    'Bearer {{input.token}}',
    'Authorization: Bearer {{input.token}}',
    '{"api_key": "{{input.key}}"}',
    'api_key={{input.key}}',
    '{"name":"Ada","tokens":12}',
    'a=b&c=d',
    'Content-Type: application/json',
  ])('leaves %j as it is', (text) => {
    expect(maskText(text)).toBe(text)
  })

  test.each(['Bearer abcdefgh', 'Token abcdefgh1', 'Basic dXNlcjpwYXNz', `Digest ${'abcdefghij'.repeat(3)}`])(
    'masks %j, which is no prose',
    (text) => {
      expect(maskText(text)).toBe(`${text.split(' ')[0]} ${MASK}`)
    },
  )

  test('masks once, however many patterns fit', () => {
    expect(maskText(`Authorization: Bearer ${S}`)).toBe(`Authorization: Bearer ${MASK}`)
    expect(maskText(`{"password":"${MASK}"} password=${MASK}`)).toBe(`{"password":"${MASK}"} password=${MASK}`)
  })

  test('takes work that grows with the text only', () => {
    for (const text of ['https://'.repeat(20_000), '"a":"'.repeat(20_000), 'a='.repeat(20_000), '@'.repeat(100_000)]) {
      expect(maskText(text).length).toBeGreaterThan(0)
    }
  })
})

describe('maskHeaderValue', () => {
  test.each([
    [`Bearer ${S}`, `Bearer ${MASK}`],
    [S, MASK],
    ['Bearer {{input.token}}', 'Bearer {{input.token}}'],
    [`Bearer ${S}{{input.x}}`, `Bearer ${MASK}`],
    ['Basic ', 'Basic '],
  ])('%s becomes %s', (value, masked) => {
    expect(maskHeaderValue(value, () => MASK)).toBe(masked)
  })
})
