import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../json.ts'
import { intersect } from './intersect.ts'
import { type StaticProperty, type StaticType, typeOfKind, UNKNOWN, unionOf } from './static-type.ts'

/** Most parts of a schema that are read. A schema may refer to itself endlessly; parts beyond are unknown. */
const MOST_PARTS = 500

interface Reading {
  readonly root: JsonSchema
  partsLeft: number
}

const KINDS: Readonly<Record<string, StaticType>> = Object.freeze({
  null: typeOfKind('null'),
  boolean: typeOfKind('boolean'),
  number: typeOfKind('number'),
  integer: typeOfKind('number'),
  string: typeOfKind('text'),
})

const OBJECT_KEYWORDS = ['properties', 'required', 'additionalProperties'] as const
const LIST_KEYWORDS = ['items', 'prefixItems'] as const

function isSchema(value: Json | undefined): value is JsonSchema {
  return typeof value === 'boolean' || isJsonObject(value)
}

/** Returns the part of a schema that a local reference such as `#/$defs/address` names. */
function referenced(root: JsonSchema, reference: string): JsonSchema {
  if (!reference.startsWith('#')) return true
  let at: Json = root
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return true
    at = (at as JsonObject)[key] as Json
  }
  return isSchema(at) ? at : true
}

/** Returns the type of one value, for `const` and `enum`; texts keep their value. */
export function typeOfValue(value: Json): StaticType {
  if (typeof value === 'string') return [{ kind: 'text', values: [value] }]
  if (typeof value === 'number') return typeOfKind('number')
  if (typeof value === 'boolean') return typeOfKind('boolean')
  if (value === null) return typeOfKind('null')
  if (Array.isArray(value)) return [{ kind: 'list', item: () => unionOf(value.map(typeOfValue)) }]
  const properties = Object.entries(value).map(([key, member]): [string, StaticProperty] => [
    key,
    { type: () => typeOfValue(member), isRequired: true },
  ])
  return [{ kind: 'object', properties: new Map(properties), rest: 'none' }]
}

const textAt = (schema: JsonSchema, key: string): string | undefined => {
  const value = isJsonObject(schema) ? schema[key] : undefined
  return typeof value === 'string' ? value : undefined
}

function propertyOf(schema: JsonSchema, isRequired: boolean, root: JsonSchema): StaticProperty {
  const title = textAt(schema, 'title')
  const description = textAt(schema, 'description')
  return {
    type: () => typeOfSchema(schema, root),
    isRequired,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  }
}

function objectType(schema: JsonObject, root: JsonSchema): StaticType {
  const declared = isJsonObject(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : []
  const properties = Object.entries(declared).map(([key, member]): [string, StaticProperty] => [
    key,
    propertyOf(isSchema(member) ? member : true, required.includes(key), root),
  ])
  const others = schema.additionalProperties
  const isOpen = others === true || isJsonObject(others)
  const rest = others === false ? 'none' : isOpen ? () => typeOfSchema(others, root) : 'undeclared'
  return [{ kind: 'object', properties: new Map(properties), rest }]
}

function listType(schema: JsonObject, root: JsonSchema): StaticType {
  const firsts = Array.isArray(schema.prefixItems) ? schema.prefixItems.filter(isSchema) : []
  const others = isSchema(schema.items) ? [schema.items] : []
  const items = [...firsts, ...others]
  const item = () => (items.length === 0 ? UNKNOWN : unionOf(items.map((part) => typeOfSchema(part, root))))
  return [{ kind: 'list', item }]
}

function kindType(kind: Json, schema: JsonObject, root: JsonSchema): StaticType {
  if (kind === 'object') return objectType(schema, root)
  if (kind === 'array') return listType(schema, root)
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? (KINDS[kind] as StaticType) : UNKNOWN
}

/** Returns the type by the keywords of the schema itself, without those that combine schemas. */
function ownType(schema: JsonObject, root: JsonSchema): StaticType {
  if (schema.const !== undefined) return typeOfValue(schema.const)
  if (Array.isArray(schema.enum)) return unionOf(schema.enum.map(typeOfValue))
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((kind) => kindType(kind, schema, root)))
  if (schema.type !== undefined) return kindType(schema.type, schema, root)
  if (OBJECT_KEYWORDS.some((keyword) => keyword in schema)) return objectType(schema, root)
  return LIST_KEYWORDS.some((keyword) => keyword in schema) ? listType(schema, root) : UNKNOWN
}

function read(schema: JsonSchema, reading: Reading): StaticType {
  reading.partsLeft -= 1
  if (schema === true || reading.partsLeft < 0) return UNKNOWN
  if (schema === false) return []
  const parts = [ownType(schema, reading.root)]
  const reference = textAt(schema, '$ref')
  if (reference !== undefined) parts.push(read(referenced(reading.root, reference), reading))
  for (const keyword of ['anyOf', 'oneOf']) {
    const choices = schema[keyword]
    if (!Array.isArray(choices)) continue
    parts.push(unionOf(choices.map((choice) => read(isSchema(choice) ? choice : true, reading))))
  }
  const { allOf } = schema
  if (Array.isArray(allOf)) parts.push(...allOf.map((part) => read(isSchema(part) ? part : true, reading)))
  return parts.reduce(intersect)
}

/**
 * Converts a JSON Schema to a type. Accepts any JSON: parts that are not understood are unknown.
 *
 * @param root - Root of local references. @defaultValue the schema itself
 */
export function typeOfSchema(schema: JsonSchema, root: JsonSchema = schema): StaticType {
  return unionOf([read(schema, { root, partsLeft: MOST_PARTS })])
}
