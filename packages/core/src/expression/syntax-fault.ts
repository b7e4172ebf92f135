import type { Punctuator, TokenFault, WrittenToken } from './token.ts'

/** Text that could follow: a symbol as written, or kinds of text. */
export type ExpectedText = Punctuator | 'value' | 'key' | 'key_or_index' | 'operator, end' | 'operator, }}'

/** Token that cannot follow: a name or a symbol in quotes, or the kind of a literal. */
export type FoundText = `"${string}"` | 'number' | 'text'

/**
 * Fault of the syntax of an expression, by `reason`, with the values in its message; none is in a language.
 *
 * - `expected` is a symbol as written (`)`), or kinds of text, joined by commas: `value`, `key`, `key_or_index`,
 *   `operator`, `end`, also `}}`. `found` is a name or a symbol in quotes (`"b"`), or `number` or `text`.
 * - `wrong` is an operator of other languages, `right` the one to write.
 * - `segment`: brackets contain neither a key nor a list index. `path`: the argument of a list function is no path.
 */
export type SyntaxFault =
  | TokenFault
  | { readonly reason: 'empty' | 'unclosed' | 'chained_comparison' | 'segment' | 'path' }
  | { readonly reason: 'unfinished'; readonly expected: ExpectedText }
  | { readonly reason: 'unexpected'; readonly found: FoundText; readonly expected: ExpectedText }
  | { readonly reason: 'duplicate_key'; readonly key: string }

const SENTENCES: Readonly<
  Record<Exclude<SyntaxFault['reason'], 'unfinished' | 'unexpected' | 'foreign_operator'>, string>
> = Object.freeze({
  empty: 'The expression is empty: write a value, such as input.name',
  unclosed: 'The expression is not closed: add }} at its end',
  chained_comparison: 'Comparisons cannot be chained',
  segment: 'This is neither a key nor a list index',
  path: 'A path consists of keys separated by points, such as "customer.name"',
  duplicate_key: 'This key is used twice',
  name_after_number: 'A number cannot be followed directly by a name',
  inexact_number: 'This number is too large to be exact',
  unclosed_text: 'This text has no closing quote',
  unknown_escape: 'Unknown escape',
  lone_surrogate: 'This text has a lone surrogate',
  character: 'This character is not allowed in an expression',
  list_index: 'This is not a list index',
})

/** Kinds in English; symbols and names are shown as they are. */
const WORDS: Readonly<Partial<Record<ExpectedText | FoundText, string>>> = Object.freeze({
  value: 'a value',
  key: 'a key',
  key_or_index: 'a key or a list index',
  'operator, end': 'an operator or the end',
  'operator, }}': 'an operator or }}',
  number: 'a number',
  text: 'a text',
})

const inWords = (text: ExpectedText | FoundText): string => WORDS[text] ?? text

/** Returns the English message of a fault. */
export function syntaxMessage(fault: SyntaxFault): string {
  switch (fault.reason) {
    case 'unfinished':
      return `The expression is unfinished: expected ${inWords(fault.expected)}`
    case 'unexpected':
      return `Found ${inWords(fault.found)}, expected ${inWords(fault.expected)}`
    case 'foreign_operator':
      return `Write "${fault.right}"`
    default:
      return SENTENCES[fault.reason]
  }
}

/** Creates the fault of a token that cannot follow the tokens before it. */
export function unexpected(token: WrittenToken, expected: ExpectedText): SyntaxFault {
  return { reason: 'unexpected', found: foundText(token), expected }
}

function foundText(token: WrittenToken): FoundText {
  switch (token.kind) {
    case 'number':
      return 'number'
    case 'string':
      return 'text'
    case 'name':
      return `"${token.name}"`
    case 'punctuator':
      return `"${token.text}"`
  }
}
