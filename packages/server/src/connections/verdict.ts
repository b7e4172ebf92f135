import { type Identity, type Permission, roleAllows } from '@tenon/core/api'
import { CLOSE_CODES } from '@tenon/core/collab'

/** Reason for which a connection is closed. */
export interface Verdict {
  readonly code: number
  readonly reason: string
}

/**
 * Compares what a user may do now with what a connection was opened for.
 *
 * @param current - The same user as of now; null when there is no such user any more.
 * @returns Null when the connection stays: 4403 for a permission that was lost, 4401 for one that was gained, since a
 * new connection then has it.
 */
export function verdictOn(
  { identity, permissions }: { readonly identity: Identity; readonly permissions: readonly Permission[] },
  current: Identity | null,
): Verdict | null {
  const isSameUser = current?.tenantId === identity.tenantId && current.userId === identity.userId
  if (current === null || !isSameUser) return { code: CLOSE_CODES.forbidden, reason: 'Your access was revoked' }
  const had = permissions.filter((permission) => roleAllows(identity.role, permission))
  const has = permissions.filter((permission) => roleAllows(current.role, permission))
  if (had.some((permission) => !has.includes(permission))) {
    return { code: CLOSE_CODES.forbidden, reason: `Your role is now ${current.role}` }
  }
  if (has.length === had.length) return null
  return { code: CLOSE_CODES.unauthenticated, reason: 'Your role has changed: reconnect' }
}
