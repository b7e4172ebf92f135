import type { Json } from '../json.ts'
import { repairText } from '../text/well-formed.ts'
import { MASK } from './mask-text.ts'

/** Replaces all occurrences of known secrets. */
export interface Redactor {
  /** True if there is nothing to replace. */
  readonly isEmpty: boolean
  /** Returns the text with every known secret replaced. */
  text(text: string): string
  /** Returns a copy of the value with every known secret replaced, in keys and texts. */
  json<Value extends Json>(value: Value): Value
}

/** Shorter values occur too often by chance in other text. */
const MIN_LENGTH = 6

/** Returns the forms in which a service may return a value: unchanged, encoded for a URL, for JSON, in Base64. */
function formsOf(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret)
  const base64 = btoa(String.fromCharCode(...bytes.subarray(0, 16_384)))
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 16)
  return [
    secret,
    encodeURIComponent(repairText(secret)),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
    ...lines,
  ]
}

/**
 * Creates a redactor that replaces known secrets in texts and JSON, keys included, with and without the spaces around
 * them: a header is sent without.
 *
 * @param secrets - Values of fewer than 6 characters are ignored.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = secrets.flatMap((secret) => [secret, secret.trim()]).filter(({ length }) => length >= MIN_LENGTH)
  const forms = [...new Set(known.flatMap(formsOf))]
    .filter((form) => form.length >= MIN_LENGTH)
    // Longer secrets first, since one may contain a shorter one.
    .sort((a, b) => b.length - a.length)

  function text(given: string): string {
    let redacted = given
    for (const form of forms) if (redacted.includes(form)) redacted = redacted.replaceAll(form, MASK)
    return redacted
  }

  function json(value: Json): Json {
    if (typeof value === 'string') return text(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item: Json) => json(item))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [text(key), json(member as Json)]))
  }

  return {
    isEmpty: forms.length === 0,
    text,
    json: <Value extends Json>(value: Value) => (forms.length === 0 ? value : (json(value) as Value)),
  }
}
