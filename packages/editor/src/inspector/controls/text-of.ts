import type { Json } from '@tenon/core/document'

/** Any value as the text that a field shows. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
