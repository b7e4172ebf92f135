import type { Json, JsonSchema } from '../json.ts'

/** Schema of a list of which only that is known. */
export const ANY_LIST: JsonSchema = Object.freeze({ type: 'array' })

/** Returns the schema of an output that a param describes `as: 'list'`. */
export function listOutput(items: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: { items: items as Json, count: { type: 'integer', minimum: 0 } },
    required: ['items', 'count'],
    additionalProperties: false,
  }
}
