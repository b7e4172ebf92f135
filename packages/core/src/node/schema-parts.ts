import { z } from 'zod'

/** A schema inside another one, with its path: field names, and `*` for items. */
export interface SchemaPart {
  readonly schema: z.core.$ZodType
  readonly path: readonly string[]
}

const isSchema = (value: unknown): value is z.core.$ZodType =>
  typeof value === 'object' && value !== null && '_zod' in value

function childrenOf(schema: z.core.$ZodType, path: readonly string[]): SchemaPart[] {
  return Object.entries(schema._zod.def).flatMap(([key, value]: [string, unknown]): SchemaPart[] => {
    // Checks look like schemas but are not.
    if (key === 'checks') return []
    if (key === 'shape') {
      return Object.entries(value as Readonly<Record<string, z.core.$ZodType>>).map(([name, field]) => ({
        schema: field,
        path: [...path, name],
      }))
    }
    const isItem = key === 'element' || key === 'valueType'
    const inner = Array.isArray(value) ? value : [value]
    return inner.filter(isSchema).map((each) => ({ schema: each, path: isItem ? [...path, '*'] : path }))
  })
}

/**
 * Returns a schema and all schemas inside it. One that several fields share is listed for each of them, but what is
 * inside it only once, as it may contain itself; `z.lazy` is not followed.
 */
export function schemaParts(schema: z.core.$ZodType): readonly SchemaPart[] {
  const parts: SchemaPart[] = [{ schema, path: [] }]
  const opened = new Set<z.core.$ZodType>()
  // Items added to a list during iteration are visited too.
  for (const part of parts) {
    if (opened.has(part.schema)) continue
    opened.add(part.schema)
    parts.push(...childrenOf(part.schema, part.path))
  }
  return parts
}

/** Checks whether code of the author validates values of the schema: `refine`, `superRefine`, `check`, `z.custom`. */
export function isRefined(schema: z.core.$ZodType): boolean {
  const { type, checks = [] } = schema._zod.def
  return type === 'custom' || checks.some((check) => check._zod.def.check === 'custom')
}

/** Metadata of a schema, from `.meta()`. */
export function metaOf(schema: z.core.$ZodType): Readonly<Record<string, unknown>> {
  return z.globalRegistry.get(schema as z.ZodType) ?? {}
}
