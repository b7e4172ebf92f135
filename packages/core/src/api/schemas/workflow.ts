import { z } from 'zod'
import { RUN_STATUSES } from '../../run/status.ts'
import { hasHiddenCharacters } from '../../text/hidden-characters.ts'
import { instantSchema, jsonSchema, problemIssueSchema, textSchema } from './common.ts'
import { nodeIdSchema, workflowDocumentSchema } from './document.ts'
import { documentOperationSchema, draftPartSchema } from './operation.ts'
import { canarySchema, rolloutRunsSchema } from './rollout.ts'

const workflowNameSchema = textSchema(200)
  .refine((name) => name.trim() !== '', { error: 'Must not be empty' })
  .refine((name) => !hasHiddenCharacters(name), {
    error: 'Must not have line breaks or characters that are not visible',
  })
const descriptionSchema = textSchema(4_000)

const pauseSchema = z
  .strictObject({ at: instantSchema, by: z.strictObject({ userId: z.string(), displayName: z.string() }) })
  .meta({ id: 'Pause' })

export const pauseWorkflowSchema = z
  .strictObject({ includeRuns: z.boolean().exactOptional() })
  .meta({ id: 'PauseWorkflow' })

export const tenantStateSchema = z
  .strictObject({
    pause: pauseSchema.nullable(),
    queuedRuns: z.int(),
    runsInProgress: z.int().nullable(),
    runsInProgressLimit: z.int().nullable(),
    queuedRunsLimit: z.int().nullable(),
  })
  .meta({ id: 'TenantState' })

export const workflowSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    version: z.string().nullable(),
    liveVersion: z.string().nullable(),
    hasUnpublishedChanges: z.boolean(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    deletedAt: instantSchema.nullable(),
    pause: pauseSchema.nullable(),
    nextRunAt: instantSchema.nullable(),
    pausedTriggers: z.int(),
    lastRun: z.strictObject({ runId: z.string(), status: z.enum(RUN_STATUSES), queuedAt: instantSchema }).nullable(),
  })
  .meta({ id: 'Workflow' })

export const pausedWorkflowSchema = workflowSchema.extend({ hasMoreRuns: z.boolean() }).meta({ id: 'PausedWorkflow' })

export const createWorkflowSchema = z
  .strictObject({
    name: workflowNameSchema,
    description: descriptionSchema.exactOptional(),
    document: workflowDocumentSchema.exactOptional(),
  })
  .meta({ id: 'CreateWorkflow' })

export const updateWorkflowSchema = z
  .strictObject({ name: workflowNameSchema.exactOptional(), description: descriptionSchema.exactOptional() })
  .meta({ id: 'UpdateWorkflow' })

export const draftSchema = z
  .strictObject({
    document: workflowDocumentSchema,
    etag: z.string(),
    updatedAt: instantSchema,
    repairs: z.array(z.string()).readonly(),
    unreadable: z.array(z.strictObject({ part: draftPartSchema, key: z.string(), message: z.string() })).readonly(),
  })
  .meta({ id: 'Draft' })

export const patchDraftSchema = z
  .strictObject({ operations: z.array(documentOperationSchema).min(1).max(1_000).readonly() })
  .meta({ id: 'PatchDraft' })

export const putDraftSchema = z.strictObject({ document: workflowDocumentSchema }).meta({ id: 'PutDraft' })

/** Base64 of at most this many bytes. */
const bytesSchema = (maxBytes: number) => z.base64().max(Math.ceil(maxBytes / 3) * 4)

/** A state vector lists every client id that has ever written; the limit of the draft keeps it far below this. */
const STATE_VECTOR_BYTES = 524_288
const SYNC_UPDATE_BYTES = 1_048_576

export const syncDraftSchema = z
  .strictObject({
    stateVector: bytesSchema(STATE_VECTOR_BYTES),
    update: bytesSchema(SYNC_UPDATE_BYTES).exactOptional(),
  })
  .meta({ id: 'SyncDraft' })

export const syncedDraftSchema = z
  .strictObject({ update: z.base64(), stateVector: z.base64(), saved: z.boolean(), etag: z.string() })
  .meta({ id: 'SyncedDraft' })

export const publishVersionSchema = z
  .strictObject({
    notes: textSchema(4_000).exactOptional(),
    runs: rolloutRunsSchema.exactOptional(),
    canary: canarySchema.exactOptional(),
  })
  .meta({ id: 'PublishVersion' })

const versionFields = {
  workflowId: z.string(),
  version: z.string(),
  notes: z.string(),
  contentHash: z.string(),
  behaviorHash: z.string(),
  publishedAt: instantSchema,
  publishedBy: z.strictObject({ userId: z.string(), displayName: z.string() }),
}

export const versionSchema = z.strictObject(versionFields).meta({ id: 'Version' })

export const versionWithDocumentSchema = z
  .strictObject({ ...versionFields, document: workflowDocumentSchema })
  .meta({ id: 'VersionWithDocument' })

export const setSecretSchema = z
  .strictObject({
    nodeType: textSchema(200),
    typeVersion: z.int().min(1),
    param: textSchema(200),
    value: z.string().min(1).max(16_384),
  })
  .meta({ id: 'SetSecret' })

export const secretMarkerSchema = z
  .strictObject({ $secret: z.string(), setAt: instantSchema, setBy: z.string() })
  .meta({ id: 'SecretMarker' })

export const checkSubWorkflowsSchema = z
  .strictObject({
    calls: z
      .array(
        z.strictObject({
          nodeId: nodeIdSchema,
          name: textSchema(200),
          workflowId: textSchema(400),
          param: textSchema(200).exactOptional(),
          input: jsonSchema.exactOptional(),
        }),
      )
      .max(500)
      .readonly(),
    errorHandler: textSchema(400).exactOptional(),
  })
  .meta({ id: 'CheckSubWorkflows' })

export const checkedSubWorkflowsSchema = z
  .strictObject({ issues: z.array(problemIssueSchema).readonly() })
  .meta({ id: 'CheckedSubWorkflows' })
