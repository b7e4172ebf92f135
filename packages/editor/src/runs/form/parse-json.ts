import type { Json } from '@tenon/core/document'

/** The value of a text, or where it stops being JSON; line and column count from 1. */
export type ParsedJson =
  | { readonly ok: true; readonly json: Json }
  | { readonly ok: false; readonly line: number; readonly column: number }

/** Parses JSON and finds the place of a fault, which `JSON.parse` tells differently in each browser. */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, json: JSON.parse(text) as Json }
  } catch {
    const at = faultIndex(text)
    const before = text.slice(0, at)
    return { ok: false, line: before.split('\n').length, column: at - before.lastIndexOf('\n') }
  }
}

const TOKEN =
  /\s*(?:[[\]{}:,]|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b)/uy

type Expect = 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'colon' | 'comma-or-close' | 'end'

/** Index of the first character that cannot stand where it stands. */
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
