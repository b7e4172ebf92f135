import { encodePathSegment } from '@tenon/core/text'

/**
 * Builds a path whose values are encoded, each as one segment: a value with a slash cannot lead to another path.
 *
 * @example
 * ```ts
 * pathOf`/repos/${owner}/${name}/issues`
 * ```
 */
export function pathOf(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((path, part, index) => `${path}${encodePathSegment(String(values[index - 1] ?? ''))}${part}`)
}

/** Adds parameters to a URL. Absent and empty values are left out, and a list gives one parameter for each item. */
export function withQuery(url: string, query: Readonly<Record<string, unknown>>): string {
  const text = encodeForm(query)
  return text === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${text}`
}

/** Encodes fields as a form (`application/x-www-form-urlencoded`). */
export function encodeForm(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== undefined && item !== null && item !== '')
      .map((item): [string, string] => [name, String(item)]),
  )
  return new URLSearchParams(pairs).toString()
}
