import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import { evaluateExpression } from '../evaluate.ts'
import { createPlainScope } from '../scope.ts'
import { outcomeOfExpression, valueIn } from '../testing/orders.ts'

describe('JSON functions', () => {
  test.each<[string, Json]>([
    ['toJson("a\\"\\n")', '"a\\"\\n"'],
    ['toJson(lone)', '"a\\ud800"'],
    ['toJson({})', '{}'],
    ['toJson({ a: [1, {}], b: [] }, 2)', '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'],
    ['parseJson(" {\\"a\\": [1, null, true, \\"x\\"]} ")', { a: [1, null, true, 'x'] }],
    ['parseJson("\\"[[[\\\\\\"[\\"")', '[[["['],
    ['parseJson(toJson(orders)) == orders', true],
    ['parseJson("{\\"id\\": 7615917337495251231, \\"n\\": 1e999}")', { id: '7615917337495251231', n: '1e999' }],
    ['parseJson("{\\"constructor\\": 1, \\"prototype\\": {}}")', { constructor: 1, prototype: {} }],
    ['parseJson("\\"\\\\ud800\\"")', '\uFFFD'],
    ['entries({ constructor: 1 })', [{ key: 'constructor', value: 1 }]],
    ['set({}, "prototype", 1)', { prototype: 1 }],
    [
      '[typeOf(null), typeOf(true), typeOf(1), typeOf(""), typeOf([]), typeOf({})]',
      ['null', 'boolean', 'number', 'text', 'list', 'object'],
    ],
    ['[isEmpty(null), isEmpty([]), isEmpty({}), isEmpty("")]', [true, true, true, true]],
    [
      '[isEmpty(0), isEmpty(false), isEmpty([1]), isEmpty({ a: 1 }), isEmpty("a")]',
      [false, false, false, false, false],
    ],
  ])('%s', (expression, expected) => {
    expect(valueIn(expression)).toEqual(expected)
  })

  test('writes as JSON.stringify does', () => {
    const given: Json = { a: [1, 'ß\u2028', { b: null }], 'odd "key"': -1.5e-7, empty: [{}, []] }
    const given2 = createPlainScope({ given })
    expect(evaluateExpression('toJson(given)', given2)).toBe(JSON.stringify(given))
    expect(evaluateExpression('toJson(given, 4)', given2)).toBe(JSON.stringify(given, null, 4))
  })

  test.each([
    ['parseJson("{bad}")', 'EXPRESSION_VALUE parseJson takes a text that is valid JSON'],
    ['parseJson("")', 'EXPRESSION_VALUE parseJson takes a text that is valid JSON'],
    ['parseJson(nested)', 'EXPRESSION_LIMIT A value nests too deep (at most 128)'],
    ['parseJson("{\\"__proto__\\": 1}")', 'EXPRESSION_KEY_FORBIDDEN The key "__proto__" is not allowed'],
    ['parseJson("9007199254740993") * 2', 'EXPRESSION_TYPE * takes numbers, not a text and a number'],
    ['number(parseJson("9007199254740993"))', 'EXPRESSION_VALUE The result is too large to be exact'],
    ['toJson(1, 11)', 'EXPRESSION_VALUE toJson indents by at most 10'],
    ['toJson(1, 1.5)', 'EXPRESSION_VALUE toJson takes as indent a whole number from 0 on'],
  ])('%s is a fault', (expression, expected) => {
    expect(outcomeOfExpression(expression)).toBe(expected)
  })
})
