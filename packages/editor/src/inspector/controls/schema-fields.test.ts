import { canonicalJson, FILE_SCHEMA, type JsonObject } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import {
  addSchemaField,
  changeSchemaField,
  moveSchemaField,
  readSchemaFields,
  removeSchemaField,
  renameSchemaField,
  valueOfText,
} from './schema-fields.ts'

const ticket = {
  type: 'object',
  additionalProperties: false,
  properties: {
    text: { type: 'string', minLength: 3, 'x-mine': { kept: true } },
    score: { type: 'number', description: '0 to 1' },
  },
  required: ['text'],
}

const namesOf = (schema: JsonObject) => readSchemaFields(canonicalJson(schema))?.map(({ name }) => name)

describe('readSchemaFields', () => {
  test('reads everything that a row shows', () => {
    const schema = {
      type: 'object',
      properties: {
        text: { type: 'string', format: 'email', default: 'a@b.test' },
        score: { type: 'integer', description: '0 to 1', enum: [0, 1] },
      },
      required: ['text'],
    }
    const nothing = { description: '', isRequired: false, choices: [], fallback: undefined, format: '' }
    expect(readSchemaFields(schema)).toEqual([
      { ...nothing, name: 'text', type: 'string', isRequired: true, fallback: 'a@b.test', format: 'email' },
      { ...nothing, name: 'score', type: 'integer', description: '0 to 1', choices: [0, 1] },
    ])
  })

  test('shows a field that only JSON Schema can describe as custom', () => {
    const schema = { properties: { a: { anyOf: [{ type: 'string' }] }, b: true, c: { type: ['string', 'null'] } } }
    expect(readSchemaFields(schema)?.map(({ type }) => type)).toEqual(['custom', 'custom', 'custom'])
  })

  test.each([[{ type: 'array' }], [{ type: 'object', properties: [] }], [true]])('%j has no rows', (schema) => {
    expect(readSchemaFields(schema)).toBeNull()
  })
})

describe('changing a schema by its fields', () => {
  test('a file is a type of its own, with keywords that go when it becomes another one', () => {
    const text = {
      type: 'object',
      properties: { a: { type: 'string', format: 'email', default: 'x', description: 'A' } },
    }
    const file = changeSchemaField(text, 'a', { type: 'file' })
    expect(file).toEqual({ type: 'object', properties: { a: { ...(FILE_SCHEMA as JsonObject), description: 'A' } } })
    expect(readSchemaFields(file)).toMatchObject([{ type: 'file', format: '', fallback: undefined }])
    const object = changeSchemaField(file, 'a', { type: 'object' })
    expect(object).toEqual({ type: 'object', properties: { a: { type: 'object', description: 'A' } } })
    expect(readSchemaFields(object)).toMatchObject([{ type: 'object' }])
  })

  test('keeps every keyword that rows do not show, whatever is changed', () => {
    const changed = changeSchemaField(ticket, 'text', {
      type: 'array',
      description: 'Words',
      isRequired: false,
      fallback: ['a'],
    })
    expect(changed).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        ...ticket.properties,
        text: {
          type: 'array',
          minLength: 3,
          'x-mine': { kept: true },
          items: { type: 'string' },
          description: 'Words',
          default: ['a'],
        },
      },
    })
  })

  test('a change of `true` and `false` keeps what these mean', () => {
    const schema = { type: 'object', properties: { any: true, none: false } }
    expect(changeSchemaField(schema, 'any', { description: 'x' }).properties).toMatchObject({
      any: { description: 'x' },
    })
    expect(changeSchemaField(schema, 'none', { description: 'x' }).properties).toMatchObject({
      none: { not: {}, description: 'x' },
    })
  })

  test('emptied keywords go', () => {
    const property = { type: 'string', description: 'a', format: 'email', default: 'x', enum: ['x'] }
    const schema = { type: 'object', properties: { a: property } }
    const changed = changeSchemaField(schema, 'a', { description: '', format: '', fallback: undefined, choices: [] })
    expect(changed.properties).toEqual({ a: { type: 'string' } })
  })

  test.each([
    ['number', { type: 'string', enum: ['1', '2.5', 'x'], default: '1' }, { enum: [1, 2.5], default: 1 }],
    ['integer', { type: 'number', enum: [1, 2.5], default: 2.5 }, { enum: [1] }],
    ['string', { type: 'integer', enum: [1, 2], default: 2 }, { enum: ['1', '2'], default: '2' }],
    ['boolean', { type: 'string', enum: ['true', 'maybe'], default: 'maybe' }, { enum: [true] }],
    ['boolean', { type: 'string', enum: ['maybe'] }, {}],
    ['object', { type: 'string', default: 'a' }, {}],
  ] as const)('a new type %s takes over the values that fit: %j', (type, property, values) => {
    const changed = changeSchemaField({ type: 'object', properties: { a: property } }, 'a', { type })
    expect(changed.properties).toEqual({ a: { type, ...values } })
  })

  test('renaming keeps the position, the requirement and everything in the field', () => {
    const next = renameSchemaField(ticket, 'text', 'body')
    expect(namesOf(next)).toEqual(['body', 'score'])
    expect(next.required).toEqual(['body'])
    expect(next.properties).toMatchObject({ body: ticket.properties.text })
  })

  test('removing the last required field takes the list away', () => {
    expect(removeSchemaField(ticket, 'text')).toEqual({
      type: 'object',
      additionalProperties: false,
      'x-order': ['score'],
      properties: { score: ticket.properties.score },
    })
  })
})

describe('the order of fields', () => {
  test('outlives the sorting of keys in stored JSON', () => {
    const empty = { type: 'object', properties: {} }
    const schema = ['zone', 'amount', 'name'].reduce(addSchemaField, empty as JsonObject)
    expect(namesOf(schema)).toEqual(['zone', 'amount', 'name'])
    expect(namesOf(moveSchemaField(schema, 'name', 0))).toEqual(['name', 'zone', 'amount'])
    expect(namesOf(moveSchemaField(schema, 'zone', 2))).toEqual(['amount', 'name', 'zone'])
    expect(namesOf(moveSchemaField(schema, 'zone', 9))).toEqual(['amount', 'name', 'zone'])
    expect(namesOf(moveSchemaField(schema, 'zone', -1))).toEqual(['zone', 'amount', 'name'])
  })

  test('an older schema without an order gets the one that was shown', () => {
    expect(namesOf(addSchemaField(ticket, 'alarm'))).toEqual(['text', 'score', 'alarm'])
  })
})

describe('valueOfText', () => {
  test.each([
    ['string', ' a ', ' a '],
    ['number', ' 2.50 ', 2.5],
    ['number', 'two', undefined],
    ['number', '', undefined],
    ['integer', '2.5', undefined],
    ['integer', '-3', -3],
  ] as const)('%s %j gives %j', (type, text, value) => {
    expect(valueOfText(type, text)).toBe(value)
  })
})
