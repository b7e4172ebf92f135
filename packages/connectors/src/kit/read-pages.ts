/** A page of a list. */
export interface Page<Item> {
  /** Items of the page. */
  readonly items: readonly Item[]
  /** Cursor, number or address of the next page; `null` on the last one. */
  readonly next: string | null
}

/** Most pages that one action reads. */
const MAX_PAGES = 50

/**
 * Reads the pages of a list until there are enough items.
 *
 * @param limit - Most items to return.
 * @param maxPages - Most pages to read.
 * @returns The items, and `true` in `hasMore` if the service may have further ones: after exactly `limit` items, no page is read
 * to find out.
 */
export async function readPages<Item>(
  limit: number,
  readPage: (next: string | null) => Promise<Page<Item>>,
  maxPages = MAX_PAGES,
): Promise<{ readonly items: readonly Item[]; readonly hasMore: boolean }> {
  const items: Item[] = []
  let next: string | null = null
  for (let page = 1; page <= maxPages; page += 1) {
    const read: Page<Item> = await readPage(next)
    items.push(...read.items)
    // A service that repeats a cursor would never end.
    const isLast = read.next === null || read.next === next
    if (items.length > limit || isLast) return { items: items.slice(0, limit), hasMore: items.length > limit }
    next = read.next
    if (items.length === limit) break
  }
  return { items: items.slice(0, limit), hasMore: true }
}
