import {
  FILE_SCHEMA,
  isFileSchema,
  isJsonObject,
  type Json,
  type JsonObject,
  orderedProperties,
  SCHEMA_ORDER_KEYWORD,
} from '@tenon/core/document'

/** Types that a row can give to a field. */
export const FIELD_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'file'] as const
export type FieldType = (typeof FIELD_TYPES)[number]

/** One field of an object schema in a row. */
export interface SchemaField {
  readonly name: string
  /** Type of the field; `'custom'` for a schema that rows cannot show, such as a choice of schemas. */
  readonly type: FieldType | 'custom'
  readonly description: string
  readonly isRequired: boolean
  /** Allowed values; empty when every value of the type is allowed. */
  readonly choices: readonly Json[]
  /** Default value; `undefined` if none. */
  readonly fallback: Json | undefined
  /** Format of a text; empty if none. */
  readonly format: string
}

/** Changes that a row makes to a field; a missing key stays unchanged. */
export type SchemaFieldChange = Partial<Omit<SchemaField, 'name' | 'type'> & { readonly type: FieldType }>

/**
 * Returns the fields of a schema in the order of its author; `null` if it does not describe an object by its fields.
 */
export function readSchemaFields(schema: Json | undefined): readonly SchemaField[] | null {
  if (schema === undefined) return []
  if (!isJsonObject(schema) || (schema.type !== undefined && schema.type !== 'object')) return null
  if (schema.properties !== undefined && !isJsonObject(schema.properties)) return null
  const required = requiredOf(schema)
  return orderedProperties(schema).map(([name, raw]) => {
    const { type, description, enum: choices, default: fallback, format } = propertyOf(raw)
    return {
      name,
      type: isFileSchema(raw) ? 'file' : (FIELD_TYPES.find((known) => known === type && known !== 'file') ?? 'custom'),
      description: typeof description === 'string' ? description : '',
      isRequired: required.includes(name),
      choices: Array.isArray(choices) ? choices : [],
      fallback,
      format: typeof format === 'string' && !isFileSchema(raw) ? format : '',
    }
  })
}

/** Adds a text field after the others. */
export function addSchemaField(schema: JsonObject, name: string): JsonObject {
  return {
    ...schema,
    type: 'object',
    properties: { ...propertiesOf(schema), [name]: { type: 'string' } },
    [SCHEMA_ORDER_KEYWORD]: [...orderOf(schema), name],
  }
}

/** Changes one field; the rest of the schema and keywords that rows do not show are kept. */
export function changeSchemaField(schema: JsonObject, name: string, change: SchemaFieldChange): JsonObject {
  const properties = propertiesOf(schema)
  const next: Record<string, Json> = { ...propertyOf(properties[name] ?? {}) }
  if (change.type !== undefined && (change.type !== next.type || isFileSchema(next))) changeType(next, change.type)
  if ('description' in change) put(next, 'description', change.description === '' ? undefined : change.description)
  if ('format' in change) put(next, 'format', change.format === '' ? undefined : change.format)
  if ('fallback' in change) put(next, 'default', change.fallback)
  if ('choices' in change) put(next, 'enum', change.choices?.length === 0 ? undefined : change.choices)
  const others = requiredOf(schema).filter((other) => other !== name)
  const required = change.isRequired === undefined ? requiredOf(schema) : change.isRequired ? [...others, name] : others
  return withRequired({ ...schema, type: 'object', properties: { ...properties, [name]: next } }, required)
}

/** Gives a field another name; it keeps its position. */
export function renameSchemaField(schema: JsonObject, from: string, to: string): JsonObject {
  const renamed = (name: string) => (name === from ? to : name)
  const properties = Object.fromEntries(
    Object.entries(propertiesOf(schema)).map(([name, property]) => [renamed(name), property]),
  )
  return withRequired(
    { ...schema, properties, [SCHEMA_ORDER_KEYWORD]: orderOf(schema).map(renamed) },
    requiredOf(schema).map(renamed),
  )
}

export function removeSchemaField(schema: JsonObject, name: string): JsonObject {
  const { [name]: _gone, ...properties } = propertiesOf(schema)
  const isOther = (other: string) => other !== name
  const rest = { ...schema, properties, [SCHEMA_ORDER_KEYWORD]: orderOf(schema).filter(isOther) }
  return withRequired(rest, requiredOf(schema).filter(isOther))
}

/** Moves a field. @param to - Its index among all fields afterwards; clamped to the ends. */
export function moveSchemaField(schema: JsonObject, name: string, to: number): JsonObject {
  const others = orderOf(schema).filter((other) => other !== name)
  const at = Math.max(0, Math.min(others.length, to))
  return { ...schema, [SCHEMA_ORDER_KEYWORD]: [...others.slice(0, at), name, ...others.slice(at)] }
}

/** Parses a typed text as a value of a field; `undefined` if it is invalid. */
export function valueOfText(type: SchemaField['type'], text: string): Json | undefined {
  return type === 'string' ? text : convert(text.trim(), type)
}

// Limits of another type have no effect and apply again with that type. Values must match the type.
function changeType(property: Record<string, Json>, type: FieldType): void {
  // A file has keywords of its own, and none of another type.
  if (isFileSchema(property)) for (const keyword of ['format', 'properties', 'required']) delete property[keyword]
  if (type === 'file') {
    for (const keyword of ['default', 'enum', 'format']) delete property[keyword]
    Object.assign(property, FILE_SCHEMA)
    return
  }
  property.type = type
  const fits = (value: Json) => convert(value, type)
  put(property, 'default', property.default === undefined ? undefined : fits(property.default))
  if (Array.isArray(property.enum)) {
    const choices = property.enum.map(fits).filter((value) => value !== undefined)
    put(property, 'enum', choices.length === 0 ? undefined : choices)
  }
  if (type === 'array') property.items ??= { type: 'string' }
}

function convert(value: Json, type: SchemaField['type']): Json | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'object' ? undefined : String(value)
    case 'number':
    case 'integer': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
      return type === 'number' || Number.isInteger(number) ? number : undefined
    }
    case 'boolean':
      return [true, false].find((known) => String(value) === String(known))
    case 'object':
      return isJsonObject(value) ? value : undefined
    case 'array':
      return Array.isArray(value) ? value : undefined
    case 'file':
      return undefined
    default:
      return value
  }
}

function put(property: Record<string, Json>, keyword: string, value: Json | undefined): void {
  if (value === undefined) delete property[keyword]
  else property[keyword] = value
}

/** Returns a property as an object; `true` and `false` are converted to equivalent ones. */
function propertyOf(raw: Json): JsonObject {
  if (isJsonObject(raw)) return raw
  return raw === false ? { not: {} } : {}
}

function propertiesOf(schema: JsonObject): JsonObject {
  return isJsonObject(schema.properties) ? schema.properties : {}
}

function orderOf(schema: JsonObject): readonly string[] {
  return orderedProperties(schema).map(([name]) => name)
}

function requiredOf(schema: JsonObject): readonly string[] {
  return Array.isArray(schema.required) ? schema.required.filter((name: Json) => typeof name === 'string') : []
}

function withRequired(schema: JsonObject, required: readonly string[]): JsonObject {
  const { required: _before, ...rest } = schema
  return required.length === 0 ? rest : { ...rest, required }
}
