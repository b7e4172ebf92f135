import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import { isSorted } from './key-order.ts'

/**
 * Keyword of an object schema that lists the names of its properties in the order of the author. Stored JSON has its
 * keys sorted, so the order of `properties` itself is lost.
 */
export const SCHEMA_ORDER_KEYWORD = 'x-order'

/**
 * Returns the properties of an object schema in the order of its author: by `x-order`, then required ones in the order
 * of `required`, then the others in stored order.
 *
 * Names in `x-order` that are not properties are ignored.
 */
export function orderedProperties(schema: JsonObject): readonly (readonly [name: string, schema: Json])[] {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  const order = [...new Set([...textsOf(schema[SCHEMA_ORDER_KEYWORD]), ...textsOf(schema.required)])]
  const rank = new Map(order.map((name, index) => [name, index]))
  const rankOf = (name: string) => rank.get(name) ?? order.length
  return Object.entries(properties).sort(([a], [b]) => rankOf(a) - rankOf(b))
}

/**
 * Returns a schema with its properties in the order of its author at every depth and without the keyword, for readers
 * that use the order of keys or refuse unknown keywords.
 */
export function arrangeSchema(schema: JsonSchema): JsonSchema {
  return isJsonObject(schema) ? arrange(schema) : schema
}

function arrange(schema: JsonObject): JsonObject {
  const { [SCHEMA_ORDER_KEYWORD]: _order, ...rest } = schema
  const entries = Object.entries(rest).map(([keyword, value]): [string, Json] => {
    if (keyword === 'properties' && isJsonObject(value)) {
      return [keyword, Object.fromEntries(orderedProperties(schema).map(([name, part]) => [name, arrangePart(part)]))]
    }
    // Values of data keywords may look like schemas but are data.
    return [keyword, DATA_KEYWORDS.has(keyword) ? value : arrangePart(value)]
  })
  return Object.fromEntries(entries)
}

/**
 * Returns a schema that lists its properties in the order in which they are written, at every depth, so that storing it
 * keeps this order. An order that the schema lists already stays, and a sorted one needs no list.
 */
export function keepSchemaOrder(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map((item: Json) => keepSchemaOrder(item))
  if (!isJsonObject(schema)) return schema
  const entries = Object.entries(schema).map(([keyword, value]): [string, Json] => {
    if (DATA_KEYWORDS.has(keyword)) return [keyword, value]
    if (keyword !== 'properties' || !isJsonObject(value)) return [keyword, keepSchemaOrder(value)]
    return [keyword, Object.fromEntries(Object.entries(value).map(([name, part]) => [name, keepSchemaOrder(part)]))]
  })
  const written = isJsonObject(schema.properties) ? Object.keys(schema.properties) : []
  const isKept = schema[SCHEMA_ORDER_KEYWORD] !== undefined || isSorted(written)
  return Object.fromEntries(isKept ? entries : [...entries, [SCHEMA_ORDER_KEYWORD, written]])
}

const DATA_KEYWORDS: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples'])

function arrangePart(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => arrangePart(item))
  return isJsonObject(value) ? arrange(value) : value
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === 'string') : []
}
