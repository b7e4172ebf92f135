import type { Json } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { asComparedWith, compare } from './compare.ts'
import type { Operator } from './operators.ts'

describe('compare', () => {
  test.each<[unknown, Operator, unknown, boolean]>([
    [1, '==', 1, true],
    [1, '==', '1', true],
    ['1', '==', 1, true],
    ['one', '==', 1, false],
    ['50', '>', '9', true],
    ['50', '>', 9, true],
    [50, '>', '9', true],
    ['5', '>', '10', false],
    [[1, 5], 'contains', '5', true],
    [[1, 5], 'contains', 5, true],
    [['1', '5'], 'contains', 5, true],
    [true, '==', 'true', true],
    ['2026-01-31T10:00:00Z', '<', '2026-01-31T10:30:00+01:00', false],
    ['7615917337495251231', '<', '7615917337495251232', true],
    [1, '<', '7615917337495251231', true],
    [1, '==', 'one', false],
    [null, '==', false, false],
    [{ a: [1], b: 2 }, '==', { b: 2, a: [1] }, true],
    [[1, 2], '==', [2, 1], false],
    [1, '!=', 2, true],
    ['a', '!=', 'a', false],
    [2, '>', 1, true],
    [1, '>', 1, false],
    [1, '>=', 1, true],
    [0, '>=', 1, false],
    [1, '<', 2, true],
    [2, '<', 2, false],
    [2, '<=', 2, true],
    [3, '<=', 2, false],
    ['apple', '<', 'banana', true],
    ['b', '>', 'a', true],
    ['a', '<=', 'a', true],
    ['2030-01-01', '>=', '2029-12-31', true],
    ['no refunds', 'contains', 'refund', true],
    ['no refunds', 'contains', 'VIP', false],
    [['a', { b: 1 }], 'contains', { b: 1 }, true],
    [[1, 2], 'contains', 3, false],
    [{ vip: true }, 'contains', 'vip', true],
    [{ vip: true }, 'contains', 'toString', false],
    [0, 'exists', null, true],
    ['', 'exists', null, true],
    [false, 'exists', null, true],
    [null, 'exists', null, false],
    [undefined, 'exists', null, false],
  ])('%j %s %j is %s', (left, operator, right, expected) => {
    expect(compare(left, operator, right).condition).toBe(expected)
  })

  test.each<[unknown, Operator, unknown]>([
    ['a', '<', 1],
    [1, '>=', 'many'],
    [1, '>', ' 5'],
    [true, '<', 1],
  ])('%j %s %j are of types that differ', (left, operator, right) => {
    expect(() => compare(left, operator, right)).toThrow(
      expect.objectContaining({ code: 'COMPARISON_TYPES_DIFFER', retryable: false }),
    )
  })

  test.each<[unknown, Operator, unknown]>([
    [true, '<=', false],
    [[1], '>=', [1]],
    [{}, '<', {}],
    ['5', 'contains', 5],
    [5, 'contains', '5'],
  ])('%j %s %j has no meaning', (left, operator, right) => {
    expect(() => compare(left, operator, right)).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_TYPE', retryable: false }),
    )
  })

  test('what is not there has no order', () => {
    expect(compare(null, '>', 1).condition).toBe(false)
    expect(compare(undefined, '<', undefined)).toEqual({ condition: false, left: null, right: null })
  })

  test('returns what was compared', () => {
    expect(compare(70, '<', '71')).toEqual({ condition: true, left: 70, right: 71 })
    expect(compare('a', 'exists', 'ignored')).toEqual({ condition: true, left: 'a', right: null })
  })
})

describe('asComparedWith', () => {
  test.each<[Json, Json, Json]>([
    [1, '70', 70],
    [1, '7e1', 70],
    [1, '-0.5', -0.5],
    [1, ' -0.5 ', ' -0.5 '],
    [1, '070', '070'],
    [1, '', ''],
    [1, 'NaN', 'NaN'],
    [1, '0x10', '0x10'],
    [1, '7615917337495251231', '7615917337495251231'],
    [true, 'false', false],
    [false, 'true', true],
    [true, 'yes', 'yes'],
    ['a', '70', '70'],
    [null, '70', '70'],
    [[1], '70', '70'],
    [1, true, true],
  ])('beside %j, %j is %j', (left, right, expected) => {
    expect(asComparedWith(left, right)).toEqual(expected)
  })
})
