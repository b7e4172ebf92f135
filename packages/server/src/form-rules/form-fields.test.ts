import type { JsonObject } from '@tenon/core/document'
import { expect, test } from 'vitest'
import { checkForm, readFormFields } from './form-fields.ts'

const schemaOf = (properties: JsonObject, required: string[] = []): JsonObject => ({
  ...{ type: 'object', properties, required },
})

test('each kind of field follows from its schema, the required ones first without an order of the author', () => {
  const { fields, faults } = readFormFields(
    schemaOf(
      {
        fullName: { type: 'string', description: 'As in your passport' },
        comment: { type: 'string', maxLength: 500 },
        mail: { type: 'string', format: 'email', title: 'Email' },
        page: { type: ['string', 'null'], format: 'uri' },
        birthday: { type: 'string', format: 'date' },
        price: { type: 'number', default: 1.5 },
        seats: { type: 'integer' },
        news: { type: 'boolean', default: true },
        terms: { type: 'boolean', const: true },
        size: { enum: ['S', 'M', null] },
        level: { type: 'integer', enum: [1, 2] },
      },
      ['fullName', 'terms', 'news'],
    ),
  )
  expect(faults).toEqual([])
  expect(fields.map(({ name, kind }) => `${name}:${kind}`)).toEqual([
    ...['fullName:text', 'terms:checkbox', 'news:checkbox', 'comment:area', 'mail:email', 'page:url', 'birthday:date'],
    ...['price:number', 'seats:integer', 'size:choice', 'level:choice'],
  ])
  const byName = Object.fromEntries(fields.map((field) => [field.name, field]))
  expect(byName.fullName).toMatchObject({ title: 'Full name', help: 'As in your passport', isRequired: true })
  expect(byName.comment).toMatchObject({ maxLength: 500, isRequired: false })
  expect(byName.price).toMatchObject({ initial: '1.5' })
  // An unchecked box is an answer, unless it must be checked.
  expect(byName.news).toMatchObject({ initial: 'on', isRequired: false, mustBeChecked: false })
  expect(byName.terms).toMatchObject({ isRequired: true, mustBeChecked: true })
  expect(byName.size).toMatchObject({ choices: ['S', 'M'] })
})

test.each([
  [{ type: 'object', properties: {} }, 'is of the type object'],
  [{ type: 'array', items: { type: 'string' } }, 'is of the type array'],
  [{}, 'needs one type'],
  [true, 'has no schema'],
  [{ type: ['string', 'number'] }, 'needs one type'],
  [{ $ref: '#/$defs/name' }, 'uses "\\$ref"'],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'uses "anyOf"'],
  [{ type: 'string', format: 'date-time' }, 'has the format "date-time"; a form takes email, uri and date'],
  [{ type: 'string', format: 'tenon-file' }, /format|file/],
  [{ type: 'boolean', const: false }, 'can only be unchecked'],
  [{ enum: ['a', { b: 1 }] }, 'neither a text nor a number'],
  [{ enum: ['1', 1] }, 'two choices with the same text'],
  [{ enum: ['', 'a'] }, 'an empty choice'],
  [{ enum: [' ', 'a'] }, 'an empty choice'],
  [{ type: 'string', enum: ['a', 1] }, 'has the choice "1", which its type does not allow'],
  [{ enum: ['x'.repeat(1_001)] }, 'has a choice of more than 1000 characters'],
  [{ enum: Array.from({ length: 501 }, (_none, index) => index) }, 'has 501 choices'],
] as const)('a field with %j is refused', (schema, reason) => {
  const { fields, faults } = readFormFields(schemaOf({ x: schema as never }))
  expect(fields).toEqual([])
  expect(faults).toEqual([{ path: ['properties', 'x'], message: expect.stringMatching(reason) }])
})

test('a schema that is no form as a whole is refused', () => {
  const many = Object.fromEntries(Array.from({ length: 101 }, (_none, index) => [`f${index}`, { type: 'string' }]))
  const messages = [
    readFormFields({ type: 'array' }),
    readFormFields(true),
    readFormFields(schemaOf(many)),
    readFormFields(schemaOf({}, ['ghost'])),
    readFormFields(schemaOf({ x: { type: 'string', pattern: '(' } })),
  ].map(({ faults }) => faults[0]?.message)
  expect(messages).toEqual([
    'The input of a form must be an object',
    'The input of a form must be an object',
    'A form has at most 100 fields; this one has 101',
    'The form has no field "ghost", which the input requires',
    expect.stringMatching('The fields cannot be checked'),
  ])
})

test('a form that leads to another page needs its address', () => {
  const faultsOf = (redirectUrl: string) =>
    checkForm({ answer: 'redirect', redirectUrl }).faults.map(({ path }) => path)
  expect(['', 'https://a.example:99999', 'https://a.example/x'].map(faultsOf)).toEqual([
    [['redirectUrl']],
    [['redirectUrl']],
    [],
  ])
})
