import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { greet } from '../../test/node-definitions.ts'
import { TenonError } from '../errors/index.ts'
import { checkDefinition } from './check-definition.ts'
import type { NodeDefinition } from './definition.ts'

const base: NodeDefinition = { ...greet, summary: '' }
const text = z.string()

function refusalOf(params: z.ZodObject, change: Partial<NodeDefinition> = {}): TenonError | null {
  try {
    checkDefinition({ ...base, params, ...change })
  } catch (error) {
    if (error instanceof TenonError) return error
    throw error
  }
  return null
}

const long = text.refine((value) => value.length > 3, 'Too short')

describe('what only code refuses', () => {
  test.each<[string, z.ZodType, string]>([
    ['refine', long, 'params.a'],
    ['superRefine', text.superRefine(() => {}), 'params.a'],
    ['a custom type', z.custom(() => true), 'params.a'],
    ['refine below a default', long.default('abcd'), 'params.a'],
    ['refine in a list', z.array(long), 'params.a.*'],
    ['refine in a record', z.record(text, long), 'params.a.*'],
    ['refine in an object', z.object({ b: long }), 'params.a.b'],
    ['refine in a choice', z.union([z.number(), long]), 'params.a'],
  ])('is refused: %s', (_what, schema, field) => {
    const error = refusalOf(z.object({ a: schema }))
    expect(error).toMatchObject({ code: 'NODE_DEFINITION_INVALID', details: { type: greet.type, field } })
    expect(error?.message).toContain('add a lint rule for the field')
  })

  test('is taken where the validator knows it: by a keyword, by a lint rule, or as ids of ports', () => {
    expect(refusalOf(z.object({ a: long.meta({ minLength: 4 }) }))).toBeNull()
    const rule = { code: 'A', severity: 'error', when: 'length(params.a) < 4', message: 'Short', field: 'a' } as const
    expect(refusalOf(z.object({ a: long, b: text }), { lint: [rule] })).toBeNull()
    const other = { code: 'B', severity: 'error', when: 'false', message: 'Never' } as const
    expect(refusalOf(z.object({ a: long, b: text }), { lint: [other] })).not.toBeNull()
    const ways = z.object({ ways: z.array(z.object({ id: text })).superRefine(() => {}) })
    const ports = [{ each: 'params.ways', id: 'id', title: 'id' }] as const
    expect(refusalOf(ways, { ports, outputs: { '*': z.object({}) } })).toBeNull()
  })
})

describe('what code would change', () => {
  test.each<[string, z.ZodType, string]>([
    ['transform', text.transform(Number), 'params.a'],
    ['preprocess', z.preprocess(String, text), 'params.a'],
    ['codec', z.codec(text, z.number(), { decode: Number, encode: String }), 'params.a'],
    ['transform in a list', z.array(text.transform(Number)), 'params.a.*'],
    ['transform below a default', text.transform(Number).default(1), 'params.a'],
  ])('is refused: %s', (_what, schema, field) => {
    const error = refusalOf(z.object({ a: schema }))
    expect(error).toMatchObject({ code: 'NODE_DEFINITION_INVALID', details: { type: greet.type, field } })
    expect(error?.message).toContain('Declare the stored type, and convert it in run')
  })

  test('is refused in outputs too, and a check of a pipe is none', () => {
    const outputs = { success: z.object({ sum: text.transform(Number) }) }
    expect(refusalOf(z.object({}), { outputs })?.details).toEqual({ type: greet.type, field: 'outputs.success.sum' })
    expect(refusalOf(z.object({ a: text.pipe(z.string().min(1)) }))).toBeNull()
  })
})

describe('what .meta() says', () => {
  test('a misspelled control is refused with the one that was meant', () => {
    expect(refusalOf(z.object({ a: text.meta({ control: 'promt' }) }))?.message).toContain('Did you mean "prompt"?')
  })

  test('controls of the host have names of their own', () => {
    expect(
      refusalOf(z.object({ a: text.meta({ control: 'prompt' }), b: text.meta({ control: 'acme-map' }) })),
    ).toBeNull()
  })

  test('late names a param, and is for optional params of the node', () => {
    const late = { param: 'mode', in: ['x'] }
    const ofText = (a: z.ZodType, more = {}) => refusalOf(z.object({ mode: text, a, ...more }))?.message ?? null
    expect(ofText(text.optional().meta({ late }))).toBeNull()
    expect(ofText(text.optional().meta({ late: { ...late, param: 'none' } }))).toContain('unknown param "none"')
    for (const params of [text.meta({ late }), z.object({ mode: text, a: text.optional().meta({ late }) })]) {
      expect(ofText(params)).toContain('absent in the first pass')
    }
  })

  test('dependsOn names a param beside it', () => {
    const dependsOn = { param: 'mode', in: ['x'] }
    expect(refusalOf(z.object({ a: text.meta({ dependsOn }) }))?.message).toContain(
      'it depends on the unknown param "mode"',
    )
    expect(refusalOf(z.object({ mode: text, a: text.meta({ dependsOn }) }))).toBeNull()
    const rows = z.array(z.object({ mode: text, a: text.meta({ dependsOn }) }))
    expect(refusalOf(z.object({ rows }))).toBeNull()
    expect(refusalOf(z.object({ mode: text, rows: z.array(z.object({ a: text.meta({ dependsOn }) })) }))).not.toBeNull()
    const shared = z.object({ other: text, mode: text, a: text.meta({ dependsOn }) })
    expect(refusalOf(shared)).toBeNull()
    expect(refusalOf(z.object({ first: shared, rows: z.array(shared) }))).toBeNull()
  })

  test('each param that shares a schema is checked', () => {
    const lint = [{ code: 'SHORT', field: 'a', severity: 'error', message: 'Too short', when: 'false' }] as const
    expect(refusalOf(z.object({ a: long }), { lint })).toBeNull()
    expect(refusalOf(z.object({ a: long, b: long }), { lint })).toMatchObject({ details: { field: 'params.b' } })
  })

  test('a schema that contains itself is visited once', () => {
    const tree = z.object({
      name: text,
      get items() {
        return z.array(tree)
      },
    })
    expect(refusalOf(z.object({ tree }))).toBeNull()
  })
})

describe('types that JSON does not have', () => {
  test('are refused in params and in outputs', () => {
    expect(refusalOf(z.object({ a: z.date() }))).toMatchObject({ details: { field: 'params' } })
    const outputs = { success: z.object({ at: z.date() }) }
    expect(refusalOf(z.object({}), { outputs })).toMatchObject({
      details: { field: 'outputs.success' },
      remedy: 'Use types that JSON has: z.iso.datetime() for a date',
    })
  })
})
