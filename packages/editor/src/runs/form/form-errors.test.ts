import type { Json, JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { checkForm, serverErrors } from './form-errors.ts'
import { formFields } from './form-model.ts'

const t = createTranslate({ ...en, ...enRuns }, 'en')

function faults(properties: JsonObject, values: JsonObject, required: readonly string[] = []) {
  const fields = formFields({ type: 'object', properties, required }) ?? []
  return Object.fromEntries(checkForm(fields, values, t))
}

describe('checkForm', () => {
  test('asks for what is required and empty', () => {
    expect(faults({ a: { type: 'string' }, b: { type: 'string' } }, { a: '' }, ['a'])).toEqual({ a: 'Enter a value.' })
  })

  test('asks for required members of a required group that is not there', () => {
    const group = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
    expect(faults({ who: group }, {}, ['who'])).toEqual({ 'who/name': 'Enter a value.' })
    expect(faults({ who: group }, {})).toEqual({})
  })

  test.each([
    [{ type: 'integer' }, 1.5, 'Enter a whole number.'],
    [{ type: 'number', minimum: 3 }, 2, 'Enter 3 or more.'],
    [{ type: 'number', maximum: 3 }, 4, 'Enter 3 or less.'],
    [{ type: 'number', exclusiveMinimum: 3 }, 3, 'Enter more than 3.'],
    [{ type: 'number', exclusiveMaximum: 3 }, 3, 'Enter less than 3.'],
    [{ type: 'string', minLength: 2 }, 'a', 'Enter at least 2 characters.'],
    [{ type: 'string', minLength: 1, maxLength: 1 }, '😀', undefined],
    [{ type: 'string', maxLength: 1 }, 'ab', 'Enter at most 1 character.'],
    [{ type: 'string', format: 'email' }, 'ana', 'Enter a value in the format email.'],
    [{ type: 'string', format: 'date' }, '2026-13-45', 'Enter a value in the format date.'],
    [{ type: 'string', format: 'uri' }, 'https://a.example', undefined],
    [{ type: 'string', format: 'duration' }, '30s', undefined],
    [{ type: 'string', format: 'unheard-of' }, 'x', undefined],
    [{ type: 'array', minItems: 2, items: {} }, [1], 'Add items until there are at least 2.'],
    [{ type: 'array', maxItems: 1, items: {} }, [1, 2], 'Remove items until there are at most 1.'],
  ])('%j with %j says %s', (schema, value, message) => {
    expect(faults({ x: schema as Json }, { x: value as Json })['x']).toBe(message)
  })

  test('looks into the items of a list', () => {
    const lines = {
      type: 'array',
      items: { type: 'object', required: ['total'], properties: { total: { type: 'number' } } },
    }
    expect(faults({ lines }, { lines: [{ total: 1 }, {}] })).toEqual({ 'lines/1/total': 'Enter a value.' })
  })

  test('leaves patterns to the server, since they may hang a browser', () => {
    expect(faults({ x: { type: 'string', pattern: '^(a+)+$' } }, { x: `${'a'.repeat(60)}!` })).toEqual({})
  })
})

describe('serverErrors', () => {
  const fields = formFields({ type: 'object', properties: { ticket_id: { type: 'string' } } }) ?? []
  const refuse = (issues: unknown) => new TenonError('RUN_INPUT_INVALID', 'no', { details: { issues } })

  test('are shown at the fields that the server names, with or without the envelope', () => {
    const issue = { code: 'pattern', message: 'Write T- and digits.' }
    expect([...serverErrors(refuse([{ ...issue, path: ['ticket_id'] }]), fields)]).toEqual([
      ['ticket_id', issue.message],
    ])
    expect([...serverErrors(refuse([{ ...issue, path: ['input', 'ticket_id'] }]), fields)]).toEqual([
      ['ticket_id', issue.message],
    ])
  })

  test('are none for anything else', () => {
    for (const thrown of [new Error('x'), refuse('text'), refuse([null, { path: 'a' }]), null]) {
      expect(serverErrors(thrown, fields).size).toBe(0)
    }
  })
})
