import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/**
 * Fills in the defaults of params that a document leaves out, before its templates are resolved: a default
 * may be a template itself, such as `{{input}}` for the output of an end.
 *
 * @param schema - The `params` of a manifest entry.
 * @returns The params in the order of the document, then those filled in; the same object if none is missing.
 */
export function fillParamDefaults(schema: JsonSchema, params: JsonObject): JsonObject {
  const properties = isJsonObject(schema) && isJsonObject(schema.properties) ? schema.properties : {}
  const missing: [string, Json][] = []
  for (const name of Object.keys(properties)) {
    const property = properties[name]
    if (Object.hasOwn(params, name) || !isJsonObject(property) || property.default === undefined) continue
    missing.push([name, property.default])
  }
  return missing.length === 0 ? params : { ...params, ...Object.fromEntries(missing) }
}
