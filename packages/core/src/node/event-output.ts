import type { Json, JsonSchema } from '../json.ts'

const TEXT: JsonSchema = Object.freeze({ type: 'string' })

/** Returns the schema of an event, whose data a param describes `as: 'event'`. */
export function eventOutput(data: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: {
      id: TEXT as Json,
      source: TEXT as Json,
      type: TEXT as Json,
      time: TEXT as Json,
      subject: { type: ['string', 'null'] },
      data: data as Json,
    },
    required: ['id', 'source', 'type', 'time', 'subject', 'data'],
    additionalProperties: false,
  }
}
