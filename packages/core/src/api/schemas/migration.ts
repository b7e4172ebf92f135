import { z } from 'zod'
import { MIGRATION_BLOCKERS } from '../../run/migrations.ts'
import { textSchema } from './common.ts'
import { fingerprintSchema } from './parked.ts'

/** Number of a published version. */
export const publishedVersionSchema = z.string().regex(/^[1-9][0-9]{0,8}$/)

export const migrateRunSchema = z
  .strictObject({ version: publishedVersionSchema, requestId: textSchema(200).min(1).exactOptional() })
  .meta({ id: 'MigrateRun' })

export const migrationCheckSchema = z
  .strictObject({
    from: z.string(),
    version: z.string(),
    obstacles: z
      .array(z.strictObject({ nodeId: z.string(), nodeName: z.string(), reason: z.enum(MIGRATION_BLOCKERS) }))
      .readonly(),
  })
  .meta({ id: 'MigrationCheck' })

export const migrateRunsSchema = z
  .strictObject({
    version: publishedVersionSchema,
    from: publishedVersionSchema.exactOptional(),
    fingerprint: fingerprintSchema.exactOptional(),
    cursor: z.string().max(2_000).exactOptional(),
    limit: z.int().min(1).max(100).exactOptional(),
  })
  .meta({ id: 'MigrateRuns' })

export const migrationRefusedRunSchema = z
  .strictObject({ runId: z.string(), code: z.string(), message: z.string() })
  .meta({ id: 'MigrationRefusedRun' })

export const migratedRunsSchema = z
  .strictObject({
    runIds: z.array(z.string()).readonly(),
    unchanged: z.int(),
    refused: z.array(migrationRefusedRunSchema).readonly(),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'MigratedRuns' })
