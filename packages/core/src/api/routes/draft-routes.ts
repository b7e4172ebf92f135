import { defineRoute } from '../route.ts'
import { startedRunSchema, tryDraftSchema } from '../schemas/run.ts'
import { draftSchema, patchDraftSchema, putDraftSchema } from '../schemas/workflow.ts'
import { DOCUMENT_BYTES, NO_QUERY, RUN_INPUT_BYTES, workflowParams } from './shared.ts'

const tag = 'Drafts'
const draftAnswer = { 200: { description: 'The draft; its ETag stands in the header, too', schema: draftSchema } }

export const draftRoutes = {
  getDraft: defineRoute({
    id: 'getDraft',
    method: 'GET',
    path: '/workflows/{id}/draft',
    tag,
    summary: 'Read the draft',
    permission: 'workflow:read',
    resource: 'workflow',
    params: workflowParams,
    query: NO_QUERY,
    body: null,
    responses: draftAnswer,
    errors: [],
  }),
  patchDraft: defineRoute({
    id: 'patchDraft',
    method: 'PATCH',
    path: '/workflows/{id}/draft',
    tag,
    summary: 'Change the draft by operations; merges with what others edit',
    permission: 'workflow:write',
    resource: 'workflow',
    params: workflowParams,
    query: NO_QUERY,
    body: patchDraftSchema,
    maxBodyBytes: DOCUMENT_BYTES,
    responses: draftAnswer,
    errors: ['OPERATION_INVALID', 'DOCUMENT_MALFORMED'],
  }),
  putDraft: defineRoute({
    id: 'putDraft',
    method: 'PUT',
    path: '/workflows/{id}/draft',
    tag,
    summary: 'Replace the draft',
    permission: 'workflow:write',
    resource: 'workflow',
    params: workflowParams,
    query: NO_QUERY,
    headers: { 'If-Match': { description: 'ETag of the draft that is replaced', required: true } },
    body: putDraftSchema,
    maxBodyBytes: DOCUMENT_BYTES,
    responses: draftAnswer,
    errors: ['DOCUMENT_MALFORMED', 'PRECONDITION_REQUIRED', 'PRECONDITION_FAILED'],
  }),
  tryDraft: defineRoute({
    id: 'tryDraft',
    method: 'POST',
    path: '/workflows/{id}/draft/runs',
    tag,
    summary: 'Try the draft: a run of mode test on a version of its own',
    permission: 'run:start',
    resource: 'workflow',
    params: workflowParams,
    query: NO_QUERY,
    body: tryDraftSchema,
    bodyOptional: true,
    maxBodyBytes: RUN_INPUT_BYTES,
    responses: { 201: { description: 'The run has begun', schema: startedRunSchema } },
    errors: ['WORKFLOW_INVALID', 'RUN_INPUT_INVALID', 'REFERENCE_NOT_FOUND', 'VALUE_NOT_JSON', 'VALUE_TOO_LARGE'],
  }),
}
