import { TenonError } from '@tenon/core/errors'

/** A place in a list that is sorted by an instant, newest first, ties by id. */
export interface ListCursor {
  readonly at: number
  readonly id: string
}

/** Writes a place as an opaque text. */
export function writeCursor({ at, id }: ListCursor): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url')
}

/**
 * Reads a place back.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` for a text that no list gave out.
 */
export function readCursor(text: string): ListCursor {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(read) && typeof read[0] === 'number' && typeof read[1] === 'string') {
      return { at: read[0], id: read[1] }
    }
  } catch {
    // Falls through to the one answer for every text that is no cursor.
  }
  throw new TenonError('REQUEST_INVALID', 'The cursor is not one that a list gave out', {
    details: { issues: [{ path: ['cursor'], code: 'invalid', message: 'is no cursor' }] },
  })
}
