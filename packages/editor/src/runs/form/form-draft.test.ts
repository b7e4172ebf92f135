import type { JsonObject } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { type RunFormDraft, startDraft } from './form-draft.ts'
import { formFields } from './form-model.ts'

const fieldsOf = (properties: JsonObject) => formFields({ type: 'object', properties })
const kept = (values: JsonObject, change: Partial<RunFormDraft> = {}): RunFormDraft => ({
  mode: 'form',
  values,
  text: '{}',
  names: Object.keys(values),
  ...change,
})

describe('startDraft', () => {
  test('begins with the defaults of the schema', () => {
    expect(startDraft(undefined, fieldsOf({ a: { type: 'string', default: 'x' } }))).toEqual({
      mode: 'form',
      values: { a: 'x' },
      text: '{\n  "a": "x"\n}',
      names: ['a'],
    })
    expect(startDraft(undefined, null)).toEqual({ mode: 'json', values: {}, text: '{}', names: [] })
  })

  test('keeps what was entered, what was emptied, and what the form does not know', () => {
    const before = kept({ a: 'mine', extra: 1 }, { names: ['a', 'b'] })
    const fields = fieldsOf({ a: { type: 'string', default: 'x' }, b: { type: 'string', default: 'y' } })
    expect(startDraft(before, fields).values).toEqual({ a: 'mine', extra: 1 })
  })

  test('follows a schema that has changed meanwhile', () => {
    const before = kept({ gone: 1, a: 'text' })
    const fields = fieldsOf({ a: { type: 'number', default: 2 }, fresh: { type: 'string', default: 'new' } })
    expect(startDraft(before, fields).values).toEqual({ a: 2, fresh: 'new' })
  })

  test('text that is half typed in JSON stays as it is', () => {
    const half = kept({}, { mode: 'json', text: '{"a":' })
    expect(startDraft(half, fieldsOf({ a: {} }))).toMatchObject({ mode: 'json', text: '{"a":' })
    expect(startDraft(half, null)).toMatchObject({ mode: 'json', text: '{"a":' })
    expect(startDraft(kept({ a: 1 }), null)).toMatchObject({ mode: 'json', text: '{\n  "a": 1\n}' })
  })

  test.each([
    [{ type: 'string' }, 'a', 1],
    [{ type: 'string', maxLength: 999 }, 'a', 1],
    [{ type: 'number' }, 1.5, '1'],
    [{ type: 'integer' }, 1, 1.5],
    [{ type: 'boolean' }, false, 'no'],
    [{ enum: [{ a: 1 }, 'b'] }, { a: 1 }, 'c'],
    [{ type: 'object', properties: { a: {} } }, { a: 1 }, []],
    [{ type: 'array', items: { type: 'string' } }, ['a'], {}],
  ])('%j keeps %j and drops %j', (schema, good, bad) => {
    expect(startDraft(kept({ x: good }), fieldsOf({ x: schema })).values).toEqual({ x: good })
    expect(startDraft(kept({ x: bad }), fieldsOf({ x: schema })).values).not.toEqual({ x: bad })
  })

  test('JSON of any kind is kept', () => {
    expect(startDraft(kept({ x: [1] }), fieldsOf({ x: true })).values).toEqual({ x: [1] })
  })
})
