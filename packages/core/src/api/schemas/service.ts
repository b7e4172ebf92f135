import { z } from 'zod'
import { ERROR_TABLE, type TenonErrorCode } from '../../errors/error-table.ts'
import { CONTROL_KINDS, NODE_CATEGORIES } from '../../node/definition.ts'
import { CHANGE_KINDS, ROLES } from '../types.ts'
import { instantSchema, jsonObjectSchema, jsonSchema, jsonSchemaSchema, problemIssueSchema } from './common.ts'
import { nodePolicySchema } from './document.ts'

export const meSchema = z
  .strictObject({ userId: z.string(), displayName: z.string(), role: z.enum(ROLES), tenantId: z.string() })
  .meta({ id: 'Me' })

export const socketTicketSchema = z
  .strictObject({ ticket: z.string(), expiresAt: instantSchema })
  .meta({ id: 'SocketTicket' })

export const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'unavailable']),
    checks: z.record(z.string(), z.enum(['ok', 'warning', 'failed'])),
    problems: z
      .array(z.strictObject({ check: z.string(), code: z.string(), message: z.string(), remedy: z.string() }))
      .readonly()
      .exactOptional(),
  })
  .meta({ id: 'Health' })

const portSchema = z.union([
  z.strictObject({ name: z.string(), title: z.string(), description: z.string().exactOptional() }),
  z.strictObject({
    each: z.templateLiteral(['params.', z.string()]),
    id: z.string(),
    title: z.string(),
  }),
])

const manifestEntrySchema = z
  .strictObject({
    type: z.string(),
    version: z.int(),
    title: z.string(),
    description: z.string(),
    icon: z.string(),
    category: z.enum(NODE_CATEGORIES),
    params: jsonSchemaSchema,
    ports: z.array(portSchema).readonly(),
    inputs: z
      .array(
        z.strictObject({
          name: z.string(),
          title: z.string().exactOptional(),
          maxEdges: z.literal(1).exactOptional(),
        }),
      )
      .readonly(),
    outputs: z.record(
      z.string(),
      z.union([
        z.strictObject({
          fromParam: z.string(),
          as: z.enum(['schema', 'values', 'list', 'event', 'rows']).exactOptional(),
        }),
        jsonSchemaSchema,
      ]),
    ),
    summary: z.string(),
    effect: z.enum(['none', 'read', 'write']),
    inline: z.boolean(),
    control: z.enum(CONTROL_KINDS).exactOptional(),
    policy: nodePolicySchema.exactOptional(),
    tool: z.strictObject({ name: z.string(), description: z.string() }).exactOptional(),
    callsFrom: z.string().exactOptional(),
    lint: z
      .array(
        z.strictObject({
          code: z.string(),
          severity: z.enum(['error', 'warning']),
          when: z.string(),
          message: z.string(),
          field: z.string().exactOptional(),
          fix: z.strictObject({ title: z.string(), value: z.string() }).exactOptional(),
        }),
      )
      .readonly()
      .exactOptional(),
  })
  .meta({ id: 'NodeManifestEntry' })

export const nodeManifestSchema = z
  .strictObject({ hash: z.string(), nodes: z.array(manifestEntrySchema).readonly() })
  .meta({ id: 'NodeManifest' })

const errorCodes = Object.keys(ERROR_TABLE) as [TenonErrorCode, ...TenonErrorCode[]]

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(errorCodes),
    remedy: z.string(),
    retryable: z.boolean(),
    requestId: z.string().exactOptional(),
    details: z.record(z.string(), z.unknown()).exactOptional(),
    issues: z.array(problemIssueSchema).readonly().exactOptional(),
  })
  .meta({ id: 'Problem' })

/** A text frame of the run log socket and the data of a server-sent event. */
const runEventFrameSchema = z
  .strictObject({
    seq: z.int(),
    type: z.string(),
    at: z.number(),
    nodeRunId: z.string().exactOptional(),
    data: jsonObjectSchema,
  })
  .meta({ id: 'RunEventFrame' })

const viewPartSchema = z
  .strictObject({
    nodeRuns: z.array(z.tuple([z.number(), jsonObjectSchema])).readonly(),
    approvals: z.array(z.tuple([z.number(), jsonObjectSchema])).readonly(),
    parked: z.array(z.tuple([z.number(), jsonObjectSchema])).readonly(),
    waits: z.array(z.tuple([z.number(), jsonObjectSchema])).readonly(),
  })
  .meta({ id: 'RunViewPart' })

/** The first frame of a stream of a long log, for a client that asked for a view. */
const runViewFrameSchema = z
  .strictObject({
    seq: z.int(),
    type: z.literal('view'),
    view: z.strictObject({
      head: jsonObjectSchema,
      parts: z.array(z.tuple([z.string(), viewPartSchema])).readonly(),
    }),
  })
  .meta({ id: 'RunViewFrame' })

/** A frame of a run stream. */
const runReadingFrameSchema = z
  .strictObject({ seq: z.literal(0), type: z.literal('reading'), read: z.int(), total: z.int() })
  .meta({ id: 'RunReadingFrame' })
export const runStreamFrameSchema = z.union([runEventFrameSchema, runViewFrameSchema, runReadingFrameSchema])

/** A page of the events of one node run. */
export const nodeRunEventsSchema = z
  .strictObject({ seq: z.int(), events: z.array(runEventFrameSchema).readonly(), hasMore: z.boolean() })
  .meta({ id: 'NodeRunEvents' })

/** A part of the view of a run. */
export const viewPartAtSchema = z.strictObject({ seq: z.int(), part: viewPartSchema }).meta({ id: 'RunViewPartAt' })

/** A text frame of the change socket and the data of a server-sent event; heartbeats only in `tenon.v1`. */
export const changeFrameSchema = z
  .union([
    z.strictObject({ kind: z.enum(['ready', 'heartbeat']) }),
    z.strictObject({ kind: z.enum(CHANGE_KINDS), id: z.string(), workflowId: z.string().exactOptional() }),
  ])
  .meta({ id: 'ChangeFrame' })

/** The OpenAPI document itself. */
export const openApiSchema = z.record(z.string(), jsonSchema).meta({ id: 'OpenApiDocument' })
