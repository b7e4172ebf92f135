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

/** The pages after the first. */
interface Older {
  /** The list that they belong to. */
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
 * Lists runs page by page, newest first, and follows what changes: the first page is read again, and each older run
 * that has changed by itself.
 *
 * @param filter - Stable between renders; another filter is another list.
 */
export function useRunPages(client: TenonClient, filter: RunFilter): RunPages {
  const load = useCallback((abortSignal: AbortSignal) => client.runs.list(filter, { abortSignal }), [client, filter])
  const first = useResource<Page<RunSummary>>(load)
  const [kept, setKept] = useState<Older>({ ...NOTHING_OLDER, of: load })
  // What came for another filter belongs to another list.
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
      // It may be gone; the next reading of the list shows it.
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

/** A run moves from page to page as newer ones come in; its first place is the newest reading. */
function distinct(runs: readonly RunSummary[]): readonly RunSummary[] {
  return [...new Map([...runs].reverse().map((run) => [run.runId, run])).values()].reverse()
}
