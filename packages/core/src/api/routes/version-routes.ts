import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { pageQuery, pageSchema } from '../schemas/common.ts'
import { publishVersionSchema, versionSchema, versionWithDocumentSchema } from '../schemas/workflow.ts'
import { idParam, NO_QUERY, workflowParams } from './shared.ts'

const tag = 'Versions'

export const versionRoutes = {
  publishVersion: defineRoute({
    id: 'publishVersion',
    method: 'POST',
    path: '/workflows/{id}/versions',
    tag,
    summary: 'Publish the draft as the next version',
    permission: 'version:publish',
    rate: 'publish',
    resource: 'workflow',
    params: workflowParams,
    query: NO_QUERY,
    body: publishVersionSchema,
    bodyOptional: true,
    responses: { 201: { description: 'The new version', schema: versionSchema } },
    errors: ['WORKFLOW_INVALID'],
  }),
  listVersions: defineRoute({
    id: 'listVersions',
    method: 'GET',
    path: '/workflows/{id}/versions',
    tag,
    summary: 'List published versions, newest first',
    permission: 'version:read',
    resource: 'any-workflow',
    params: workflowParams,
    query: z.object(pageQuery),
    body: null,
    responses: { 200: { description: 'A page of versions', schema: pageSchema(versionSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
  getVersion: defineRoute({
    id: 'getVersion',
    method: 'GET',
    path: '/workflows/{id}/versions/{version}',
    tag,
    summary: 'Read a version with its document',
    permission: 'version:read',
    resource: 'version',
    params: z.object({ id: idParam, version: idParam }),
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'The version', schema: versionWithDocumentSchema } },
    errors: [],
  }),
}
