import type { JsonObject } from '../json.ts'

const LONG_TEXT = 200
const LONG_NAMES = /(^|_)(text|message|body|description|comment|notes?|content|prompt|query)$/i

/** Converts `max_tokens` and `maxTokens` to words, as the label of a field without a title: "Max tokens". */
export function humanize(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Checks whether a form shows a text in a field of several lines: by its longest length, or by its name. */
export function isLongText(name: string, { format, maxLength }: JsonObject): boolean {
  return format === undefined && (LONG_NAMES.test(name) || Number(maxLength ?? 0) > LONG_TEXT)
}
