import { z } from 'zod'
import { RUN_PRIORITIES } from '../../document/types.ts'
import { TRIGGER_KINDS } from '../../node/trigger-params.ts'
import { RUN_ENGINES } from '../../run/engine-changes.ts'
import { ANSWER_FORMATS } from '../../run/run-answer.ts'
import { NODE_STATUSES, RUN_STATUSES } from '../../run/status.ts'
import { QUEUE_REASONS } from '../run-types.ts'
import { instantSchema, jsonSchema, textSchema } from './common.ts'
import { nodeIdSchema } from './document.ts'
import { modelSpendFields } from './usage.ts'

const runStatusSchema = z.enum(RUN_STATUSES)

const runFailureFields = {
  code: z.string(),
  message: z.string(),
  remedy: z.string().exactOptional(),
  nodeId: z.string().exactOptional(),
  details: jsonSchema.exactOptional(),
}
const runFailureSchema = z.strictObject(runFailureFields).meta({ id: 'RunFailure' })

/** `"3"`, or `"test:<id>"` for a tried draft. */
export const versionNameSchema = z.string().regex(/^([1-9][0-9]{0,8}|test:[A-Za-z0-9_-]{1,64})$/)

export const startRunSchema = z
  .strictObject({
    input: jsonSchema.exactOptional(),
    version: textSchema(80).exactOptional(),
    trigger: nodeIdSchema.exactOptional(),
  })
  .meta({ id: 'StartRun' })

const rerunFromSchema = z
  .union([z.enum(['start', 'failed']), z.strictObject({ nodeId: nodeIdSchema })])
  .meta({ id: 'RerunFrom' })

export const rerunRunSchema = z
  .strictObject({
    from: rerunFromSchema,
    input: jsonSchema.exactOptional(),
    version: z.enum(['same', 'latest']).exactOptional(),
  })
  .meta({ id: 'RerunRun' })

export const tryDraftSchema = z
  .strictObject({ input: jsonSchema.exactOptional(), trigger: nodeIdSchema.exactOptional() })
  .meta({ id: 'TryDraft' })

export const startedRunSchema = z
  .strictObject({
    runId: z.string(),
    status: runStatusSchema,
    startedAt: instantSchema.nullable(),
    deduplicated: z.literal(true).exactOptional(),
    merged: z.literal(true).exactOptional(),
  })
  .meta({ id: 'StartedRun' })

const runTriggerSchema = z
  .strictObject({ nodeId: z.string(), name: z.string(), kind: z.enum([...TRIGGER_KINDS, 'start']) })
  .meta({ id: 'RunTrigger' })
const startedBySchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('user'),
      user: z.strictObject({ userId: z.string(), displayName: z.string() }),
      trigger: runTriggerSchema,
    }),
    z.strictObject({ kind: z.enum(['trigger', 'host']), trigger: runTriggerSchema }),
    z.strictObject({ kind: z.enum(['run', 'failure']), runId: z.string() }),
  ])
  .meta({ id: 'RunStartedBy' })

const runFields = {
  runId: z.string(),
  workflowId: z.string(),
  workflowName: z.string(),
  version: z.string(),
  mode: z.enum(['live', 'test']),
  traceId: z.string(),
  engine: z.enum(RUN_ENGINES),
  queuedAt: instantSchema,
  startedBy: startedBySchema.nullable(),
  parent: z.strictObject({ runId: z.string(), nodeRunId: z.string() }).nullable(),
  rootRunId: z.string(),
  depth: z.int(),
  rerunOf: z.strictObject({ runId: z.string(), from: rerunFromSchema }).nullable(),
  movedFrom: z.string().nullable(),
  handles: z.string().nullable(),
  handledBy: z.string().nullable(),
  modelUsage: z.strictObject(modelSpendFields).exactOptional(),
}
const runHealthSchema = z
  .strictObject({
    code: z.enum(['NO_WORKER', 'NO_CAPABLE_WORKER', 'STUCK', 'ENGINE_UNAVAILABLE']),
    message: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'RunHealth' })
const runQueueSchema = z
  .strictObject({
    reason: z.enum(QUEUE_REASONS),
    position: z.int(),
    inProgress: z.int().nullable(),
    limit: z.int().nullable(),
    intervalMs: z.int().nullable(),
    startsAt: instantSchema.nullable(),
    collected: z.int().nullable(),
    key: z.string().nullable(),
    priority: z.enum(RUN_PRIORITIES),
  })
  .meta({ id: 'RunQueue' })
const openState = {
  finishedAt: z.null(),
  outcome: z.null(),
  error: z.null(),
  health: runHealthSchema.exactOptional(),
}
const queuedState = {
  ...openState,
  status: z.literal('queued'),
  startedAt: z.null(),
  queue: runQueueSchema.exactOptional(),
}
const activeState = {
  ...openState,
  status: z.enum(['running', 'waiting', 'paused']),
  startedAt: instantSchema,
  otherEngines: z.array(z.enum(RUN_ENGINES)).readonly().exactOptional(),
}
const completedState = {
  status: z.literal('completed'),
  startedAt: instantSchema,
  finishedAt: instantSchema,
  outcome: z.string(),
  error: z.null(),
}
const failedState = { ...completedState, status: z.literal('failed'), outcome: z.null(), error: runFailureSchema }
const canceledState = { ...failedState, status: z.literal('canceled'), startedAt: instantSchema.nullable() }

export const runSummarySchema = z
  .discriminatedUnion('status', [
    z.strictObject({ ...runFields, ...queuedState }),
    z.strictObject({ ...runFields, ...activeState }),
    z.strictObject({ ...runFields, ...completedState }),
    z.strictObject({ ...runFields, ...failedState }),
    z.strictObject({ ...runFields, ...canceledState }),
  ])
  .meta({ id: 'RunSummary' })

const unfinished = { output: z.null() }

export const runSchema = z
  .discriminatedUnion('status', [
    z.strictObject({ ...runFields, ...queuedState, ...unfinished }),
    z.strictObject({ ...runFields, ...activeState, ...unfinished }),
    z.strictObject({ ...runFields, ...completedState, output: jsonSchema }),
    z.strictObject({ ...runFields, ...failedState, output: z.null() }),
    z.strictObject({ ...runFields, ...canceledState, output: z.null() }),
  ])
  .meta({ id: 'Run' })

const answer = {
  answer: z
    .strictObject({
      status: z.int(),
      format: z.enum(ANSWER_FORMATS),
      headers: z.record(z.string(), z.string()),
      body: jsonSchema,
    })
    .meta({ id: 'RunAnswer' })
    .nullable(),
}

export const waitedRunSchema = z
  .discriminatedUnion('status', [
    z.strictObject({ ...runFields, ...queuedState, ...unfinished, ...answer }),
    z.strictObject({ ...runFields, ...activeState, ...unfinished, ...answer }),
    z.strictObject({ ...runFields, ...completedState, output: jsonSchema, ...answer }),
    z.strictObject({ ...runFields, ...failedState, output: z.null(), ...answer }),
    z.strictObject({ ...runFields, ...canceledState, output: z.null(), ...answer }),
  ])
  .meta({ id: 'WaitedRun' })

const toolCallSchema = z.strictObject({
  tool: z.string(),
  arguments: jsonSchema,
  answer: jsonSchema.exactOptional(),
  error: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
  durationMs: z.number(),
})

export const ledgerEntrySchema = z
  .strictObject({
    nodeRunId: z.string(),
    nodeId: z.string(),
    calledBy: z.string().exactOptional(),
    name: z.string(),
    type: z.string(),
    status: z.enum(NODE_STATUSES),
    attempts: z.int(),
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
    durationMs: z.number().nullable(),
    port: z.string().nullable(),
    isReused: z.boolean(),
    input: jsonSchema,
    output: jsonSchema,
    toolCalls: z.array(toolCallSchema).readonly(),
    errors: z.array(z.strictObject({ ...runFailureFields, attempt: z.int() })).readonly(),
    logs: z.array(z.strictObject({ timestamp: instantSchema, level: z.string(), message: z.string() })).readonly(),
  })
  .meta({ id: 'LedgerEntry' })

export const ledgerSchema = z
  .strictObject({ run: runSchema, input: jsonSchema, nodeRuns: z.array(ledgerEntrySchema).readonly() })
  .meta({ id: 'Ledger' })

export const waitingRunsSchema = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          runId: z.string(),
          workflowId: z.string(),
          workflowName: z.string(),
          nodeRunId: z.string().nullable(),
          kind: z.enum(['approval', 'parked']),
          count: z.int().min(1),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'WaitingRuns' })

export const changeEngineSchema = z
  .strictObject({ engine: z.enum(RUN_ENGINES), requestId: textSchema(200).min(1).exactOptional() })
  .meta({ id: 'ChangeEngine' })

export const changeEnginesSchema = z
  .strictObject({
    engine: z.enum(RUN_ENGINES),
    cursor: z.string().max(2_000).exactOptional(),
    limit: z.int().min(1).max(100).exactOptional(),
  })
  .meta({ id: 'ChangeEngines' })

export const changedEnginesSchema = z
  .strictObject({
    runIds: z.array(z.string()).readonly(),
    unchanged: z.int(),
    refused: z.array(z.strictObject({ runId: z.string(), code: z.string(), message: z.string() })).readonly(),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'ChangedEngines' })
