import {
  humanize,
  isFileSchema,
  isJsonObject,
  isLongText,
  type Json,
  type JsonObject,
  type JsonSchema,
  orderedProperties,
} from '@tenon/core/document'
import type { ParamMeta } from '@tenon/core/node'
import { type ObjectSchema, resolveSchema } from '../../manifest/param-field.ts'

export type FormFieldKind =
  | 'text'
  | 'area'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'choice'
  | 'group'
  | 'list'
  | 'file'
  | 'json'

/** One field of a form that is drawn from a JSON Schema. */
export interface FormField {
  readonly kind: FormFieldKind
  readonly name: string
  readonly title: string
  readonly help: string | undefined
  readonly isRequired: boolean
  readonly placeholder: string
  readonly schema: ObjectSchema
  /** Values of a choice. */
  readonly choices: readonly Json[]
  /** True for a param of a node, whose choices have labels. */
  readonly isParam: boolean
  /** Members of a group. */
  readonly fields: readonly FormField[]
  /** Item of a list; `null` for other fields. */
  readonly item: FormField | null
}

const MAX_DEPTH = 8

/** Schema whose fields are described. */
interface FormSource {
  readonly root: JsonSchema
  readonly isParams: boolean
}

/**
 * Returns the fields of an input schema; `null` if it is not an object with known members, so that the input is entered
 * as JSON.
 *
 * @param options - `isParams` is true for the params of a node.
 */
export function formFields(
  schema: JsonSchema,
  { isParams = false }: { readonly isParams?: boolean } = {},
): readonly FormField[] | null {
  const root = resolveSchema(schema, schema as Json)
  const fields = membersOf({ root: schema, isParams }, root, 0)
  return isJsonObject(root['properties']) ? fields : null
}

/** Checks whether a field is visible for the values of the others: a param may depend on another one. */
export function isShown({ schema }: FormField, values: JsonObject): boolean {
  const { dependsOn } = schema as ParamMeta
  return dependsOn === undefined || dependsOn.in.some((wanted) => wanted === values[dependsOn.param])
}

function membersOf(source: FormSource, schema: ObjectSchema, depth: number): readonly FormField[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return orderedProperties(schema).map(([name, raw]) => fieldOf(source, raw, name, required.includes(name), depth))
}

function fieldOf(source: FormSource, raw: Json, name: string, isRequired: boolean, depth: number): FormField {
  const schema = resolveSchema(source.root, raw)
  const kind = depth >= MAX_DEPTH ? 'json' : kindOf(schema, name)
  const example = Array.isArray(schema['examples']) ? schema['examples'][0] : undefined
  return {
    kind,
    name,
    title: typeof schema['title'] === 'string' ? schema['title'] : humanize(name),
    help: typeof schema['description'] === 'string' ? schema['description'] : undefined,
    isRequired,
    placeholder: typeof example === 'string' || typeof example === 'number' ? String(example) : '',
    schema,
    choices: choicesOf(schema),
    isParam: source.isParams,
    fields: kind === 'group' ? membersOf(source, schema, depth + 1) : [],
    item: kind === 'list' ? fieldOf(source, schema['items'] ?? {}, '', true, depth + 1) : null,
  }
}

function kindOf(schema: ObjectSchema, name: string): FormFieldKind {
  if (choicesOf(schema).length > 0) return 'choice'
  if (isFileSchema(schema)) return 'file'
  switch (typeOf(schema)) {
    case 'boolean':
      return 'boolean'
    case 'integer':
      return 'integer'
    case 'number':
      return 'number'
    case 'string':
      return isLongText(name, schema) ? 'area' : 'text'
    case 'object':
      return isJsonObject(schema['properties']) ? 'group' : 'json'
    case 'array':
      return isJsonObject(schema['items']) ? 'list' : 'json'
    default:
      return 'json'
  }
}

/** Returns the only type of a schema, ignoring `null`; `null` if there are several. */
function typeOf(schema: ObjectSchema): string | null {
  const type = schema['type']
  if (typeof type === 'string') return type
  if (!Array.isArray(type)) return null
  const real = type.filter((name: Json) => name !== 'null')
  return real.length === 1 && typeof real[0] === 'string' ? real[0] : null
}

function choicesOf(schema: ObjectSchema): readonly Json[] {
  if ('const' in schema) return [schema['const'] ?? null]
  return Array.isArray(schema['enum']) ? schema['enum'] : []
}

/** Returns the initial values of a form: the defaults of the schema, and values without alternatives. */
export function initialValues(fields: readonly FormField[]): JsonObject {
  const values: Record<string, Json> = {}
  for (const field of fields) {
    const value = initialValue(field)
    if (value !== undefined) values[field.name] = value
  }
  return values
}

/** Returns the initial value of one field; `undefined` for an empty field. */
export function initialValue(field: FormField): Json | undefined {
  const fallback = field.schema['default']
  if (fallback !== undefined) return fallback
  if ('const' in field.schema && field.isRequired) return field.schema['const']
  if (field.kind === 'group') {
    const values = initialValues(field.fields)
    return field.isRequired || Object.keys(values).length > 0 ? values : undefined
  }
  if (field.kind === 'list' && field.isRequired) return []
  if (field.kind === 'boolean' && field.isRequired) return false
  return undefined
}
