import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import { evaluateExpression } from '../evaluate.ts'
import { createPlainScope } from '../scope.ts'
import { outcomeOfExpression, valueIn } from '../testing/orders.ts'

describe('text functions', () => {
  test.each<[string, Json]>([
    ['text(null)', ''],
    ['text([1, { a: null }])', '[1,{"a":null}]'],
    ['upper("straße")', 'STRASSE'],
    ['upper("ABC")', 'ABC'],
    ['capitalize("")', ''],
    ['capitalize("😀a")', '😀a'],
    ['trim("\u00a0 a \\n")', 'a'],
    ['length("a😀b")', 3],
    ['length({ a: 1 })', 1],
    ['contains([[1], 2], [1])', true],
    ['contains("abc", "")', true],
    ['startsWith("abc", "b")', false],
    ['endsWith("abc", "abc")', true],
    ['indexOf("😀b", "b")', 1],
    ['indexOf("abc", "z")', -1],
    ['indexOf([1, "a"], "a")', 1],
    ['indexOf([1], 2)', -1],
    ['substring("abcdef", 1, 3)', 'bc'],
    ['substring("abcdef", -2)', 'ef'],
    ['substring("abcdef", -100, -4)', 'ab'],
    ['substring("abcdef", 4, 2)', ''],
    ['substring("abcdef", 2, 100)', 'cdef'],
    ['substring("a😀b", 1, 2)', '😀'],
    ['substring("a😀b", -2, -1)', '😀'],
    ['substring("abc", 0)', 'abc'],
    ['truncate("short", 5)', 'short'],
    ['truncate("a😀bcd", 3)', 'a😀…'],
    ['truncate("abcdef", 4, "...")', 'a...'],
    ['truncate("abcdef", 2, "...")', '..'],
    ['truncate("abc", 0)', ''],
    ['replace("aaa", "a", "")', ''],
    ['replace("abc", "z", "y")', 'abc'],
    ['replace("a$&b", "$&", "$$")', 'a$$b'],
    ['replace("xaxa", "xa", "xaxa")', 'xaxaxaxa'],
    ['split("", ",")', ['']],
    ['split("a,,b,", ",")', ['a', '', 'b', '']],
    ['split("a😀", "")', ['a', '😀']],
    ['repeat("a", 0)', ''],
    ['repeat("", 9007199254740991)', ''],
    ['padStart("abc", 2)', 'abc'],
    ['padStart("7", 4, "ab")', 'aba7'],
    ['padEnd("7", 4, "😀")', '7😀😀😀'],
    ['padEnd("7", 3)', '7  '],
    ['padStart("", 5, "ab")', 'ababa'],
  ])('%s', (expression, expected) => {
    expect(valueIn(expression)).toEqual(expected)
  })

  test.each([
    ['contains("a1", 1)', 'EXPRESSION_TYPE contains looks for a text in a text, not a number'],
    ['indexOf("a1", 1)', 'EXPRESSION_TYPE indexOf looks for a text in a text, not a number'],
    ['substring("a", 0.5)', 'EXPRESSION_VALUE substring takes as start a whole number'],
    ['truncate("a", -1)', 'EXPRESSION_VALUE truncate takes as length a whole number from 0 on'],
    ['replace("a", "", "b")', 'EXPRESSION_VALUE replace cannot search for an empty text'],
    ['repeat("a", -1)', 'EXPRESSION_VALUE repeat takes as count a whole number from 0 on'],
    ['padStart("a", 3, "")', 'EXPRESSION_VALUE padStart cannot fill with an empty text'],
  ])('%s is a fault', (expression, expected) => {
    expect(outcomeOfExpression(expression)).toBe(expected)
  })

  test('finds long texts as it finds short ones', () => {
    const long = 'ab'.repeat(40)
    const texts = createPlainScope({
      text: `${'ab'.repeat(39)}a${long}c${long}`,
      long,
      odd: `${'a'.repeat(40)}b`,
      same: 'a'.repeat(100),
    })
    expect(evaluateExpression('indexOf(text, long)', texts)).toBe(79)
    expect(evaluateExpression('length(split(text, long))', texts)).toBe(3)
    expect(evaluateExpression('odd in same', texts)).toBe(false)
    expect(evaluateExpression('indexOf(same + odd, odd)', texts)).toBe(100)
  })
})
