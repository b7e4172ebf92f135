import { type Identity, ROLES } from '@tenon/core/api'
import { TENANT_ID_PATTERN } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'

/**
 * Checks what the host's `authenticate` gave, so that a mistake there cannot mix tenants up.
 *
 * @throws {@link TenonError} `UNAUTHENTICATED` for null, `IDENTITY_INVALID` for what is no identity.
 */
export function checkIdentity(identity: Identity | null): Identity {
  if (identity === null || identity === undefined) throw new TenonError('UNAUTHENTICATED', 'Nobody is signed in')
  const { tenantId, userId, role, displayName } = identity
  // A host that forgets it must not put everybody into the tenant "undefined".
  if (typeof tenantId !== 'string' || !TENANT_ID_PATTERN.test(tenantId)) throw invalid('tenantId')
  if (typeof userId !== 'string' || userId === '' || userId.length > 200 || userId.includes('\u0000')) {
    throw invalid('userId')
  }
  if (!ROLES.includes(role)) throw invalid('role')
  if (typeof displayName !== 'string' || displayName.includes('\u0000')) throw invalid('displayName')
  return identity
}

function invalid(field: string): TenonError {
  return new TenonError('IDENTITY_INVALID', `authenticate returned an identity without a valid ${field}`)
}
