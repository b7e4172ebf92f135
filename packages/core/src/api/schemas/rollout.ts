import { z } from 'zod'
import { ROLLOUT_RUNS, ROLLOUT_STATUSES } from '../rollout-types.ts'
import { instantSchema } from './common.ts'

const percentSchema = z.int().min(1).max(99)
const failurePercentSchema = z.int().min(0).max(100)

export const rolloutRunsSchema = z.enum(ROLLOUT_RUNS)

export const canarySchema = z
  .strictObject({
    percent: percentSchema,
    maxFailurePercent: failurePercentSchema.exactOptional(),
    minRuns: z.int().min(1).max(100_000).exactOptional(),
    promoteAfter: z.int().min(1).max(1_000_000).nullable().exactOptional(),
  })
  .meta({ id: 'Canary' })

const personSchema = z.strictObject({ userId: z.string(), displayName: z.string() })

export const rolloutSchema = z
  .strictObject({
    workflowId: z.string(),
    version: z.string(),
    formerVersion: z.string().nullable(),
    status: z.enum(ROLLOUT_STATUSES),
    runs: rolloutRunsSchema,
    canary: z
      .strictObject({
        percent: percentSchema,
        maxFailurePercent: failurePercentSchema,
        minRuns: z.int(),
        promoteAfter: z.int().nullable(),
        started: z.int(),
        completed: z.int(),
        failed: z.int(),
      })
      .nullable(),
    progress: z
      .strictObject({
        moved: z.int(),
        canceled: z.int(),
        ended: z.int(),
        pending: z.int(),
        refused: z.int(),
        left: z.int(),
      })
      .nullable(),
    refusals: z.array(z.strictObject({ code: z.string(), message: z.string(), runs: z.int() })).readonly(),
    startedAt: instantSchema,
    startedBy: personSchema,
    endedAt: instantSchema.nullable(),
    endedBy: personSchema.nullable(),
  })
  .meta({ id: 'Rollout' })

export const startRolloutSchema = z
  .strictObject({ runs: rolloutRunsSchema.exclude(['finish']) })
  .meta({ id: 'StartRollout' })
