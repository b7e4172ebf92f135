import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import { outcomeOfExpression, valueIn } from '../testing/orders.ts'

describe('list functions', () => {
  test.each<[string, Json]>([
    ['first([])', null],
    ['last([])', null],
    ['slice([1, 2, 3], -2)', [2, 3]],
    ['slice([1, 2, 3], 0, -1)', [1, 2]],
    ['slice([1, 2, 3], 2, 1)', []],
    ['slice([1], -5, 9)', [1]],
    ['concat()', []],
    ['concat([[1]], [])', [[1]]],
    ['flatten([1, [2, [3]]])', [1, 2, [3]]],
    ['chunk([], 2)', []],
    ['range(3, 0, -1)', [3, 2, 1]],
    ['range(0, 1, 0.25)', [0, 0.25, 0.5, 0.75]],
    ['range(3, 0)', []],
    ['join([])', ''],
    ['join(["a", null, [1]])', 'a,,[1]'],
    ['join([1, 2], "")', '12'],
    ['sort(["b", "a", "ab"])', ['a', 'ab', 'b']],
    ['sort([10, 9, 1], null, "ascending")', [1, 9, 10]],
    ['sort([])', []],
    ['pluck(sort(orders, "total", "descending"), "id")', ['a', 'c', 'b']],
    ['pluck(sort(orders, "customer.name"), "id")', ['b', 'a', 'c']],
    [
      'sort([{ k: 1, n: 1 }, { k: 0, n: 2 }, { k: 1, n: 3 }], "k")',
      [
        { k: 0, n: 2 },
        { k: 1, n: 1 },
        { k: 1, n: 3 },
      ],
    ],
    [
      'sort([{ k: 1, n: 1 }, { k: 0, n: 2 }, { k: 1, n: 3 }], "k", "descending")',
      [
        { k: 1, n: 1 },
        { k: 1, n: 3 },
        { k: 0, n: 2 },
      ],
    ],
    ['unique(["1", 1, [1], ["1"], { a: 1, b: 2 }, { b: 2, a: 1 }])', ['1', 1, [1], ['1'], { a: 1, b: 2 }]],
    ['pluck(unique(orders, "status"), "id")', ['a', 'b']],
    ['pluck(orders, "?.tags?.0")', ['x', null, null]],
    ['pluck(orders, "tags?.0")', ['x', null, null]],
    ['pluck([[1, 2], [3, 4]], "1")', [2, 4]],
    ['pluck(filter(orders, "status", "==", "open"), "id")', ['a', 'c']],
    ['pluck(filter(orders, "status", "!=", "open"), "id")', ['b']],
    ['count(orders, "total", ">=", 20)', 2],
    ['count(orders, "note", "exists")', 0],
    ['count(orders, "note", "missing")', 3],
    ['count(orders, "customer.name", "in", ["Bo", "Cy"])', 2],
    ['find(orders, "total", "<", 5)', null],
    ['find([1, 2, 3], "", ">", 1)', 2],
    ['some(orders, "?.note", "==", null)', true],
    ['every(orders, "id", "matches", "^[a-c]$")', true],
    ['every([], "", "==", 1)', true],
    ['filter(["ab", null, "b"], "", "startsWith", "a")', ['ab']],
    ['groupBy([1, 2, 1], "")', { '1': [1, 1], '2': [2] }],
    ['keys(groupBy(orders, "status"))', ['open', 'closed']],
    ['groupBy([{ a: true }], "a")', { true: [{ a: true }] }],
  ])('%s', (expression, expected) => {
    expect(valueIn(expression)).toEqual(expected)
  })

  test.each([
    ['slice([1], 0.5)', 'EXPRESSION_VALUE slice takes as start a whole number'],
    ['chunk([1], 0)', 'EXPRESSION_VALUE chunk takes as size a whole number from 1 on'],
    ['range(0, 1, 0)', 'EXPRESSION_VALUE The step of range cannot be 0'],
    [
      'sort([1, "a"])',
      'COMPARISON_TYPES_DIFFER sort takes all numbers, all dates or all texts, not a number and a text',
    ],
    ['sort([true])', 'EXPRESSION_TYPE sort takes all numbers, all dates or all texts, not a boolean'],
    ['sort([1], null, "up")', 'EXPRESSION_ARGUMENTS sort takes as direction one of: ascending, descending'],
    [
      'pluck(orders, "tags")',
      'EXPRESSION_PATH_MISSING pluck: item 2 has no tags; write ?. before a key that may be absent',
    ],
    [
      'sum(orders, "customer.age")',
      'EXPRESSION_PATH_MISSING sum: item 0 has no customer.age; write ?. before a key that may be absent',
    ],
    ['pluck([null], "a")', 'EXPRESSION_PATH_MISSING pluck: item 0 has no a; write ?. before a key that may be absent'],
    [
      'filter(orders, "note", "==", 1)',
      'EXPRESSION_PATH_MISSING filter: item 0 has no note; write ?. before a key that may be absent',
    ],
    [
      'filter(orders, "total", ">", "a")',
      'COMPARISON_TYPES_DIFFER > cannot compare a number with a text: the text is not a number',
    ],
    [
      'filter(orders, "total", "=", 1)',
      'EXPRESSION_ARGUMENTS filter takes as operator one of: ==, !=, >, <, >=, <=, contains, startsWith, endsWith, in, matches, exists, missing',
    ],
    ['filter(orders, "total", "==")', 'EXPRESSION_ARGUMENTS filter: the operator == needs a value'],
    ['filter(orders, "total", "exists", 1)', 'EXPRESSION_ARGUMENTS filter: the operator exists takes no value'],
    [
      'pluck(orders, "a +")',
      'EXPRESSION_SYNTAX pluck: a path consists of keys separated by points, such as "customer.name"',
    ],
    [
      'pluck(orders, "__proto__")',
      'EXPRESSION_KEY_FORBIDDEN pluck: a path consists of keys separated by points, such as "customer.name"',
    ],
    ['groupBy([[1]], "")', 'EXPRESSION_TYPE groupBy takes texts, numbers or booleans as keys, not a list'],
    ['groupBy(["__proto__"], "")', 'EXPRESSION_KEY_FORBIDDEN The key "__proto__" is not allowed'],
  ])('%s is a fault', (expression, expected) => {
    expect(outcomeOfExpression(expression)).toBe(expected)
  })
})
