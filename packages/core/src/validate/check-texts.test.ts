import { describe, expect, test } from 'vitest'
import { around, only, validate } from '../../test/validation.ts'
import type { JsonObject } from '../json.ts'
import { node } from '../testing/index.ts'

const faultsOf = (params: JsonObject) =>
  only(validate(around(node('a', 'set', params))), 'PARAM_INVALID').map(({ field, values }) => [field, values?.fault])

describe('a text that is an expression', () => {
  test.each(['', ' ', 'trigger.data.total > 100', 'lower(trigger.subject ?? "")'])('may be %j', (text) => {
    expect(faultsOf({ only: text })).toEqual([])
  })

  test.each([
    ['input.id', 'it can read "trigger" only, and not "input"'],
    ['trigger.', 'it is no expression: '],
    ['trigger.a}} and {{trigger.b', 'it is no expression: '],
  ])('is refused if it is %j', (text, fault) => {
    expect(faultsOf({ only: text })).toEqual([['params.only', expect.stringContaining(fault)]])
  })
})

describe('a statement that reads values', () => {
  test('is refused for names without a value, and for values that it does not read', () => {
    expect(faultsOf({ sql: 'select :id, :Other where a = :id', fields: { id: 1, more: 2 } })).toEqual([
      ['params.sql', 'it reads :Other, and there is no value with this name'],
      ['params.fields.more', 'the statement does not read :more'],
    ])
    expect(faultsOf({ sql: 'select :id', query: 'select :id' })).toEqual([
      ['params.sql', 'it reads :id, and there is no value with this name'],
      ['params.query', 'it reads :id, and there is no value with this name'],
    ])
  })

  test('has no names in texts, quoted names, comments and casts', () => {
    const sql = String.raw`select ':a', 'it''s :b', e'\' :c', ":d", $$ :e $$, $x$ :f $$ :g $x$, now()::text, :id::jsonb
      -- :h
      /* :i
         :j */ where x = lower(:name)`
    expect(faultsOf({ sql, fields: { id: 1, name: '{{ input.name }}' } })).toEqual([])
  })

  test('is not checked while its values are unknown', () => {
    expect(faultsOf({ sql: 'select :id', fields: 7 }).filter(([field]) => field === 'params.sql')).toEqual([])
  })
})
