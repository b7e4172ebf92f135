import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/** What is known of the fields of an object. */
export interface ObjectFacts {
  readonly fields: ReadonlyMap<string, FieldFacts>
  /** Whether there may be others: `yes` if the schema says so, `silent` if it says nothing. */
  readonly others: 'no' | 'silent' | 'yes'
}

export interface FieldFacts {
  readonly schema: JsonSchema
  /** Whether the field is always there. */
  readonly required: boolean
}

/** Of an object without fields, such as the output of a node that was passed through. */
export const NO_FIELDS: ObjectFacts = Object.freeze({ fields: new Map(), others: 'no' })
/** Of something that nobody has described. */
export const ANYTHING: ObjectFacts = Object.freeze({ fields: new Map(), others: 'yes' })

const MAX_DEPTH = 8
const OPENNESS = ['no', 'silent', 'yes'] as const

export const asObject = (schema: JsonSchema | Json | undefined): JsonObject | null =>
  isJsonObject(schema as Json) ? (schema as JsonObject) : null

/** Schemas that allow the same twice are written once. */
export function eitherSchema(schemas: readonly JsonSchema[]): JsonSchema {
  if (schemas.length < 2) return schemas[0] ?? true
  const distinct = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]))
  const [first, ...others] = distinct.values()
  return others.length === 0 ? (first as JsonSchema) : { anyOf: [first, ...others] as Json[] }
}

const mostOpen = (all: readonly ObjectFacts[]): ObjectFacts['others'] =>
  OPENNESS[Math.max(0, ...all.map(({ others }) => OPENNESS.indexOf(others)))] as ObjectFacts['others']

/** One of several objects: what is in all of them is always there. */
function eitherFacts(all: readonly ObjectFacts[]): ObjectFacts {
  const keys = new Set(all.flatMap(({ fields }) => [...fields.keys()]))
  const fields = [...keys].map((key): [string, FieldFacts] => {
    const found = all.flatMap((facts) => facts.fields.get(key) ?? [])
    const required = found.length === all.length && found.every((field) => field.required)
    return [key, { schema: eitherSchema(found.map(({ schema }) => schema)), required }]
  })
  return { fields: new Map(fields), others: mostOpen(all) }
}

/** All of several schemas at once: what one of them asks for is there. */
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
 * The fields that a JSON Schema without references describes, through choices and combinations. A schema of
 * something else than an object has none.
 */
export function objectFacts(schema: JsonSchema): ObjectFacts {
  return factsIn(schema, 0)
}
