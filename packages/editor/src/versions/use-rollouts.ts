import type { Rollout, TenonClient } from '@tenon/core/client'
import { useCallback } from 'react'
import { type Resource, useResource } from '../client/use-resource.ts'
import { useTenantChanges } from '../client/use-tenant-changes.ts'

/** Rollouts of the latest versions that have one. */
const MOST = 50
/** Runs of a canary end often, and each time its runs are counted. */
const GAP_MS = 2_000

/** Loads the rollouts of a workflow, the latest version first, and follows their changes. */
export function useRollouts(client: TenonClient, workflowId: string): Resource<readonly Rollout[]> {
  const rollouts = useResource(
    useCallback(
      async (abortSignal: AbortSignal) =>
        (await client.rollouts.list(workflowId, { limit: MOST }, { abortSignal })).items,
      [client, workflowId],
    ),
  )
  useTenantChanges({
    client,
    isRelevant: (change) =>
      (change.kind === 'version' || change.kind === 'run') &&
      change.workflowId === workflowId &&
      mayChange(rollouts.value),
    onChange: rollouts.refresh,
    gapMs: GAP_MS,
  })
  return rollouts
}

/** Checks whether a change of a run may change what is shown: of a plain history, only publications do. */
function mayChange(rollouts: readonly Rollout[] | null): boolean {
  return rollouts === null || rollouts.length > 0
}

/**
 * Returns the version with which new runs start, or most of them during a canary.
 *
 * @param latest - The latest version; `null` if there is none.
 */
export function liveVersion(latest: string | null, rollouts: readonly Rollout[]): string | null {
  const rollout = rollouts.find(({ version }) => version === latest)
  const isFormer = rollout?.status === 'canary' || rollout?.status === 'rolled_back'
  return isFormer ? rollout.formerVersion : latest
}
