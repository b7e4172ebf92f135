import type { Page } from '@tenon/core/client'

/** Most pages that are loaded between a newer first page and the pages after the former one. */
const MOST_PAGES = 5

/** Items between a newer first page and the pages that were loaded after the former first page. */
export interface PageGap<Item> {
  readonly items: readonly Item[]
  /** Keys of the items that the later pages contain as well; empty if the gap does not reach those pages. */
  readonly overlap: ReadonlySet<string>
  /** Cursor after `items`. */
  readonly nextCursor: string | null
  /** True if the later pages follow `items`. */
  readonly isClosed: boolean
}

interface GapOptions<Item> {
  readonly load: (cursor: string) => Promise<Page<Item>>
  readonly keyOf: (item: Item) => string
  /** Cursor of the newer first page. */
  readonly cursor: string | null
  /** Cursor with which the later pages begin. */
  readonly until: string
  /** Keys of the items of the later pages. */
  readonly known: ReadonlySet<string>
}

/**
 * Loads the items that have moved from the first page to later ones, page by page, until the pages that are loaded
 * already begin.
 *
 * @returns `null` if the later pages follow the newer first page.
 */
export async function loadPageGap<Item>(options: GapOptions<Item>): Promise<PageGap<Item> | null> {
  const { load, keyOf, until, known } = options
  let { cursor } = options
  if (cursor === until) return null
  const items: Item[] = []
  for (let count = 0; count < MOST_PAGES && cursor !== null; count += 1) {
    const page: Page<Item> = await load(cursor)
    items.push(...page.items)
    cursor = page.nextCursor
    const overlap = new Set(page.items.map(keyOf).filter((key) => known.has(key)))
    if (overlap.size > 0 || cursor === until) return { items, overlap, nextCursor: cursor, isClosed: true }
  }
  return { items, overlap: new Set(), nextCursor: cursor, isClosed: false }
}
