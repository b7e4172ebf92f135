import type { ParamPath } from '../document/operation.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import { asObject } from './schema-facts.ts'

/** Schema at a path of the params. */
export interface SchemaAtPath {
  readonly schema: JsonSchema
  /** True if the param or one around it takes literals only: templates there are plain text. */
  readonly isLiteral: boolean
}

function branchesOf(schema: JsonObject): readonly JsonObject[] {
  if (schema.anyOf === undefined && schema.oneOf === undefined && schema.allOf === undefined) return [schema]
  const lists = [schema.anyOf, schema.oneOf, schema.allOf]
  const branches = lists.flatMap((list): readonly Json[] => (Array.isArray(list) ? list : []))
  return [schema, ...branches.filter(isJsonObject)]
}

function schemaBelow(schema: JsonSchema, key: string | number): JsonSchema {
  const object = asObject(schema)
  if (object === null) return true
  for (const branch of branchesOf(object)) {
    if (typeof key === 'number') {
      const prefix = Array.isArray(branch.prefixItems) ? (branch.prefixItems[key] as Json | undefined) : undefined
      const item = prefix ?? branch.items
      if (item !== undefined) return item as JsonSchema
      continue
    }
    const named = isJsonObject(branch.properties) ? branch.properties[key] : undefined
    const found = named ?? (isJsonObject(branch.additionalProperties) ? branch.additionalProperties : undefined)
    if (found !== undefined) return found as JsonSchema
  }
  return true
}

function below({ schema, isLiteral }: SchemaAtPath, key: string | number): SchemaAtPath {
  const own = schemaBelow(schema, key)
  return { schema: own, isLiteral: isLiteral || asObject(own)?.literal === true }
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
  const visit = (value: Json, path: ParamPath, found: SchemaAtPath): void => {
    if (typeof value === 'string') texts.push({ path, text: value, ...found })
    else if (Array.isArray(value)) {
      value.forEach((item: Json, index) => void visit(item, [...path, index], below(found, index)))
    } else if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value)) visit((value as JsonObject)[key] as Json, [...path, key], below(found, key))
    }
  }
  visit(params, [], { schema, isLiteral: false })
  return texts
}

/** Returns the display name of a param: the titles along its path, or its keys. */
export function titleAt(params: JsonSchema, path: ParamPath): string {
  const titles = path.map((key, index) => {
    if (typeof key === 'number') return String(key + 1)
    const title = asObject(schemaAt(params, path.slice(0, index + 1)).schema)?.title
    return typeof title === 'string' && title !== '' ? title : key
  })
  return titles.join(' ')
}
