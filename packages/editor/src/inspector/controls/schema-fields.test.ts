import { describe, expect, test } from 'vitest'
import { changeSchemaField, readSchemaFields, removeSchemaField, renameSchemaField } from './schema-fields.ts'

const ticket = {
  type: 'object',
  additionalProperties: false,
  properties: { text: { type: 'string', minLength: 3 }, score: { type: 'number', description: '0 to 1' } },
  required: ['text'],
}

describe('readSchemaFields', () => {
  test('reads name, type, description and whether it is required', () => {
    expect(readSchemaFields(ticket)).toEqual([
      { name: 'text', type: 'string', description: '', isRequired: true },
      { name: 'score', type: 'number', description: '0 to 1', isRequired: false },
    ])
  })

  test.each([
    [{ type: 'array' }],
    [{ type: 'object', properties: { a: { anyOf: [{ type: 'string' }] } } }],
    [{ type: 'object', properties: { a: true } }],
    [true],
  ])('%j is more than rows can show', (schema) => {
    expect(readSchemaFields(schema)).toBeNull()
  })
})

describe('changing a schema by its fields', () => {
  test('a new type drops what belonged to the old one and keeps the description', () => {
    const next = changeSchemaField(ticket, 'text', { type: 'array', description: 'Words' })
    expect(next.properties).toMatchObject({ text: { type: 'array', items: { type: 'string' }, description: 'Words' } })
    expect(next.properties).not.toHaveProperty('text.minLength')
    expect(next.additionalProperties).toBe(false)
  })

  test('the same type keeps keywords that rows do not show', () => {
    expect(changeSchemaField(ticket, 'text', { isRequired: false })).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: ticket.properties,
    })
  })

  test('renaming keeps the place and the requirement', () => {
    const next = renameSchemaField(ticket, 'text', 'body')
    expect(Object.keys(next.properties as object)).toEqual(['body', 'score'])
    expect(next.required).toEqual(['body'])
  })

  test('removing the last required field takes the list away', () => {
    expect(removeSchemaField(ticket, 'text')).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: { score: ticket.properties.score },
    })
  })
})
