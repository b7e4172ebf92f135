import { z } from 'zod'
import { DOCUMENT_LIMITS } from '../../document/limits.ts'
import type { DurationString } from '../../duration.ts'
import { DURATION_PATTERN, isDurationString } from '../../duration.ts'
import { NODE_ID_PATTERN } from '../../ids.ts'
import { jsonObjectSchema, jsonSchema, jsonSchemaSchema } from './common.ts'

export const nodeIdSchema = z.string().regex(NODE_ID_PATTERN)
const nameSchema = z.string().max(400)
const durationSchema = z.stringFormat('duration', isDurationString).meta({ pattern: DURATION_PATTERN }) as z.ZodType<
  DurationString,
  DurationString
>

export const positionSchema = z.strictObject({ x: z.number(), y: z.number() })
export const sizeSchema = z.strictObject({ width: z.number(), height: z.number() })

const retryPolicySchema = z.strictObject({
  initialInterval: durationSchema.exactOptional(),
  backoffCoefficient: z.number().min(1).exactOptional(),
  maximumInterval: durationSchema.exactOptional(),
  maximumAttempts: z.int().min(1).exactOptional(),
  nonRetryableErrorTypes: z.array(nameSchema).readonly().exactOptional(),
})

export const nodePolicySchema = z
  .strictObject({
    retry: retryPolicySchema.exactOptional(),
    timeout: durationSchema.exactOptional(),
    heartbeat: durationSchema.exactOptional(),
    taskQueue: nameSchema.exactOptional(),
    onError: z.enum(['fail', 'continue', 'route', 'park']).exactOptional(),
    compensation: nodeIdSchema.exactOptional(),
    join: z.union([z.enum(['all', 'any', 'first-success']), z.strictObject({ count: z.int().min(1) })]).exactOptional(),
    skipIf: z.string().exactOptional(),
    idempotency: z.string().exactOptional(),
  })
  .meta({ id: 'NodePolicy' })

export const workflowNodeSchema = z
  .strictObject({
    id: nodeIdSchema,
    type: z.string().min(1).max(200),
    typeVersion: z.int().min(1),
    name: nameSchema,
    params: jsonObjectSchema,
    position: positionSchema,
    size: sizeSchema.exactOptional(),
    parentId: nodeIdSchema.exactOptional(),
    policy: nodePolicySchema.exactOptional(),
    disabled: z.boolean().exactOptional(),
    locked: z.boolean().exactOptional(),
    notes: z.string().exactOptional(),
  })
  .meta({ id: 'WorkflowNode' })

export const workflowEdgeSchema = z
  .strictObject({
    id: z.string().max(400),
    source: nodeIdSchema,
    sourceHandle: z.string().max(64),
    target: nodeIdSchema,
    targetHandle: z.string().max(64),
    points: z.array(positionSchema).readonly().exactOptional(),
  })
  .meta({ id: 'WorkflowEdge' })

export const workflowVariableSchema = z
  .strictObject({ name: nameSchema, schema: jsonSchemaSchema.exactOptional(), value: jsonSchema })
  .meta({ id: 'WorkflowVariable' })

export const annotationSchema = z
  .strictObject({
    id: z.string().min(1).max(64),
    kind: z.enum(['note', 'frame']),
    rect: z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
    color: z.string().max(64).exactOptional(),
    text: z.string(),
  })
  .meta({ id: 'Annotation' })

export const workflowSettingsSchema = z
  .strictObject({
    timeout: durationSchema.exactOptional(),
    durability: z.enum(['normal', 'strict']).exactOptional(),
    description: z.string().exactOptional(),
  })
  .meta({ id: 'WorkflowSettings' })

/** A whole workflow document on the wire. */
export const workflowDocumentSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    nodes: z.array(workflowNodeSchema).max(DOCUMENT_LIMITS.nodes).readonly(),
    edges: z.array(workflowEdgeSchema).max(DOCUMENT_LIMITS.edges).readonly(),
    variables: z.array(workflowVariableSchema).max(DOCUMENT_LIMITS.variables).readonly(),
    annotations: z.array(annotationSchema).max(DOCUMENT_LIMITS.annotations).readonly(),
    settings: workflowSettingsSchema,
  })
  .meta({ id: 'WorkflowDocument' })
