import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../json.ts'
import { testCondition } from './condition.ts'
import { evaluateExpression } from './evaluate.ts'
import { createPlainScope } from './scope.ts'
import { outcomeOf } from './testing/faults.ts'

/**
 * Relation of the left value to the right one: before, equal, after; `~`: neither before nor after, and not equal;
 * `types`: of different types, without an order; `none`: of one type without an order, and not equal; `same`: of one
 * type without an order, and equal.
 */
type Relation = '<' | '=' | '>' | '~' | 'types' | 'none' | 'same'

const BIG = '7615917337495251231'

/** One row a pair; the pair the other way round follows from it. */
const PAIRS: readonly (readonly [Json, Relation, Json])[] = [
  // Numbers.
  [1, '<', 2],
  [9, '<', 10],
  [50, '>', 9],
  [-1, '<', 0],
  [0.1, '<', 0.2],
  [1, '=', 1],
  [-0, '=', 0],
  [1e300, '>', 1e299],
  // A number and a text that is exactly a JSON number.
  [50, '>', '9'],
  [5, '<', '10'],
  [5, '=', '5'],
  [5, '=', '5.0'],
  [100, '=', '1e2'],
  [-3, '<', '-2.5'],
  [0, '=', '-0'],
  [0.5, '=', '0.5'],
  [9007199254740991, '<', '9007199254740992'],
  [1, '<', BIG],
  [-1, '>', `-${BIG}`],
  // A number and a text that is not one.
  [5, 'types', 'five'],
  [5, 'types', ''],
  [5, 'types', ' 5'],
  [5, 'types', '05'],
  [5, 'types', '+5'],
  [5, 'types', '5,0'],
  [5, 'types', '1.000,5'],
  [5, 'types', '.5'],
  [5, 'types', '5.'],
  [5, 'types', '0x5'],
  [5, 'types', 'NaN'],
  [5, 'types', 'Infinity'],
  [5, 'types', '5 apples'],
  [5, 'types', '2026-01-31'],
  // Two texts that are both exactly JSON numbers: their order is that of numbers, they are equal as texts only.
  ['50', '>', '9'],
  ['5', '<', '10'],
  ['5', '=', '5'],
  ['5', '~', '5.0'],
  ['100', '~', '1e2'],
  [BIG, '<', '7615917337495251232'],
  [BIG, '=', BIG],
  ['-10', '<', '-9'],
  // Other texts.
  ['a', '<', 'b'],
  ['Z', '<', 'a'],
  ['a', '=', 'a'],
  ['', '<', 'a'],
  ['', '=', ''],
  ['a', '<', 'aa'],
  ['10', '<', '9a'],
  ['07', '<', '1'],
  ['v1.10', '<', 'v1.9'],
  ['é', '>', 'z'],
  ['e\u0301', '<', 'é'],
  ['TRUE', '<', 'true'],
  // Dates, and texts that are none.
  ['2026-01-31', '<', '2026-02-01'],
  ['2026-01-31', '=', '2026-01-31'],
  ['2026-01-31', '=', '2026-01-31T00:00:00Z'],
  ['2026-01-31T10:00:00Z', '=', '2026-01-31T10:00:00.000Z'],
  ['2026-01-31T10:00:00Z', '=', '2026-01-31T11:00:00+01:00'],
  ['2026-01-31T10:00:00Z', '=', '2026-01-31T11:00:00+0100'],
  ['2026-01-31T10:00:00Z', '>', '2026-01-31T10:30:00+01:00'],
  ['2026-01-31T23:30:00-01:00', '>', '2026-02-01T00:00:00Z'],
  ['2026-01-31T10:00:00.250Z', '>', '2026-01-31T10:00:00Z'],
  ['2026-02-30', '>', '2026-02-03'],
  ['2026-01-31 10:00', '<', '2026-01-31T09:00:00Z'],
  ['31.01.2026', '>', '2026-01-31'],
  // Booleans.
  [true, 'same', true],
  [false, 'same', false],
  [true, 'none', false],
  [true, 'types', 1],
  [false, 'types', 0],
  [false, 'types', ''],
  [true, 'types', 'yes'],
  // Lists and objects: the same JSON all the way down, nothing is converted inside.
  [[], 'same', []],
  [[1, 2], 'same', [1, 2]],
  [[1, 2], 'none', [2, 1]],
  [[1], 'none', ['1']],
  [['ab'], 'none', ['a']],
  [['a'], 'none', ['b']],
  [{ a: 1, b: [2] }, 'same', { b: [2], a: 1 }],
  [{ a: 1 }, 'none', { a: '1' }],
  [{}, 'types', []],
  [[5], 'types', 5],
  [{ a: 1 }, 'types', 'a'],
  [[], 'types', ''],
  [{}, 'types', true],
]

const OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const
type Operator = (typeof OPERATORS)[number]

const DIFFER = 'COMPARISON_TYPES_DIFFER'
const NO_ORDER = 'EXPRESSION_TYPE'

/** Result of each operator for each relation, in the order of {@link OPERATORS}. */
const TABLE: Readonly<Record<Relation, readonly (boolean | string)[]>> = {
  '<': [false, true, true, true, false, false],
  '=': [true, false, false, true, false, true],
  '>': [false, true, false, false, true, true],
  '~': [false, true, false, true, false, true],
  types: [false, true, DIFFER, DIFFER, DIFFER, DIFFER],
  none: [false, true, NO_ORDER, NO_ORDER, NO_ORDER, NO_ORDER],
  same: [true, false, NO_ORDER, NO_ORDER, NO_ORDER, NO_ORDER],
}
const MIRRORED: Readonly<Record<Relation, Relation>> = {
  ...{ '<': '>', '>': '<', '=': '=', '~': '~', types: 'types', none: 'none', same: 'same' },
}

const CASES = PAIRS.flatMap(([left, relation, right]) =>
  [[left, relation, right] as const, [right, MIRRORED[relation], left] as const].flatMap(([a, between, b]) =>
    OPERATORS.map((operator, at): [Json, Operator, Json, boolean | string] => [
      a,
      operator,
      b,
      TABLE[between][at] as boolean | string,
    ]),
  ),
)

const condition = (left: Json, operator: Operator, right: Json) => {
  const outcome = outcomeOf(() => testCondition(left, operator, right))
  return outcome === 'true' || outcome === 'false' ? outcome === 'true' : outcome.split(' ')[0]
}
const expression = (left: Json, operator: Operator, right: Json) => {
  const scope = createPlainScope({ left, right })
  const outcome = outcomeOf(() => evaluateExpression(`left ${operator} right`, scope))
  return outcome === 'true' || outcome === 'false' ? outcome === 'true' : outcome.split(' ')[0]
}

test('the table has at least 300 cases', () => {
  expect(CASES.length).toBeGreaterThan(300)
})

test.each(CASES)('%j %s %j is %j, for nodes and in expressions', (left, operator, right, expected) => {
  expect(condition(left, operator, right)).toBe(expected)
  expect(expression(left, operator, right)).toBe(expected)
})

describe('null', () => {
  test.each<[Json, Json]>([
    [null, 1],
    [null, 'a'],
    [null, true],
    [null, []],
    [null, {}],
  ])('%j beside %j', (left, right) => {
    for (const [a, b] of [
      [left, right],
      [right, left],
    ] as const) {
      expect(OPERATORS.map((operator) => condition(a, operator, b))).toEqual([false, true, false, false, false, false])
      expect(OPERATORS.map((operator) => expression(a, operator, b))).toEqual(TABLE.types)
    }
  })

  test('equals itself', () => {
    expect([condition(null, '==', null), expression(null, '==', null)]).toEqual([true, true])
  })
})

test.each<[boolean, string, boolean]>([
  [true, 'true', true],
  [false, 'false', true],
  [true, 'false', false],
  [false, 'true', false],
  [true, 'True', false],
  [true, ' true', false],
])('%j == %j is %j', (left, right, expected) => {
  expect([condition(left, '==', right), condition(right, '==', left)]).toEqual([expected, expected])
  expect([condition(left, '<', right), condition(right, '<', left)]).toEqual([DIFFER, DIFFER])
})

describe('in, contains, indexOf', () => {
  test.each<[Json, Json, boolean]>([
    [[1, 5], 5, true],
    [[1, 5], '5', true],
    [['1', '5'], 5, true],
    [[1, 5], '05', false],
    [[1, 'five'], 5, false],
    [['a', 5], 'a', true],
    [[], 5, false],
    [[null], null, true],
    [[true], 'true', true],
    [['2026-01-31T10:00:00Z'], '2026-01-31T11:00:00+01:00', true],
    [[[1]], [1], true],
    [[[1]], ['1'], false],
    [[{ a: 1 }], { a: 1 }, true],
    ['room 5', '5', true],
    ['room', '5', false],
    ['5.0', '5', true],
    [{ 5: 'x' }, '5', true],
    [{ a: 1 }, 'b', false],
  ])('%j contains %j is %j', (whole, part, expected) => {
    expect(testCondition(whole, 'contains', part)).toBe(expected)
    expect(testCondition(part, 'in', whole)).toBe(expected)
    expect(evaluateExpression('part in whole', createPlainScope({ part, whole }))).toBe(expected)
    if (typeof whole === 'object' && !Array.isArray(whole)) return
    expect(evaluateExpression('indexOf(whole, part) >= 0', createPlainScope({ part, whole }))).toBe(expected)
  })

  test.each<[Json, Json]>([
    ['room 5', 5],
    [5, 5],
    [true, 'a'],
    [{ a: 1 }, 1],
  ])('%j cannot contain %j', (whole, part) => {
    expect(outcomeOf(() => testCondition(whole, 'contains', part))).toMatch(/^EXPRESSION_TYPE .* cannot be in /)
  })
})

describe('filter, count and their like', () => {
  const scope = createPlainScope({ rows: [{ n: 50 }, { n: '9' }, { n: '10' }, { n: 5 }], odd: [{ n: 1 }, { n: 'x' }] })
  const value = (text: string) => outcomeOf(() => evaluateExpression(text, scope))

  test.each([
    ['count(rows, "n", ">", 9)', '2'],
    ['count(rows, "n", ">", "9")', '2'],
    ['pluck(filter(rows, "n", "<=", "10"), "n")', '["9","10",5]'],
    ['find(rows, "n", "==", 9)', '{"n":"9"}'],
    ['some(rows, "n", "==", "50")', 'true'],
    ['every(rows, "n", ">=", "5")', 'true'],
    ['filter(rows, "n", "in", ["5", 50])', '[{"n":50},{"n":5}]'],
    ['count(odd, "n", "==", 1)', '1'],
    ['filter(odd, "n", ">", 0)', `${DIFFER} > cannot compare a text with a number: the text is not a number`],
  ])('%s is %s', (text, expected) => {
    expect(value(text)).toBe(expected)
  })
})

describe('sort', () => {
  const sorted = (list: Json) => evaluateExpression('sort(list)', createPlainScope({ list }))

  test.each<[Json, Json]>([
    [
      [50, 9, -1],
      [-1, 9, 50],
    ],
    [
      ['50', '9', '-1'],
      ['-1', '9', '50'],
    ],
    [
      [50, '9', 100, '-1'],
      ['-1', '9', 50, 100],
    ],
    [
      [BIG, '7615917337495251230', 1],
      [1, '7615917337495251230', BIG],
    ],
    [
      ['10', '9', '1z'],
      ['10', '1z', '9'],
    ],
    [
      ['2026-02-01', '2026-01-31T23:30:00-01:00', '2026-01-31'],
      ['2026-01-31', '2026-02-01', '2026-01-31T23:30:00-01:00'],
    ],
    [
      ['2026-02-01', 'b', '2026-01-31'],
      ['2026-01-31', '2026-02-01', 'b'],
    ],
    [
      ['b', 'a', 'b', 'a'],
      ['a', 'a', 'b', 'b'],
    ],
    [[], []],
  ])('%j becomes %j', (list, expected) => {
    expect(sorted(list)).toEqual(expected)
  })

  const scalar = fc.oneof(
    fc.integer({ min: -50, max: 50 }),
    fc.integer({ min: -50, max: 50 }).map(String),
    fc.constantFrom('5.0', '1e2', '07', 'a', '', '2026-01-31', '2026-01-31T00:00:00Z', '2026-01-30T23:00-02:00', '1z'),
  )

  test('of every list that it takes, it puts no item behind one that comes after it', () => {
    fc.assert(
      fc.property(fc.array(scalar, { maxLength: 8 }), (list) => {
        const outcome = outcomeOf(() => sorted(list))
        fc.pre(!outcome.startsWith(DIFFER))
        const items = JSON.parse(outcome) as Json[]
        expect([...items].map(String).sort()).toEqual([...list].map(String).sort())
        // A list is sorted by one rule; by it the result must be sorted wherever it is cut, and sorting is idempotent.
        expect(sorted(items)).toEqual(items)
        const reversed = evaluateExpression('sort(list, "", "descending")', createPlainScope({ list: items }))
        expect(sorted(reversed as Json)).toHaveLength(items.length)
      }),
    )
  })

  test('the order of two values is antisymmetric, and transitive within numbers, within dates and within other texts', () => {
    const orderOf = (a: Json, b: Json) => (testCondition(a, '<', b) ? -1 : testCondition(a, '>', b) ? 1 : 0)
    const numeric = fc.oneof(
      fc.integer(),
      fc.integer().map(String),
      fc.bigInt().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    const date = fc
      .date({ min: new Date('0001-01-01'), max: new Date('9998-01-01'), noInvalidDate: true })
      .chain((at) =>
        fc.constantFrom(at.toISOString(), at.toISOString().slice(0, 10), at.toISOString().replace('Z', '+02:00')),
      )
    const word = fc.string().filter((text) => !/^[-\d]/.test(text))
    for (const values of [numeric, date, word]) {
      fc.assert(
        fc.property(values, values, values, (a, b, c) => {
          expect(orderOf(a, b) + orderOf(b, a)).toBe(0)
          expect(orderOf(a, a)).toBe(0)
          if (orderOf(a, b) <= 0 && orderOf(b, c) <= 0) expect(orderOf(a, c)).toBeLessThanOrEqual(0)
        }),
      )
    }
  })
})

test('messages and details name types, never values', () => {
  const fault = (() => {
    try {
      return testCondition('hunter2', '>', 4711)
    } catch (error) {
      return error
    }
  })()
  expect(fault).toMatchObject({ code: DIFFER, retryable: false, details: { left: 'text', right: 'number' } })
  expect(JSON.stringify(fault) + String(fault)).not.toMatch(/hunter2|4711/)
})
