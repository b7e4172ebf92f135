import { humanize, isJsonObject, type Json } from '@tenon/core/document'
import type { ObjectSchema } from './param-field.ts'

const SIGNS: ReadonlyMap<string, string> = new Map([
  ['==', '='],
  ['!=', '≠'],
  ['>=', '≥'],
  ['<=', '≤'],
])

const ACRONYMS: readonly string[] = ['json', 'xml', 'html', 'csv', 'url', 'api', 'id']

/**
 * Formats a stored choice for people: by the titles of its schema, else `!=` as ≠, `response_body` as "Response body",
 * `businessHours` as "Business hours", `GET` unchanged.
 */
export function valueLabel(value: Json, schema: ObjectSchema = {}): string {
  const { titles } = schema
  const title = isJsonObject(titles) && Object.hasOwn(titles, String(value)) ? titles[String(value)] : undefined
  if (typeof title === 'string') return title
  if (typeof value !== 'string') return String(value)
  const sign = SIGNS.get(value)
  if (sign !== undefined) return sign
  if (ACRONYMS.includes(value)) return value.toUpperCase()
  return /^([a-z][a-z0-9_]*|[a-z]+([A-Z][a-z]+)+)$/.test(value) ? humanize(value) : value
}

/** Formats a comparison sign for a sentence; other texts are unchanged. */
export function signLabel(text: string): string {
  return SIGNS.get(text) ?? text
}
