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

/** Returns the schema of a member or an item of a value, as far as its own schema defines it. */
export function schemaBelow(schema: JsonSchema, key: string | number): JsonSchema {
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
  /** From the node: `['params', ...]`. */
  readonly path: ParamPath
  readonly text: string
}

/** Returns all texts of params at any depth, each with its schema. */
export function paramTexts(schema: JsonSchema, params: JsonObject): readonly ParamText[] {
  const texts: ParamText[] = []
  collectMembers(params, PARAMS_PATH, { schema, isLiteral: false }, texts)
  return trimmed(texts)
}

const PARAMS_PATH: ParamPath = Object.freeze(['params'])

type Members = Readonly<Record<string | number, Json>>

function collectMembers(value: JsonObject | readonly Json[], path: ParamPath, own: SchemaAtPath, texts: ParamText[]) {
  if (Array.isArray(value)) for (let at = 0; at < value.length; at++) collectAt(value, at, path, own, texts)
  else for (const key of Object.keys(value)) collectAt(value as JsonObject, key, path, own, texts)
}

function collectAt(
  owner: JsonObject | readonly Json[],
  key: string | number,
  around: ParamPath,
  own: SchemaAtPath,
  texts: ParamText[],
): void {
  const value = (owner as Members)[key] as Json
  // Other values have no texts in them.
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return
  const schema = schemaBelow(own.schema, key)
  const isLiteral = own.isLiteral || takesLiterals(schema)
  // A spread would keep room for many more keys.
  const path = around.concat(key)
  if (typeof value === 'string') texts.push({ path, text: value, schema, isLiteral })
  else collectMembers(value, path, { schema, isLiteral }, texts)
}

/** Returns the display name of a param: the titles along its path, or its keys, as in "Headers › Accept". */
export function titleAt(params: JsonSchema, path: ParamPath): string {
  const titles = path.map((key, index) => {
    if (typeof key === 'number') return String(key + 1)
    const title = asObject(schemaAt(params, path.slice(0, index + 1)).schema)?.title
    return typeof title === 'string' && title !== '' ? title : key
  })
  return titles.join(' › ')
}

/** Returns the display name of the param that holds a text. @param path - Path of the {@link ParamText}. */
export function titleOfText(params: JsonSchema, path: ParamPath): string {
  return titleAt(params, path.slice(1))
}
