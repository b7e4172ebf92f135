import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTemplate } from '../../expression/index.ts'
import { isJsonObject, type Json, type JsonSchema } from '../../json.ts'
import { checkJsonSchema, findCertainFaults } from './check-json-schema.ts'

const OPEN = '{{input.a}}'

const faults = (schema: JsonSchema, value: Json) =>
  findCertainFaults(schema, value, isTemplate).map(({ path, code }) => `${path.join('.')}: ${code}`)

const kinds = (key: 'oneOf' | 'anyOf'): JsonSchema => ({
  [key]: ['a', 'b'].map((kind) => ({ properties: { kind: { const: kind } }, required: ['kind', kind] })),
})
/** Creates a schema with a condition. */
const when = (condition: Json, fits: Json, otherwise: Json = true) =>
  Object.fromEntries([
    ['if', condition],
    ['then', fits],
    ['else', otherwise],
  ])
const whenA = when(
  { properties: { kind: { const: 'a' } } },
  { required: ['name'], properties: { age: { type: 'number' } } },
  { required: ['title'] },
)

const scalar = fc.constantFrom<Json>('x', 1, null)
const name = fc.constantFrom('a', 'b')
/** Creates values of which some leaves are from `leaf`. */
const values = (leaf: fc.Arbitrary<Json>) =>
  fc.letrec<{ value: Json; list: Json[]; object: Record<string, Json> }>((tie) => ({
    value: fc.oneof({ maxDepth: 2 }, leaf, tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 2 }),
    object: fc.dictionary(name, tie('value'), { maxKeys: 2 }),
  })).value
const known = values(scalar)
const open = values(fc.oneof(scalar, fc.constant(OPEN)))

const { schema: anySchema } = fc.letrec<{ schema: Json }>((tie) => {
  const part = tie('schema')
  const list = fc.array(part, { minLength: 1, maxLength: 2 })
  const named = fc.dictionary(name, part, { maxKeys: 2 })
  const keyword = fc.oneof(
    fc.record({ type: fc.constantFrom('string', 'number', 'array', 'object') }),
    fc.record({ required: fc.subarray(['a', 'b']) }),
    fc.record({ const: known }),
    fc.record({ enum: fc.array(known, { minLength: 1, maxLength: 2 }) }),
    fc.record({ uniqueItems: fc.constant(true) }),
    fc.record({ maxItems: fc.constantFrom(0, 1) }),
    ...['properties', 'dependentSchemas', 'patternProperties'].map((key) => fc.record({ [key]: named })),
    ...['oneOf', 'anyOf', 'allOf', 'prefixItems'].map((key) => fc.record({ [key]: list })),
    ...['additionalProperties', 'unevaluatedProperties', 'unevaluatedItems', 'propertyNames'].map((key) =>
      fc.record({ [key]: part }),
    ),
    ...['items', 'contains', 'not'].map((key) => fc.record({ [key]: part })),
    fc.dictionary(fc.constantFrom('if', 'then', 'else'), part),
  )
  const keywords = fc.array(keyword, { minLength: 1, maxLength: 3 }).map((all) => Object.assign({}, ...all) as Json)
  return { schema: fc.oneof({ maxDepth: 3 }, fc.boolean(), keywords) }
})

/** Replaces each open text of a value by the next of some values. */
function replaceOpen(value: Json, by: () => Json): Json {
  if (value === OPEN) return by()
  if (Array.isArray(value)) return value.map((item: Json) => replaceOpen(item, by))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaceOpen(member, by)]))
}

describe('findCertainFaults', () => {
  test('finds nothing in a value that open texts can make valid, for any schema', () => {
    fc.assert(
      fc.property(anySchema as fc.Arbitrary<JsonSchema>, open, fc.infiniteStream(known), (schema, value, stream) => {
        if (findCertainFaults(schema, value, isTemplate).length === 0) return
        const replaced = replaceOpen(value, () => stream.next().value as Json)
        expect(checkJsonSchema(schema, replaced)).not.toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test.each<[string, JsonSchema, Json]>([
    ['a choice of one schema', kinds('oneOf'), { kind: OPEN, a: 1 }],
    ['a choice of schemas', kinds('anyOf'), { kind: OPEN, a: 1 }],
    ['a choice of schemas with false', { anyOf: [false, { const: 1 }] }, OPEN],
    ['a condition', whenA, { kind: OPEN, title: 'x', age: 'x' }],
    ['another field after a condition', whenA, { kind: 'a', name: OPEN, age: 'x' }],
    ['a condition in all of', { allOf: [true, whenA] }, { kind: OPEN }],
    ['a condition behind a reference', { $defs: { a: whenA }, $ref: '#/$defs/a' }, { kind: OPEN }],
    ['a condition on a field', when({ required: ['a'] }, { properties: { b: false } }), { a: OPEN, b: OPEN }],
    ['not', { not: { properties: { kind: { const: OPEN } } } }, { kind: OPEN }],
    ['contains', { contains: { const: 5 } }, [OPEN]],
    ['too many of a kind', { contains: { type: 'string' }, maxContains: 1 }, [OPEN, OPEN]],
    ['a choice of objects', { enum: [{ kind: 'a' }] }, { kind: OPEN }],
    ['a constant object', { const: { kind: ['a'] } }, { kind: [OPEN] }],
    ['unique items', { uniqueItems: true }, [OPEN, OPEN]],
    ['a schema of a field', { dependentSchemas: { a: { properties: { b: { const: 1 } } } } }, { a: 1, b: OPEN }],
    ['fields that no choice has', { anyOf: [whenA, true], unevaluatedProperties: false }, { kind: OPEN }],
    ['the value itself', { type: 'object', required: ['a'] }, OPEN],
    ['a member of any name', { additionalProperties: { type: 'number' } }, { a: OPEN }],
    ['a member whose name has a slash', { properties: { 'a/b': { items: { minimum: 3 } } } }, { 'a/b': [OPEN] }],
    ['a pattern', { patternProperties: { '^a': { pattern: '^x$' } } }, { ab: OPEN }],
    ['items by index', { prefixItems: [{ const: 1 }, { type: 'number' }] }, [OPEN, OPEN]],
  ])('leaves out what an open text can change: %s', (_, schema, value) => {
    expect(faults(schema, value)).toEqual([])
  })

  test.each<[string, JsonSchema, Json, string]>([
    ['a missing field', { required: ['b'] }, { a: OPEN }, ': required'],
    ['a field that another one requires', { dependentRequired: { a: ['b'] } }, { a: OPEN }, ': dependentRequired'],
    ['a field that is not allowed', { additionalProperties: false }, { a: OPEN }, 'a: false'],
    ['a forbidden field', { properties: { a: false } }, { a: OPEN }, 'a: false'],
    ['the name of a field', { propertyNames: { maxLength: 1 } }, { ab: OPEN }, 'ab: maxLength'],
    ['too many items', { maxItems: 1 }, [OPEN, OPEN], ': maxItems'],
    ['the wrong type of a list', { properties: { a: { type: 'string' } } }, { a: [OPEN] }, 'a: type'],
    ['another field', { properties: { b: { type: 'number' } } }, { a: OPEN, b: 'x' }, 'b: type'],
    ['a choice of another field', { properties: { b: kinds('oneOf') } }, { a: OPEN, b: { kind: 'a' } }, 'b: oneOf'],
    ['an item by index', { prefixItems: [{}, whenA] }, [OPEN, { kind: 'b' }], '1: required'],
    [
      'an item of a list',
      { items: { properties: { oneOf: { const: 1 } } } },
      [{ a: OPEN, oneOf: 2 }],
      '0.oneOf: const',
    ],
    ['all of', { allOf: [{ required: ['b'] }] }, { a: OPEN }, ': required'],
    ['a list of schemas', { items: [true, { const: 1 }] }, [OPEN, 2], '1: const'],
    ['a scalar after a condition', when(true, { type: 'null' }), 5, ': type'],
  ])('finds what no open text can change: %s', (_, schema, value, fault) => {
    expect(faults(schema, value)).toEqual([fault])
  })

  test('finds the faults of the check in a value without open texts', () => {
    const value = { kind: 'a', age: 'x', tags: ['x', 'x', null] }
    const schema: JsonSchema = { allOf: [whenA, kinds('oneOf')], properties: { tags: { uniqueItems: true } } }
    const found = findCertainFaults(schema, value, isTemplate)
    expect(found).toEqual(checkJsonSchema(schema, value))
    expect(found.length).toBeGreaterThan(2)
  })

  test('refuses a schema that cannot be applied', () => {
    expect(() => findCertainFaults({ $ref: '#/nowhere' }, {}, isTemplate)).toThrow(
      expect.objectContaining({ code: 'JSON_SCHEMA_INVALID' }),
    )
  })
})
