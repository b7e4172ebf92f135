import type { Json, JsonObject, JsonSchema } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { formFields, initialValues } from './form-model.ts'

const fieldsOf = (properties: JsonObject, required: readonly string[] = []) => {
  const fields = formFields({ type: 'object', properties, required })
  if (fields === null) throw new Error('no form')
  return fields
}

describe('formFields', () => {
  test.each([
    [{ type: 'string' }, 'text'],
    [{ type: 'string', maxLength: 5_000 }, 'area'],
    [{ type: 'string', format: 'email', maxLength: 5_000 }, 'text'],
    [{ type: ['string', 'null'] }, 'text'],
    [{ type: 'integer' }, 'integer'],
    [{ type: 'number' }, 'number'],
    [{ type: 'boolean' }, 'boolean'],
    [{ enum: ['a', 1, null] }, 'choice'],
    [{ const: 'v1' }, 'choice'],
    [{ type: 'object', properties: { a: {} } }, 'group'],
    [{ type: 'object' }, 'json'],
    [{ type: 'array', items: { type: 'string' } }, 'list'],
    [{ type: 'array' }, 'json'],
    [{ type: ['string', 'number'] }, 'json'],
    [{}, 'json'],
    [true, 'json'],
  ])('%j is drawn as %s', (schema, kind) => {
    expect(fieldsOf({ x: schema as Json })[0]?.kind).toBe(kind)
  })

  test('gives long fields room by their name', () => {
    expect(fieldsOf({ text: { type: 'string' }, ticket_id: { type: 'string' } }).map((field) => field.kind)).toEqual([
      'area',
      'text',
    ])
  })

  test('what is required comes first, in the order in which the schema asks for it', () => {
    const fields = fieldsOf({ a: {}, b: {}, c: {}, d: {} }, ['d', 'b'])
    expect(fields.map((field) => field.name)).toEqual(['d', 'b', 'a', 'c'])
  })

  test('keeps the order, the words and what is required of the schema', () => {
    const fields = fieldsOf({ b: { title: 'Bee', description: 'What it is' }, max_tokens: { examples: [12] } }, ['b'])
    expect(fields).toMatchObject([
      { name: 'b', title: 'Bee', help: 'What it is', isRequired: true },
      { name: 'max_tokens', title: 'Max tokens', isRequired: false, placeholder: '12' },
    ])
  })

  test('follows references inside the schema', () => {
    const fields = formFields({
      type: 'object',
      properties: { who: { $ref: '#/$defs/person' } },
      $defs: { person: { type: 'object', properties: { name: { type: 'string' } } } },
    })
    expect(fields?.[0]?.fields.map((field) => field.name)).toEqual(['name'])
  })

  test('ends in JSON where a schema holds itself', () => {
    const fields = formFields({
      $defs: { tree: { type: 'object', properties: { child: { $ref: '#/$defs/tree' } } } },
      $ref: '#/$defs/tree',
    })
    let depth = 0
    for (let field = fields?.[0]; field !== undefined; field = field.fields[0]) depth += 1
    expect(depth).toBeLessThan(20)
  })

  test.each([[true], [false], [{}], [{ type: 'string' }], [{ type: 'array', items: {} }]])(
    '%j has no form',
    (schema) => {
      expect(formFields(schema as JsonSchema)).toBeNull()
    },
  )
})

describe('initialValues', () => {
  test('are the defaults, what is fixed, and the empty form of what is required', () => {
    const fields = fieldsOf(
      {
        a: { type: 'string', default: 'x' },
        b: { const: 'v1' },
        c: { type: 'boolean' },
        d: { type: 'array', items: {} },
        e: { type: 'object', properties: { f: { type: 'integer', default: 3 } } },
        g: { type: 'object', properties: { h: { type: 'string' } } },
        i: { type: 'string' },
      },
      ['b', 'c', 'd', 'i'],
    )
    expect(initialValues(fields)).toEqual({ a: 'x', b: 'v1', c: false, d: [], e: { f: 3 } })
  })
})
