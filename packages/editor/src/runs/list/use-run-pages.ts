import type { Page, RunFilter, RunSummary, TenonClient } from '@tenon/core/client'
import { isRunOver } from '@tenon/core/run'
import { useCallback, useEffect, useState } from 'react'
import { useResource } from '../store/use-resource.ts'

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

const POLL_MS = 4_000

/**
 * Lists runs page by page, newest first. While a run of the first page is open, that page is read again every few
 * seconds.
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
  const isMoving = first.value?.items.some((run) => !isRunOver(run.status)) ?? false
  const { reload } = first
  useEffect(() => {
    if (!isMoving) return
    const timer = setInterval(reload, POLL_MS)
    return () => clearInterval(timer)
  }, [isMoving, reload])
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
