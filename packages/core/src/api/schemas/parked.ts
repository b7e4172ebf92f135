import { z } from 'zod'
import { PARK_RESOLUTION_KINDS } from '../../run/resolutions.ts'
import { instantSchema, jsonObjectSchema, jsonSchema, textSchema } from './common.ts'

const resolutionKindSchema = z.enum(PARK_RESOLUTION_KINDS)
/** Fingerprint of a group of parked node runs. */
export const fingerprintSchema = z.string().regex(/^[0-9a-f]{32}$/)

export const parkedNodeRunSchema = z
  .strictObject({
    parkedId: z.string(),
    waitId: z.string(),
    runId: z.string(),
    nodeRunId: z.string(),
    nodeId: z.string(),
    workflowId: z.string(),
    workflowName: z.string(),
    version: z.string(),
    fingerprint: fingerprintSchema,
    error: z.strictObject({ code: z.string(), message: z.string(), remedy: z.string().exactOptional() }),
    parkedAt: instantSchema,
    status: z.enum(['open', 'resolved', 'canceled']),
    resolution: z
      .strictObject({
        kind: resolutionKindSchema,
        actor: z.strictObject({ userId: z.string(), displayName: z.string() }).nullable(),
        at: instantSchema,
      })
      .nullable(),
    resolutions: z.array(resolutionKindSchema).readonly(),
  })
  .meta({ id: 'ParkedNodeRun' })

export const parkedGroupSchema = z
  .strictObject({
    workflowId: z.string(),
    workflowName: z.string(),
    nodeId: z.string(),
    nodeName: z.string(),
    fingerprint: fingerprintSchema,
    count: z.int().min(1),
    firstSeenAt: instantSchema,
    lastSeenAt: instantSchema,
    sample: parkedNodeRunSchema,
  })
  .meta({ id: 'ParkedGroup' })

const resolutionRequestSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['retry', 'skip', 'route', 'fail']) }),
    z.strictObject({ kind: z.literal('retry_with_params'), params: jsonObjectSchema }),
    z.strictObject({ kind: z.literal('complete'), output: jsonSchema, port: textSchema(200).min(1).exactOptional() }),
  ])
  .meta({ id: 'ResolutionRequest' })

export const resolveParkedSchema = z
  .strictObject({ resolution: resolutionRequestSchema, requestId: textSchema(200).min(1).exactOptional() })
  .meta({ id: 'ResolveParked' })

export const resolveParkedGroupSchema = z
  .strictObject({
    workflowId: textSchema(400),
    fingerprint: fingerprintSchema,
    resolution: resolutionRequestSchema,
    cursor: z.string().max(2_000).exactOptional(),
    limit: z.int().min(1).max(100).exactOptional(),
  })
  .meta({ id: 'ResolveParkedGroup' })

export const resolvedParkedGroupSchema = z
  .strictObject({
    resolved: z.int(),
    nodeRuns: z.array(z.strictObject({ runId: z.string(), nodeRunId: z.string() })).readonly(),
    closed: z.int(),
    refused: z.array(z.strictObject({ parkedId: z.string(), code: z.string(), message: z.string() })).readonly(),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'ResolvedParkedGroup' })

export const parkedFilterSchema = {
  workflowId: textSchema(400).exactOptional(),
  fingerprint: fingerprintSchema.exactOptional(),
  runId: textSchema(400).exactOptional(),
  status: z.enum(['open', 'closed']).exactOptional(),
}
