import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { pageQuery, pageSchema } from '../schemas/common.ts'
import { migrationRefusedRunSchema } from '../schemas/migration.ts'
import { rolloutSchema, startRolloutSchema } from '../schemas/rollout.ts'
import { idParam, NO_QUERY, workflowParams } from './shared.ts'

const tag = 'Versions'
const versionParams = z.object({ id: idParam, version: idParam })

/** Common part of the routes that change the rollout of a version. */
const CHANGE_REQUEST = {
  method: 'POST',
  tag,
  permission: 'version:publish',
  resource: 'version',
  params: versionParams,
  query: NO_QUERY,
  responses: { 200: { description: 'The rollout', schema: rolloutSchema } },
} as const

const END_REQUEST = {
  ...CHANGE_REQUEST,
  body: z.strictObject({}),
  bodyOptional: true,
  errors: ['ROLLOUT_CLOSED'],
} as const

export const rolloutRoutes = {
  listRollouts: defineRoute({
    id: 'listRollouts',
    method: 'GET',
    path: '/workflows/{id}/rollouts',
    tag,
    summary: 'List rollouts of versions, the latest version first',
    permission: 'version:read',
    resource: 'any-workflow',
    params: workflowParams,
    query: z.object(pageQuery),
    body: null,
    responses: { 200: { description: 'A page of rollouts', schema: pageSchema(rolloutSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
  startRollout: defineRoute({
    ...CHANGE_REQUEST,
    id: 'startRollout',
    path: '/workflows/{id}/versions/{version}/rollout',
    summary: 'Move or cancel the runs of earlier versions in the background. Has no effect while it does that already',
    body: startRolloutSchema,
    errors: ['ROLLOUT_ACTIVE', 'ROLLOUT_CLOSED'],
  }),
  promoteRollout: defineRoute({
    ...END_REQUEST,
    id: 'promoteRollout',
    path: '/workflows/{id}/versions/{version}/rollout/promotion',
    summary: 'End a canary: all new runs start with its version',
  }),
  rollBackRollout: defineRoute({
    ...END_REQUEST,
    id: 'rollBackRollout',
    path: '/workflows/{id}/versions/{version}/rollout/rollback',
    summary: 'End a canary: all new runs start with the former version',
  }),
  stopRollout: defineRoute({
    ...END_REQUEST,
    id: 'stopRollout',
    path: '/workflows/{id}/versions/{version}/rollout/stop',
    summary: 'Stop moving or canceling runs; those that will move already do so',
  }),
  listRefusedRuns: defineRoute({
    id: 'listRefusedRuns',
    method: 'GET',
    path: '/workflows/{id}/versions/{version}/rollout/refused-runs',
    tag,
    summary: 'List runs that a rollout has left on their version, with the reasons',
    permission: 'version:read',
    resource: 'version',
    params: versionParams,
    query: z.object(pageQuery),
    body: null,
    responses: { 200: { description: 'A page of runs', schema: pageSchema(migrationRefusedRunSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
}
