import { z } from 'zod'
import { TRIGGER_KINDS } from '../../node/trigger-params.ts'
import { TRIGGER_OUTCOMES } from '../trigger-types.ts'
import { instantSchema } from './common.ts'

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
  })
  .meta({ id: 'Trigger' })

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
    repeats: z.int().min(0),
    code: z.string().nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'TriggerEvent' })

export const acceptedWebhookSchema = z
  .strictObject({ runId: z.string(), status: z.enum(['accepted', 'repeated']) })
  .meta({ id: 'AcceptedWebhook' })

/** The answer to the message by which Slack checks an address. */
export const webhookChallengeSchema = z.strictObject({ challenge: z.string() }).meta({ id: 'WebhookChallenge' })

/** The body of a message, as it was sent. */
export const rawBodySchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
