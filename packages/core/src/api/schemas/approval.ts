import { z } from 'zod'
import { ROLES } from '../types.ts'
import { instantSchema, jsonObjectSchema, jsonSchema, jsonSchemaSchema, textSchema } from './common.ts'

const voteSchema = z
  .strictObject({
    actor: z.strictObject({ userId: z.string(), displayName: z.string(), role: z.string() }),
    choice: z.string(),
    comment: z.string().exactOptional(),
    at: z.number(),
    override: z.literal(true).exactOptional(),
    params: jsonSchema.exactOptional(),
    isParamsLeftOut: z.literal(true).exactOptional(),
  })
  .meta({ id: 'Vote' })

export const approvalSchema = z
  .strictObject({
    approvalId: z.string(),
    waitId: z.string(),
    runId: z.string(),
    nodeId: z.string(),
    workflowId: z.string(),
    workflowName: z.string(),
    title: z.string(),
    message: z.string(),
    choices: z.array(z.string()).readonly(),
    evidence: jsonSchema,
    required: z.int(),
    votes: z.array(voteSchema).readonly(),
    status: z.enum(['open', 'resolved', 'timeout', 'canceled']),
    decision: z.string().nullable(),
    openedAt: instantSchema,
    dueAt: instantSchema.nullable(),
    approvers: z.strictObject({
      roles: z.array(z.enum(ROLES)).readonly().exactOptional(),
      userIds: z.array(z.string()).readonly().exactOptional(),
    }),
    canDecide: z.boolean(),
    call: z
      .strictObject({
        nodeRunId: z.string(),
        nodeType: z.string(),
        typeVersion: z.int(),
        params: jsonSchema,
        isParamsLeftOut: z.literal(true).exactOptional(),
        schema: jsonSchemaSchema,
        isEditable: z.boolean(),
      })
      .exactOptional(),
  })
  .meta({ id: 'Approval' })

export const decideApprovalSchema = z
  .strictObject({
    choice: textSchema(200),
    comment: textSchema(4_000).exactOptional(),
    params: jsonObjectSchema.exactOptional(),
  })
  .meta({ id: 'DecideApproval' })
