import type { Json, JsonObject, JsonSchema } from '../json.ts'
import type { TriggerKind } from './trigger-params.ts'

const DATE_TIME = { type: 'string', format: 'date-time' } as const

const SCHEDULE_INPUT: JsonSchema = Object.freeze({
  type: 'object',
  properties: Object.freeze({
    due_at: Object.freeze({ ...DATE_TIME, title: 'Due at', description: 'Empty for the next time of the schedule.' }),
  }),
  additionalProperties: false,
})

/** The data of an item, whatever its service. */
const ITEM_INPUT: JsonSchema = Object.freeze({ type: 'object', properties: Object.freeze({}) })

/** Checks whether people and the API can start a run at a trigger of a kind: a message to a webhook cannot be made up. */
export function startsByHand(kind: TriggerKind | undefined): boolean {
  return kind !== 'webhook'
}

/**
 * Returns the JSON Schema of what a person enters to start a run at a trigger that otherwise starts runs by itself: the time
 * of a schedule, the fields of a form, the data of an event or of an item that a poll may find. The server adds the other
 * fields of the input.
 *
 * @returns `null` for a kind at which no person starts runs.
 */
export function handInputSchema(kind: TriggerKind, params: JsonObject): JsonSchema | null {
  if (kind === 'schedule') return SCHEDULE_INPUT
  if (kind === 'poll') return ITEM_INPUT
  if (kind === 'form') return (params.inputSchema as JsonObject | undefined) ?? { type: 'object', properties: {} }
  if (kind !== 'event') return null
  return {
    type: 'object',
    properties: {
      data: { ...(params.schema as JsonObject | undefined), title: 'Data' },
      subject: { type: 'string', title: 'Subject' },
    },
    required: ['data'],
    additionalProperties: false,
  } satisfies Json
}
