import type { RunFilter, RunSummary, TenonClient } from '@tenon/core/client'
import { useCallback } from 'react'
import { type Pages, usePages } from '../../client/use-pages.ts'
import { useRefreshEvery } from '../../client/use-refresh-every.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { QUEUE_REFRESH_MS, queueOf } from '../queue/queue-of.ts'

/** Most older runs that are reloaded one by one; further changes appear when the list is loaded again. */
const MOST_PATCHED = 20

const runIdOf = ({ runId }: RunSummary) => runId

/**
 * Loads runs page by page, newest first, and follows changes: the first page is loaded again, and each changed older
 * run separately. Positions of runs that wait to start have no hints of their own, so they are loaded again every 5 s.
 *
 * @param filter - Stable between renders; another filter is another list.
 */
export function useRunPages(client: TenonClient, filter: RunFilter): Pages<RunSummary> {
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.runs.list(
        cursor === null ? filter : { ...filter, cursor },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client, filter],
  )
  const pages = usePages(load, runIdOf)
  const { refresh, olderKeys, replaceOlder } = pages
  const reloadOlder = (runIds: readonly string[]) => {
    for (const runId of runIds.slice(0, MOST_PATCHED)) {
      // It may have been deleted; the next load of the list shows that.
      client.runs.get(runId).then(replaceOlder, () => {})
    }
  }
  const queued = pages.items.filter((run) => queueOf(run) !== null).map(runIdOf)
  const refreshPositions = () => {
    refresh()
    reloadOlder(olderKeys.filter((key) => queued.includes(key)))
  }
  useRefreshEvery(refreshPositions, queued.length > 0 ? QUEUE_REFRESH_MS : null)
  useTenantChanges({
    client,
    isRelevant: ({ kind, workflowId }) =>
      kind === 'run' &&
      (filter.workflowId === undefined || workflowId === undefined || workflowId === filter.workflowId),
    onChange: (changes) => {
      refresh()
      const changed = new Set(changes.flatMap((change) => (change.kind === 'ready' ? [] : [change.id])))
      reloadOlder(olderKeys.filter((key) => changed.has(key)))
    },
  })
  return pages
}
