import type { Json } from '@tenon/core/document'
import { humanize } from './param-field.ts'

const SIGNS: Readonly<Record<string, string>> = { '==': '=', '!=': '≠', '>=': '≥', '<=': '≤' }

const ACRONYMS: readonly string[] = ['json', 'xml', 'html', 'csv', 'url', 'api', 'id']

/** A stored choice as people read it: `!=` is ≠, `response_body` is "Response body", `GET` stays. */
export function valueLabel(value: Json): string {
  if (typeof value !== 'string') return String(value)
  const sign = SIGNS[value]
  if (sign !== undefined) return sign
  if (ACRONYMS.includes(value)) return value.toUpperCase()
  return /^[a-z][a-z0-9_]*$/.test(value) ? humanize(value) : value
}

/** A comparison sign in a sentence; any other text as it is. */
export function signLabel(text: string): string {
  return SIGNS[text] ?? text
}
