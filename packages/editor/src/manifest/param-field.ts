import {
  humanize,
  isJsonObject,
  type Json,
  type JsonObject,
  type JsonSchema,
  type ParamPath,
} from '@tenon/core/document'
import type { ParamMeta } from '@tenon/core/node'

/** An object schema, with its `$ref` resolved and its only `anyOf` choice selected. */
export type ObjectSchema = JsonObject

/** One field of a form: its path, schema and control. */
export interface ParamField {
  /** Path of the value from the params of the node. */
  readonly path: ParamPath
  /** Last part of the path: the key in the enclosing object. */
  readonly name: string
  /** Label of the field. */
  readonly title: string
  /** Help text below the field; `undefined` if the schema has none. */
  readonly description: string | undefined
  /** JSON Schema of the value. */
  readonly schema: ObjectSchema
  /** Name of the control that draws the field. */
  readonly control: string
  /** `true` if the params are invalid without the value. */
  readonly isRequired: boolean
  /** Settings from `.meta()` of the param. */
  readonly meta: ParamMeta
}

const NO_SCHEMA: ObjectSchema = Object.freeze({})

/** Returns the fields of an object schema in the order of its author. */
export function fieldsOf(root: JsonSchema, schema: ObjectSchema, path: ParamPath = []): ParamField[] {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(properties).map(([name, raw]) =>
    fieldOf(root, raw, [...path, name], name, required.includes(name)),
  )
}

/** Checks whether a field is visible for the values of the other fields. */
export function isFieldShown(field: ParamField, siblings: JsonObject): boolean {
  const rule = field.meta.dependsOn
  return rule === undefined || rule.in.some((wanted) => wanted === siblings[rule.param])
}

export function fieldOf(root: JsonSchema, raw: Json, path: ParamPath, name: string, isRequired: boolean): ParamField {
  const schema = resolveSchema(root, raw)
  const meta = schema as ParamMeta
  return {
    path,
    name,
    title: meta.title ?? humanize(name),
    description: meta.description,
    schema,
    control: typeof meta.control === 'string' ? meta.control : inferControl(schema),
    isRequired: isRequired && schema.default === undefined,
    meta,
  }
}

/** Follows `$ref` inside the same schema and unwraps `anyOf` with `null`; keywords beside win. */
export function resolveSchema(root: JsonSchema, raw: Json | undefined, depth = 0): ObjectSchema {
  if (!isJsonObject(raw) || depth > 16) return NO_SCHEMA
  const ref = raw.$ref
  if (typeof ref === 'string' && ref.startsWith('#/')) {
    const keys = ref.slice(2).split('/')
    let target: Json | undefined = root
    for (const key of keys) target = isJsonObject(target) ? target[key] : undefined
    const { $ref: _ref, ...beside } = raw
    return { ...resolveSchema(root, target, depth + 1), ...beside }
  }
  const choices = raw.anyOf ?? raw.oneOf
  if (Array.isArray(choices)) {
    const real = choices.filter((choice: Json) => !(isJsonObject(choice) && choice.type === 'null'))
    if (real.length === 1) {
      const { anyOf: _anyOf, oneOf: _oneOf, ...beside } = raw
      return { ...resolveSchema(root, real[0], depth + 1), ...beside }
    }
  }
  return raw
}

/** Returns the control for a schema that names none. */
export function inferControl(schema: ObjectSchema): string {
  if (Array.isArray(schema.enum)) return 'select'
  const type = schema.type
  if (type === 'boolean') return 'switch'
  if (type === 'number' || type === 'integer') return 'number'
  if (type === 'string') return 'text'
  if (type === 'array') return 'list'
  if (type === 'object') return isJsonObject(schema.properties) ? 'group' : 'key-value'
  return 'json'
}
