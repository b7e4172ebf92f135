import { isJsonObject, type Json, type JsonSchema } from '../json.ts'

/**
 * Returns the name of the param that names the connection of a node; `null` for a node type without one.
 *
 * @param schema - `params` of a manifest entry.
 */
export function connectionParamOf(schema: JsonSchema): string | null {
  const properties = isJsonObject(schema as Json) ? (schema as { properties?: Json }).properties : undefined
  if (!isJsonObject(properties)) return null
  const isConnection = ([, property]: readonly [string, Json]) =>
    isJsonObject(property) && property.control === 'connection'
  return Object.entries(properties).find(isConnection)?.[0] ?? null
}
