import type { NodeRunRef, ParkedNodeRun, TenonClient } from '@tenon/core/client'
import { useCallback, useEffect } from 'react'
import { useResource } from '../../client/use-resource.ts'
import type { GroupWork } from './use-group-resolution.ts'

const PAGE_SIZE = 200
/** Most pages that are read; more failures than these have other causes. */
const MAX_PAGES = 10

interface Retried extends Pick<GroupWork, 'since' | 'nodeRuns'> {
  readonly workflowId: string
  readonly abortSignal: AbortSignal
}

const keyOf = ({ runId, nodeRunId }: NodeRunRef) => `${runId}/${nodeRunId}`

/** Counts node runs that were tried again and wait for a fix again, whatever their cause is now. */
async function countFailedAgain(client: Pick<TenonClient, 'parked'>, retried: Retried): Promise<number> {
  const { workflowId, since, nodeRuns, abortSignal } = retried
  const keys = new Set(nodeRuns.map(keyOf))
  const isLater = ({ parkedAt }: ParkedNodeRun) => parkedAt > since
  let count = 0
  let cursor: string | null = null
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { workflowId, status: 'open', limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) } as const
    const { items, nextCursor }: Awaited<ReturnType<typeof client.parked.list>> = await client.parked.list(query, {
      abortSignal,
    })
    count += items.filter((item) => isLater(item) && keys.has(keyOf(item))).length
    // Newest first.
    if (nextCursor === null || !items.every(isLater)) break
    cursor = nextCursor
  }
  return count
}

/**
 * Returns the number of node runs that were tried again and have failed again, live; 0 for other resolutions.
 *
 * @param revision - Number that changes when parked node runs have changed.
 */
export function useFailedAgain(
  client: TenonClient,
  workflowId: string,
  { work, revision }: { readonly work: GroupWork | null; readonly revision: number },
): number {
  const nodeRuns = work?.kind === 'retry' && !work.isRunning ? work.nodeRuns : NO_NODE_RUNS
  const since = work?.since ?? ''
  const load = useCallback(
    (abortSignal: AbortSignal) => countFailedAgain(client, { workflowId, since, nodeRuns, abortSignal }),
    [client, workflowId, since, nodeRuns],
  )
  const { value, refresh } = useResource(nodeRuns.length === 0 ? null : load)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision means that something has changed
  useEffect(refresh, [revision, refresh])
  return value ?? 0
}

const NO_NODE_RUNS: readonly NodeRunRef[] = Object.freeze([])
