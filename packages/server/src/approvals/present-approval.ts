import type { Approval, Identity } from '@tenon/core/api'
import { roleAllows } from '@tenon/core/api'
import type { Json, JsonSchema, TenantId } from '@tenon/core/document'
import { maskCredentials } from '@tenon/core/mask'
import { type CallToApprove, isSameVote, type StoredVote, type ValueRef } from '@tenon/core/run'
import type { StoredWait } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { checkLedgerSize } from '../runs/ledger.ts'
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
  const valueAt = await loadParams(server, identity.tenantId, waits)
  return waits.map((wait) => {
    const { call } = wait.waitFor
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
      votes: wait.votes.map(({ params, ...vote }) =>
        params === undefined ? vote : { ...vote, params: valueAt(params) },
      ),
      status,
      decision,
      openedAt: toInstant(wait.openedAt),
      dueAt: toInstantOrNull(wait.dueAt),
      approvers: wait.waitFor.approvers,
      canDecide: status === 'open' && isApproverHere,
      ...(call === undefined
        ? {}
        : {
            call: { ...call, nodeRunId: wait.nodeRunId, params: valueAt(call.params), schema: schemaOf(server, call) },
          }),
    })
  })
}

/** The choice that has as many votes as the approval asks for, of a call with the same params; the one that had them first. */
function decisionOf({ status, votes, waitFor }: StoredWait): string | null {
  if (status !== 'open' && status !== 'resolved') return null
  const counted: StoredVote[] = []
  for (const vote of votes) {
    counted.push(vote)
    if (counted.filter((other) => isSameVote(other, vote)).length >= waitFor.required) return vote.choice
  }
  return null
}

function schemaOf({ registry }: ServerContext, { nodeType, typeVersion }: CallToApprove): JsonSchema {
  const { nodes } = registry.manifest
  return nodes.find(({ type, version }) => type === nodeType && version === typeVersion)?.params ?? true
}

/** Loads the params of calls, and those of votes for other ones. @returns Reads a loaded value. */
async function loadParams(
  server: ServerContext,
  tenantId: TenantId,
  waits: readonly StoredWait[],
): Promise<(ref: ValueRef) => Json> {
  const refs = waits.flatMap(({ votes, waitFor: { call } }) =>
    [call?.params, ...votes.map(({ params }) => params)].filter((ref) => ref !== undefined),
  )
  const stored = refs.filter(({ inline }) => inline === undefined)
  if (stored.length > 0) checkLedgerSize(stored)
  const values = stored.length === 0 ? [] : await server.reader.loadValues(tenantId, stored)
  const byHash = new Map(stored.map(({ hash }, index) => [hash, values[index] ?? null]))
  return ({ hash, inline }) => inline ?? byHash.get(hash) ?? null
}
