import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import { type JsonSchemaCheck, prepareJsonSchema } from '../node/json-schema/check-json-schema.ts'

/** Keywords that check the members of an object one by one, or their names alone, and those that check nothing. */
const SEPARABLE: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  '$schema',
  'title',
  'description',
  'default',
])
const REFERENCE = /"\$(ref|dynamicRef|recursiveRef)":/

/**
 * Prepares the schema of params for the params of many nodes. The nodes of a type share most of their values, such as
 * defaults: what one of them has shown to fit is not checked again.
 *
 * @returns A check with the results of {@link prepareJsonSchema}; it throws all of its errors.
 */
export function prepareParamsCheck(schema: JsonSchema): JsonSchemaCheck {
  const fits = isJsonObject(schema) ? prepareParts(schema) : null
  let whole: JsonSchemaCheck | null = null
  return (params, onStep) => {
    if (fits !== null && isJsonObject(params as Json) && fits(params as JsonObject, onStep)) return []
    whole ??= prepareJsonSchema(schema)
    return whole(params, onStep)
  }
}

type Fits = (params: JsonObject, onStep: (() => void) | undefined) => boolean

/** Prepares the check of names and of each member by itself; null for a schema that relates members to each other. */
function prepareParts(schema: JsonObject): Fits | null {
  const { properties, additionalProperties = true } = schema
  if (!isJsonObject(properties) || typeof additionalProperties !== 'boolean') return null
  if (!Object.keys(schema).every((keyword) => SEPARABLE.has(keyword))) return null
  const members = Object.entries(properties) as [string, Json][]
  if (!members.every(([, member]) => isJsonObject(member)) || REFERENCE.test(JSON.stringify(schema))) return null
  const names = Object.fromEntries(members.map(([name]) => [name, true]))
  const fitNames = remembering({ ...schema, properties: names })
  const fitMember = new Map(members.map(([name, member]) => [name, remembering(member as JsonObject)]))
  return (params, onStep) => {
    const keys = Object.keys(params)
    // NUL separates the names without ambiguity, since no name of a param contains it.
    if (!fitNames(keys.join('\0'), params, onStep)) return false
    return keys.every((key) => fitMember.get(key)?.(params[key] as Json, params[key] as Json, onStep) ?? true)
  }
}

/** Remembers by a key which values have no faults; prepares the schema for the first of them. */
function remembering(schema: JsonSchema) {
  const fitting = new Set<Json>()
  let check: JsonSchemaCheck | null = null
  return (key: Json, value: Json, onStep: (() => void) | undefined): boolean => {
    if (fitting.has(key)) return true
    check ??= prepareJsonSchema(schema)
    if (check(value, onStep).length > 0) return false
    fitting.add(key)
    return true
  }
}
