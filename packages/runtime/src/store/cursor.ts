import { TenonError } from '@tenon/core/errors'
import { type RawBuilder, sql } from 'kysely'

/** Position in a list that is sorted by an instant, newest first, ties by id. */
export interface ListCursor {
  /** Time of the last item on the page before, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Id of that item, for items of the same time. */
  readonly id: string
}

const ID_PATTERN = /^[\x21-\x7e]{1,200}$/

/** Encodes a position as an opaque text. */
export function writeCursor({ at, id }: ListCursor): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url')
}

/**
 * Decodes a position.
 *
 * @throws {@link TenonError} `CURSOR_INVALID` for a text that no list returned.
 */
export function readCursor(text: string): ListCursor {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    const [at, id] = Array.isArray(read) ? (read as readonly unknown[]) : []
    // Only values that a query accepts: others would cause an error of the database instead of one of the caller.
    if (Number.isSafeInteger(at) && typeof id === 'string' && ID_PATTERN.test(id)) return { at: at as number, id }
  } catch {
    // Falls through to the error for every invalid cursor.
  }
  throw new TenonError('CURSOR_INVALID', 'The cursor was not returned by a list')
}

const DEFAULT_PAGE = 50
const MAX_PAGE = 200

/** Returns the length of a page, 1 to 200. */
export function pageSize(limit: number | undefined): number {
  return Math.min(Math.max(limit ?? DEFAULT_PAGE, 1), MAX_PAGE)
}

/** Condition of the rows of runs after a position. */
export function isRunAfter(cursor: string): RawBuilder<boolean> {
  const { at, id } = readCursor(cursor)
  return sql`(queued_at, run_id) < (${at}, ${id})`
}

/** Condition of the rows of waits after a position. */
export function isWaitAfter(cursor: string): RawBuilder<boolean> {
  const { at, id } = readCursor(cursor)
  return sql`(opened_at, approval_id) < (${at}, ${id})`
}

/**
 * Returns the position after a page.
 *
 * @param rows - Those of the page, and one more if there are any.
 * @returns `null` for the last page.
 */
export function cursorAfter<Row>(
  rows: readonly Row[],
  size: number,
  positionOf: (row: Row) => ListCursor,
): string | null {
  const last = rows[size - 1]
  return rows.length > size && last !== undefined ? writeCursor(positionOf(last)) : null
}

/** Position of the row of a run. */
export function positionOfRun(row: { readonly queued_at: number; readonly run_id: string }): ListCursor {
  return { at: row.queued_at, id: row.run_id }
}

/** Position of the row of a wait. */
export function positionOfWait(row: { readonly opened_at: number; readonly approval_id: string }): ListCursor {
  return { at: row.opened_at, id: row.approval_id }
}
