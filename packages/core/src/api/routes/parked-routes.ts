import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { pageQuery, pageSchema, textSchema } from '../schemas/common.ts'
import {
  parkedFilterSchema,
  parkedGroupSchema,
  parkedNodeRunSchema,
  resolvedParkedGroupSchema,
  resolveParkedGroupSchema,
  resolveParkedSchema,
} from '../schemas/parked.ts'
import { idParam, NO_PARAMS, NO_QUERY, RUN_INPUT_BYTES } from './shared.ts'

const tag = 'Parked node runs'

/** Errors of a resolution that a node run does not allow. */
const REFUSALS = [
  'RESOLUTION_REFUSED',
  'NODE_PARAMS_INVALID',
  'VALUE_NOT_JSON',
  'VALUE_TOO_LARGE',
  'NODE_TYPE_UNKNOWN',
  'CONNECTION_REFUSED',
] as const

export const parkedRoutes = {
  listParked: defineRoute({
    id: 'listParked',
    method: 'GET',
    path: '/parked',
    tag,
    summary: 'List parked node runs, newest first',
    permission: 'run:read',
    resource: null,
    params: NO_PARAMS,
    query: z.object({ ...pageQuery, ...parkedFilterSchema }),
    body: null,
    responses: { 200: { description: 'A page of parked node runs', schema: pageSchema(parkedNodeRunSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
  listParkedGroups: defineRoute({
    id: 'listParkedGroups',
    method: 'GET',
    path: '/parked-groups',
    tag,
    summary: 'List open parked node runs grouped by workflow and fingerprint, the group with the newest one first',
    permission: 'run:read',
    resource: null,
    params: NO_PARAMS,
    query: z.object({ ...pageQuery, workflowId: textSchema(400).exactOptional() }),
    body: null,
    responses: { 200: { description: 'A page of groups', schema: pageSchema(parkedGroupSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
  resolveParked: defineRoute({
    id: 'resolveParked',
    method: 'POST',
    path: '/parked/{parkedId}/resolution',
    tag,
    summary: 'Resolve a parked node run; one resolution wins',
    permission: 'parked:resolve',
    resource: 'parked',
    params: z.object({ parkedId: idParam }),
    query: NO_QUERY,
    body: resolveParkedSchema,
    maxBodyBytes: RUN_INPUT_BYTES,
    responses: { 200: { description: 'The parked node run with its resolution', schema: parkedNodeRunSchema } },
    errors: ['PARKED_CLOSED', ...REFUSALS],
  }),
  resolveParkedGroup: defineRoute({
    id: 'resolveParkedGroup',
    method: 'POST',
    path: '/parked-groups/resolutions',
    tag,
    summary: 'Resolve open parked node runs of a group; the answer has a cursor for the rest',
    permission: 'parked:resolve',
    resource: null,
    params: NO_PARAMS,
    query: NO_QUERY,
    body: resolveParkedGroupSchema,
    maxBodyBytes: RUN_INPUT_BYTES,
    responses: { 200: { description: 'Numbers of resolved node runs', schema: resolvedParkedGroupSchema } },
    errors: ['CURSOR_INVALID'],
  }),
}
