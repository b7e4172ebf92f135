import { describe, expect, test } from 'vitest'
import { parsePathText } from './path-text.ts'

const keys = (path: string) =>
  parsePathText(path).map(
    (segment) => `${segment.optional ? '?' : ''}${segment.kind === 'key' ? segment.key : segment.index}`,
  )

describe('parsePathText', () => {
  test.each([
    ['', []],
    ['a', ['a']],
    ['a.b.0', ['a', 'b', '0']],
    ['.a', ['a']],
    ['?.a?.b', ['?a', '?b']],
    ['[0]["b c"]', ['0', 'b c']],
    [' a . b ', ['a', 'b']],
  ])('reads %j', (path, expected) => {
    expect(keys(path)).toEqual(expected)
  })

  test.each(['a + b', 'a[b]', 'a b', '.', ' ', 'a ? b : c', 'a(1)', 'a.b == c', '1.5e', '#'])('refuses %j', (path) => {
    expect(() => parsePathText(path)).toThrowError(expect.objectContaining({ code: 'EXPRESSION_SYNTAX' }))
  })

  test('refuses keys that could reach a prototype', () => {
    expect(() => parsePathText('a.__proto__')).toThrowError(
      expect.objectContaining({ code: 'EXPRESSION_KEY_FORBIDDEN' }),
    )
  })
})
