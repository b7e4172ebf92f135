import type { Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { inTime } from '../in-time.ts'
import type { Authenticate } from '../options.ts'
import type { RequestContext } from '../request-context.ts'
import { checkIdentity } from './check-identity.ts'

/** Longest wait for the host's `authenticate`. */
const AUTHENTICATE_MS = 10_000

/**
 * Calls the host's `authenticate` and checks the identity that it returns.
 *
 * @param timeoutMs - Longest wait for its answer. @defaultValue 10_000
 * @throws {@link TenonError} `UNAUTHENTICATED`, `IDENTITY_INVALID`, `UNAVAILABLE` when the wait is over; the errors
 * of `authenticate`.
 */
export async function askWhoCalls(
  authenticate: Authenticate,
  request: Request,
  context: RequestContext,
  timeoutMs: number = AUTHENTICATE_MS,
): Promise<Identity> {
  const late = () => new TenonError('UNAVAILABLE', `authenticate did not answer within ${timeoutMs} ms`)
  return checkIdentity(await inTime(authenticate(request, context), timeoutMs, late))
}
