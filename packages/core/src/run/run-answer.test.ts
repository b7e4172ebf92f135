import { describe, expect, test } from 'vitest'
import type { FileRef } from '../document/file-ref.ts'
import { type AnswerToCheck, checkRunAnswer, isActiveType, readRunAnswer, toRunAnswer } from './run-answer.ts'

const FILE: FileRef = { file: `fil_${'0'.repeat(32)}`, name: 'a.pdf', type: 'application/pdf', size: 3 }
const answer = (change: Partial<AnswerToCheck> = {}): AnswerToCheck => ({
  ...{ status: 200, format: 'json', headers: {} },
  ...change,
})
const refused = (message: string) => expect.objectContaining({ code: 'RUN_ANSWER_INVALID', message })

describe('toRunAnswer', () => {
  test.each([
    [{ body: { ok: true } }, { ok: true }],
    [{}, null],
    [{ format: 'text', body: 'hello' }, 'hello'],
    [{ format: 'text', body: 12 }, '12'],
    [{ format: 'html' }, ''],
    [{ format: 'text', body: null }, ''],
    [{ format: 'file', file: FILE }, FILE],
    [{ format: 'empty', status: 204, body: 'left out' }, null],
  ] as const)('makes the body of %j', (change, body) => {
    const checked = toRunAnswer(answer(change))
    expect(checked.body).toEqual(body)
    expect(readRunAnswer({ response: checked })).toEqual(checked)
  })

  test('writes the names of headers in lower case, and their values as texts', () => {
    const headers = { 'Content-Type': 'application/vnd.api+json; charset=utf-8', 'X-Custom-Count': 3, 'Retry-After': 5 }
    expect(toRunAnswer(answer({ headers })).headers).toEqual({
      'content-type': 'application/vnd.api+json; charset=utf-8',
      'x-custom-count': '3',
      'retry-after': '5',
    })
    const location = 'https://shop.example/thanks?id=1'
    expect(toRunAnswer(answer({ status: 303, format: 'empty', headers: { location } })).headers).toEqual({ location })
  })

  test.each([
    [{ status: 199 }, 'The status must be an integer from 200 to 599 (got 199)'],
    [{ status: 600 }, 'The status must be an integer from 200 to 599 (got 600)'],
    [{ status: 200.5 }, 'The status must be an integer from 200 to 599 (got 200.5)'],
    [{ status: 204 }, 'A response with status 204 has no body'],
    [{ format: 'file' }, 'Choose the file that the answer has'],
    [{ body: 'x'.repeat(1_048_576) }, 'The body has 1048578 characters, and at most 1048576 are allowed'],
    [
      { format: 'text', body: 'x'.repeat(1_048_577) },
      'The body has 1048577 characters, and at most 1048576 are allowed',
    ],
  ] as const)('refuses %j', (change, message) => {
    expect(() => toRunAnswer(answer(change))).toThrow(refused(message))
  })

  test.each([
    ['set-cookie', 'a=1', 'An answer cannot set the header "set-cookie"'],
    ['Transfer-Encoding', 'chunked', 'An answer cannot set the header "transfer-encoding"'],
    ['content-length', '3', 'An answer cannot set the header "content-length"'],
    ['content-security-policy', "script-src 'self'", 'An answer cannot set the header "content-security-policy"'],
    ['access-control-allow-origin', '*', 'An answer cannot set the header "access-control-allow-origin"'],
    ...[
      ...['X-Accel-Redirect', 'x-envoy-immediate-health-check-fail', 'x-reproxy-url', 'x-litespeed-location'],
      ...['x-middleware-rewrite', 'X-Content-Type-Options', 'x-currency'],
    ].map((name): [string, string, string] => {
      const own = name.toLowerCase()
      const message = `An answer cannot set the header "${own}"; name one of your own "x-custom-${own.slice(2)}"`
      return [name, 'a', message]
    }),
    ['x-a b', '1', '"x-a b" is no name of a header'],
    [
      'x-custom-a',
      '1\r\nset-cookie: a=1',
      'The header "x-custom-a" must be one line of at most 4096 characters of Latin-1',
    ],
    ['x-custom-a', 'x'.repeat(4_097), 'The header "x-custom-a" must be one line of at most 4096 characters of Latin-1'],
    ['content-type', 'text/javascript', 'The content type must be one that no page can execute'],
    ['content-type', 'text', 'The content type must be one that no page can execute'],
    ['location', 'javascript:alert(1)', 'The location must be an http or https URL with its host'],
    ['location', '/other', 'The location must be an http or https URL with its host'],
  ])('refuses the header %s: %j', (name, value, message) => {
    expect(() => toRunAnswer(answer({ headers: { [name]: value } }))).toThrow(refused(message))
  })

  test('refuses a header twice, and too many', () => {
    expect(() => toRunAnswer(answer({ headers: { 'x-custom-a': 1, 'X-Custom-A': 2 } }))).toThrow(
      refused('The header "x-custom-a" is given twice'),
    )
    const headers = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`x-${index}`, 'a']))
    expect(() => toRunAnswer(answer({ headers }))).toThrow(refused('An answer has at most 50 headers (got 51)'))
  })
})

const stored = (change: object) => ({ response: { status: 200, format: 'json', headers: {}, body: null, ...change } })

test.each([
  [null],
  [{ response: 'text' }],
  [{ response: { status: 200, format: 'json', body: null } }],
  [stored({ format: 'xml' })],
  [stored({ status: '200' })],
  [stored({ status: 199 })],
  [stored({ status: 600 })],
])('finds no answer in %j', (output) => {
  expect(readRunAnswer(output)).toBeNull()
  expect(checkRunAnswer(output)).toBeNull()
})

test('sends a stored answer without what is refused now, and refuses it in a new one', () => {
  const headers = { 'x-reproxy-url': 'http://169.254.169.254/', 'set-cookie': 'a=1', etag: '"1"' }
  const earlier = stored({ headers })
  expect(readRunAnswer(earlier)).toEqual(stored({ headers: { etag: '"1"' } }).response)
  expect(checkRunAnswer(earlier)).toBeNull()
  expect(readRunAnswer(stored({ status: 204, body: 1 }))).toEqual(stored({ status: 204, format: 'empty' }).response)
  expect(readRunAnswer(stored({ body: undefined }))).toEqual(stored({}).response)
  const file = stored({ format: 'file', body: FILE })
  expect(checkRunAnswer(file)).toEqual(file.response)
})

test('isActiveType knows what a page could execute', () => {
  const types = ['text/javascript', 'application/ecmascript', 'text/css', 'application/wasm', 'text/html', 'image/png']
  expect(types.filter(isActiveType)).toEqual(types.slice(0, 4))
})
