import { type DecideApproval, type Identity, ROUTES, roleAllows } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { publishChange, type StoredWait, type VoteRequest } from '@tenon/runtime'
import { isApprover } from '../approvals/is-approver.ts'
import { presentApprovals } from '../approvals/present-approval.ts'
import type { ServerContext } from '../context.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { auditHook } from '../tables/audit-repository.ts'

export const approvalHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listApprovals, async ({ server, identity, query }) => {
    const page = await server.reader.listWaits(identity.tenantId, query)
    const items = await presentApprovals(server, identity, page.items)
    // One that has its deciding vote is open in the database until the run has applied it.
    const shown = query.status === 'open' ? items.filter(({ status }) => status === 'open') : items
    return { status: 200, json: { items: shown, nextCursor: page.nextCursor } }
  }),

  implementRoute(
    ROUTES.decideApproval,
    async ({ server, identity, resource, body }) => {
      const { tenantId } = identity
      const isOverride = !isApprover(identity, resource.waitFor.approvers)
      if (!resource.waitFor.choices.includes(body.choice)) throw unknownChoice(resource)
      if (resource.status !== 'open') throw closed()
      const vote = voteOf(identity, body, server.now(), isOverride)
      const audit = auditHook({
        identity,
        action: isOverride ? 'approval.override' : 'approval.decide',
        resource: resource.approvalId,
        at: vote.at,
        details: {
          choice: body.choice,
          runId: resource.runId,
          ...(body.params === undefined ? {} : { edited: true }),
        },
      })
      const { outcome } = await server.engine.decide(tenantId, resource.approvalId, vote, audit)
      if (outcome === 'closed') throw closed()
      if (outcome === 'accepted') publishApproval(server, resource)
      const decided = outcome === 'accepted' ? await server.reader.getWait(tenantId, resource.approvalId) : null
      if (decided === null) throw new TenonError('APPROVAL_NOT_FOUND', 'No approval has this id')
      const [approval] = await presentApprovals(server, identity, [decided])
      return { status: 200, json: approval }
    },
    checkApprover,
  ),
]

/** Checks the approvers of an approval, where other routes check the permission of the role. */
function checkApprover(identity: Identity, wait: StoredWait): void {
  if (isApprover(identity, wait.waitFor.approvers) || roleAllows(identity.role, 'approval:override')) return
  throw new TenonError('FORBIDDEN', 'You are not an approver of this approval', {
    remedy: 'Ask an approver or an admin to decide.',
  })
}

function voteOf(identity: Identity, body: DecideApproval, at: number, isOverride: boolean): VoteRequest {
  const { userId, displayName, role } = identity
  return {
    actor: { userId, displayName, role },
    choice: body.choice,
    ...(body.comment === undefined ? {} : { comment: body.comment }),
    ...(body.params === undefined ? {} : { params: body.params }),
    at,
    ...(isOverride ? { override: true } : {}),
  }
}

function publishApproval({ bus }: ServerContext, { tenantId, approvalId, workflowId }: StoredWait): void {
  publishChange(bus, tenantId, { kind: 'approval', id: approvalId, workflowId })
}

function unknownChoice(wait: StoredWait): TenonError {
  const message = `Choose one of ${wait.waitFor.choices.join(', ')}`
  return new TenonError('REQUEST_INVALID', message, {
    details: { issues: [{ path: ['choice'], code: 'invalid_value', message }] },
  })
}

function closed(): TenonError {
  return new TenonError('APPROVAL_CLOSED', 'The approval is closed')
}
