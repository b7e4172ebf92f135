import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../json.ts'
import { arrangeSchema, keepSchemaOrder, orderedProperties } from './index.ts'

const ticket = {
  type: 'object',
  'x-order': ['zone', 'gone', 'text', 'zone'],
  properties: { amount: { type: 'number' }, note: true, text: { type: 'string' }, zone: { type: 'string' } },
  required: ['text', 'note'],
}

describe('orderedProperties', () => {
  test('the author comes first, then what is required, then the rest', () => {
    expect(orderedProperties(ticket).map(([name]) => name)).toEqual(['zone', 'text', 'note', 'amount'])
  })

  test.each([
    ['no order', { properties: { b: {}, a: {} } }, ['b', 'a']],
    ['an order that is none', { 'x-order': 'a', properties: { b: {}, a: {} } }, ['b', 'a']],
    ['names that are none', { 'x-order': [1, 'a'], properties: { b: {}, a: {} } }, ['a', 'b']],
    ['no properties', { properties: [] }, []],
  ])('%s', (_what, schema, names) => {
    expect(orderedProperties(schema).map(([name]) => name)).toEqual(names)
  })
})

describe('arrangeSchema', () => {
  test('arranges every depth and drops the keyword', () => {
    const nested = { ...ticket, properties: { text: {}, zone: { type: 'array', items: ticket, allOf: [ticket] } } }
    const arranged = JSON.stringify(arrangeSchema(nested))
    expect(arranged).not.toContain('x-order')
    expect(arranged.match(/"(zone|text|note|amount)":/g)?.slice(0, 9)).toEqual(
      ['zone', 'zone', 'text', 'note', 'amount', 'zone', 'text', 'note', 'amount'].map((name) => `"${name}":`),
    )
  })

  test('leaves data and everything else as it is', () => {
    const schema = { default: { 'x-order': ['a'] }, enum: [{ 'x-order': [] }], properties: [1] }
    expect(arrangeSchema(schema)).toEqual(schema)
    expect(arrangeSchema(true)).toBe(true)
  })
})

describe('keepSchemaOrder', () => {
  test('lists written properties at every depth, where they are not sorted', () => {
    const inner = { properties: { z: {}, default: { properties: { y: {}, x: {} } } } }
    const schema = { type: 'object', properties: { b: { items: [inner] }, a: {} }, default: inner, required: ['a'] }
    const kept = keepSchemaOrder(schema)
    expect(kept).toEqual({
      ...schema,
      properties: {
        b: {
          items: [
            {
              properties: { z: {}, default: { properties: { y: {}, x: {} }, 'x-order': ['y', 'x'] } },
              'x-order': ['z', 'default'],
            },
          ],
        },
        a: {},
      },
      'x-order': ['b', 'a'],
    })
    expect(arrangeSchema(kept as JsonObject)).toEqual(schema)
  })

  test.each<[string, Json]>([
    ['sorted properties', { properties: { a: {}, b: {} } }],
    ['an order that is listed', { properties: { b: {}, a: {} }, 'x-order': ['a'] }],
    ['properties that are no object', { properties: [{ b: 1, a: 2 }] }],
    ['a schema that is no object', true],
  ])('leaves %s', (_what, schema) => {
    expect(keepSchemaOrder(schema)).toEqual(schema)
  })
})
