import { describe, expect, test } from 'vitest'
import type { Json } from '../json.ts'
import { createEvaluationContext } from './context.ts'
import { evaluateExpression, evaluateTemplate } from './evaluate.ts'
import { createPlainScope } from './scope.ts'
import { outcomeOf } from './testing/faults.ts'

describe('values of a scope that are no JSON', () => {
  const hostile: Record<string, unknown> = {
    call: () => 'called',
    undef: undefined,
    symbol: Symbol('s'),
    big: 10n,
    nan: Number.NaN,
    infinite: Number.POSITIVE_INFINITY,
    get trap(): string {
      throw new Error('a getter ran')
    },
    date: new Date(0),
  }
  const scope = createPlainScope({ input: hostile as Json })

  test.each([
    ['input.call', 'EXPRESSION_TYPE A function is not a JSON value and cannot be used'],
    ['input.symbol', 'EXPRESSION_TYPE A symbol is not a JSON value and cannot be used'],
    ['input.big', 'EXPRESSION_TYPE A bigint is not a JSON value and cannot be used'],
    ['input.nan', 'EXPRESSION_TYPE A number is not a JSON value and cannot be used'],
    ['input.infinite + 1', 'EXPRESSION_TYPE A number is not a JSON value and cannot be used'],
    ['input.undef', 'EXPRESSION_PATH_MISSING input.undef is missing'],
    ['input.trap', 'EXPRESSION_PATH_MISSING input.trap is missing'],
    ['input.date.getTime', 'EXPRESSION_PATH_MISSING input.date.getTime is missing'],
    ['toJson(input)', 'EXPRESSION_TYPE A function is not a JSON value and cannot be used'],
    ['values(input)', 'EXPRESSION_TYPE A function is not a JSON value and cannot be used'],
    ['input == { a: 1 }', 'false'],
  ])('%s', (expression, expected) => {
    expect(outcomeOf(() => evaluateExpression(expression, scope))).toBe(expected)
  })

  test('never runs a getter', () => {
    expect(() => evaluateTemplate('{{ keys(input) }}', scope)).not.toThrow()
    expect(evaluateExpression('"trap" in input', scope)).toBe(false)
  })
})

describe('createPlainScope', () => {
  test('has its own roots only', () => {
    const scope = createPlainScope({ a: 1 })
    expect(scope.resolve('a')).toBe(1)
    expect(scope.resolve('toString')).toBeUndefined()
  })
})

describe('createEvaluationContext', () => {
  const scopeOf = (nodeRunId: string, runSeed = 'seed') =>
    createPlainScope({}, createEvaluationContext({ nowMs: 1_000, runSeed, nodeRunId }))
  const draws = (nodeRunId: string, runSeed?: string) =>
    evaluateExpression('[uuid(), uuid(), random(), random()]', scopeOf(nodeRunId, runSeed))

  test('gives the same values on every replay, and others to every node run and call', () => {
    const first = draws('a#0') as string[]
    expect(draws('a#0')).toEqual(first)
    expect(new Set([...first, ...(draws('b#0') as string[]), ...(draws('a#0', 'other') as string[])]).size).toBe(12)
  })

  test('goes on drawing across templates of one node run', () => {
    const scope = scopeOf('a#0')
    const together = draws('a#0') as string[]
    expect([evaluateExpression('uuid()', scope), evaluateExpression('uuid()', scope)]).toEqual(together.slice(0, 2))
  })

  test('makes version 4 UUIDs and fractions below 1', () => {
    const scope = scopeOf('a#0')
    for (let time = 0; time < 200; time += 1) {
      expect(evaluateExpression('uuid()', scope)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
      const fraction = evaluateExpression('random()', scope) as number
      expect(fraction).toBeGreaterThanOrEqual(0)
      expect(fraction).toBeLessThan(1)
    }
  })

  test('returns the recorded instant, and refuses an invalid one', () => {
    expect(evaluateExpression('now()', scopeOf('a#0'))).toBe('1970-01-01T00:00:01.000Z')
    const scope = createPlainScope({}, createEvaluationContext({ nowMs: Number.NaN, runSeed: '', nodeRunId: '' }))
    expect(outcomeOf(() => evaluateExpression('now()', scope))).toContain('EXPRESSION_VALUE')
  })
})
