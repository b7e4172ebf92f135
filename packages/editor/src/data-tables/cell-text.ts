import type { Json, JsonObject } from '@tenon/core/document'
import type { ColumnType, DataColumn } from '@tenon/core/node'

/** Returns the value of a cell as the text that a person edits; empty without a value. A text in a JSON column has its quotes. */
export function cellText(values: JsonObject, { name, type }: Pick<DataColumn, 'name' | 'type'>): string {
  // Each object has a `constructor`, which may also be the name of a column.
  const value = Object.hasOwn(values, name) ? values[name] : null
  if (value === undefined || value === null) return ''
  return type === 'json' || typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Reads the text of a cell; an empty one is no value. The server reads numbers and dates, and says what is wrong with them. */
export function cellValue(text: string, type: ColumnType): Json {
  if (type === 'text') return text === '' ? null : text
  if (text.trim() === '') return null
  if (type !== 'json') return text.trim()
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
