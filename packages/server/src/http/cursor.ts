import { type ListCursor, readCursor, writeCursor } from '@tenon/runtime'

/**
 * Reads the cursor of a list; null for the first page.
 *
 * @throws {@link TenonError} `CURSOR_INVALID` if no list gave the text out.
 */
export function decodeCursor(text: string | undefined): ListCursor | null {
  return text === undefined ? null : readCursor(text)
}

/** The largest number that a column of numbers can be compared with, and, negated, one that it can be, too. */
const MAX_NUMBER = 2_147_483_647

/**
 * Reads the number in the cursor of a list that is sorted by one, such as that of a version; null for the first page.
 *
 * @returns A number that the database can compare a column with: a text that no list gave out may name any.
 * @throws {@link TenonError} `CURSOR_INVALID` if no list gave the text out.
 */
export function decodeNumber(text: string | undefined): number | null {
  const cursor = decodeCursor(text)
  return cursor === null ? null : Math.min(Math.max(cursor.at, -MAX_NUMBER), MAX_NUMBER)
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
