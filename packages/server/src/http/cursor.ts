import { type ListCursor, readCursor, writeCursor } from '@tenon/runtime'

/**
 * Reads the cursor of a list; null for the first page.
 *
 * @throws {@link TenonError} `CURSOR_INVALID` if no list gave the text out.
 */
export function decodeCursor(text: string | undefined): ListCursor | null {
  return text === undefined ? null : readCursor(text)
}

/** Cuts rows, read one beyond the limit, to a page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  toCursor: (row: Row) => ListCursor,
): { readonly items: readonly Item[]; readonly nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(toCursor(last)) : null,
  }
}
