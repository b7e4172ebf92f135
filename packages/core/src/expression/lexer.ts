import { indexOfText, isDigit, isSpace, nameEnd, nameStartLength } from './characters.ts'
import { lexString } from './lex-string.ts'
import { PUNCTUATORS, type Punctuator, type Token } from './token.ts'

type ForeignOperator = readonly [wrong: string, right: Punctuator]

const FOREIGN_OPERATORS: readonly ForeignOperator[] = [
  ['===', '=='],
  ['!==', '!='],
  ['=', '=='],
  ['&', '&&'],
  ['|', '||'],
]

/** Punctuators and foreign operators that begin with a character, in their order. */
interface Candidates {
  readonly punctuators: Punctuator[]
  readonly foreign: ForeignOperator[]
}

const NO_CANDIDATES: Candidates = { punctuators: [], foreign: [] }

const BY_FIRST_CHARACTER: ReadonlyMap<string, Candidates> = candidatesByFirst()

function candidatesByFirst(): ReadonlyMap<string, Candidates> {
  const found = new Map<string, Candidates>()
  for (const text of PUNCTUATORS) candidatesAt(found, text).punctuators.push(text)
  for (const foreign of FOREIGN_OPERATORS) candidatesAt(found, foreign[0]).foreign.push(foreign)
  return found
}

function candidatesAt(all: Map<string, Candidates>, text: string): Candidates {
  const known = all.get(text.charAt(0)) ?? { punctuators: [], foreign: [] }
  all.set(text.charAt(0), known)
  return known
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
  return at
}

function digitsEnd(text: string, from: number): number {
  let end = from
  while (isDigit(text.charCodeAt(end))) end += 1
  return end
}

function lexNumber(text: string, start: number): Token {
  let end = digitsEnd(text, start)
  // Without a digit after it the point belongs to a path: `1.a`.
  const fractionEnd = digitsEnd(text, end + 1)
  if (text[end] === '.' && fractionEnd > end + 1) end = fractionEnd
  if (text[end] === 'e' || text[end] === 'E') {
    const sign = text[end + 1] === '+' || text[end + 1] === '-' ? 1 : 0
    const exponentEnd = digitsEnd(text, end + 1 + sign)
    if (exponentEnd > end + 1 + sign) end = exponentEnd
  }
  const value = Number(text.slice(start, end))
  if (nameStartLength(text, end) > 0) {
    return { kind: 'invalid', start, end, fault: { reason: 'name_after_number' } }
  }
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    return { kind: 'invalid', start, end, fault: { reason: 'inexact_number' } }
  }
  return { kind: 'number', value, start, end }
}

function lexPunctuator(text: string, start: number): Token {
  const { punctuators, foreign } = BY_FIRST_CHARACTER.get(text.charAt(start)) ?? NO_CANDIDATES
  for (const [wrong, right] of foreign) {
    if (!text.startsWith(wrong, start) || isWhole(text, start, wrong, right)) continue
    return { kind: 'invalid', start, end: start + wrong.length, fault: { reason: 'foreign_operator', wrong, right } }
  }
  for (const punctuator of punctuators) {
    if (!text.startsWith(punctuator, start)) continue
    return { kind: 'punctuator', text: punctuator, start, end: start + punctuator.length }
  }
  const character = String.fromCodePoint(text.codePointAt(start) as number)
  return { kind: 'invalid', start, end: start + character.length, fault: { reason: 'character' } }
}

// `=` is an error unless it begins `==`; `===` always is.
function isWhole(text: string, start: number, wrong: string, right: string): boolean {
  return wrong.length < right.length && text.startsWith(right, start)
}

/**
 * Returns the token that begins at or after `from`. Never throws: unreadable text is an `invalid` token of at least one
 * character.
 */
export function nextToken(text: string, from: number): Token {
  const start = skipSpace(text, from)
  if (start >= text.length) return { kind: 'end', start: text.length, end: text.length }
  const code = text.charCodeAt(start)
  const first = nameStartLength(text, start)
  if (first > 0) {
    const end = nameEnd(text, start + first)
    return { kind: 'name', name: text.slice(start, end), start, end }
  }
  if (isDigit(code)) return lexNumber(text, start)
  if (code === 34 || code === 39) return lexString(text, start)
  return lexPunctuator(text, start)
}

/** Returns the token after a point: a name, or digits alone, since `a.0.1` is not a fraction. */
export function nextMember(text: string, from: number): Token {
  const start = skipSpace(text, from)
  if (!isDigit(text.charCodeAt(start))) return nextToken(text, start)
  const end = digitsEnd(text, start)
  const value = indexOfText(text.slice(start, end))
  if (value === null || nameStartLength(text, end) > 0) {
    return { kind: 'invalid', start, end, fault: { reason: 'list_index' } }
  }
  return { kind: 'number', value, start, end }
}
