import type { Page, RunFilter, RunSummary, TenonClient } from '@tenon/core/client'
import { useCallback, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'

export interface RunPages {
  readonly runs: readonly RunSummary[]
  readonly error: unknown
  readonly isLoading: boolean
  readonly reload: () => void
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  readonly loadMore: () => void
}

/** Pages after the first. */
interface Older {
  /** List that the pages belong to. */
  readonly of: unknown
  readonly runs: readonly RunSummary[]
  readonly nextCursor: string | null
  readonly isLoading: boolean
  readonly error: unknown
}

const NOTHING_OLDER = Object.freeze({ runs: [], nextCursor: null, isLoading: false, error: null })

/** Most older runs that are reloaded one by one; further changes appear when the list is loaded again. */
const MOST_PATCHED = 20

/**
 * Loads runs page by page, newest first, and follows changes: the first page is loaded again, and each changed older
 * run separately.
 *
 * @param filter - Stable between renders; another filter is another list.
 */
export function useRunPages(client: TenonClient, filter: RunFilter): RunPages {
  const load = useCallback((abortSignal: AbortSignal) => client.runs.list(filter, { abortSignal }), [client, filter])
  const first = useResource<Page<RunSummary>>(load)
  const [kept, setKept] = useState<Older>({ ...NOTHING_OLDER, of: load })
  // A response for another filter belongs to another list.
  const older = kept.of === load ? kept : { ...NOTHING_OLDER, of: load }
  const cursor = older.runs.length > 0 ? older.nextCursor : (first.value?.nextCursor ?? null)
  const { reload, refresh } = first
  useTenantChanges({
    client,
    isRelevant: ({ kind, workflowId }) =>
      kind === 'run' &&
      (filter.workflowId === undefined || workflowId === undefined || workflowId === filter.workflowId),
    onChange: (changes) => {
      refresh()
      const changed = new Set(changes.flatMap((change) => (change.kind === 'ready' ? [] : [change.id])))
      const ids = older.runs.map(({ runId }) => runId).filter((runId) => changed.has(runId))
      for (const runId of ids.slice(0, MOST_PATCHED)) patch(runId)
    },
  })
  const patch = (runId: string) => {
    client.runs.get(runId).then(
      (run) =>
        setKept((now) =>
          now.of === load ? { ...now, runs: now.runs.map((known) => (known.runId === runId ? run : known)) } : now,
        ),
      // It may have been deleted; the next load of the list shows that.
      () => {},
    )
  }
  const loadMore = () => {
    if (cursor === null || older.isLoading) return
    const settle = (change: Partial<Older>) =>
      setKept((now) => (now.of === load ? { ...now, ...change, isLoading: false } : now))
    setKept({ ...older, isLoading: true, error: null })
    client.runs.list({ ...filter, cursor }).then(
      ({ items, nextCursor }) => settle({ runs: [...older.runs, ...items], nextCursor }),
      (error: unknown) => settle({ error }),
    )
  }
  return {
    runs: distinct([...(first.value?.items ?? []), ...older.runs]),
    error: first.error ?? older.error,
    isLoading: first.isLoading,
    reload,
    hasMore: cursor !== null,
    isLoadingMore: older.isLoading,
    loadMore,
  }
}

/** Removes duplicates: a run moves to later pages as newer ones arrive, and its first occurrence is the most recent. */
function distinct(runs: readonly RunSummary[]): readonly RunSummary[] {
  return [...new Map([...runs].reverse().map((run) => [run.runId, run])).values()].reverse()
}
