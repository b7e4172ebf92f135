import type { ParkedGroup, ParkedNodeRun, ParkedResolution } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { maskCredentials } from '@tenon/core/mask'
import type { StoredParked, StoredParkedGroup } from '@tenon/runtime'
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
  return groups.map(({ count, firstAt, newest }) => {
    const sample = present(newest, names)
    const { workflowId, workflowName, nodeId, fingerprint } = sample
    const seen = { firstSeenAt: toInstant(firstAt), lastSeenAt: toInstant(newest.parkedAt) }
    return { workflowId, workflowName, nodeId, fingerprint, count, ...seen, sample }
  })
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
