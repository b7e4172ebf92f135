import { z } from 'zod'
import type { Json, JsonObject, JsonSchema } from '../../json.ts'
import { textFault } from '../../text/well-formed.ts'

/** Any JSON value. Bodies are parsed from JSON text, so the schema only has to check that a value is present. */
export const jsonSchema: z.ZodType<Json, Json> = z
  .any()
  .refine((value) => value !== undefined, { error: 'Required' })
  .meta({ id: 'Json', description: 'Any JSON value' })

/** A JSON object with any keys. */
export const jsonObjectSchema: z.ZodType<JsonObject, JsonObject> = z
  .record(z.string(), jsonSchema)
  .meta({ id: 'JsonObject', description: 'A JSON object' })

/** A JSON Schema as plain data. */
export const jsonSchemaSchema: z.ZodType<JsonSchema, JsonSchema> = z
  .union([z.boolean(), z.record(z.string(), jsonSchema)])
  .meta({ id: 'JsonSchema', description: 'A JSON Schema, draft 2020-12' })

/** An instant: ISO 8601, UTC, milliseconds. */
export const instantSchema = z.iso.datetime({ precision: 3 })

/**
 * A text that a database column can hold: well-formed Unicode without NUL.
 *
 * @param maxLength - In UTF-16 units.
 */
export function textSchema(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((text) => textFault(text) === null, { error: 'Must be well-formed text without NUL characters' })
}

/** A fault with its path from the root of a body or a document. */
export const problemIssueSchema = z.object({
  path: z.array(z.union([z.string(), z.number()])).readonly(),
  code: z.string(),
  message: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
})

/** One page of a list. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item).readonly(), nextCursor: z.string().nullable() })
}

/** Query parameters of every list: the cursor and the page size. */
export const pageQuery = {
  cursor: z.string().max(2_000).exactOptional(),
  limit: z.coerce.number().int().min(1).max(200).exactOptional(),
}
