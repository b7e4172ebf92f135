import type { Json, JsonSchema } from '../json.ts'
import type { ColumnType } from './data-tables.ts'

const ANY_ROW: JsonSchema = Object.freeze({ type: 'object' })

const TYPES: Readonly<Record<ColumnType, Json>> = {
  text: { type: ['string', 'null'] },
  number: { type: ['number', 'null'] },
  boolean: { type: ['boolean', 'null'] },
  instant: { type: ['string', 'null'] },
  json: {},
}

/**
 * Returns the schema of an output that a param describes `as: 'rows'`.
 *
 * @param table - The param: a data table with its columns; anything else gives rows of any columns.
 */
export function rowsOutput(table: unknown): JsonSchema {
  const row = rowSchemaOf(table)
  return {
    type: 'object',
    properties: {
      rows: { type: 'array', items: row as Json },
      row: { anyOf: [row as Json, { type: 'null' }] },
      count: { type: 'integer', minimum: 0 },
    },
    required: ['rows', 'row', 'count'],
  }
}

function rowSchemaOf(table: unknown): JsonSchema {
  const columns = isObject(table) && Array.isArray(table['columns']) ? (table['columns'] as readonly unknown[]) : null
  if (columns === null || columns.length === 0) return ANY_ROW
  const text: Json = { type: 'string' }
  const properties: Record<string, Json> = { id: { type: 'integer' }, createdAt: text, updatedAt: text }
  for (const column of columns) {
    if (!isObject(column) || typeof column['name'] !== 'string') continue
    const { name, type } = column as { readonly name: string; readonly type?: unknown }
    properties[name] = Object.hasOwn(TYPES, String(type)) ? TYPES[type as ColumnType] : {}
  }
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
