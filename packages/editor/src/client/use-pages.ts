import type { Page } from '@tenon/core/client'
import { useCallback, useRef, useState } from 'react'
import { type Resource, useResource } from './use-resource.ts'

/** A list that is loaded page by page. */
export interface Pages<Item>
  extends Pick<Resource<unknown>, 'error' | 'isLoading' | 'isRetrying' | 'reload' | 'refresh'> {
  readonly items: readonly Item[]
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  /** Failure of the last requested page; `null` without one. */
  readonly moreError: unknown
  readonly loadMore: () => void
  /** Replaces one item by its newer state, on the pages after the first. */
  readonly replaceOlder: (item: Item) => void
  /** Keys of the items after the first page. */
  readonly olderKeys: readonly string[]
}

/** The pages after the first. */
interface Older<Item> {
  /** The list that they belong to. */
  readonly of: unknown
  readonly items: readonly Item[]
  readonly nextCursor: string | null
  readonly isLoading: boolean
  readonly error: unknown
}

const NOTHING_OLDER = Object.freeze({ items: [], nextCursor: null, isLoading: false, error: null })

/**
 * Lists something page by page. `refresh` loads the first page again; an item that has moved to an older page meanwhile
 * is listed once, where the newest load has it.
 *
 * @param load - Stable between renders; another function is another list. Without a cursor it loads the first page.
 * @param keyOf - Key of an item, unique within the list.
 */
export function usePages<Item>(
  load: (cursor: string | null, abortSignal?: AbortSignal) => Promise<Page<Item>>,
  keyOf: (item: Item) => string,
): Pages<Item> {
  const loadFirst = useCallback((abortSignal: AbortSignal) => load(null, abortSignal), [load])
  const first = useResource(loadFirst)
  const [kept, setKept] = useState<Older<Item>>({ ...NOTHING_OLDER, of: load })
  // Pages of another filter belong to another list.
  const older = kept.of === load ? kept : { ...NOTHING_OLDER, of: load }
  const cursor = older.items.length > 0 ? older.nextCursor : (first.value?.nextCursor ?? null)
  const latest = useRef(keyOf)
  latest.current = keyOf
  const loadMore = () => {
    if (cursor === null || older.isLoading) return
    const finish = (change: Partial<Older<Item>>) =>
      setKept((now) => (now.of === load ? { ...now, ...change, isLoading: false } : now))
    setKept({ ...older, isLoading: true, error: null })
    load(cursor).then(
      ({ items, nextCursor }) => finish({ items: [...older.items, ...items], nextCursor }),
      (error: unknown) => finish({ error }),
    )
  }
  const replaceOlder = (item: Item) =>
    setKept((now) =>
      now.of === load
        ? { ...now, items: now.items.map((known) => (latest.current(known) === latest.current(item) ? item : known)) }
        : now,
    )
  return {
    items: distinct([...(first.value?.items ?? []), ...older.items], keyOf),
    error: first.error,
    isLoading: first.isLoading,
    isRetrying: first.isRetrying,
    reload: first.reload,
    refresh: first.refresh,
    hasMore: cursor !== null,
    isLoadingMore: older.isLoading,
    moreError: older.error,
    loadMore,
    replaceOlder,
    olderKeys: older.items.map(keyOf),
  }
}

function distinct<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map([...items].reverse().map((item) => [keyOf(item), item])).values()].reverse()
}
