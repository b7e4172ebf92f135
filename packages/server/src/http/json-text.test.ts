import { describe, expect, test } from 'vitest'
import { parseJsonText } from './json-text.ts'

const codeOf = (text: string): string => {
  try {
    parseJsonText(text)
    return 'ok'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('parseJsonText', () => {
  test('reads JSON', () => {
    expect(parseJsonText('{"a":[1,"}]",null]}')).toEqual({ a: [1, '}]', null] })
  })

  test.each(['', '{', '{"a":}', 'undefined', '{"a":1}x', "{'a':1}"])('%j is no JSON', (text) => {
    expect(codeOf(text)).toBe('REQUEST_MALFORMED')
  })

  test('refuses nesting before anything recursive can meet it', () => {
    expect(codeOf(`${'['.repeat(100)}${']'.repeat(100)}`)).toBe('ok')
    expect(codeOf(`${'['.repeat(101)}${']'.repeat(101)}`)).toBe('REQUEST_MALFORMED')
    expect(codeOf(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).toBe('REQUEST_MALFORMED')
  })

  test('brackets inside texts do not count', () => {
    expect(codeOf(JSON.stringify('['.repeat(500)))).toBe('ok')
    expect(codeOf(JSON.stringify(`\\"${'['.repeat(500)}`))).toBe('ok')
  })

  test.each([
    ['{"__proto__":1}', '__proto__', 'forbidden_key', 'The key "__proto__" is not allowed'],
    ['{"a":[{"\\u005f_proto__":{}}]}', 'a.0.__proto__', 'forbidden_key', 'The key "__proto__" is not allowed'],
    [
      '{"a":{"id":7615917337495251231}}',
      'a.id',
      'number_inexact',
      'The number 7615917337495251231 would be rounded. Send it as text, in quotes.',
    ],
    ['[1e400]', '0', 'number_inexact', 'The number 1e400 would be rounded. Send it as text, in quotes.'],
    ['{"a":"\\ud83d"}', 'a', 'text_malformed', 'The text has a lone surrogate'],
  ])('refuses %s with its path', (text, path, code, message) => {
    const issue = { path: path.split('.').map((key) => (key === '0' ? 0 : key)), code, message }
    expect(() => parseJsonText(text)).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', message, details: { issues: [issue] } }),
    )
  })

  test('keys that only name parts of a prototype are data', () => {
    expect(parseJsonText('{"constructor":{},"prototype":null}')).toEqual({ constructor: {}, prototype: null })
  })

  test('says what is wrong with the body as a whole', () => {
    expect(() => parseJsonText('{')).toThrow('The body is not valid JSON')
    expect(() => parseJsonText('['.repeat(200))).toThrow('The body nests deeper than 100 levels')
  })
})
