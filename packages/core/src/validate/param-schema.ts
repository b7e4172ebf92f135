import type { ParamPath } from '../document/operation.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import { trimmed } from '../lists.ts'
import { asObject } from './schema-facts.ts'

/** Schema at a path of the params. */
export interface SchemaAtPath {
  readonly schema: JsonSchema
  /** True if the param or one around it takes literals only: templates there are plain text. */
  readonly isLiteral: boolean
}

/** Returns the schema of a member by the keywords of one schema, without those that combine schemas. */
function schemaInBranch(branch: JsonObject, key: string | number): Json | undefined {
  if (typeof key === 'number') {
    const prefix = Array.isArray(branch.prefixItems) ? (branch.prefixItems[key] as Json | undefined) : undefined
    return prefix ?? branch.items
  }
  const { properties, additionalProperties } = branch
  const named = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined
  return named ?? (isJsonObject(additionalProperties) ? additionalProperties : undefined)
}

const COMBINING = ['anyOf', 'oneOf', 'allOf'] as const

function schemaBelow(schema: JsonSchema, key: string | number): JsonSchema {
  const object = asObject(schema)
  if (object === null) return true
  let found = schemaInBranch(object, key)
  for (const keyword of COMBINING) {
    const branches = found === undefined ? object[keyword] : undefined
    if (!Array.isArray(branches)) continue
    for (const branch of branches.filter(isJsonObject)) found ??= schemaInBranch(branch, key)
  }
  return (found ?? true) as JsonSchema
}

const takesLiterals = (schema: JsonSchema): boolean => asObject(schema)?.literal === true

function below({ schema, isLiteral }: SchemaAtPath, key: string | number): SchemaAtPath {
  const own = schemaBelow(schema, key)
  return { schema: own, isLiteral: isLiteral || takesLiterals(own) }
}

/** Returns the schema at a path of the params, as far as the schema of the params defines it. */
export function schemaAt(params: JsonSchema, path: ParamPath): SchemaAtPath {
  return path.reduce<SchemaAtPath>(below, { schema: params, isLiteral: false })
}

/** A text in the params of a node, with its path and its schema. */
export interface ParamText extends SchemaAtPath {
  readonly path: ParamPath
  readonly text: string
}

/** Returns all texts of params at any depth, each with its schema. */
export function paramTexts(schema: JsonSchema, params: JsonObject): readonly ParamText[] {
  const texts: ParamText[] = []
  const visit = (value: Json, path: ParamPath, own: JsonSchema, isLiteral: boolean): void => {
    if (typeof value === 'string') texts.push({ path, text: value, schema: own, isLiteral })
    else if (typeof value === 'object' && value !== null) {
      for (const key of keysOf(value)) {
        const schemaOfMember = schemaBelow(own, key)
        const member = (value as Readonly<Record<string | number, Json>>)[key] as Json
        visit(member, path.concat(key), schemaOfMember, isLiteral || takesLiterals(schemaOfMember))
      }
    }
  }
  visit(params, [], schema, false)
  return trimmed(texts)
}

const keysOf = (value: JsonObject | readonly Json[]): Iterable<string | number> =>
  Array.isArray(value) ? value.keys() : Object.keys(value)

/** Returns the display name of a param: the titles along its path, or its keys, as in "Headers › Accept". */
export function titleAt(params: JsonSchema, path: ParamPath): string {
  const titles = path.map((key, index) => {
    if (typeof key === 'number') return String(key + 1)
    const title = asObject(schemaAt(params, path.slice(0, index + 1)).schema)?.title
    return typeof title === 'string' && title !== '' ? title : key
  })
  return titles.join(' › ')
}
