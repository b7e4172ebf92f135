import type { Json } from '@tenon/core/document'
import { parseJson as readJson } from '@tenon/core/text'
import type { Translate } from '../../messages/format.ts'

/**
 * Reason why a text is refused: the position of a syntax error (line and column from 1), or a value that cannot be
 * represented.
 */
export type JsonFault =
  | { readonly kind: 'syntax'; readonly line: number; readonly column: number }
  /** A number that would be rounded, at a path such as `order.id`. */
  | { readonly kind: 'number'; readonly path: string }
  | { readonly kind: 'content'; readonly path: string }
  | { readonly kind: 'depth' }

/** Value of a text, or the fault. */
export type ParsedJson = { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly fault: JsonFault }

/**
 * Parses JSON that a user typed, and finds the position of a fault, which `JSON.parse` reports differently in each
 * browser. A value that would change, such as a number with too many digits, is also a fault.
 */
export function parseJson(text: string): ParsedJson {
  const reading = readJson(text, { onLoss: 'refuse' })
  if (reading.ok) return { ok: true, json: reading.value }
  const { fault, issues } = reading
  if (fault === 'depth') return { ok: false, fault: { kind: 'depth' } }
  if (fault === 'content') {
    const path = issues[0]?.path.join('.') ?? ''
    return { ok: false, fault: { kind: issues[0]?.code === 'number_inexact' ? 'number' : 'content', path } }
  }
  const at = faultIndex(text)
  const before = text.slice(0, at)
  const [line, column] = [before.split('\n').length, at - before.lastIndexOf('\n')]
  return { ok: false, fault: { kind: 'syntax', line, column } }
}

/** Formats a fault for the person who typed the text. */
export function jsonFaultText(t: Translate, fault: JsonFault): string {
  switch (fault.kind) {
    case 'syntax':
      return t('ui.jsonFault', { line: fault.line, column: fault.column })
    case 'depth':
      return t('ui.jsonDepth')
    case 'number':
      return fault.path === '' ? t('ui.jsonNumber') : t('ui.jsonNumberAt', { path: fault.path })
    case 'content':
      return t('ui.jsonContent', { path: fault.path })
  }
}

const TOKEN =
  /\s*(?:[[\]{}:,]|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b)/uy

type Expect = 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'colon' | 'comma-or-close' | 'end'

/** Returns the index of the first invalid character. */
function faultIndex(text: string): number {
  const stack: ('[' | '{')[] = []
  let expect: Expect = 'value'
  const scanner = new RegExp(TOKEN)
  const afterValue = (): Expect => (stack.length === 0 ? 'end' : 'comma-or-close')
  for (;;) {
    const start = scanner.lastIndex
    const match = scanner.exec(text)
    const at = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0)
    if (match === null) return at
    const token = match[0].trimStart()
    const next = advance(token, expect, stack, afterValue)
    if (next === null) return at
    expect = next
  }
}

function advance(token: string, expect: Expect, stack: ('[' | '{')[], afterValue: () => Expect): Expect | null {
  const open = stack.at(-1)
  const closes = (token === ']' && open === '[') || (token === '}' && open === '{')
  if (closes && expect.endsWith('close')) {
    stack.pop()
    return afterValue()
  }
  if (expect === 'colon') return token === ':' ? 'value' : null
  if (expect === 'comma-or-close') return token !== ',' ? null : open === '{' ? 'key' : 'value'
  if (expect.startsWith('key')) return token.startsWith('"') ? 'colon' : null
  if (expect === 'end' || [']', '}', ':', ','].includes(token)) return null
  if (token === '[' || token === '{') {
    stack.push(token)
    return token === '[' ? 'value-or-close' : 'key-or-close'
  }
  return afterValue()
}
