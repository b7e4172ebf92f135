import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/** How often a reference may lead into another one; beyond it anything is allowed. */
const MAX_DEPTH = 6
/** Schemas that may come out of references; a few that name each other could otherwise grow without end. */
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
 * A schema without local references, so that it keeps its meaning inside another one. What refers to itself is
 * followed a few levels deep.
 */
export function inlineRefs(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean' || !hasRef(schema)) return schema
  return inline(schema, 0, { root: schema, partsLeft: MAX_PARTS }) as JsonSchema
}
