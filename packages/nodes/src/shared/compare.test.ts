import { describe, expect, test } from 'vitest'
import { alignRight, compare } from './compare.ts'
import type { Operator } from './operators.ts'

describe('compare', () => {
  test.each<[unknown, Operator, unknown, boolean]>([
    [1, '==', 1, true],
    [1, '==', '1', false],
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
    expect(compare(left, operator, right)).toBe(expected)
  })

  test.each<[unknown, Operator, unknown, string, string]>([
    [1, '<', '1', 'number', 'text'],
    [null, '>', 1, 'null', 'number'],
    [undefined, '>', 1, 'null', 'number'],
    [true, '<=', false, 'boolean', 'boolean'],
    [[1], '>=', [1], 'list', 'list'],
    [{}, '<', {}, 'object', 'object'],
    ['5', 'contains', 5, 'text', 'number'],
    [5, 'contains', '5', 'number', 'text'],
    [null, 'contains', 'a', 'null', 'text'],
  ])('%j %s %j has no meaning', (left, operator, right, leftKind, rightKind) => {
    expect(() => compare(left, operator, right)).toThrow(
      expect.objectContaining({
        code: 'COMPARISON_TYPE_MISMATCH',
        details: { operator, left: leftKind, right: rightKind },
      }),
    )
  })
})

describe('alignRight', () => {
  test.each<[unknown, unknown, unknown]>([
    [1, '70', 70],
    [1, ' -0.5 ', -0.5],
    [1, '070', '070'],
    [1, '7e1', '7e1'],
    [1, '', ''],
    [1, 'NaN', 'NaN'],
    [1, 'Infinity', 'Infinity'],
    [1, '0x10', '0x10'],
    [true, 'false', false],
    [false, 'true', true],
    [true, 'yes', 'yes'],
    ['a', '70', '70'],
    [null, '70', '70'],
    [[1], '70', '70'],
    [1, true, true],
  ])('beside %j, %j is read as %j', (left, right, expected) => {
    expect(alignRight(left, right)).toEqual(expected)
  })
})
