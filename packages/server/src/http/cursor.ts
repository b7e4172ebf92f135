import { TenonError } from '@tenon/core/errors'

/** Where a list goes on: opaque to callers, `<at>.<id>` in base64url inside. */
export interface Cursor {
  readonly at: number
  readonly id: string
}

export function encodeCursor(cursor: Cursor): string {
  return btoa(`${cursor.at}.${cursor.id}`).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** @throws {@link TenonError} `CURSOR_INVALID` if the text was not made by {@link encodeCursor}. */
export function decodeCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null
  const match = /^([0-9]{1,15})\.([A-Za-z0-9_-]{0,64})$/.exec(fromBase64Url(text))
  if (match === null) throw new TenonError('CURSOR_INVALID', 'This is no cursor of this list')
  return { at: Number(match[1]), id: match[2] ?? '' }
}

function fromBase64Url(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return ''
  }
}

/** Cuts rows, read one beyond the limit, to a page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  toCursor: (row: Row) => Cursor,
): { readonly items: readonly Item[]; readonly nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(toCursor(last)) : null,
  }
}
