import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/** How often a reference may lead into another one; beyond it anything is allowed. */
const MAX_DEPTH = 6

function target(reference: string, root: JsonObject): Json | undefined {
  let at: Json | undefined = root
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  }
  return at
}

function inline(schema: Json, root: JsonObject, depth: number): Json {
  if (Array.isArray(schema)) return schema.map((part: Json) => inline(part, root, depth))
  if (!isJsonObject(schema)) return schema
  const { $ref, ...own } = schema
  if (typeof $ref !== 'string')
    return Object.fromEntries(Object.entries(own).map(([key, part]) => [key, inline(part, root, depth)]))
  const found = depth < MAX_DEPTH && $ref.startsWith('#') ? target($ref, root) : undefined
  return found === undefined ? true : inline(found, root, depth + 1)
}

/**
 * A schema without local references, so that it keeps its meaning inside another one. What refers to itself is
 * followed a few levels deep.
 */
export function inlineRefs(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean' || !JSON.stringify(schema).includes('"$ref"')) return schema
  const { $defs, definitions, ...inlined } = inline(schema, schema, 0) as JsonObject
  return inlined
}
