import {
  isJsonObject,
  type Json,
  type JsonObject,
  type JsonSchema,
  MAX_INSTANT_MS,
  type RunId,
} from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { checkJsonSchema, eventParams } from '@tenon/core/node'
import type { PlanNode } from '@tenon/runtime/interpreter'
import { toInstant } from '../http/instant.ts'
import { checkSchedule } from '../schedule-rules/check-schedule.ts'

/** Latest instant that has a date with a year of four digits in every time zone. */
const LAST_DAY_MS = MAX_INSTANT_MS - 86_400_000

/** A start by hand. */
export interface HandStart {
  readonly runId: RunId
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/**
 * Completes the input of a run that a person starts at a trigger that otherwise starts runs by itself: for a schedule, that
 * of its next time or of the one in `due_at`; for an event, a made-up one with the given `data`.
 *
 * @returns The input as it is for another trigger.
 * @throws {@link TenonError} `RUN_INPUT_INVALID` for fields that such an input has not, or that do not fit;
 * `SCHEDULE_INVALID` for a schedule without times.
 */
export function completeHandInput(
  { trigger, params }: Pick<PlanNode, 'trigger' | 'params'>,
  input: Json,
  start: HandStart,
): Json {
  switch (trigger) {
    case 'schedule':
      return timeInput(params as JsonObject, withInstants(checked(input, SCHEDULE_FIELDS), SCHEDULE_INSTANTS), start)
    case 'event': {
      const { eventType, schema } = eventParams.parse(params)
      const event: JsonObject = {
        ...{
          id: `by-hand-${start.runId}`,
          source: 'by-hand',
          type: eventType,
          time: toInstant(start.at),
          subject: null,
        },
        ...withInstants(
          checked(input, { ...EVENT_FIELDS, type: { type: 'string', enum: [eventType] }, data: schema as JsonSchema }, [
            'data',
          ]),
          ['time'],
        ),
      }
      return event
    }
    default:
      return input
  }
}

const TEXT = { type: 'string' } as const
const INSTANT = { type: 'string', format: 'date-time' } as const
const SCHEDULE_FIELDS = {
  ...{ due_at: INSTANT, fired_at: INSTANT, zone: TEXT, date: TEXT, time: TEXT, backfill: { type: 'boolean' } },
} satisfies JsonObject
const SCHEDULE_INSTANTS = ['due_at', 'fired_at'] as const
const EVENT_FIELDS = {
  ...{ id: TEXT, source: TEXT, time: INSTANT, subject: { type: ['string', 'null'] } },
} satisfies JsonObject

/** The fields that the trigger adds may be given as well, as to repeat what has happened. */
function checked(
  input: Json,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonObject {
  const schema = { type: 'object', properties, required, additionalProperties: false } as JsonSchema
  const [first, ...others] = checkJsonSchema(schema, input)
  if (first === undefined && isJsonObject(input)) return input
  throw invalid(first === undefined ? [] : [first, ...others])
}

type InputIssue = ReturnType<typeof checkJsonSchema>[number]

function invalid(found: readonly InputIssue[]): TenonError {
  const [first] = found
  const at = first === undefined || first.path.length === 0 ? 'The input' : `The input at "${first.path.join('.')}"`
  const issues = found.map((issue) => ({ ...issue, path: ['input', ...issue.path] }))
  return new TenonError('RUN_INPUT_INVALID', `${at} is not valid: ${first?.message ?? 'it is no object'}`, {
    details: { issues },
  })
}

/** Writes the given instants as the trigger would. A leap second, and a year that no run has, are valid only as texts. */
function withInstants(input: JsonObject, names: readonly string[]): JsonObject {
  const instants: Record<string, string> = {}
  for (const name of names) {
    const text = input[name]
    if (typeof text !== 'string') continue
    const at = Date.parse(text)
    if (!(at >= 0 && at <= LAST_DAY_MS)) {
      throw invalid([{ path: [name], code: 'invalid_value', message: 'The time must be from 1970 to 9999' }])
    }
    instants[name] = toInstant(at)
  }
  return { ...input, ...instants }
}

function timeInput(params: JsonObject, given: JsonObject, { at }: HandStart): JsonObject {
  const schedule = checkSchedule(params, at)
  if (schedule.times === null) {
    throw new TenonError('SCHEDULE_INVALID', `The schedule has no times: ${schedule.issues[0]?.message ?? ''}`)
  }
  const { clock, next } = schedule.times
  const dueAt = typeof given.due_at === 'string' ? Date.parse(given.due_at) : (next(at) ?? at)
  const { date, time } = clock.localOf(dueAt)
  return { due_at: toInstant(dueAt), fired_at: toInstant(at), zone: clock.zone, date, time, backfill: false, ...given }
}
