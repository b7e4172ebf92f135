import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'

/** Types that the friendly editor offers; anything else is edited as JSON. */
export const FIELD_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array'] as const
export type FieldType = (typeof FIELD_TYPES)[number]

/** One field of an object schema, as the friendly editor shows it. */
export interface SchemaField {
  readonly name: string
  readonly type: FieldType
  readonly description: string
  readonly isRequired: boolean
}

/** The fields of a schema, or `null` when it says more than rows can show. */
export function readSchemaFields(schema: Json | undefined): readonly SchemaField[] | null {
  if (schema === undefined) return []
  if (!isJsonObject(schema) || (schema.type !== undefined && schema.type !== 'object')) return null
  const properties = schema.properties ?? {}
  if (!isJsonObject(properties)) return null
  const required = Array.isArray(schema.required) ? schema.required : []
  const fields: SchemaField[] = []
  for (const [name, property] of Object.entries(properties)) {
    const type = isJsonObject(property) ? FIELD_TYPES.find((known) => known === property.type) : undefined
    if (!isJsonObject(property) || type === undefined) return null
    const { description } = property
    fields.push({
      name,
      type,
      description: typeof description === 'string' ? description : '',
      isRequired: required.includes(name),
    })
  }
  return fields
}

/** Changes one field and leaves everything else of the schema as it is. */
export function changeSchemaField(
  schema: JsonObject,
  name: string,
  change: Partial<Omit<SchemaField, 'name'>>,
): JsonObject {
  const properties = propertiesOf(schema)
  const property = isJsonObject(properties[name]) ? properties[name] : {}
  const next: Record<string, Json> = { ...property }
  if (change.type !== undefined && change.type !== property.type) {
    for (const keyword of Object.keys(next)) if (!['title', 'description'].includes(keyword)) delete next[keyword]
    next.type = change.type
    if (change.type === 'array') next.items = { type: 'string' }
  }
  if (change.description !== undefined) {
    if (change.description === '') delete next.description
    else next.description = change.description
  }
  const required = requiredOf(schema)
  const isRequired = change.isRequired ?? required.includes(name)
  return withRequired(
    { ...schema, type: 'object', properties: { ...properties, [name]: next } },
    isRequired ? [...required.filter((other) => other !== name), name] : required.filter((other) => other !== name),
  )
}

export function renameSchemaField(schema: JsonObject, from: string, to: string): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(propertiesOf(schema)).map(([name, property]) => [name === from ? to : name, property]),
  )
  return withRequired(
    { ...schema, properties },
    requiredOf(schema).map((name) => (name === from ? to : name)),
  )
}

export function removeSchemaField(schema: JsonObject, name: string): JsonObject {
  const { [name]: _gone, ...properties } = propertiesOf(schema)
  return withRequired(
    { ...schema, properties },
    requiredOf(schema).filter((other) => other !== name),
  )
}

function propertiesOf(schema: JsonObject): JsonObject {
  return isJsonObject(schema.properties) ? schema.properties : {}
}

function requiredOf(schema: JsonObject): readonly string[] {
  return Array.isArray(schema.required) ? schema.required.filter((name: Json) => typeof name === 'string') : []
}

function withRequired(schema: JsonObject, required: readonly string[]): JsonObject {
  const { required: _before, ...rest } = schema
  return required.length === 0 ? rest : { ...rest, required }
}
