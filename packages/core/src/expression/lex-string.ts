import { hasLoneSurrogate } from './characters.ts'
import type { Token } from './token.ts'

const ESCAPES: Readonly<Record<string, string>> = Object.freeze({
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '/': '/',
  '"': '"',
  "'": "'",
})

const HEX = /^[0-9A-Fa-f]{4}$/

/** Reads the text that opens with the quote at `start`; it may contain line breaks. */
export function lexString(text: string, start: number): Token {
  const quote = text[start]
  let value = ''
  let at = start + 1
  let from = at
  for (;;) {
    const character = text[at]
    if (character === undefined) {
      return { kind: 'invalid', start, end: at, fault: { reason: 'unclosed_text' } }
    }
    if (character === quote) break
    if (character !== '\\') {
      at += 1
      continue
    }
    value += text.slice(from, at)
    const letter = text[at + 1] ?? ''
    const hex = letter === 'u' ? text.slice(at + 2, at + 6) : ''
    const escaped = HEX.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : ESCAPES[letter]
    if (escaped === undefined) {
      return { kind: 'invalid', start: at, end: at + 2, fault: { reason: 'unknown_escape' } }
    }
    value += escaped
    at += letter === 'u' ? 6 : 2
    from = at
  }
  value += text.slice(from, at)
  const end = at + 1
  if (hasLoneSurrogate(value)) {
    return { kind: 'invalid', start, end, fault: { reason: 'lone_surrogate' } }
  }
  return { kind: 'string', value, start, end }
}
