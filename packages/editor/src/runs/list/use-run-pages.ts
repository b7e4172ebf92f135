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

interface Older {
  readonly runs: readonly RunSummary[]
  readonly nextCursor: string | null
}

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
  const [older, setOlder] = useState<{ readonly of: unknown } & Older>({ of: load, runs: [], nextCursor: null })
  const [isLoadingMore, setIsLoadingMore] = useState(false)
  const [moreError, setMoreError] = useState<unknown>(null)
  const hasOlder = older.of === load && older.runs.length > 0
  const cursor = hasOlder ? older.nextCursor : (first.value?.nextCursor ?? null)
  const isMoving = first.value?.items.some((run) => !isRunOver(run.status)) ?? false
  const { reload } = first
  useEffect(() => {
    if (!isMoving) return
    const timer = setInterval(reload, POLL_MS)
    return () => clearInterval(timer)
  }, [isMoving, reload])
  const loadMore = () => {
    if (cursor === null || isLoadingMore) return
    setIsLoadingMore(true)
    setMoreError(null)
    client.runs
      .list({ ...filter, cursor })
      .then(
        (page) =>
          setOlder((before) => ({
            of: load,
            runs: [...(before.of === load ? before.runs : []), ...page.items],
            nextCursor: page.nextCursor,
          })),
        setMoreError,
      )
      .finally(() => setIsLoadingMore(false))
  }
  return {
    runs: distinct([...(first.value?.items ?? []), ...(hasOlder ? older.runs : [])]),
    error: first.error ?? moreError,
    isLoading: first.isLoading,
    reload,
    hasMore: cursor !== null,
    isLoadingMore,
    loadMore,
  }
}

/** A run moves from page to page as newer ones come in; its first place is the newest reading. */
function distinct(runs: readonly RunSummary[]): readonly RunSummary[] {
  return [...new Map([...runs].reverse().map((run) => [run.runId, run])).values()].reverse()
}
