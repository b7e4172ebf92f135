import { expect, test } from 'vitest'
import { humanize, isLongText } from './field-words.ts'

test('the label of a field follows from its name', () => {
  expect(['max_tokens', 'maxTokens', 'first-name', ''].map(humanize)).toEqual([
    ...['Max tokens', 'Max tokens', 'First name', ''],
  ])
})

test.each([
  ['message', {}, true],
  ['order_notes', {}, true],
  ['name', {}, false],
  ['name', { maxLength: 201 }, true],
  ['name', { maxLength: 200 }, false],
  ['message', { format: 'email' }, false],
])('the text %j with %j has several lines: %j', (name, schema, isLong) => {
  expect(isLongText(name, schema)).toBe(isLong)
})
