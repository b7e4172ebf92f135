import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import { outcomeOfExpression, valueIn } from '../testing/orders.ts'

describe('number functions', () => {
  test.each<[string, Json]>([
    ['number(3)', 3],
    ['number("-1.5e2")', -150],
    ['number("+7")', 7],
    ['round(2.5)', 3],
    ['round(-2.5)', -3],
    ['round(-0.4)', 0],
    ['round(1e-7, 2)', 0],
    ['round(1234.5678, 3)', 1234.568],
    ['floor(-1.5)', -2],
    ['ceil(-0.5)', 0],
    ['power(2, 0.5)', Math.SQRT2],
    ['min([3, 1])', 1],
    ['max(1)', 1],
    ['sum([])', 0],
    ['sum(orders, "total")', 60],
    ['average(orders, "total")', 20],
    ['formatNumber(0, 0)', '0'],
    ['formatNumber(-1234567.891, 2, ",")', '-1,234,567.89'],
    ['formatNumber(1234.5, 1, ".", ",")', '1.234,5'],
    ['formatNumber(999, 0, ",")', '999'],
    ['formatNumber(0.5, 0)', '1'],
  ])('%s', (expression, expected) => {
    expect(valueIn(expression)).toEqual(expected)
  })

  test.each([
    ['number("12a")', 'EXPRESSION_VALUE number takes a text that contains a number, such as "12.5"'],
    ['number("")', 'EXPRESSION_VALUE number takes a text that contains a number, such as "12.5"'],
    ['number("Infinity")', 'EXPRESSION_VALUE number takes a text that contains a number, such as "12.5"'],
    ['number(repeat("1", 401))', 'EXPRESSION_VALUE number takes a text that contains a number, such as "12.5"'],
    ['number("1e999")', 'EXPRESSION_VALUE The result is not a finite number'],
    ['number("9007199254740993")', 'EXPRESSION_VALUE The result is too large to be exact'],
    ['round(1, 16)', 'EXPRESSION_VALUE round takes at most 15 digits'],
    ['round(1, -1)', 'EXPRESSION_VALUE round takes as digits a whole number from 0 on'],
    ['sqrt(-1)', 'EXPRESSION_VALUE The result is not a finite number'],
    ['power(10, 400)', 'EXPRESSION_VALUE The result is not a finite number'],
    ['power(10, 16)', 'EXPRESSION_VALUE The result is too large to be exact'],
    ['min()', 'EXPRESSION_VALUE min needs at least one number'],
    ['max([])', 'EXPRESSION_VALUE max needs at least one number'],
    ['min([1], 2)', 'EXPRESSION_TYPE min takes numbers, not a list'],
    ['max([1, "a"])', 'EXPRESSION_TYPE max takes numbers, not a text'],
    ['sum([1, null])', 'EXPRESSION_TYPE sum adds numbers, not null'],
    ['average([])', 'EXPRESSION_VALUE average needs at least one number'],
    ['formatNumber(huge, 2)', 'EXPRESSION_VALUE formatNumber takes numbers below 1e21'],
  ])('%s is a fault', (expression, expected) => {
    expect(outcomeOfExpression(expression)).toBe(expected)
  })
})
