import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { RowPosition } from '@tenon/runtime'

/** Encodes the position of a row in a list as an opaque text. */
export function writeRowCursor({ value, id }: RowPosition): string {
  return Buffer.from(JSON.stringify([id, value])).toString('base64url')
}

/** Decodes a position; `null` for the first page. @throws {@link TenonError} `CURSOR_INVALID`. */
export function readRowCursor(text: string | undefined): RowPosition | null {
  if (text === undefined) return null
  const read = parse(text)
  const [id, value] = Array.isArray(read) ? (read as readonly Json[]) : []
  if (Number.isSafeInteger(id) && value !== undefined && !isNested(value)) return { id: Number(id), value }
  throw invalidCursor()
}

/** Encodes a key as the position after it. */
export function writeKeyCursor(key: string): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** Decodes the key of a position; `null` for the first page. @throws {@link TenonError} `CURSOR_INVALID`. */
export function readKeyCursor(text: string | undefined): string | null {
  if (text === undefined) return null
  const key = parse(text)
  if (typeof key === 'string' && !key.includes('\0')) return key
  throw invalidCursor()
}

function isNested(value: Json): boolean {
  return typeof value === 'object' && value !== null
}

function parse(text: string): Json {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Json
  } catch {
    throw invalidCursor()
  }
}

function invalidCursor(): TenonError {
  return new TenonError('CURSOR_INVALID', 'The cursor was not returned by a list')
}
