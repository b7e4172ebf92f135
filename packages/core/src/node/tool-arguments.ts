import { secretParamsOf } from '../document/secret-marker.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from './definition.ts'
import type { Tool } from './tools.ts'

/** Reason why a param cannot be left to a model: its value is part of the document, or names an account. */
export function faultOfOpenParam({ params }: Pick<NodeManifestEntry, 'params'>, name: string): string | null {
  const property = propertiesOf(params)[name]
  if (property === undefined) return 'the node type has no such param'
  if (!isJsonObject(property)) return null
  if (property.secret === true) return 'it is a secret'
  return property.literal === true || property.control === 'connection' ? 'only you can set it' : null
}

/** Reason why an author cannot fix a param of a tool. */
export function faultOfFixedParam({ params }: Pick<NodeManifestEntry, 'params'>, name: string): string | null {
  return secretParamsOf(params).includes(name) ? 'a tool has no secrets: use a connection' : null
}

/**
 * Returns the JSON Schema of the arguments of a tool, for a model: the params that are left to it, without what only the
 * editor reads.
 *
 * @param type - Manifest entry of the node type of the tool.
 */
export function toolArguments(type: Pick<NodeManifestEntry, 'params'>, { open }: Pick<Tool, 'open'>): JsonSchema {
  const properties = propertiesOf(type.params)
  const { required = [], $defs } = type.params as { readonly required?: readonly string[]; readonly $defs?: JsonObject }
  const params = Object.entries(open).filter(([name]) => faultOfOpenParam(type, name) === null)
  const schemas = params.map(([name, { description, schema }]): readonly [string, Json] => {
    // The type has the param: others have a fault.
    const own = forModel((schema ?? properties[name]) as Json)
    return [name, description === '' || !isJsonObject(own) ? own : { ...own, description }]
  })
  return {
    type: 'object',
    properties: Object.fromEntries(schemas),
    required: params.flatMap(([name, { schema }]) => (required.includes(name) || schema !== undefined ? [name] : [])),
    additionalProperties: false,
    ...($defs === undefined ? {} : { $defs: forEach($defs) }),
  }
}

function propertiesOf(schema: JsonSchema): JsonObject {
  const properties = isJsonObject(schema as Json) ? (schema as JsonObject).properties : undefined
  return isJsonObject(properties) ? properties : {}
}

/** Keywords of JSON Schema that a model understands; all others are for the editor and the validator. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...['type', 'title', 'description', 'default', 'examples', 'enum', 'const', 'format', 'pattern', '$ref'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'uniqueItems', 'required', 'minProperties', 'maxProperties'],
  ...['minContains', 'maxContains', 'dependentRequired'],
])
const WITH_SCHEMA: ReadonlySet<string> = new Set([
  ...['items', 'additionalProperties', 'propertyNames', 'not', 'contains', 'if', 'then', 'else'],
  ...['unevaluatedItems', 'unevaluatedProperties'],
])
const WITH_SCHEMAS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const WITH_NAMED_SCHEMAS: ReadonlySet<string> = new Set([
  ...['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'],
])

/** Removes the keywords that are not part of JSON Schema. */
function forModel(schema: Json): Json {
  if (!isJsonObject(schema)) return schema
  const kept = Object.entries(schema).flatMap(([keyword, value]): readonly (readonly [string, Json])[] => {
    if (KEYWORDS.has(keyword)) return [[keyword, value]]
    if (WITH_SCHEMA.has(keyword)) return [[keyword, forModel(value)]]
    if (WITH_SCHEMAS.has(keyword) && Array.isArray(value)) return [[keyword, value.map(forModel)]]
    if (WITH_NAMED_SCHEMAS.has(keyword) && isJsonObject(value)) return [[keyword, forEach(value)]]
    return []
  })
  return Object.fromEntries(kept)
}

function forEach(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, forModel(schema)]))
}
