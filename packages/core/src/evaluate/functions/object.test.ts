import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import { outcomeOfExpression, valueIn } from '../testing/orders.ts'

describe('object functions', () => {
  test.each<[string, Json]>([
    ['keys(poison)', ['__proto__', 'ok']],
    ['get(orders, "0.customer.name")', 'Bo'],
    ['get(orders, "7.customer.name")', null],
    ['get(orders, "2.note", "none")', 'none'],
    ['get(orders, "2.note")', null],
    ['get(null, "a", 1)', 1],
    ['get({ a: 1 }, "")', { a: 1 }],
    ['has(orders, "2.note")', true],
    ['has(orders, "0.note")', false],
    ['has({ a: 1 }, "toString")', false],
    ['merge()', {}],
    ['merge({ a: 1 }, { a: { b: 2 } })', { a: { b: 2 } }],
    ['set({ a: 1 }, "a", [1])', { a: [1] }],
    ['pick({ a: 1, b: 2 }, ["b", "z", "toString"])', { b: 2 }],
    ['omit({ a: 1, b: 2 }, [])', { a: 1, b: 2 }],
    ['fromEntries([{ key: "a", value: 1 }, { key: "a", value: null }])', { a: null }],
    ['fromEntries(entries({ a: 1, b: [2] }))', { a: 1, b: [2] }],
    ['omit(poison, ["__proto__"])', { ok: 1 }],
  ])('%s', (expression, expected) => {
    expect(valueIn(expression)).toEqual(expected)
  })

  test.each([
    ['merge(poison)', 'EXPRESSION_KEY_FORBIDDEN'],
    ['set({}, "__proto__", 1)', 'EXPRESSION_KEY_FORBIDDEN'],
    ['get({}, "constructor")', 'EXPRESSION_KEY_FORBIDDEN'],
    ['has({}, "a.prototype")', 'EXPRESSION_KEY_FORBIDDEN'],
    ['pluck([{}], "constructor")', 'EXPRESSION_KEY_FORBIDDEN'],
    ['{ constructor: 1 }["constr" + "uctor"]', 'EXPRESSION_KEY_FORBIDDEN'],
    ['set(poison, "a", 1)', 'EXPRESSION_KEY_FORBIDDEN'],
    ['pick(poison, ["__proto__"])', 'EXPRESSION_KEY_FORBIDDEN'],
    ['omit(poison, [])', 'EXPRESSION_KEY_FORBIDDEN'],
    ['fromEntries([{ key: "__proto__", value: 1 }])', 'EXPRESSION_KEY_FORBIDDEN'],
    ['fromEntries(entries(poison))', 'EXPRESSION_KEY_FORBIDDEN'],
    ['parseJson("{\\"a\\": {\\"__proto__\\": 1}}")', 'EXPRESSION_KEY_FORBIDDEN'],
    ['fromEntries([1])', 'EXPRESSION_TYPE'],
    ['fromEntries([{ key: 1, value: 1 }])', 'EXPRESSION_TYPE'],
    ['fromEntries([{ key: "a" }])', 'EXPRESSION_TYPE'],
    ['pick({}, [1])', 'EXPRESSION_TYPE'],
    ['merge({}, [])', 'EXPRESSION_TYPE'],
  ])('%s is a fault', (expression, code) => {
    expect(outcomeOfExpression(expression).split(' ')[0]).toBe(code)
  })

  test('leaves no trace on prototypes', () => {
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    expect(Object.getPrototypeOf(valueIn('merge({ a: 1 })'))).toBe(Object.prototype)
  })
})
