import type { Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { checkRole } from '../http/check-identity.ts'
import { inTime } from '../in-time.ts'

/**
 * Returns who a user is now: the identity with the current role, or `null` when the user is gone or blocked.
 *
 * @param identity - As `authenticate` returned it when the connection was opened.
 */
export type LookUpIdentity = (identity: Identity) => Identity | null | Promise<Identity | null>

/** A host that does not answer holds up no other look-up for longer. */
const LOOK_UP_MS = 10_000

/** @throws {@link TenonError} `UNAVAILABLE` after 10 s, `IDENTITY_INVALID`; whatever the host throws. */
export async function lookUpInTime(
  lookUp: LookUpIdentity,
  identity: Identity,
  timeoutMs: number = LOOK_UP_MS,
): Promise<Identity | null> {
  const late = () => new TenonError('UNAVAILABLE', `lookUpIdentity did not answer within ${timeoutMs} ms`)
  const current = (await inTime(lookUp(identity), timeoutMs, late)) ?? null
  if (current !== null) checkRole(current.role, 'lookUpIdentity returned')
  return current
}
