import type { Page } from '@tenon/core/client'
import { useCallback, useRef, useState } from 'react'
import { loadPageGap, type PageGap } from './page-gap.ts'
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
  /** Cursor with which they begin; `null` while there are none. */
  readonly from: string | null
  readonly nextCursor: string | null
  readonly isLoading: boolean
  readonly error: unknown
}

/** The first page, with what lies between it and the pages after the former first page. */
interface Head<Item> extends Page<Item> {
  readonly gap: PageGap<Item> | null
}

const NOTHING_OLDER = Object.freeze({ items: [], from: null, nextCursor: null, isLoading: false, error: null })

/**
 * Lists something page by page, without gaps: `refresh` loads the first page again, and the items that have moved from
 * there to the pages after it. An item that is on several pages is listed once, where the newest load has it.
 *
 * @param load - Stable between renders; another function is another list. Without a cursor it loads the first page.
 * @param keyOf - Key of an item, unique within the list.
 */
export function usePages<Item>(
  load: (cursor: string | null, abortSignal?: AbortSignal) => Promise<Page<Item>>,
  keyOf: (item: Item) => string,
): Pages<Item> {
  const [kept, setKept] = useState<Older<Item>>({ ...NOTHING_OLDER, of: load })
  // Pages of another filter belong to another list.
  const older = kept.of === load ? kept : { ...NOTHING_OLDER, of: load }
  const latest = useRef({ keyOf, older })
  latest.current = { keyOf, older }
  const loadFirst = useCallback(
    async (abortSignal: AbortSignal): Promise<Head<Item>> => {
      const head = await load(null, abortSignal)
      const { older: known, keyOf: key } = latest.current
      if (known.of !== load || known.from === null) return { ...head, gap: null }
      const gap = await loadPageGap({
        load: (cursor) => load(cursor, abortSignal),
        keyOf: key,
        cursor: head.nextCursor,
        until: known.from,
        known: new Set(known.items.map(key)),
      })
      return { ...head, gap }
    },
    [load],
  )
  const first = useResource(loadFirst)
  const [joined, setJoined] = useState(first.value)
  if (first.value !== joined) {
    setJoined(first.value)
    if (first.value !== null && first.value.gap !== null) setKept(join(older, first.value, keyOf))
  }
  const cursor = older.from === null ? (first.value?.nextCursor ?? null) : older.nextCursor
  const loadMore = () => {
    if (cursor === null || older.isLoading) return
    // A refresh meanwhile may have moved the end of the list; the page is then requested again.
    const finish = (change: (now: Older<Item>) => Partial<Older<Item>>) =>
      setKept((now) => {
        if (now.of !== load) return now
        return { ...now, ...(now.nextCursor === cursor ? change(now) : {}), isLoading: false }
      })
    setKept({ ...older, from: older.from ?? cursor, nextCursor: cursor, isLoading: true, error: null })
    load(cursor).then(
      ({ items, nextCursor }) => finish((now) => ({ items: [...now.items, ...items], nextCursor })),
      (error: unknown) => finish(() => ({ error })),
    )
  }
  const replaceOlder = (item: Item) =>
    setKept((now) =>
      now.of === load
        ? { ...now, items: now.items.map((known) => (keyOf(known) === keyOf(item) ? item : known)) }
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

/** Puts the items of a gap before the later pages; pages that the gap does not reach are dropped, to be loaded again. */
function join<Item>(older: Older<Item>, { nextCursor, gap }: Head<Item>, keyOf: (item: Item) => string): Older<Item> {
  if (gap === null) return older
  const at = older.items.findLastIndex((item) => gap.overlap.has(keyOf(item))) + 1
  const rest = gap.isClosed ? older.items.slice(at) : []
  return {
    ...older,
    items: [...gap.items, ...rest],
    from: nextCursor,
    nextCursor: rest.length === 0 ? gap.nextCursor : older.nextCursor,
  }
}

function distinct<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map([...items].reverse().map((item) => [keyOf(item), item])).values()].reverse()
}
