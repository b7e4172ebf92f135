import { type Identity, ROLES } from '@tenon/core/api'
import { TENANT_ID_PATTERN } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { repairText, textFault } from '@tenon/core/text'

/**
 * Checks an identity from the host's `authenticate`, so that a mistake there cannot mix tenants.
 *
 * @returns The identity itself; a copy if characters of its display name had to be replaced (U+2400, U+FFFD).
 *
 * @throws {@link TenonError} `UNAUTHENTICATED` for null, `IDENTITY_INVALID` for what is no identity.
 */
export function checkIdentity(identity: Identity | null): Identity {
  if (identity === null || identity === undefined)
    throw new TenonError('UNAUTHENTICATED', 'The caller is not signed in')
  const { tenantId, userId, role, displayName } = identity
  // A host that forgets it must not put every user into the tenant "undefined".
  if (typeof tenantId !== 'string' || !TENANT_ID_PATTERN.test(tenantId)) throw invalid('tenantId')
  if (typeof userId !== 'string' || userId === '' || userId.length > 200 || textFault(userId) !== null) {
    throw invalid('userId')
  }
  if (!ROLES.includes(role)) throw invalid('role')
  if (typeof displayName !== 'string') throw invalid('displayName')
  const repaired = repairText(displayName)
  return repaired === displayName ? identity : { ...identity, displayName: repaired }
}

function invalid(field: string): TenonError {
  return new TenonError('IDENTITY_INVALID', `authenticate returned an identity without a valid ${field}`)
}
