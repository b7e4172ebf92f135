import type { JsonObject } from '@tenon/core/document'
import { expect, test } from 'vitest'
import { readFormFields } from '../form-rules/form-fields.ts'
import { inputName, keyOfForm, readForm } from './read-form.ts'

const ID = '0d4cf5a2-7f54-4f29-9d0f-2f6a3f6f2f10'

function read(
  schema: JsonObject,
  sent: readonly (readonly [string, string])[],
  type = 'application/x-www-form-urlencoded',
) {
  const body = new URLSearchParams([['send_id', ID], ...sent.map(([name, text]) => [inputName({ name }), text])])
  const bytes = new TextEncoder().encode(body.toString())
  return readForm(readFormFields(schema).fields, schema, { headers: new Headers({ 'content-type': type }), bytes })
}

test('texts become values of the types of their fields, and empty ones are left out', () => {
  const properties = {
    ...{ name: { type: 'string' }, note: { type: 'string' }, size: { enum: ['S', 4] }, seats: { type: 'integer' } },
    ...{
      price: { type: 'number' },
      news: { type: 'boolean' },
      ok: { const: true, type: 'boolean' },
      day: { type: 'string' },
    },
  }
  const schema = { type: 'object', properties, required: ['name', 'seats', 'ok'] }
  const sent = read(schema, [
    ...([
      ['name', ' Ada '],
      ['note', 'one\r\n two '],
      ['size', '4'],
      ['seats', '3'],
      ['price', '-1.50'],
    ] as const),
    ...([
      ['ok', 'on'],
      ['day', '  '],
      ['unknown', 'x'],
      ['constructor', 'x'],
    ] as const),
  ])
  expect(sent.input).toEqual({ name: 'Ada', note: 'one\n two ', size: 4, seats: 3, price: -1.5, news: false, ok: true })
  expect([sent.sendId, sent.faults.size, sent.general]).toEqual([ID, 0, []])
  expect(sent.typed.get('name')).toBe(' Ada ')
})

test.each([
  [{ type: 'string' }, '', 'Enter a text'],
  [{ type: 'string' }, ' \r\n ', 'Enter a text'],
  [{ type: 'string' }, 'a\0b', 'Remove the character that cannot be stored'],
  [{ type: 'string' }, 'x'.repeat(1_001), 'Enter at most 1000 characters; there are 1001'],
  [{ type: 'string', minLength: 3 }, 'ab', 'It is too short'],
  [{ type: 'string', format: 'email' }, 'ada', 'Enter an email address, such as ada@example.com'],
  [{ type: 'string', format: 'uri' }, 'not an address', 'Enter an address, such as https://example.com'],
  [{ type: 'string', format: 'date' }, '2026-02-31', 'Enter a date, such as 2026-11-30'],
  [{ type: 'number' }, '1,5', 'Enter a number, such as 12.5'],
  [{ type: 'number' }, '1e999', 'Enter a number, such as 12.5'],
  [{ type: 'number' }, '0x10', 'Enter a number, such as 12.5'],
  [{ type: 'integer' }, '1.5', 'Enter a whole number, such as 12'],
  [{ type: 'integer' }, '9007199254740993', 'The number is too large'],
  [{ type: 'integer', minimum: 18 }, '17', 'It must be at least 18'],
  [{ type: 'boolean', const: true }, '', 'Check this box'],
  [{ enum: ['a'] }, '', 'Choose one of the list'],
  [{ enum: ['a'] }, '__proto__', 'Choose one of the list'],
])('a required field with %j refuses %j', (property, text, fault) => {
  const { faults, general } = read({ type: 'object', properties: { x: property }, required: ['x'] }, [['x', text]])
  expect([...faults]).toEqual([['x', fault]])
  expect(general).toEqual([])
})

test('rules over several fields are faults of the form, or of the field that is missing', () => {
  const properties = { way: { enum: ['mail', 'call'] }, phone: { type: 'string' }, mail: { type: 'string' } }
  const rules = JSON.parse(
    '{"if": {"properties": {"way": {"const": "call"}}}, "then": {"required": ["phone"]}, "maxProperties": 2}',
  )
  const schema = { type: 'object', properties, ...rules }
  expect([...read(schema, [['way', 'call']]).faults]).toEqual([['phone', 'Enter a text']])
  const all = read(schema, [
    ['way', 'call'],
    ['phone', '1'],
    ['mail', 'm'],
  ])
  expect(all.general).toEqual(['It has too many fields'])
})

test('the names of objects are fields like others', () => {
  const properties = JSON.parse('{"__proto__": {"type": "string"}, "constructor": {"type": "string"}}') as JsonObject
  const { input } = read({ type: 'object', properties }, [
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
  expect(JSON.stringify(input)).toBe('{"__proto__":"a","constructor":"b"}')
})

test('another body is refused, and an id that no page has made is none', () => {
  const schema = { type: 'object', properties: {} }
  expect(() => read(schema, [], 'text/plain')).toThrow('application/x-www-form-urlencoded')
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
  expect(() => readForm([], schema, { headers, bytes: new Uint8Array([255]) })).toThrow('UTF-8')
  const bytes = new TextEncoder().encode(`send_id=${'x'.repeat(36)}`)
  expect(readForm([], schema, { headers, bytes }).sendId).toBeNull()
  expect(keyOfForm(ID, { a: 1 })).not.toBe(keyOfForm(ID, { a: 2 }))
})
