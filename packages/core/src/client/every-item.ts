import type { Page } from '../api/types.ts'

/**
 * Reads a list page by page and yields its items one by one, so that a search in a list looks beyond the first page:
 *
 * ```ts
 * for await (const workflow of everyItem((page) => client.workflows.list(page))) console.log(workflow.name)
 * ```
 *
 * A page is read when its first item is asked for; leave the loop, and no further page is read. A list whose order
 * changes meanwhile, such as workflows by their last change, can yield an item twice or leave one out.
 *
 * @param readPage Called with nothing to skip for the first page, then with the cursor of the page before.
 * @throws What `readPage` rejects with.
 */
export async function* everyItem<Item>(
  readPage: (page: { cursor?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null = null
  do {
    const page: Page<Item> = await readPage(cursor === null ? {} : { cursor })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}
