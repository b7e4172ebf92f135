import { TenonError } from '@tenon/core/errors'

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
