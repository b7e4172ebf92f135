import { z } from 'zod'
import { DURATION_PATTERN } from '../../duration.ts'
import { START_REQUEST_STATES } from '../event-types.ts'
import { instantSchema, jsonObjectSchema, jsonSchema, jsonSchemaSchema, textSchema } from './common.ts'

export const sendEventSchema = z
  .strictObject({
    name: textSchema(200).regex(/\S/, 'Must not be blank'),
    key: textSchema(400).regex(/\S/, 'Must not be blank').exactOptional(),
    payload: jsonObjectSchema.exactOptional(),
    id: textSchema(200).min(1).regex(/^[^~]/, 'Must not begin with ~').exactOptional(),
    ttl: z.string().regex(new RegExp(DURATION_PATTERN)).exactOptional(),
  })
  .meta({ id: 'SendEvent' })

export const sentEventSchema = z
  .strictObject({
    eventId: z.string(),
    status: z.enum(['delivered', 'buffered', 'accepted']),
    delivered: z.int().min(0),
    expiresAt: instantSchema.nullable(),
    refused: z.array(z.strictObject({ runId: z.string(), nodeRunId: z.string(), message: z.string() })).readonly(),
  })
  .meta({ id: 'SentEvent' })

export const eventWaitSchema = z
  .strictObject({
    waitId: z.string(),
    runId: z.string(),
    nodeRunId: z.string(),
    nodeId: z.string(),
    workflowId: z.string(),
    workflowName: z.string(),
    kind: z.enum(['event', 'callback']),
    name: z.string().nullable(),
    key: z.string().nullable(),
    schema: jsonSchemaSchema.nullable(),
    status: z.enum(['open', 'resolved', 'timeout', 'canceled']),
    openedAt: instantSchema,
    dueAt: instantSchema.nullable(),
  })
  .meta({ id: 'EventWait' })

export const acceptedCallbackSchema = z
  .strictObject({ status: z.enum(['delivered', 'buffered']) })
  .meta({ id: 'AcceptedCallback' })

const TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

/** A CloudEvent of version 1.0 in its JSON form. Extension attributes are accepted and not used. */
export const cloudEventSchema = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: textSchema(200).regex(/\S/, 'Must not be blank'),
    source: textSchema(400).regex(/\S/, 'Must not be blank'),
    type: textSchema(200).regex(/\S/, 'Must not be blank'),
    time: z
      .string()
      .refine(
        (time) => TIME.test(time) && !Number.isNaN(Date.parse(time)),
        'Must be a time of RFC 3339, such as 2026-11-30T09:00:00Z',
      )
      .exactOptional(),
    subject: textSchema(400).regex(/\S/, 'Must not be blank').exactOptional(),
    data: jsonSchema.exactOptional(),
    data_base64: z.base64().exactOptional(),
  })
  .meta({ id: 'CloudEvent' })

/** Several CloudEvents in one request. */
export const cloudEventBatchSchema = z.array(cloudEventSchema).min(1).max(100)

/** Answer to several events, in their order. */
export const sentEventsSchema = z
  .strictObject({ items: z.array(sentEventSchema).readonly() })
  .meta({ id: 'SentEvents' })

const receivedEventSchema = z.strictObject({
  id: z.string(),
  source: z.string(),
  type: z.string(),
  time: instantSchema,
  subject: z.string().nullable(),
  data: jsonSchema,
})

export const listedEventSchema = receivedEventSchema
  .extend({
    state: z.enum(START_REQUEST_STATES),
    code: z.string().nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'ListedEvent' })

export const eventTypesSchema = z
  .strictObject({
    items: z
      .array(
        z
          .strictObject({
            type: z.string(),
            title: z.string(),
            description: z.string().nullable(),
            schema: jsonSchemaSchema.nullable(),
            example: jsonSchema,
          })
          .meta({ id: 'EventType' }),
      )
      .readonly(),
    undeclared: z.enum(['allow', 'refuse']),
  })
  .meta({ id: 'EventTypes' })

export const startRequestSchema = z
  .strictObject({
    requestId: z.string(),
    workflowId: z.string(),
    runId: z.string(),
    state: z.enum(START_REQUEST_STATES),
    at: instantSchema,
    attempts: z.int().min(0),
    code: z.string().nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'StartRequest' })
