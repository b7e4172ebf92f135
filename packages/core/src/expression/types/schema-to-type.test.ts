import { describe, expect, test } from 'vitest'
import type { Json, JsonSchema } from '../../json.ts'
import { membersOf, memberType } from './member-type.ts'
import { typeOfSchema } from './schema-to-type.ts'
import { describeKinds, describeType, isUnknown, kindsOf, orNull, typeOfKind, unionOf } from './static-type.ts'
import { schemaOfType } from './type-to-schema.ts'

const object = (properties: Record<string, Json>, more: Record<string, Json> = {}): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
})

const text = { type: 'string' }
const number = { type: 'number' }

describe('typeOfSchema', () => {
  test.each<[JsonSchema, string]>([
    [true, 'any'],
    [{}, 'any'],
    [{ type: 'string' }, 'text'],
    [{ type: 'integer' }, 'number'],
    [{ type: ['string', 'null'] }, 'text or null'],
    [{ type: 'array', items: { type: 'string' } }, 'list of text'],
    [{ type: 'array' }, 'list'],
    [{ type: 'array', items: false }, 'list'],
    [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, 'list of text or number'],
    [{ items: { type: 'boolean' } }, 'list of boolean'],
    [{ properties: { a: true } }, 'object'],
    [{ const: 'a' }, 'text'],
    [{ const: null }, 'null'],
    [{ enum: ['a', 1, true, null, [1], { a: 1 }] }, 'text or number or boolean or list of number or object or null'],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'text or number'],
    [{ oneOf: [{ type: 'null' }, { type: 'null' }] }, 'null'],
    [{ anyOf: [true, { type: 'number' }] }, 'any'],
    [{ type: ['string', 'number'], anyOf: [{ type: 'number' }, { type: 'boolean' }] }, 'number'],
    [{ allOf: [{ type: 'string' }, { enum: ['a'] }] }, 'text'],
    [{ $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'number' } } }, 'number'],
    [{ $ref: '#/$defs/none' }, 'any'],
    [{ $ref: '#/type/x', type: 'string' }, 'text'],
    [{ $ref: 'https://example.com/other.json' }, 'any'],
    [{ $ref: '#/title', title: 'no schema' }, 'any'],
    [{ type: 'nonsense' }, 'any'],
    [{ type: 7 }, 'any'],
    [{ type: 'toString' }, 'any'],
    [{ anyOf: ['no schema'] }, 'any'],
    [{ allOf: [3] }, 'any'],
    [{ anyOf: 'no list' }, 'any'],
  ])('reads %j as %s', (schema, expected) => {
    expect(describeType(typeOfSchema(schema))).toBe(expected)
  })

  test('admits nothing where a schema does', () => {
    expect(typeOfSchema(false)).toEqual([])
    expect(describeType([])).toBe('any')
    expect(typeOfSchema({ allOf: [{ type: 'string' }, { type: 'number' }] })).toEqual([])
  })

  test('ends for schemas that refer to themselves or fan out without end', () => {
    expect(isUnknown(typeOfSchema({ $ref: '#' }))).toBe(true)
    expect(isUnknown(typeOfSchema({ anyOf: [{ $ref: '#' }, { $ref: '#' }] }))).toBe(true)
    const many = Array.from({ length: 65 }, (_none, at) => object({ [`k${at}`]: true }) as Json)
    expect(isUnknown(typeOfSchema({ anyOf: many }))).toBe(true)
    const tree: JsonSchema = object({ next: { $ref: '#' } })
    const [root] = typeOfSchema(tree)
    expect(root?.kind === 'object' && kindsOf(root.properties.get('next')?.type() ?? [])).toEqual(['object'])
  })

  test('reads a thousand choices of an enum at once', () => {
    const values = Array.from({ length: 1_000 }, (_none, at) => `v${at}`)
    expect(typeOfSchema({ enum: values })).toEqual([{ kind: 'text', values }])
  })

  test('brings the properties of all parts together', () => {
    const type = typeOfSchema({
      type: 'object',
      properties: { a: text, b: { type: ['number', 'string'] } },
      allOf: [{ properties: { b: number, c: text }, required: ['b'], additionalProperties: false }],
    })
    expect(
      [...membersOf(type)].map(([key, { type: of, isRequired }]) => [key, describeType(of()), isRequired]),
    ).toEqual([
      ['a', 'text', false],
      ['b', 'number', true],
      ['c', 'text', false],
    ])
    const open = typeOfSchema({ allOf: [{ properties: { a: text } }, { properties: { b: text } }] })
    expect(memberType(open, 'z')).toMatchObject({ found: 0, isUndeclared: true })
    const lists = typeOfSchema({ allOf: [{ items: true }, { items: text }] })
    expect(describeType(lists)).toBe('list of text')
    expect(typeOfSchema({ allOf: [{ enum: ['a'] }, text] })).toEqual([{ kind: 'text', values: ['a'] }])
  })

  test('keeps titles and descriptions, and takes odd keywords for nothing', () => {
    const type = typeOfSchema({
      type: 'object',
      properties: { a: { type: 'string', title: 'A', description: 'the a' }, b: 'no schema', c: { title: 7 } },
      required: 'no list',
      additionalProperties: 'no schema',
    })
    const members = membersOf(type)
    expect(members.get('a')).toMatchObject({ title: 'A', description: 'the a', isRequired: false })
    expect(describeType(members.get('b')?.type() ?? [])).toBe('any')
    expect(members.get('c')).not.toHaveProperty('title')
    expect(membersOf(typeOfSchema({ type: 'object', properties: [] })).size).toBe(0)
  })
})

describe('memberType', () => {
  const at = (schema: JsonSchema, key: string | number | null) => {
    const { type, ...counts } = memberType(typeOfSchema(schema), key)
    return { type: describeType(type), ...counts }
  }

  test('finds declared keys and says how sure they are', () => {
    const schema = { type: 'object', properties: { a: text, b: number }, required: ['a'] }
    expect(at(schema, 'a')).toMatchObject({ type: 'text', found: 1, total: 1, isSure: true })
    expect(at(schema, 'b')).toMatchObject({ type: 'number', found: 1, isSure: false })
    expect(at(schema, 'c')).toMatchObject({ found: 0, isUndeclared: true })
    expect(at({ const: { a: 1 } }, 'a')).toMatchObject({ type: 'number', isSure: true })
    expect(at(object({}), 'c')).toMatchObject({ found: 0, isUndeclared: false })
  })

  test('admits other keys where the schema says so, or nothing at all', () => {
    expect(at({ type: 'object', additionalProperties: number }, 'x')).toMatchObject({ type: 'number', isSure: true })
    expect(at({ type: 'object', properties: { a: text }, additionalProperties: true }, 'x')).toMatchObject({
      found: 1,
      isSure: false,
    })
    expect(at({ type: 'object', properties: { a: text }, additionalProperties: number }, 'x')).toMatchObject({
      isSure: true,
    })
    expect(at({ type: 'object', additionalProperties: {} }, 'x')).toMatchObject({ isSure: true })
    expect(at({ type: 'object' }, 'x')).toMatchObject({ type: 'any', found: 1 })
    expect(at(true, 'x')).toMatchObject({ type: 'any', found: 1, isSure: true })
  })

  test('takes list indexes, and keys that only evaluation knows', () => {
    expect(at({ type: 'array', items: text }, 0)).toMatchObject({ type: 'text', found: 1 })
    expect(at({ type: 'array', items: text }, 'x')).toMatchObject({ found: 0 })
    expect(at({ type: 'array', items: text }, null)).toMatchObject({ type: 'text' })
    expect(at(object({ a: text }), null)).toMatchObject({ type: 'any', found: 1 })
    expect(at(object({ '0': text }), 0)).toMatchObject({ type: 'text' })
    expect(at(text, null)).toMatchObject({ found: 0 })
  })

  test('counts the variants that have a key, and null apart from the rest', () => {
    const schema = { anyOf: [object({ a: text }) as Json, object({ a: number }) as Json, { type: 'null' }] }
    expect(at(schema, 'a')).toMatchObject({ type: 'text or number', found: 2, total: 3, onlyNullLacks: true })
    const other = { anyOf: [object({ a: text }) as Json, object({}) as Json, { type: 'null' }] }
    expect(at(other, 'a')).toMatchObject({ found: 1, total: 3, onlyNullLacks: false })
  })
})

describe('schemaOfType', () => {
  test.each<JsonSchema>([
    true,
    false,
    { type: 'string' },
    { type: 'string', enum: ['a', 'b'] },
    { type: 'array', items: { type: 'number' } },
    { type: 'array' },
    { anyOf: [{ type: 'number' }, { type: 'null' }] },
    { type: 'object', properties: { a: { type: 'string', title: 'A' } }, required: ['a'], additionalProperties: false },
    { type: 'object', properties: { a: { description: 'any' }, b: false } },
    { type: 'object', properties: {}, additionalProperties: { type: 'number' } },
  ])('writes back %j', (schema) => {
    expect(schemaOfType(typeOfSchema(schema))).toEqual(schema)
  })

  test('stops where a type has no end', () => {
    const schema = schemaOfType(typeOfSchema(object({ next: { $ref: '#' } })))
    expect(JSON.stringify(schema).match(/"next":\{/g)).toHaveLength(7)
    const wide = Object.fromEntries(Array.from({ length: 50 }, (_none, at) => [`k${at}`, { $ref: '#' }]))
    expect(JSON.stringify(schemaOfType(typeOfSchema(object(wide)))).length).toBeLessThan(200_000)
  })

  test('writes a key that could reach a prototype as plain data', () => {
    const properties = new Map([['__proto__', { type: () => typeOfKind('text'), isRequired: true }]])
    const schema = schemaOfType([{ kind: 'object', properties, rest: 'none' }])
    expect(JSON.stringify(schema)).toContain('"__proto__":{"type":"string"}')
  })
})

describe('unionOf', () => {
  test('joins known texts, and forgets them where any text may come', () => {
    const some = typeOfSchema({ enum: ['a'] })
    expect(unionOf([some, typeOfSchema({ enum: ['b', 'a'] })])).toEqual([{ kind: 'text', values: ['a', 'b'] }])
    expect(unionOf([some, typeOfKind('text')])).toEqual([{ kind: 'text' }])
    expect(isUnknown(unionOf([some, typeOfKind('any')]))).toBe(true)
  })
})

describe('describeKinds', () => {
  test('puts kinds into a sentence', () => {
    expect(describeKinds(['text', 'list', 'null'])).toBe('a text or a list or null')
    expect(kindsOf(orNull(typeOfKind('object')))).toEqual(['object', 'null'])
    expect(kindsOf(typeOfKind('any'))).toBeNull()
  })
})
