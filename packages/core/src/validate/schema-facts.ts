import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/** Facts about the fields of an object. */
export interface ObjectFacts {
  readonly fields: ReadonlyMap<string, FieldFacts>
  /** Other fields: `yes` if the schema allows them, `silent` if it does not mention them. */
  readonly others: 'no' | 'silent' | 'yes'
}

export interface FieldFacts {
  readonly schema: JsonSchema
  /** True if the field is always present. */
  readonly required: boolean
}

/** Facts about an object without fields, such as the output of a skipped node. */
export const NO_FIELDS: ObjectFacts = Object.freeze({ fields: new Map(), others: 'no' })
/** Facts about a value without a schema. */
export const ANYTHING: ObjectFacts = Object.freeze({ fields: new Map(), others: 'yes' })

const MAX_DEPTH = 8
const OPENNESS = ['no', 'silent', 'yes'] as const

export const asObject = (schema: JsonSchema | Json | undefined): JsonObject | null =>
  isJsonObject(schema as Json) ? (schema as JsonObject) : null

/** Returns a schema that accepts the values of any of the schemas, without duplicates. */
export function eitherSchema(schemas: readonly JsonSchema[]): JsonSchema {
  if (schemas.length < 2) return schemas[0] ?? true
  const distinct = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]))
  const [first, ...others] = distinct.values()
  return others.length === 0 ? (first as JsonSchema) : { anyOf: [first, ...others] as Json[] }
}

const mostOpen = (all: readonly ObjectFacts[]): ObjectFacts['others'] =>
  OPENNESS[Math.max(0, ...all.map(({ others }) => OPENNESS.indexOf(others)))] as ObjectFacts['others']

/** Returns the facts of a choice of objects: fields required in all of them are always present. */
function eitherFacts(all: readonly ObjectFacts[]): ObjectFacts {
  const keys = new Set(all.flatMap(({ fields }) => [...fields.keys()]))
  const fields = [...keys].map((key): [string, FieldFacts] => {
    const found = all.flatMap((facts) => facts.fields.get(key) ?? [])
    const required = found.length === all.length && found.every((field) => field.required)
    return [key, { schema: eitherSchema(found.map(({ schema }) => schema)), required }]
  })
  return { fields: new Map(fields), others: mostOpen(all) }
}

/** Returns the facts of all schemas at once: a field that one of them requires is present. */
function bothFacts(all: readonly ObjectFacts[]): ObjectFacts {
  const fields = new Map<string, FieldFacts>()
  for (const facts of all) {
    for (const [key, field] of facts.fields) {
      const known = fields.get(key)
      fields.set(key, known === undefined ? field : { ...field, required: field.required || known.required })
    }
  }
  return { fields, others: all.some(({ others }) => others === 'no') ? 'no' : mostOpen(all) }
}

function othersOf(schema: JsonObject): ObjectFacts['others'] {
  if (schema.patternProperties !== undefined) return 'yes'
  if (schema.additionalProperties === false || schema.unevaluatedProperties === false) return 'no'
  if (schema.additionalProperties !== undefined) return 'yes'
  return asObject(schema.properties) === null ? 'yes' : 'silent'
}

function fieldsOf(schema: JsonObject): ObjectFacts {
  const required: readonly Json[] = Array.isArray(schema.required) ? schema.required : []
  const fields = Object.entries(asObject(schema.properties) ?? {}).map(([key, field]): [string, FieldFacts] => [
    key,
    { schema: field as JsonSchema, required: required.includes(key) },
  ])
  return { fields: new Map(fields), others: othersOf(schema) }
}

function factsIn(schema: JsonSchema, depth: number): ObjectFacts {
  const object = asObject(schema)
  if (object === null || depth > MAX_DEPTH) return ANYTHING
  const parts: ObjectFacts[] = []
  if (object.properties !== undefined || object.additionalProperties !== undefined) parts.push(fieldsOf(object))
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches = object[keyword]
    if (Array.isArray(branches))
      parts.push(eitherFacts(branches.map((branch) => factsIn(branch as JsonSchema, depth + 1))))
  }
  if (Array.isArray(object.allOf)) parts.push(...object.allOf.map((part) => factsIn(part as JsonSchema, depth + 1)))
  if (parts.length > 0) return bothFacts(parts)
  const isOther = typeof object.type === 'string' && object.type !== 'object'
  return isOther ? NO_FIELDS : ANYTHING
}

/**
 * Returns the fields that a JSON Schema without references describes, including choices and combinations. A schema of
 * another type than object has none.
 */
export function objectFacts(schema: JsonSchema): ObjectFacts {
  return factsIn(schema, 0)
}
