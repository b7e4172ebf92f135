import { z } from 'zod'
import type { WebhookEventType } from '../webhook-event-types.ts'
import { instantSchema } from './common.ts'

const runData = z
  .strictObject({
    runId: z.string(),
    workflowId: z.string(),
    version: z.string(),
    queuedAt: instantSchema,
    finishedAt: instantSchema,
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'RunEventData' })
const triggerData = z.strictObject({ workflowId: z.string(), nodeId: z.string() }).meta({ id: 'TriggerEventData' })
const versionData = z.strictObject({ workflowId: z.string(), version: z.string() }).meta({ id: 'VersionEventData' })

/** Schemas of the data of events, by type. */
export const webhookEventData = {
  'run.completed': runData,
  'run.failed': runData,
  'run.canceled': runData,
  'node.parked': z
    .strictObject({
      parkedId: z.string(),
      runId: z.string(),
      workflowId: z.string(),
      nodeId: z.string(),
      fingerprint: z.string().nullable(),
    })
    .meta({ id: 'NodeParkedEventData' }),
  'approval.opened': z
    .strictObject({
      approvalId: z.string(),
      runId: z.string(),
      workflowId: z.string(),
      nodeId: z.string(),
      dueAt: instantSchema.nullable(),
    })
    .meta({ id: 'ApprovalOpenedEventData' }),
  'connection.needs_reauth': z
    .strictObject({ connectionId: z.string(), connector: z.string(), name: z.string().nullable() })
    .meta({ id: 'ConnectionEventData' }),
  'trigger.paused': triggerData,
  'trigger.resumed': triggerData,
  'version.published': versionData,
  'rollout.rolled_back': versionData,
  'endpoint.disabled': z
    .strictObject({ endpointId: z.string(), url: z.string(), reason: z.string() })
    .meta({ id: 'EndpointDisabledEventData' }),
  'endpoint.test': z.strictObject({ endpointId: z.string() }),
} as const satisfies Record<WebhookEventType, z.ZodType>

/** Returns the schema of an event of one type, as it is sent, with that of its data. */
export function webhookEventSchema(type: WebhookEventType, data: z.ZodType): z.ZodType {
  return z.strictObject({
    id: z.string(),
    type: z.literal(type),
    timestamp: instantSchema,
    tenantId: z.string(),
    data,
  })
}
