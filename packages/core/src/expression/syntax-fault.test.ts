import { expect, test } from 'vitest'
import { type SyntaxFault, syntaxMessage } from './syntax-fault.ts'

type Reason = SyntaxFault['reason']
type Faults = { readonly [Wanted in Reason]: Extract<SyntaxFault, { readonly reason: Wanted }> }

/** Message of each fault; a reason without one does not compile. */
const MESSAGES: Readonly<
  Record<Exclude<Reason, 'unfinished' | 'unexpected' | 'foreign_operator' | 'duplicate_key'>, string>
> = {
  empty: 'The expression is empty: write a value, such as input.name',
  unclosed: 'The expression is not closed: add }} at its end',
  chained_comparison: 'Comparisons cannot be chained',
  segment: 'This is neither a key nor a list index',
  path: 'A path consists of keys separated by points, such as "customer.name"',
  name_after_number: 'A number cannot be followed directly by a name',
  inexact_number: 'This number is too large to be exact',
  unclosed_text: 'This text has no closing quote',
  unknown_escape: 'Unknown escape',
  lone_surrogate: 'This text has a lone surrogate',
  character: 'This character is not allowed in an expression',
  list_index: 'This is not a list index',
}

test.each(Object.entries(MESSAGES))('the message of %s is fixed', (reason, message) => {
  expect(syntaxMessage({ reason: reason as keyof typeof MESSAGES })).toBe(message)
})

test.each<[expected: Faults['unfinished']['expected'], words: string]>([
  ['value', 'a value'],
  ['key', 'a key'],
  ['key_or_index', 'a key or a list index'],
  ['operator, end', 'an operator or the end'],
  ['operator, }}', 'an operator or }}'],
  [')', ')'],
])('expects %s in words', (expected, words) => {
  expect(syntaxMessage({ reason: 'unfinished', expected })).toBe(`The expression is unfinished: expected ${words}`)
})

test.each<[found: Faults['unexpected']['found'], words: string]>([
  ['number', 'a number'],
  ['text', 'a text'],
  ['"number"', '"number"'],
  ['"+"', '"+"'],
])('names a found %s in words', (found, words) => {
  expect(syntaxMessage({ reason: 'unexpected', found, expected: 'value' })).toBe(`Found ${words}, expected a value`)
})

test('the messages of a foreign operator and of a repeated key', () => {
  expect(syntaxMessage({ reason: 'foreign_operator', wrong: '&', right: '&&' })).toBe('Write "&&"')
  expect(syntaxMessage({ reason: 'duplicate_key', key: 'a' })).toBe('This key is used twice')
})
