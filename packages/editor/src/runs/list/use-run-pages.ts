import type { RunFilter, RunSummary, TenonClient } from '@tenon/core/client'
import { useCallback } from 'react'
import { type Pages, usePages } from '../../client/use-pages.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'

/** Most older runs that are reloaded one by one; further changes appear when the list is loaded again. */
const MOST_PATCHED = 20

const runIdOf = ({ runId }: RunSummary) => runId

/**
 * Loads runs page by page, newest first, and follows changes: the first page is loaded again, and each changed older
 * run separately.
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
  useTenantChanges({
    client,
    isRelevant: ({ kind, workflowId }) =>
      kind === 'run' &&
      (filter.workflowId === undefined || workflowId === undefined || workflowId === filter.workflowId),
    onChange: (changes) => {
      refresh()
      const changed = new Set(changes.flatMap((change) => (change.kind === 'ready' ? [] : [change.id])))
      for (const runId of olderKeys.filter((key) => changed.has(key)).slice(0, MOST_PATCHED)) {
        // It may have been deleted; the next load of the list shows that.
        client.runs.get(runId).then(replaceOlder, () => {})
      }
    },
  })
  return pages
}
