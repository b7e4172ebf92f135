import type { Approval, Identity } from '@tenon/core/api'
import { roleAllows } from '@tenon/core/api'
import { maskCredentials } from '@tenon/core/mask'
import type { StoredWait } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { workflowNames } from '../tables/workflow-repository.ts'
import { isApprover } from './is-approver.ts'

/** Approvals in the form of the wire, as one person sees them, in the same order. */
export async function presentApprovals(
  server: ServerContext,
  identity: Identity,
  waits: readonly StoredWait[],
): Promise<readonly Approval[]> {
  const names = await server.database.withTenant(identity.tenantId, (tx) =>
    workflowNames(
      tx,
      identity.tenantId,
      waits.map((wait) => wait.workflowId),
    ),
  )
  return waits.map((wait) => {
    const decision = decisionOf(wait)
    // A vote that decides is stored before the run has gone on.
    const status = wait.status === 'open' && decision !== null ? 'resolved' : wait.status
    const isApproverHere =
      isApprover(identity, wait.waitFor.approvers) || roleAllows(identity.role, 'approval:override')
    return maskCredentials({
      approvalId: wait.approvalId,
      waitId: wait.waitId,
      runId: wait.runId,
      nodeId: wait.nodeId,
      workflowId: wait.workflowId,
      workflowName: names.get(wait.workflowId) ?? '',
      title: wait.waitFor.title,
      message: wait.waitFor.message,
      choices: wait.waitFor.choices,
      evidence: wait.waitFor.evidence,
      required: wait.waitFor.required,
      votes: wait.votes,
      status,
      decision,
      openedAt: toInstant(wait.openedAt),
      dueAt: toInstantOrNull(wait.dueAt),
      approvers: wait.waitFor.approvers,
      canDecide: status === 'open' && isApproverHere,
    })
  })
}

/** The choice that has as many votes as the approval asks for; the one that had them first. */
function decisionOf({ status, votes, waitFor }: StoredWait): string | null {
  if (status !== 'open' && status !== 'resolved') return null
  const counts = new Map<string, number>()
  for (const { choice } of votes) {
    const count = (counts.get(choice) ?? 0) + 1
    if (count >= waitFor.required) return choice
    counts.set(choice, count)
  }
  return null
}
