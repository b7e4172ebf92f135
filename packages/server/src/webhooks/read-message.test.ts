import { encodeValue } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { challengeOf, inputOf, keyByExpression, readMessageBody } from './read-message.ts'

const bodyOf = (text: string | Uint8Array, type?: string) =>
  readMessageBody({
    headers: new Headers(type === undefined ? {} : { 'content-type': type }),
    bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
  })

describe('readMessageBody', () => {
  test.each([
    ['JSON', '{"a":[1]}', 'application/json; charset=utf-8', { a: [1] }],
    ['JSON of a vendor', '1', 'application/vnd.shop+json', 1],
    [
      'an id that JavaScript would round',
      '{"id":12345678901234567890}',
      'application/json',
      { id: '12345678901234567890' },
    ],
    ['a form', 'a=1&b=x+y&a=2', 'application/x-www-form-urlencoded', { a: ['1', '2'], b: 'x y' }],
    ['a text', '<a/>', 'application/xml', '<a/>'],
    ['a text of no media type', 'hi', undefined, 'hi'],
    ['an empty body', '', 'application/json', null],
  ])('reads %s', (_, text, type, value) => {
    expect(bodyOf(text, type)).toEqual(value)
  })

  test('reads a form of many names in one pass', () => {
    const form = Array.from({ length: 100_000 }, (_, index) => `n${index.toString(36)}=1`).join('&')
    const startedAt = performance.now()
    expect(Object.keys(bodyOf(form, 'application/x-www-form-urlencoded') as object)).toHaveLength(100_000)
    // A pass over all names for each name takes minutes.
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  test('reads bytes that are no text in Base64', () => {
    expect(bodyOf(new Uint8Array([255, 0]), 'image/png')).toBe('/wA=')
    expect(bodyOf('a\0b')).toBe('YQBi')
  })

  test.each([
    ['no JSON', '{"a":', /not valid JSON/],
    ['no UTF-8', new Uint8Array([255]), /not UTF-8/],
  ])('refuses a body that is %s', (_, text, message) => {
    expect(() => bodyOf(text, 'application/json')).toThrow(
      expect.objectContaining({ code: 'WEBHOOK_BODY_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

test('a body that is read is an input that can be stored, however deep it is', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`
  const message = { method: 'POST', url: 'https://app.example/hooks/t', headers: new Headers(), receivedAt: 0 }
  expect(encodeValue(inputOf(message, bodyOf(nested(63), 'application/json'))).text).toContain('[1]')
  expect(() => bodyOf(nested(64), 'application/json')).toThrow(/deeper than 63 levels/)
})

describe('inputOf', () => {
  test('has no header with credentials, a signature or the address', () => {
    const url = 'https://app.example/hooks/secret-token?a=1&a=2&b='
    const headers = new Headers({
      ...{ authorization: 'Bearer x', cookie: 'a=b', 'x-id': '7' },
      ...{ 'x-sign': 'ab', 'stripe-signature': 't=1', 'webhook-signature': 'v1', 'x-hub-signature-256': 'sha256=' },
      ...{ 'x-original-url': '/hooks/secret-token?a=1', referer: url },
    })
    const message = { method: 'POST', url, headers, receivedAt: 0 }
    expect(inputOf(message, { n: 1 }, 'X-Sign')).toEqual({
      method: 'POST',
      query: { a: ['1', '2'], b: '' },
      headers: { 'x-id': '7' },
      body: { n: 1 },
      received_at: '1970-01-01T00:00:00.000Z',
    })
  })
})

describe('keyByExpression', () => {
  const trigger = { body: { id: 7, name: 'n', none: null, long: 'x'.repeat(401), list: [1] } }

  test('gives a text or a number', () => {
    expect(keyByExpression('trigger.body.id', trigger)).toBe('7')
    expect(keyByExpression('trigger.body.name', trigger)).toBe('n')
  })

  test('names an event by its own code', () => {
    const error = { code: 'TRIGGER_KEY_INVALID', message: expect.stringContaining('The event has no key') }
    expect(() => keyByExpression('trigger.other.x', trigger, 'TRIGGER_KEY_INVALID')).toThrow(
      expect.objectContaining(error),
    )
  })

  test.each([
    ['trigger.body.none', 'it is null'],
    ['trigger.body.list', 'it is a list'],
    ['trigger.body', 'it is a value of type object'],
    ['trigger.body.long', 'it has 401'],
    ['""', 'it has 0'],
    ['trigger.other.x', 'The message has no key'],
  ])('refuses %s', (expression, message) => {
    expect(() => keyByExpression(expression, trigger)).toThrow(
      expect.objectContaining({ code: 'WEBHOOK_KEY_INVALID', message: expect.stringContaining(message) }),
    )
  })
})

test('challengeOf answers the messages by which Slack and GitHub try an address', () => {
  const none = new Headers()
  const challenge = { type: 'url_verification', challenge: 'c' }
  expect(challengeOf('slack', none, challenge)).toBe('c')
  const ping = new Headers({ 'x-github-event': 'ping' })
  expect(challengeOf('github', ping, { zen: 'Design for failure.' })).toBe('pong')
  expect([
    challengeOf('slack', none, { type: 'event_callback', challenge: 'c' }),
    challengeOf('slack', none, []),
    challengeOf('slack', none, { type: 'url_verification' }),
    challengeOf('slack', ping, {}),
    challengeOf('github', new Headers({ 'x-github-event': 'push' }), challenge),
    challengeOf('hmac', ping, challenge),
  ]).toEqual([null, null, null, null, null, null])
})
