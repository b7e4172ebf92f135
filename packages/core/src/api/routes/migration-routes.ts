import { z } from 'zod'
import { defineRoute } from '../route.ts'
import {
  migratedRunsSchema,
  migrateRunSchema,
  migrateRunsSchema,
  migrationCheckSchema,
  publishedVersionSchema,
} from '../schemas/migration.ts'
import { runSchema } from '../schemas/run.ts'
import { NO_QUERY, runParams, workflowParams } from './shared.ts'

const tag = 'Runs'

export const migrationRoutes = {
  checkMigration: defineRoute({
    id: 'checkMigration',
    method: 'GET',
    path: '/runs/{runId}/migration',
    tag,
    summary: 'Check whether a run can move to another version now; changes nothing',
    permission: 'run:read',
    resource: 'run',
    params: runParams,
    query: z.object({ version: publishedVersionSchema }),
    body: null,
    responses: { 200: { description: 'Nodes that are in the way', schema: migrationCheckSchema } },
    errors: ['RUN_CLOSED', 'REFERENCE_NOT_FOUND', 'MIGRATION_REFUSED'],
  }),
  migrateRun: defineRoute({
    id: 'migrateRun',
    method: 'POST',
    path: '/runs/{runId}/migration',
    tag,
    summary: 'Request to move a run to another version, as soon as none of its nodes is in progress',
    permission: 'run:migrate',
    resource: 'run',
    params: runParams,
    query: NO_QUERY,
    body: migrateRunSchema,
    responses: { 200: { description: 'The run, which may have yet to move', schema: runSchema } },
    errors: ['RUN_CLOSED', 'REFERENCE_NOT_FOUND', 'MIGRATION_REFUSED'],
  }),
  withdrawMigration: defineRoute({
    id: 'withdrawMigration',
    method: 'DELETE',
    path: '/runs/{runId}/migration',
    tag,
    summary: 'Withdraw the request to move a run that waits; the run then continues on its version',
    permission: 'run:migrate',
    resource: 'run',
    params: runParams,
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'The run, which may have yet to continue', schema: runSchema } },
    errors: ['RUN_CLOSED', 'MIGRATION_CLOSED'],
  }),
  migrateRuns: defineRoute({
    id: 'migrateRuns',
    method: 'POST',
    path: '/workflows/{id}/migrations',
    tag,
    summary: 'Request to move runs of a workflow to another version; the answer has a cursor for the rest',
    permission: 'run:migrate',
    resource: 'workflow',
    params: workflowParams,
    query: NO_QUERY,
    body: migrateRunsSchema,
    responses: { 200: { description: 'Runs that will move, and those that do not', schema: migratedRunsSchema } },
    errors: ['CURSOR_INVALID', 'REFERENCE_NOT_FOUND'],
  }),
}
