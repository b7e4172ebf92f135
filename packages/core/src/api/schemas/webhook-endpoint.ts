import { z } from 'zod'
import { WEBHOOK_DELIVERY_STATES } from '../webhook-endpoint-types.ts'
import { WEBHOOK_EVENT_TYPES } from '../webhook-event-types.ts'
import { instantSchema, textSchema } from './common.ts'

const eventTypeSchema = z.enum(WEBHOOK_EVENT_TYPES)
const statusSchema = z.enum(['active', 'disabled'])

export const webhookEndpointSchema = z
  .strictObject({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    eventTypes: z.array(eventTypeSchema).readonly(),
    status: statusSchema,
    disabledReason: z.string().nullable(),
    failingSince: instantSchema.nullable(),
    heldUntil: instantSchema.nullable(),
    previousSecretUntil: instantSchema.nullable(),
    createdBy: z.strictObject({ userId: z.string(), displayName: z.string() }),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'WebhookEndpoint' })

const changeableFields = {
  url: textSchema(2_000).refine(isEndpointUrl, {
    error: 'Write an address such as https://example.com/events, without a user name',
  }),
  description: textSchema(200),
  eventTypes: z.array(eventTypeSchema).max(WEBHOOK_EVENT_TYPES.length).readonly(),
}

/** Checks the form of an address; the guarded client decides which hosts are reached. */
function isEndpointUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, hash } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && `${username}${password}${hash}` === ''
}

export const createWebhookEndpointSchema = z
  .strictObject({
    url: changeableFields.url,
    description: changeableFields.description.exactOptional(),
    eventTypes: changeableFields.eventTypes.exactOptional(),
  })
  .meta({ id: 'CreateWebhookEndpoint' })

export const updateWebhookEndpointSchema = z
  .strictObject({
    url: changeableFields.url.exactOptional(),
    description: changeableFields.description.exactOptional(),
    eventTypes: changeableFields.eventTypes.exactOptional(),
    status: statusSchema.exactOptional(),
  })
  .meta({ id: 'UpdateWebhookEndpoint' })

export const webhookSecretSchema = z
  .strictObject({
    secret: z.string(),
    previousSecret: z.string().nullable(),
    previousSecretUntil: instantSchema.nullable(),
  })
  .meta({ id: 'WebhookSecret' })

const attemptSchema = z
  .strictObject({
    at: instantSchema,
    durationMs: z.number(),
    status: z.int().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'WebhookAttempt' })

const deliveryFields = {
  id: z.string(),
  eventType: eventTypeSchema,
  at: instantSchema,
  state: z.enum(WEBHOOK_DELIVERY_STATES),
  attempts: z.int(),
  nextAttemptAt: instantSchema.nullable(),
  lastAttempt: attemptSchema.nullable(),
}

export const webhookDeliverySchema = z.strictObject(deliveryFields).meta({ id: 'WebhookDelivery' })

export const webhookDeliveryDetailsSchema = z
  .strictObject({
    ...deliveryFields,
    requestBody: z.string(),
    responseBody: z.string().nullable(),
    lastAttempts: z.array(attemptSchema).readonly(),
  })
  .meta({ id: 'WebhookDeliveryDetails' })

export const deliveryStateSchema = z.enum(WEBHOOK_DELIVERY_STATES)

export const replayedDeliveriesSchema = z
  .strictObject({ replayed: z.int(), hasMore: z.boolean() })
  .meta({ id: 'ReplayedDeliveries' })
