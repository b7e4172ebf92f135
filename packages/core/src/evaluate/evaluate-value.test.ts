import { describe, expect, test } from 'vitest'
import { createTemplateTable } from '../expression/template-table.ts'
import type { Json } from '../json.ts'
import { createEvaluationContext } from './context.ts'
import { evaluateValue } from './evaluate-value.ts'
import { VALUE_LIMITS } from './limits.ts'
import { createPlainScope } from './scope.ts'
import { faultOf } from './testing/faults.ts'

const scope = createPlainScope(
  { input: { name: 'Ada', list: [1] } },
  createEvaluationContext({ nowMs: 0, runSeed: 's', nodeRunId: 'n' }),
)

describe('evaluateValue', () => {
  test('takes templates from a table, which parses each once, with the same results and faults', () => {
    const templates = createTemplateTable()
    const parsed: string[] = []
    const parse = (text: string) => {
      parsed.push(text)
      return templates.parse(text)
    }
    const table = { ...templates, parse }
    const params: Json = { a: '{{ input.name }}', url: 'https://x.test/{{ input.name }}', plain: 'text' }
    const options = { sinkOf: ([key]: readonly (string | number)[]) => (key === 'url' ? ('url' as const) : null) }
    const expected = evaluateValue(params, scope, options)
    expect(evaluateValue(params, scope, { ...options, templates: table })).toEqual(expected)
    expect(parsed).toEqual(['{{ input.name }}', 'https://x.test/{{ input.name }}'])
    for (const text of ['{{ 1 +', '{{ input.gone }}']) {
      const plain = faultOf(() => evaluateValue({ a: text }, scope))
      expect(faultOf(() => evaluateValue({ a: text }, scope, { templates: table }))).toEqual(plain)
    }
  })

  test('evaluates the templates at any depth and leaves the rest as it is', () => {
    const params: Json = {
      url: 'https://example.com/{{ input.name }}',
      retries: 3,
      on: true,
      none: null,
      headers: { 'x-{{ a }}': ['{{ input.list }}', 'plain', ['{{ 1 + 1 }}']] },
    }
    expect(evaluateValue(params, scope)).toEqual({
      url: 'https://example.com/Ada',
      retries: 3,
      on: true,
      none: null,
      headers: { 'x-{{ a }}': [[1], 'plain', [2]] },
    })
    expect(evaluateValue('{{ input.list }}', scope)).toEqual([1])
  })

  test('keeps the order of keys, and draws in an order of its own', () => {
    const fresh = () => createPlainScope({}, createEvaluationContext({ nowMs: 0, runSeed: 's', nodeRunId: 'n' }))
    const forwards = evaluateValue({ a: '{{ uuid() }}', b: '{{ uuid() }}' }, fresh()) as Record<string, Json>
    const backwards = evaluateValue({ b: '{{ uuid() }}', a: '{{ uuid() }}' }, fresh()) as Record<string, Json>
    expect(backwards).toEqual(forwards)
    expect(Object.keys(backwards)).toEqual(['b', 'a'])
    expect(forwards.a).not.toBe(forwards.b)
  })

  test('names the param of a fault', () => {
    const { code, details } = faultOf(() => evaluateValue({ a: ['x', { b: '{{ input.nmae }}' }] }, scope))
    expect(code).toBe('EXPRESSION_PATH_MISSING')
    expect(details).toMatchObject({ param: ['a', 1, 'b'], path: 'input.nmae', position: 9 })
  })

  test('keeps the limits of each template and of all together', () => {
    expect(faultOf(() => evaluateValue(['{{ 1 + 1 }}'], scope, { maxSteps: 2 })).details).toMatchObject({
      limit: 'steps',
      param: [0],
    })
    const many = createPlainScope({ many: Array.from({ length: 15_000 }, (_none, at) => at) })
    const heavy = Array.from({ length: 20 }, () => '{{ -1 in many }}')
    expect(evaluateValue(heavy, many)).toHaveLength(20)
    const heavier = Array.from({ length: 20 }, () => '{{ count(many, "", "==", 1) }}')
    expect(faultOf(() => evaluateValue(heavier, many)).details).toMatchObject({
      limit: 'steps',
      max: VALUE_LIMITS.steps,
    })
    const large = Array.from({ length: 20 }, () => '{{ repeat("x", 200000) }}')
    expect(faultOf(() => evaluateValue(large, scope)).details).toMatchObject({ limit: 'size', max: VALUE_LIMITS.size })
  })

  test('refuses keys that could reach a prototype, and nesting without end', () => {
    expect(faultOf(() => evaluateValue(JSON.parse('{"__proto__":1}') as Json, scope)).code).toBe(
      'EXPRESSION_KEY_FORBIDDEN',
    )
    const deep = Array.from({ length: 5_000 }).reduce<Json>((inner) => [inner], 1)
    expect(faultOf(() => evaluateValue(deep, scope)).details).toMatchObject({ limit: 'valueDepth' })
  })
})
