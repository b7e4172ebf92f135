import { z } from 'zod'
import { TRIGGER_KINDS } from '../../node/trigger-params.ts'
import { TRIGGER_OUTCOMES } from '../trigger-types.ts'
import { instantSchema, jsonObjectSchema } from './common.ts'

const triggerTestSchema = z.strictObject({ url: z.string().nullable(), expiresAt: instantSchema })

export const triggerSchema = z
  .strictObject({
    nodeId: z.string(),
    kind: z.enum(TRIGGER_KINDS),
    state: z.enum(['active', 'paused', 'unpublished']),
    version: z.string().nullable(),
    url: z.string().nullable(),
    test: triggerTestSchema.nullable(),
    pausedBy: z.strictObject({ userId: z.string(), displayName: z.string() }).nullable(),
    schedule: z
      .strictObject({ zone: z.string(), nextAt: instantSchema.nullable(), waitingAt: instantSchema.nullable() })
      .nullable(),
    poll: z
      .strictObject({
        nextAt: instantSchema.nullable(),
        polledAt: instantSchema.nullable(),
        failures: z.int().min(0),
        failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'Trigger' })

export const pollPreviewSchema = z
  .strictObject({
    items: z.array(z.strictObject({ id: z.string(), data: z.string(), isNew: z.boolean() })).readonly(),
    newCount: z.int().min(0),
    seenCount: z.int().min(0),
    startsNone: z.boolean(),
  })
  .meta({ id: 'PollPreview' })

export const triggerListSchema = z
  .strictObject({ items: z.array(triggerSchema).readonly() })
  .meta({ id: 'TriggerList' })

export const triggerEventSchema = z
  .strictObject({
    eventId: z.string(),
    at: instantSchema,
    mode: z.enum(['live', 'test']),
    outcome: z.enum(TRIGGER_OUTCOMES),
    runId: z.string().nullable(),
    dueAt: instantSchema.nullable(),
    repeats: z.int().min(0),
    code: z.string().nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'TriggerEvent' })

/** Params of the draft, which may be unfinished: they are checked by the server with an issue for each fault. */
export const schedulePreviewRequestSchema = z.strictObject({
  params: jsonObjectSchema,
  count: z.int().min(1).max(50).exactOptional(),
})

export const schedulePreviewSchema = z
  .strictObject({
    zone: z.string(),
    times: z
      .array(
        z.strictObject({
          at: instantSchema,
          local: z.string(),
          clockChange: z.enum(['gap', 'repeated']).nullable(),
        }),
      )
      .readonly(),
    now: instantSchema,
  })
  .meta({ id: 'SchedulePreview' })

export const backfillSchema = z.strictObject({ from: instantSchema, to: instantSchema })

export const backfillResultSchema = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          dueAt: instantSchema,
          outcome: z.enum(['started', 'repeated', 'rejected']),
          runId: z.string().nullable(),
          code: z.string().nullable(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'BackfillResult' })

export const acceptedWebhookSchema = z
  .strictObject({ runId: z.string(), status: z.enum(['accepted', 'repeated']) })
  .meta({ id: 'AcceptedWebhook' })

/** The answer to a message that starts no run. */
export const filteredWebhookSchema = z.strictObject({ status: z.literal('filtered') }).meta({ id: 'FilteredWebhook' })

/** The answer to the message by which Slack checks an address. */
export const webhookChallengeSchema = z.strictObject({ challenge: z.string() }).meta({ id: 'WebhookChallenge' })

/** The body of a message, as it was sent. */
export const rawBodySchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
