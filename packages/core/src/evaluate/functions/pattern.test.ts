import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import { outcomeOfExpression, valueIn } from '../testing/orders.ts'

describe('pattern functions', () => {
  test.each<[string, Json]>([
    ['matches("abc", "b")', true],
    ['matches("abc", "^b")', false],
    ['matches("aB", "(?i)^ab$")', true],
    ['matches("aa", "a") && matches("bb", "a")', false],
    ['extract("none", "[0-9]")', null],
    ['extract("a=1", "(a)(=)?(z)?", 3)', null],
    ['extract("a=1", "a=(\\\\d)", 0)', 'a=1'],
    ['extractAll("a1b2", "([a-z])([0-9])?", 2)', ['1', '2']],
    ['extractAll("ab", "([a-z])(x)?", 2)', ['', '']],
    ['extractAll("é😀", ".")', ['é', '😀']],
    ['extractAll("aba", "")', ['', '', '', '']],
    ['replacePattern("abc", "z", "y")', 'abc'],
    ['replacePattern("abc", "[ac]", "<$0$1$$>")', '<a$1$>b<c$1$>'],
    ['replacePattern("abc", "(z)?b", "[$1]")', 'a[]c'],
    ['replacePattern("2026-01", "(\\\\d+)-(\\\\d+)", "$2/$1")', '01/2026'],
    ['replacePattern("aa", "a", "")', ''],
    ['filter(["a1", "b"], "", "matches", "[0-9]")', ['a1']],
  ])('%s', (expression, expected) => {
    expect(valueIn(expression)).toEqual(expected)
  })

  test.each([
    ['matches("a", "(")', 'EXPRESSION_VALUE The pattern is not valid RE2: missing closing )'],
    ['matches("a", "(?=a)")', 'EXPRESSION_VALUE The pattern is not valid RE2: invalid or unsupported Perl syntax'],
    ['matches("a", "\\\\1")', 'EXPRESSION_VALUE The pattern is not valid RE2: invalid escape sequence'],
    ['extract("a", "(a)", 2)', 'EXPRESSION_VALUE The pattern has 1 groups, not 2'],
    ['extract("a", "(a)", -1)', 'EXPRESSION_VALUE extract takes as group a whole number from 0 on'],
  ])('%s is a fault', (expression, expected) => {
    expect(outcomeOfExpression(expression)).toBe(expected)
  })
})
