import { describe, expect, test } from 'vitest'
import type { Json } from '../json.ts'
import { isConditionOperator, testCondition } from './condition.ts'
import { outcomeOf } from './testing/faults.ts'

describe('testCondition', () => {
  test.each<[Json | undefined, Parameters<typeof testCondition>[1], Json, boolean]>([
    [1, '==', 1, true],
    ['1', '==', 1, true],
    [{ a: [1] }, '==', { a: [1] }, true],
    [undefined, '==', null, true],
    [1, '!=', 2, true],
    [0.9, '>', 0.7, true],
    [0.7, '>', 0.7, false],
    ['a', '<', 'b', true],
    [2, '>=', 2, true],
    [3, '<=', 2, false],
    [null, '<', 1, false],
    [undefined, '>', 1, false],
    [1, '>', null, false],
    ['abc', 'contains', 'b', true],
    [[1, 2], 'contains', 2, true],
    [{ a: 1 }, 'contains', 'a', true],
    [null, 'contains', 'b', false],
    ['abc', 'startsWith', 'ab', true],
    ['abc', 'endsWith', 'ab', false],
    [undefined, 'startsWith', 'a', false],
    [2, 'in', [1, 2], true],
    ['b', 'in', 'abc', true],
    ['a', 'in', { a: 1 }, true],
    ['T-12', 'matches', '^T-[0-9]+$', true],
    [null, 'matches', 'a', false],
    [0, 'exists', null, true],
    [null, 'exists', null, false],
    [undefined, 'exists', null, false],
    [undefined, 'missing', null, true],
    ['', 'missing', null, false],
  ])('%j %s %j', (left, operator, right, expected) => {
    expect(testCondition(left, operator, right)).toBe(expected)
  })

  test.each<[Json, Parameters<typeof testCondition>[1], Json, string]>([
    [1, '>', 'a', 'COMPARISON_TYPES_DIFFER > cannot compare a number with a text: the text is not a number'],
    [true, '<', false, 'EXPRESSION_TYPE < compares numbers, texts or dates, not two of type boolean'],
    [1, 'startsWith', 'a', 'EXPRESSION_TYPE startsWith: startsWith cannot take a number and a text'],
    ['a', 'matches', 1, 'EXPRESSION_TYPE matches: matches cannot take a text and a number'],
    [1, 'contains', 1, 'EXPRESSION_TYPE A number cannot be in a number'],
    ['a', 'matches', '(', 'EXPRESSION_VALUE The pattern is not valid RE2: missing closing )'],
  ])('%j %s %j is a fault', (left, operator, right, expected) => {
    expect(outcomeOf(() => testCondition(left, operator, right))).toBe(expected)
  })

  test('needs no right side for presence, and keeps the limits given', () => {
    expect(testCondition(1, 'exists')).toBe(true)
    const texts = 'x'.repeat(10_000)
    expect(outcomeOf(() => testCondition(texts, '==', texts, { maxSteps: 10 }))).toContain('EXPRESSION_LIMIT')
  })
})

describe('isConditionOperator', () => {
  test('knows the operators that documents store', () => {
    for (const operator of ['==', '!=', '>', '<', '>=', '<=', 'contains', 'exists'])
      expect(isConditionOperator(operator)).toBe(true)
    expect(isConditionOperator('=')).toBe(false)
    expect(isConditionOperator('toString')).toBe(false)
  })
})
