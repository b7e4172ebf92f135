import { CLOSE_CODES } from '@tenon/core/collab'
import { ERROR_TABLE, TenonError } from '@tenon/core/errors'

/** Returns the close code that corresponds to the HTTP status of an error. */
export function closeCodeOf(thrown: unknown): number {
  if (!(thrown instanceof TenonError)) return 1011
  switch (ERROR_TABLE[thrown.code].status) {
    case 401:
      return CLOSE_CODES.unauthenticated
    case 403:
      return CLOSE_CODES.forbidden
    case 404:
      return CLOSE_CODES.notFound
    case 400:
    case 409:
    case 413:
    case 422:
      return CLOSE_CODES.badFrame
    case 429:
      return CLOSE_CODES.rateLimited
    case 503:
      return CLOSE_CODES.draining
    default:
      return 1011
  }
}

/** A reason fits into a close frame: code and message, at most 123 bytes. */
export function closeReasonOf(thrown: unknown): string {
  const text = thrown instanceof TenonError ? `${thrown.code}: ${thrown.message}` : 'INTERNAL'
  let reason = ''
  for (const character of text) {
    if (new TextEncoder().encode(reason + character).byteLength > 123) break
    reason += character
  }
  return reason
}
