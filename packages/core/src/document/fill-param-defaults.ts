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
type ParamDefault = readonly [name: string, value: Json]

/** Lists the defaults that a schema of params declares. */
function paramDefaults(schema: JsonSchema): readonly ParamDefault[] {
  const properties = isJsonObject(schema) && isJsonObject(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([name, property]): ParamDefault[] =>
    isJsonObject(property as Json) && (property as JsonObject).default !== undefined
      ? [[name, (property as JsonObject).default as Json]]
      : [],
  )
}

/**
 * Creates {@link fillParamDefaults} for many nodes of a type. Nodes of a type often give the same params: theirs are
 * copied from those of the node before, which takes less time and memory than adding the defaults one by one.
 */
export function createParamFilling(schema: JsonSchema): (params: JsonObject) => JsonObject {
  const defaults = paramDefaults(schema)
  let last: { readonly names: readonly string[]; readonly filled: JsonObject } | null = null
  return (params) => {
    const names = Object.keys(params)
    if (last === null || !areSame(names, last.names)) {
      const filled = withDefaults(defaults, params)
      last = filled === params ? null : { names, filled }
      return filled
    }
    const filled: Record<string, Json> = { ...last.filled }
    for (const name of names) filled[name] = params[name] as Json
    return filled
  }
}

function areSame(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name, at) => name === others[at])
}

function withDefaults(defaults: readonly ParamDefault[], params: JsonObject): JsonObject {
  let filled: Record<string, Json> | null = null
  for (const [name, value] of defaults) {
    if (Object.hasOwn(params, name)) continue
    filled ??= { ...params }
    filled[name] = value
  }
  return filled ?? params
}
