import type { Json } from '@tenon/core/document'
import type { ColumnType } from '@tenon/core/node'

/** Returns the value of a cell as the text that a person edits; empty without a value. */
export function cellText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Reads the text of a cell; an empty one is no value. The server reads numbers and dates, and says what is wrong with them. */
export function cellValue(text: string, type: ColumnType): Json {
  if (text.trim() === '') return null
  if (type !== 'json') return type === 'text' ? text : text.trim()
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
