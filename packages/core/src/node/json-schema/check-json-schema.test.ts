import { format } from '@cfworker/json-schema'
import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../../json.ts'
import { checkJsonSchema, findCertainFaults, prepareJsonSchema } from './check-json-schema.ts'

const paths = (schema: JsonSchema, value: unknown) => checkJsonSchema(schema, value).map(({ path }) => path.join('.'))
const codes = (schema: JsonSchema, value: unknown) => checkJsonSchema(schema, value).map(({ code }) => code)
const message = (schema: JsonSchema, value: unknown) => checkJsonSchema(schema, value)[0]?.message

describe('checkJsonSchema', () => {
  const invoice: JsonSchema = {
    type: 'object',
    properties: {
      number: { type: 'string', pattern: '^INV-[0-9]+$' },
      lines: {
        type: 'array',
        items: { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] },
      },
    },
    required: ['number', 'lines'],
    additionalProperties: false,
  }

  test('a value that fits has no issue', () => {
    expect(checkJsonSchema(invoice, { number: 'INV-1', lines: [{ total: 1 }] })).toEqual([])
  })

  test('reports all faults at once, each with its path, list positions as numbers', () => {
    expect(checkJsonSchema(invoice, { number: '1', lines: [{ total: 1 }, { total: 'x' }, {}], extra: true })).toEqual([
      { path: ['number'], code: 'pattern', message: 'It does not match the required pattern' },
      { path: ['lines', 1, 'total'], code: 'type', message: 'It must be number, not string' },
      { path: ['lines', 2], code: 'required', message: 'The field "total" is missing' },
      { path: ['extra'], code: 'false', message: 'This field is not allowed here' },
    ])
  })

  test('a pattern may have a message, which is cut', () => {
    const name = { pattern: '^[a-z]+$', patternMessage: 'Write small letters' }
    const schema = {
      properties: { a: name, b: { pattern: '^x', patternMessage: 'y'.repeat(500) }, c: { pattern: '^z' } },
    }
    expect(checkJsonSchema(schema, { a: 'A "b".', b: 'b', c: 'c' }).map(({ message }) => message)).toEqual([
      'Write small letters',
      expect.stringMatching(/^y{199}/),
      'It does not match the required pattern',
    ])
    expect(findCertainFaults(name, 'A', () => false)).toMatchObject([{ message: 'Write small letters' }])
    expect(checkJsonSchema({ pattern: '^a', patternMessage: 1 }, 'b')).toMatchObject([{ code: 'pattern' }])
  })

  test.each<[JsonSchema, unknown, string]>([
    [{ type: ['string', 'null'] }, 1, 'It must be string or null, not number'],
    [{ minimum: 5 }, 4, 'It must be at least 5'],
    [{ maximum: 5 }, 6, 'It must be at most 5'],
    [{ exclusiveMinimum: 5 }, 5, 'It must be more than 5'],
    [{ exclusiveMaximum: 5 }, 5, 'It must be less than 5'],
    [{ multipleOf: 0.1 }, 0.25, 'It must be a multiple of 0.1'],
    [{ format: 'date' }, 'hunter2', 'It does not match the format date'],
    [{ enum: ['a'] }, 'hunter2', 'It must be one of the allowed values'],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, 'The field "b" is missing'],
    [{ dependencies: { a: ['b'] } }, { a: 1 }, 'It does not match the schema'],
    [{ contains: { const: 1 } }, [2, 3], 'A required item is missing'],
    [{ type: 'number' }, undefined, 'A value is missing'],
    [false, 1, 'It must not match this schema'],
  ])('%j and %j: says what is wrong without the value', (schema, value, text) => {
    expect(message(schema, value)).toBe(text)
  })

  test('true and an empty schema allow everything', () => {
    expect(checkJsonSchema(true, { a: [1] })).toEqual([])
    expect(checkJsonSchema({}, null)).toEqual([])
  })

  test('a choice that fails is one issue, not one for each of its branches', () => {
    expect(codes({ anyOf: [{ type: 'string' }, { type: 'object', required: ['a'] }] }, 1)).toEqual(['anyOf'])
  })

  test('escaped keys come back as they are', () => {
    expect(paths({ additionalProperties: { type: 'string' } }, { 'a/b~c': 1 })).toEqual(['a/b~c'])
  })

  test('follows references within the schema', () => {
    const tree: JsonSchema = {
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, required: ['id'] } },
    }
    expect(checkJsonSchema(tree, { id: 1, next: { id: 2 } })).toEqual([])
    expect(paths(tree, { id: 1, next: { next: { id: 3 } } })).toEqual(['next'])
  })

  test('does not write into the schema, a frozen one too', () => {
    const schema = Object.freeze({ type: 'string', pattern: '^a' })
    expect(codes(schema, 'b')).toEqual(['pattern'])
    expect(Object.getOwnPropertyNames(schema)).toEqual(['type', 'pattern'])
  })
})

describe('patterns', () => {
  test('keep their meaning inside choices, beside formats and allOf', () => {
    const schema: JsonSchema = {
      anyOf: [{ type: 'string', pattern: '^a', format: 'email', allOf: [{ maxLength: 9 }] }, { type: 'number' }],
    }
    expect(codes(schema, 'a@b.example')).toEqual(['anyOf'])
    expect(codes(schema, 'a@b.de')).toEqual([])
    expect(codes(schema, 'b@b.de')).toEqual(['anyOf'])
    expect(codes({ not: { pattern: '^a' } }, 'abc')).toEqual(['not'])
  })

  test('may be used several times', () => {
    const lower: JsonSchema = { type: 'string', pattern: '^[a-z]+$' }
    expect(paths({ properties: { a: lower, b: lower, c: lower } }, { a: 'x', b: 'X', c: 'Y' })).toEqual(['b', 'c'])
  })

  test('say nothing of values that are no text', () => {
    expect(codes({ pattern: '^a' }, 5)).toEqual([])
  })

  test('patternProperties rule the keys that match, additionalProperties the others', () => {
    const schema: JsonSchema = {
      properties: { x_fixed: { minimum: 5 } },
      patternProperties: { '^x_': { type: 'number' } },
      additionalProperties: false,
    }
    expect(paths(schema, { x_a: 1, x_fixed: 6 })).toEqual([])
    expect(paths(schema, { x_a: 'no', other: 1 })).toEqual(['x_a', 'other'])
    expect(paths(schema, { x_fixed: 4 })).toEqual(['x_fixed'])
    expect(paths(schema, { x_fixed: 'text' })).toEqual(['x_fixed'])
    expect(paths({ patternProperties: { '^a': false } }, { a: 1, b: 1 })).toEqual(['a'])
  })

  test('propertyNames may have one', () => {
    expect(checkJsonSchema({ propertyNames: { pattern: '^[a-z]+$' } }, { ok: 1, NO: 2 })).toHaveLength(1)
  })

  test('take linear time where a native regular expression would not end', () => {
    expect(codes({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`)).toEqual(['pattern'])
    expect(paths({ patternProperties: { '^(a+)+$': false } }, { [`${'a'.repeat(5_000)}!`]: 1 })).toEqual([])
  })

  test('leave nothing behind in the table of formats', () => {
    const before = Object.keys(format)
    checkJsonSchema({ pattern: '^a' }, 'a')
    expect(() => checkJsonSchema({ pattern: '^a', $ref: '#/nowhere' }, 'a')).toThrow()
    expect(Object.keys(format)).toEqual(before)
  })
})

describe('schemas that cannot be used are refused with JSON_SCHEMA_INVALID', () => {
  const deep = (depth: number): JsonSchema => (depth === 0 ? {} : { not: deep(depth - 1) })
  const doubling: Record<string, JsonSchema> = {}
  for (let level = 0; level < 40; level += 1) {
    const next = { $ref: `#/$defs/d${level + 1}` }
    doubling[`d${level}`] = { allOf: [next, next] }
  }

  test.each<[string, JsonSchema, unknown]>([
    ['a reference to nothing', { $ref: '#/$defs/none' }, 1],
    ['a reference to itself', { $ref: '#' }, 1],
    ['references that double forty times', { $ref: '#/$defs/d0', $defs: { ...doubling, d40: {} } }, 1],
    ['malformed keywords', { anyOf: 5 }, 1],
    ['nesting beyond 64 levels', deep(70), 1],
    ['look-ahead', { pattern: '(?=a)' }, 'a'],
    ['a pattern that is a number', { pattern: 5 }, 'a'],
    ['a pattern of 1,001 characters', { pattern: 'a'.repeat(1_001) }, 'a'],
    ['a text as schema', JSON.parse('"string"') as JsonSchema, 'a'],
    ['uniqueItems over 2,001 items', { uniqueItems: true }, Array.from({ length: 2_001 }, (_, index) => index)],
    [
      'patternProperties over 2,001 keys',
      { patternProperties: { '': {} } },
      Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`k${index}`, 1])),
    ],
  ])('%s', (_what, schema, value) => {
    expect(() => checkJsonSchema(schema, value)).toThrow(expect.objectContaining({ code: 'JSON_SCHEMA_INVALID' }))
  })

  test('formats outside the standard are passed over, also those named like methods', () => {
    for (const name of ['url', 'constructor', '__proto__', '__defineGetter__', 'hasOwnProperty']) {
      expect(checkJsonSchema({ format: name }, 'x')).toEqual([])
    }
    expect(checkJsonSchema({ format: 5 }, 'x')).toEqual([])
  })

  test('an id of an older draft is passed over, and uniqueItems still works', () => {
    expect(checkJsonSchema({ id: 'not a url:', uniqueItems: true }, [1, 2])).toEqual([])
    expect(codes({ uniqueItems: true }, [{ a: 1 }, { a: 1 }])).toEqual(['uniqueItems'])
  })
})

describe('prepareJsonSchema', () => {
  test('gives a check that answers for each value as checkJsonSchema does', () => {
    const schemas: JsonSchema[] = [
      { type: 'object', properties: { n: { type: 'number', minimum: 2 } }, required: ['n'] },
      { patternProperties: { '^x_': { type: 'number' } }, additionalProperties: false },
      { properties: { list: { uniqueItems: true, items: { pattern: '^a' } } } },
      true,
      false,
    ]
    const values = [
      { n: 1 },
      { n: 3 },
      { x_a: 'no', x_b: 1 },
      { x_c: null },
      { list: ['a', 'a', 'b'] },
      {},
      5,
      undefined,
    ]
    for (const schema of schemas) {
      const check = prepareJsonSchema(schema)
      for (const value of [...values, ...values]) expect(check(value)).toEqual(checkJsonSchema(schema, value))
    }
  })

  test('counts the steps of each value from zero, and for the value alone', () => {
    const check = prepareJsonSchema({ items: { type: 'number' } })
    const stepsOf = (value: unknown) => {
      let steps = 0
      check(value, () => {
        steps += 1
      })
      return steps
    }
    expect([stepsOf([1, 2]), stepsOf([1]), stepsOf([1, 2])]).toEqual([3, 2, 3])
    const long = Array.from({ length: 60_000 }, () => 1)
    expect(check(long)).toEqual([])
    expect(check(long)).toEqual([])
    expect(() => check([...long, ...long])).toThrow(expect.objectContaining({ code: 'JSON_SCHEMA_INVALID' }))
    expect(check([1])).toEqual([])
  })

  test('refuses a schema that cannot be used at once, or with the first value that the fault depends on', () => {
    const invalid = expect.objectContaining({ code: 'JSON_SCHEMA_INVALID' })
    expect(() => prepareJsonSchema({ pattern: '(?=a)' })).toThrow(invalid)
    const check = prepareJsonSchema({ patternProperties: { '^a': { pattern: '(?=a)' } } })
    expect(check({ b: 1 })).toEqual([])
    expect(() => check({ a: 'x' })).toThrow(invalid)
  })
})
