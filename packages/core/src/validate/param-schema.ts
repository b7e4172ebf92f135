import type { ParamPath } from '../document/operation.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import { asObject } from './schema-facts.ts'

/** What is known of the place of a param. */
export interface PlaceSchema {
  readonly schema: JsonSchema
  /** The place or one around it takes literals only: templates there are plain text. */
  readonly isLiteral: boolean
}

function branchesOf(schema: JsonObject): readonly JsonObject[] {
  const lists = [schema.anyOf, schema.oneOf, schema.allOf]
  const branches = lists.flatMap((list): readonly Json[] => (Array.isArray(list) ? list : []))
  return [schema, ...branches.filter(isJsonObject)]
}

function below(schema: JsonSchema, key: string | number): JsonSchema {
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

/** The schema of a place in the params, as far as the schema of the params tells it. */
export function schemaAt(params: JsonSchema, path: ParamPath): PlaceSchema {
  let schema = params
  let isLiteral = false
  for (const key of path) {
    schema = below(schema, key)
    isLiteral ||= asObject(schema)?.literal === true
  }
  return { schema, isLiteral }
}

/** What people call a param: the titles along its path, or its keys. */
export function titleAt(params: JsonSchema, path: ParamPath): string {
  const titles = path.map((key, index) => {
    if (typeof key === 'number') return String(key + 1)
    const title = asObject(schemaAt(params, path.slice(0, index + 1)).schema)?.title
    return typeof title === 'string' && title !== '' ? title : key
  })
  return titles.join(' ')
}
