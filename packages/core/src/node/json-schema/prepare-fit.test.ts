import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TenonError } from '../../errors/index.ts'
import type { Json, JsonSchema } from '../../json.ts'
import { prepareJsonSchema } from './check-json-schema.ts'
import { prepareFit } from './prepare-fit.ts'

const scalar = fc.constantFrom<Json>(
  '',
  'x',
  'GET',
  'ab',
  '😀',
  '😀b',
  'a'.repeat(5),
  0,
  1,
  2,
  2.5,
  -1,
  null,
  true,
  false,
)
const { value } = fc.letrec<{ value: Json; list: Json[]; object: Record<string, Json> }>((tie) => ({
  value: fc.oneof({ maxDepth: 2 }, scalar, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), tie('value'), { maxKeys: 3 }),
}))

const size = fc.constantFrom(0, 1, 2, 3)
const names = fc.subarray(['a', 'b', 'c', 'toString'])
const type = fc.constantFrom('null', 'boolean', 'number', 'integer', 'string', 'array', 'object')
const notSchema = fc.constantFrom<Json>(3, 'x', [], [true, { type: 'number' }])
const { schema } = fc.letrec<{ schema: Json }>((tie) => {
  // Most parts are schemas; the library makes something of the others as well.
  const part = fc.oneof({ weight: 30, arbitrary: tie('schema') }, notSchema)
  const parts = fc.oneof(
    { weight: 20, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'toString'), part, { maxKeys: 2 }) },
    fc.constant(3),
  )
  const keyword = fc.oneof(
    fc.record({ type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })) }),
    fc.record({ const: value }),
    fc.record({ enum: fc.array(fc.oneof({ weight: 5, arbitrary: scalar }, value), { minLength: 1, maxLength: 3 }) }),
    fc.record({ required: names }),
    fc.record({ properties: parts }),
    fc.record({ $defs: parts }),
    fc.record({ definitions: parts }),
    fc.record({ additionalProperties: part }),
    fc.record({ propertyNames: part }),
    fc.record({ items: part }),
    fc.record({ not: part }),
    fc.record({ anyOf: fc.array(part, { minLength: 1, maxLength: 2 }) }),
    fc.record({ allOf: fc.array(part, { minLength: 1, maxLength: 2 }) }),
    fc.record({ oneOf: fc.array(part, { minLength: 1, maxLength: 2 }) }),
    fc.record({ if: part }),
    fc.dictionary(fc.constantFrom('if', 'then', 'else'), part),
    fc.record({ minLength: size }),
    fc.record({ maxLength: size }),
    fc.record({ minItems: size }),
    fc.record({ maxItems: size }),
    fc.record({ minimum: size }),
    fc.record({ maximum: size }),
    fc.record({ exclusiveMinimum: size }),
    fc.record({ exclusiveMaximum: size }),
    fc.record({ pattern: fc.oneof({ weight: 20, arbitrary: fc.constantFrom('^[a-z]', 'b$') }, fc.constant('(?=x)')) }),
    fc.record({ uniqueItems: fc.boolean() }),
    fc.constant({ title: 'A title', sink: 'url', dependsOn: { param: 'a', in: [1] } }),
  )
  const keywords = fc.array(keyword, { minLength: 1, maxLength: 3 }).map((all) => Object.assign({}, ...all) as Json)
  return { schema: fc.oneof({ maxDepth: 3 }, fc.boolean(), keywords) }
})

/** Result of a check; a schema that cannot be used has the code of its refusal. */
function resultOf(check: () => boolean): boolean | string {
  try {
    return check()
  } catch (error) {
    return (error as TenonError).code
  }
}

const findsFault = (of: JsonSchema, given: Json): boolean => prepareJsonSchema(of)(given).length > 0

const schemaOf = (text: string): JsonSchema => JSON.parse(text) as JsonSchema
const nested = (levels: number): { readonly items: Json } => ({ items: levels === 1 ? true : nested(levels - 1) })

describe('prepareFit', () => {
  test('gives what the check gives, for any schema and value', () => {
    fc.assert(
      fc.property(schema as fc.Arbitrary<JsonSchema>, fc.array(value, { minLength: 1, maxLength: 4 }), (of, values) => {
        const refusal = resultOf(() => prepareJsonSchema(of) === null)
        expect(resultOf(() => prepareFit(of) === null)).toBe(refusal)
        if (refusal !== false) return
        const fits = prepareFit(of)
        for (const given of [...values, ...values]) expect(fits(given)).toBe(!findsFault(of, given))
      }),
      { numRuns: 1_000 },
    )
  })

  test.each<[string, JsonSchema]>([
    ['a reference', { properties: { a: { $ref: '#/properties/b' }, b: { type: 'number' } } }],
    ['a format', { properties: { a: { type: 'string', format: 'email' }, b: { minimum: 2 } } }],
    ['a list as a constant', { properties: { a: { const: [1, 2] } } }],
    ['a choice with an object', { properties: { a: { enum: [{ b: 1 }, 'x'] } } }],
    ['other members', { properties: { a: { properties: { b: { type: 'number' } }, unevaluatedProperties: false } } }],
  ])('leaves %s to the library', (_, of) => {
    for (const a of [1, 'x', 'me@example.com', [1, 2], { b: 1 }, { b: 'x' }, { c: 1 }] as Json[]) {
      for (const given of [{ a }, { a, b: 1 }, { a, b: 2 }]) expect(prepareFit(of)(given)).toBe(!findsFault(of, given))
    }
  })

  test.each<[string, JsonSchema]>([
    ['an unknown type', { type: 'text' }],
    ['types that are not texts', { type: [1] }],
    ['members that are a list', { properties: [1] }],
    ['a length that is not a number', { maxLength: '5' }],
    ['a number of items that is not a number', { minItems: null }],
    ['a limit that is not a number', { minimum: '1' }],
    ['a list of items by index', { items: [{ type: 'number' }, false] }],
    ['a number that is refused', { not: 3 }],
    ['a number for a member', { properties: { a: 3 } }],
    ['a text for other members', { additionalProperties: 'x' }],
    ['a text for names of members', { propertyNames: 'x' }],
    ['a number among choices', { anyOf: [3, { type: 'number' }] }],
    ['a list among parts', { allOf: [[], { type: 'number' }] }],
    ['a number as a condition', schemaOf('{ "if": 3, "then": { "type": "number" } }')],
    ['a number after a condition', schemaOf('{ "if": { "type": "number" }, "then": 3, "else": false }')],
    ['a text after a condition that fails', { if: { type: 'number' }, else: 'x' }],
  ])('leaves %s to the library, whatever it makes of it', (_, of) => {
    for (const given of ['x', [1], ['x', 2], 1, {}, { a: 1 }] as Json[])
      expect(prepareFit(of)(given)).toBe(!findsFault(of, given))
  })

  test.each<[string, JsonSchema]>([
    ['a pattern with look-ahead', { properties: { a: { pattern: '(?=x)' } } }],
    ['a pattern with look-ahead in unused definitions', { $defs: { x: { pattern: '(?=x)' } } }],
    ['a pattern with look-ahead after a missing condition', schemaOf('{ "then": { "pattern": "(?=x)" } }')],
    ['a pattern that is no text', { pattern: 5 }],
    ['more than 64 levels', nested(66)],
    ['nothing after a condition', schemaOf('{ "if": true, "then": null }')],
    ['a text as schema', schemaOf('"string"')],
    ['no members', { properties: null }],
    ['required names that are no list', { required: 5 }],
    ['choices that are no list', { anyOf: 5 }],
    ['parts that are no list', { allOf: 5 }],
    ['values that are no list', { enum: 5 }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
  ])('refuses %s like the check', (_, of) => {
    const invalid = expect.objectContaining({ code: 'JSON_SCHEMA_INVALID' })
    expect(() => prepareJsonSchema(of)({ a: 1 })).toThrow(invalid)
    expect(() => prepareFit(of)({ a: 1 })).toThrow(invalid)
  })

  test('counts the subschemas that it applies, those of the library too', () => {
    const fits = prepareFit({ properties: { a: { type: 'number' }, b: { format: 'email' }, c: true } })
    const stepsOf = (given: Json) => {
      let steps = 0
      fits(given, () => {
        steps += 1
      })
      return steps
    }
    expect([stepsOf({ a: 1, b: 'me@example.com', c: 1 }), stepsOf({ a: 1 }), stepsOf({})]).toEqual([3, 2, 1])
  })

  test('stops at the first fault', () => {
    let steps = 0
    const fits = prepareFit({ items: { type: 'number' } })
    expect(
      fits(['x', 1, 2, 3], () => {
        steps += 1
      }),
    ).toBe(false)
    expect(steps).toBe(2)
  })
})
