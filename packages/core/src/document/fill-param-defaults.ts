import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/**
 * Fills in the defaults of params that a document leaves out, before its templates are resolved: a default
 * may be a template itself, such as `{{input}}` for the output of an end.
 *
 * @param schema - The `params` of a manifest entry.
 * @returns The params in the order of the document, then those filled in; the same object if none is missing.
 */
export function fillParamDefaults(schema: JsonSchema, params: JsonObject): JsonObject {
  return withDefaults(paramDefaults(schema), params)
}

/** Default of a param, with its name. */
export type ParamDefault = readonly [name: string, value: Json]

/** Lists the defaults that a schema of params declares. */
export function paramDefaults(schema: JsonSchema): readonly ParamDefault[] {
  const properties = isJsonObject(schema) && isJsonObject(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([name, property]): ParamDefault[] =>
    isJsonObject(property as Json) && (property as JsonObject).default !== undefined
      ? [[name, (property as JsonObject).default as Json]]
      : [],
  )
}

/** {@link fillParamDefaults} for defaults that are listed already. */
export function withDefaults(defaults: readonly ParamDefault[], params: JsonObject): JsonObject {
  let filled: Record<string, Json> | null = null
  for (const [name, value] of defaults) {
    if (Object.hasOwn(params, name)) continue
    filled ??= { ...params }
    filled[name] = value
  }
  return filled ?? params
}
