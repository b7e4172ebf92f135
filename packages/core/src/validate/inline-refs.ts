import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/** Most nested references that are resolved; deeper ones allow any value. */
const MAX_DEPTH = 6
/** Most schemas that references may produce; schemas that refer to each other could otherwise grow without limit. */
const MAX_PARTS = 2_000

interface Inlining {
  readonly root: JsonObject
  partsLeft: number
}

function target(reference: string, root: JsonObject): Json | undefined {
  let at: Json | undefined = root
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  }
  return at
}

function inline(schema: Json, depth: number, inlining: Inlining): Json {
  if (depth > 0) inlining.partsLeft -= 1
  if (inlining.partsLeft < 0) return true
  if (Array.isArray(schema)) return schema.map((part: Json) => inline(part, depth, inlining))
  if (!isJsonObject(schema)) return schema
  const { $ref } = schema
  if (typeof $ref === 'string') {
    const found = depth < MAX_DEPTH && $ref.startsWith('#') ? target($ref, inlining.root) : undefined
    return found === undefined ? true : inline(found, depth + 1, inlining)
  }
  const parts = Object.entries(schema).filter(([key]) => key !== '$defs' && key !== 'definitions')
  return Object.fromEntries(parts.map(([key, part]) => [key, inline(part as Json, depth, inlining)]))
}

/** Checks whether a reference is written anywhere in a schema. */
function hasRef(schema: Json): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  if (Array.isArray(schema)) return schema.some((part: Json) => hasRef(part))
  return Object.hasOwn(schema, '$ref') || Object.values(schema).some((part) => hasRef(part as Json))
}

/**
 * Resolves the local references of a schema, so that it keeps its meaning inside another one. Recursive references are
 * resolved a few levels deep.
 */
export function inlineRefs(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean' || !hasRef(schema)) return schema
  return inline(schema, 0, { root: schema, partsLeft: MAX_PARTS }) as JsonSchema
}
