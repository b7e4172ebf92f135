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

/** Returns a schema and all schemas inside it, each once; `z.lazy` is not followed. */
export function schemaParts(schema: z.core.$ZodType): readonly SchemaPart[] {
  const parts = new Map<z.core.$ZodType, SchemaPart>([[schema, { schema, path: [] }]])
  // Entries added to a map during iteration are visited too.
  for (const part of parts.values()) {
    for (const child of childrenOf(part.schema, part.path)) if (!parts.has(child.schema)) parts.set(child.schema, child)
  }
  return [...parts.values()]
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
