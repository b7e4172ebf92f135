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

  test.each(['{"__proto__":1}', '{"a":[{"constructor":{}}]}', '{"\\u005f_proto__":1}', '{"prototype":null}'])(
    'refuses %s with its place',
    (text) => {
      expect(codeOf(text)).toBe('REQUEST_INVALID')
    },
  )

  test('names the place of a forbidden key', () => {
    try {
      parseJsonText('{"a":[{"constructor":{}}]}')
    } catch (error) {
      expect(error).toMatchObject({ details: { issues: [{ path: ['a', 0, 'constructor'], code: 'forbidden_key' }] } })
    }
    expect.assertions(1)
  })
})
