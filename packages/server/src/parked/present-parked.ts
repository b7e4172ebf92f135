import type { ParkedGroup, ParkedNodeRun, ParkedResolution } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { maskCredentials } from '@tenon/core/mask'
import type { StoredParked, StoredParkedGroup } from '@tenon/runtime'
import { nodesWithin } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import { workflowNames } from '../tables/workflow-repository.ts'

/** Returns parked node runs as the API shows them, in the same order. */
export async function presentParked(
  server: ServerContext,
  tenantId: TenantId,
  parked: readonly StoredParked[],
): Promise<readonly ParkedNodeRun[]> {
  const names = await namesOf(server, tenantId, parked)
  return parked.map((each) => present(each, names))
}

/** Returns groups of parked node runs as the API shows them, in the same order. */
export async function presentParkedGroups(
  server: ServerContext,
  tenantId: TenantId,
  groups: readonly StoredParkedGroup[],
): Promise<readonly ParkedGroup[]> {
  const newest = groups.map((group) => group.newest)
  const names = await namesOf(server, tenantId, newest)
  const nodeNames = await nodeNamesOf(server, tenantId, newest)
  return groups.map(({ count, firstAt, newest }) => {
    const sample = present(newest, names)
    const { workflowId, workflowName, nodeId, fingerprint } = sample
    const nodeName = nodeNames.get(newest.planHash)?.get(nodeId) || nodeId
    const seen = { firstSeenAt: toInstant(firstAt), lastSeenAt: toInstant(newest.parkedAt) }
    return { workflowId, workflowName, nodeId, nodeName, fingerprint, count, ...seen, sample }
  })
}

/** Reads the names of the failed nodes, by plan and node id. */
async function nodeNamesOf(server: ServerContext, tenantId: TenantId, parked: readonly StoredParked[]) {
  const names = new Map<string, ReadonlyMap<string, string>>()
  // One at a time, keeping the names alone: plans are large.
  for (const { planHash } of parked) {
    if (names.has(planHash)) continue
    const wanted = new Set(parked.filter((each) => each.planHash === planHash).map(({ nodeId }) => nodeId))
    const plan = await server.reader.getPlan(tenantId, planHash)
    const nodes = plan === null ? [] : nodesWithin(plan).filter(({ id }) => wanted.has(id))
    names.set(planHash, new Map(nodes.map(({ id, name }) => [id, name])))
  }
  return names
}

function namesOf(server: ServerContext, tenantId: TenantId, parked: readonly StoredParked[]) {
  const workflowIds = parked.map(({ workflowId }) => workflowId)
  return server.database.withTenant(tenantId, (tx) => workflowNames(tx, tenantId, workflowIds))
}

function present(parked: StoredParked, names: ReadonlyMap<string, string>): ParkedNodeRun {
  const { tenantId: _tenantId, planHash: _planHash, parkedAt, resolution, error, ...rest } = parked
  return {
    ...rest,
    workflowName: names.get(parked.workflowId) ?? '',
    error: maskCredentials(error),
    parkedAt: toInstant(parkedAt),
    resolution: resolution === null ? null : presentResolution(resolution),
  }
}

function presentResolution({ kind, actor, at }: NonNullable<StoredParked['resolution']>): ParkedResolution {
  return { kind, actor, at: toInstant(at) }
}
