import type { Approval, Identity } from '@tenon/core/api'
import { roleAllows } from '@tenon/core/api'
import type { Json, JsonSchema, TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials } from '@tenon/core/mask'
import { type CallToApprove, isSameVote, type StoredVote, type ValueRef } from '@tenon/core/run'
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
  const paramsAt = await loadParams(server, identity.tenantId, waits)
  return waits.map((wait) => {
    const { call } = wait.waitFor
    const decision = decisionOf(wait)
    const { status } = wait
    const isApproverHere =
      isApprover(identity, wait.waitFor.approvers) || roleAllows(identity.role, 'approval:override')
    const approval: Omit<Approval, 'call'> = maskCredentials({
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
      votes: wait.votes.map(({ params, ...vote }) => (params === undefined ? vote : { ...vote, ...paramsAt(params) })),
      status,
      decision,
      openedAt: toInstant(wait.openedAt),
      dueAt: toInstantOrNull(wait.dueAt),
      approvers: wait.waitFor.approvers,
      canDecide: status === 'open' && isApproverHere,
    })
    if (call === undefined) return approval
    const { nodeRunId } = wait
    // The schema has names of fields where a value has credentials.
    const { nodeType, typeVersion, isEditable } = call
    const shown = maskCredentials({
      nodeType,
      typeVersion,
      isEditable,
      nodeRunId,
      params: null,
      ...paramsAt(call.params),
    })
    return { ...approval, call: { ...shown, schema: schemaOf(server, call) } }
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

/** Most bytes of large params in one answer. */
const MAX_PARAMS_BYTES = 16_777_216

/** Params for the wire; those that are left out are marked. */
type ShownParams = { readonly params: Json } | { readonly isParamsLeftOut: true }

/**
 * Loads the params of calls, and those of votes for other ones, as far as they fit into one answer: one call must not
 * close the inbox of its tenant.
 *
 * @returns Reads loaded params.
 */
async function loadParams(
  server: ServerContext,
  tenantId: TenantId,
  waits: readonly StoredWait[],
): Promise<(ref: ValueRef) => ShownParams> {
  const refs = waits.flatMap(({ votes, waitFor: { call } }) =>
    [call?.params, ...votes.map(({ params }) => params)].filter((ref) => ref !== undefined),
  )
  const stored = new Map<string, ValueRef>()
  let left = MAX_PARAMS_BYTES
  for (const ref of refs) {
    if (ref.inline !== undefined || stored.has(ref.hash) || ref.size > left) continue
    left -= ref.size
    stored.set(ref.hash, ref)
  }
  const values = await loadFound(server, tenantId, [...stored.values()])
  return ({ hash, inline }) => {
    const params = inline ?? values.get(hash)
    return params === undefined ? { isParamsLeftOut: true } : { params }
  }
}

/** Loads values by their hash, without those that are lost. */
async function loadFound(
  { reader }: ServerContext,
  tenantId: TenantId,
  refs: readonly ValueRef[],
): Promise<ReadonlyMap<string, Json>> {
  if (refs.length === 0) return new Map()
  const load = async (part: readonly ValueRef[]) => {
    const values = await reader.loadValues(tenantId, part)
    return part.map(({ hash }, index) => [hash, values[index] ?? null] as const)
  }
  try {
    return new Map(await load(refs))
  } catch (error) {
    if (!isLost(error)) throw error
  }
  const found: (readonly [string, Json])[] = []
  for (const ref of refs) {
    try {
      found.push(...(await load([ref])))
    } catch (error) {
      if (!isLost(error)) throw error
    }
  }
  return new Map(found)
}

function isLost(error: unknown): boolean {
  return error instanceof TenonError && error.code === 'PAYLOAD_NOT_FOUND'
}
