import { isJsonObject, type Json } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'

/** Children that are shown at once. */
export const MAX_CHILDREN = 100
/** Characters of a text that are shown at once. */
export const MAX_TEXT = 2_000
const PREVIEW_LENGTH = 60

export function isBranch(value: Json): boolean {
  return typeof value === 'object' && value !== null
}

/** Returns the members of an object or the items of a list, with their names. */
export function childrenOf(value: Json): readonly (readonly [key: string, child: Json])[] {
  if (Array.isArray(value)) return value.map((child: Json, index) => [String(index), child])
  return isJsonObject(value) ? Object.entries(value) : []
}

/** Formats a value in one short line: `{ email, name }`, `[ 3 ]`, `"My order hasn't…"`. */
export function previewOf(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? '[ ]' : `[ ${value.length} ]`
  if (isJsonObject(value)) {
    const keys = Object.keys(value)
    return keys.length === 0 ? '{ }' : `{ ${clip(keys.join(', '))} }`
  }
  return typeof value === 'string' ? `"${clip(value)}"` : String(value)
}

function clip(text: string): string {
  return cutText(text, PREVIEW_LENGTH, '…')
}

/** Formats a value beside its label: texts without quotes, short lists and objects joined. */
export function wordsOf(value: Json): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item: Json) => !isBranch(item))) return value.map(String).join(', ')
  return isBranch(value) ? previewOf(value) : String(value)
}
