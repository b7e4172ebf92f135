import { isJsonObject, type Json, type JsonSchema } from '@tenon/core/document'

/** Keywords of strict structured outputs; a schema with others is sent without strict mode. */
const STRICT_KEYWORDS: ReadonlySet<string> = new Set([
  '$defs',
  '$ref',
  'additionalProperties',
  'anyOf',
  'const',
  'description',
  'enum',
  'items',
  'properties',
  'required',
  'title',
  'type',
])

/**
 * Checks whether a provider can guarantee this schema: every object closed, all of its fields required, and only
 * keywords that strict mode supports.
 *
 * @see https://platform.openai.com/docs/guides/structured-outputs
 */
export function isStrictSchema(schema: JsonSchema): boolean {
  return isJsonObject(schema) && schema.type === 'object' && isStrict(schema)
}

function isStrict(schema: Json | undefined): boolean {
  if (!isJsonObject(schema) || Object.keys(schema).some((keyword) => !STRICT_KEYWORDS.has(keyword))) return false
  const { properties = {}, $defs = {}, items, anyOf = [] } = schema
  if (!isJsonObject(properties) || !isJsonObject($defs) || !Array.isArray(anyOf)) return false
  if ((schema.type === 'object' || 'properties' in schema) && !isClosed(schema, Object.keys(properties))) return false
  const parts = [
    ...Object.values(properties),
    ...Object.values($defs),
    ...anyOf,
    ...(items === undefined ? [] : [items]),
  ]
  return parts.every(isStrict)
}

function isClosed(
  { additionalProperties, required }: { readonly [key: string]: Json },
  names: readonly string[],
): boolean {
  return additionalProperties === false && Array.isArray(required) && names.every((name) => required.includes(name))
}
