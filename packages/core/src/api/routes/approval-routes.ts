import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { approvalSchema, decideApprovalSchema } from '../schemas/approval.ts'
import { pageQuery, pageSchema, textSchema } from '../schemas/common.ts'
import { idParam, NO_PARAMS, NO_QUERY } from './shared.ts'

const tag = 'Approvals'

export const approvalRoutes = {
  listApprovals: defineRoute({
    id: 'listApprovals',
    method: 'GET',
    path: '/approvals',
    tag,
    summary: 'List approvals, newest first',
    permission: 'approval:read',
    resource: null,
    params: NO_PARAMS,
    query: z.object({
      ...pageQuery,
      status: z.enum(['open', 'closed']).exactOptional(),
      runId: textSchema(400).exactOptional(),
    }),
    body: null,
    responses: { 200: { description: 'A page of approvals', schema: pageSchema(approvalSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
  decideApproval: defineRoute({
    id: 'decideApproval',
    method: 'POST',
    path: '/approvals/{approvalId}/decision',
    tag,
    summary: 'Vote on an approval; needs to be one of its approvers, or an admin, whose override is recorded',
    permission: 'approval:decide',
    resource: 'approval',
    params: z.object({ approvalId: idParam }),
    query: NO_QUERY,
    body: decideApprovalSchema,
    responses: { 200: { description: 'The approval with the vote', schema: approvalSchema } },
    errors: ['APPROVAL_CLOSED', 'APPROVAL_VOTED', 'NODE_PARAMS_INVALID'],
  }),
}
