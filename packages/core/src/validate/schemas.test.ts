import { describe, expect, test } from 'vitest'
import type { Json, JsonSchema } from '../json.ts'
import { inlineRefs } from './inline-refs.ts'
import { schemaAt, titleAt } from './param-schema.ts'
import { eitherSchema, objectFacts } from './schema-facts.ts'

/** `name` for a field that is always there, `name?` for one that may be missing. */
const fieldsOf = (schema: JsonSchema): string[] =>
  [...objectFacts(schema).fields].map(([key, { required }]) => (required ? key : `${key}?`))
const othersOf = (schema: JsonSchema) => objectFacts(schema).others

const a = {
  type: 'object',
  properties: { a: { type: 'string' }, both: {} },
  required: ['a', 'both'],
  additionalProperties: false,
} as const
const b = { type: 'object', properties: { b: {}, both: {} }, required: ['b'] } as const

describe('objectFacts', () => {
  test('describes the fields of an object', () => {
    expect(fieldsOf(a)).toEqual(['a', 'both'])
    expect(fieldsOf(b)).toEqual(['b', 'both?'])
    expect(fieldsOf({ properties: { x: true } })).toEqual(['x?'])
  })

  test.each<[JsonSchema, 'no' | 'silent' | 'yes']>([
    [a, 'no'],
    [b, 'silent'],
    [{ properties: {}, unevaluatedProperties: false }, 'no'],
    [{ properties: {}, additionalProperties: {} }, 'yes'],
    [{ additionalProperties: { type: 'string' } }, 'yes'],
    [{ properties: {}, patternProperties: { '^x': {} } }, 'yes'],
    [{ properties: 5 }, 'yes'],
    [{ type: 'object' }, 'yes'],
    [{}, 'yes'],
    [true, 'yes'],
    [{ type: 'string' }, 'no'],
  ])('of %j: may it have others? %s', (schema, others) => {
    expect(othersOf(schema)).toBe(others)
  })

  test('of one of several schemas: what all have is always there', () => {
    for (const keyword of ['anyOf', 'oneOf']) {
      expect(fieldsOf({ [keyword]: [a, b] })).toEqual(['a?', 'both?', 'b?'])
      expect(fieldsOf({ [keyword]: [a, a] })).toEqual(['a', 'both'])
      expect(othersOf({ [keyword]: [a, b] })).toBe('silent')
    }
  })

  test('of several schemas at once: what one asks for is there', () => {
    expect(fieldsOf({ allOf: [a, b] })).toEqual(['a', 'both', 'b'])
    expect(fieldsOf({ ...b, allOf: [{ properties: { b: {}, c: {} }, required: ['c'] }] })).toEqual(['b', 'both?', 'c'])
    expect(othersOf({ allOf: [a, b] })).toBe('no')
    expect(othersOf({ allOf: [b, b] })).toBe('silent')
  })

  test('gives up on what is nested too deep', () => {
    const deep = (levels: number): JsonSchema => (levels === 0 ? a : { allOf: [deep(levels - 1) as Json] })
    expect(fieldsOf(deep(8))).toEqual(['a', 'both'])
    expect(fieldsOf(deep(9))).toEqual([])
  })
})

describe('eitherSchema', () => {
  test('writes what is the same once', () => {
    expect(eitherSchema([a, { ...a }])).toEqual(a)
    expect(eitherSchema([a, b])).toEqual({ anyOf: [a, b] })
    expect(eitherSchema([])).toBe(true)
  })
})

describe('inlineRefs', () => {
  test('leaves a schema without references as it is', () => {
    expect(inlineRefs(a)).toBe(a)
    expect(inlineRefs(true)).toBe(true)
  })

  test('puts in what references name', () => {
    const schema = {
      type: 'object',
      properties: {
        one: { $ref: '#/$defs/x~1y' },
        list: { anyOf: [{ $ref: '#/definitions/z' }] },
        gone: { $ref: '#/$defs/none/at' },
        away: { $ref: 'https://x' },
      },
      $defs: { 'x/y': { type: 'string' } },
      definitions: { z: false },
    }
    expect(inlineRefs(schema)).toEqual({
      type: 'object',
      properties: { one: { type: 'string' }, list: { anyOf: [false] }, gone: true, away: true },
    })
  })

  test('follows what refers to itself a few levels deep', () => {
    const tree = { properties: { next: { $ref: '#' } } }
    expect(JSON.stringify(inlineRefs(tree)).match(/next/g)).toHaveLength(7)
    expect(inlineRefs({ $ref: '#' })).toBe(true)
  })

  test('takes little time and room for schemas that multiply', () => {
    const names = Array.from({ length: 40 }, (_, index) => `d${index}`)
    const all = { allOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) }
    const schema = { ...all, $defs: Object.fromEntries(names.map((name) => [name, all])) }
    expect(JSON.stringify(inlineRefs(schema)).length).toBeLessThan(100_000)
  })
})

describe('schemaAt', () => {
  const schema = {
    properties: {
      list: {
        title: 'Lines',
        items: { anyOf: [{ properties: { x: { title: 'X', literal: true } } }, { type: 'null' }] },
      },
      pair: { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      record: { additionalProperties: { type: 'boolean' } },
      open: { additionalProperties: true, allOf: [5] },
      fixed: { literal: true, properties: { inner: {} } },
    },
  }

  test.each<[(string | number)[], unknown]>([
    [['list', 0, 'x'], { title: 'X', literal: true }],
    [['pair', 0], { type: 'string' }],
    [['pair', 1], { type: 'number' }],
    [['record', 'any'], { type: 'boolean' }],
    [['open', 'any'], true],
    [['nowhere', 'at', 0], true],
    [['record', 0], true],
  ])('finds the schema at %j', (path, found) => {
    expect(schemaAt(schema, path).schema).toEqual(found)
  })

  test('knows where literals only are taken, also further down', () => {
    expect(schemaAt(schema, ['fixed', 'inner']).isLiteral).toBe(true)
    expect(schemaAt(schema, ['list', 0]).isLiteral).toBe(false)
  })

  test('names paths for people', () => {
    expect(titleAt(schema, ['list', 1, 'x'])).toBe('Lines › 2 › X')
    expect(titleAt(schema, ['record', 'any'])).toBe('record › any')
  })
})
