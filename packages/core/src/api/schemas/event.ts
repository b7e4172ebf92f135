import { z } from 'zod'
import { DURATION_PATTERN } from '../../duration.ts'
import { instantSchema, jsonObjectSchema, jsonSchemaSchema, textSchema } from './common.ts'

export const sendEventSchema = z
  .strictObject({
    name: textSchema(200).regex(/\S/, 'Must not be blank'),
    key: textSchema(400).regex(/\S/, 'Must not be blank'),
    payload: jsonObjectSchema.exactOptional(),
    id: textSchema(200).min(1).regex(/^[^~]/, 'Must not begin with ~').exactOptional(),
    ttl: z.string().regex(new RegExp(DURATION_PATTERN)).exactOptional(),
  })
  .meta({ id: 'SendEvent' })

export const sentEventSchema = z
  .strictObject({
    eventId: z.string(),
    status: z.enum(['delivered', 'buffered']),
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
