import { z } from 'zod'
import { RUN_ENGINES } from '../../run/engine-changes.ts'
import { textSchema } from './common.ts'

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
