import { TenonError } from '@tenon/core/errors'

/** Most sockets and event streams that may be open at once in one process. */
export interface ConnectionCaps {
  readonly perTenant: number
  readonly perUser: number
}

/** Wait before a connection that was refused may be tried again. */
const RETRY_MS = 5_000

/** @throws {@link TenonError} `RATE_LIMITED` when one more would be too many. */
export function checkCaps(
  { perTenant, perUser }: ConnectionCaps,
  open: { readonly ofTenant: number; readonly ofUser: number },
): void {
  if (open.ofUser >= perUser) throw tooMany(`The user has reached the limit of ${perUser} open connections`)
  if (open.ofTenant >= perTenant) throw tooMany(`The tenant has reached its limit of ${perTenant} open connections`)
}

function tooMany(message: string): TenonError {
  return new TenonError('RATE_LIMITED', message, {
    remedy: 'Close other tabs of the editor, then try again.',
    details: { retryAfterMs: RETRY_MS },
  })
}
