import { type Identity, ROLES } from '@tenon/core/api'
import { TENANT_ID_PATTERN } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { shownOption } from '@tenon/core/options'
import { repairText, textFault } from '@tenon/core/text'

const SHAPE = `{ tenantId, userId, displayName, role }`
const MAX_USER_ID_LENGTH = 200

/**
 * Checks an identity from the host, so that a mistake there cannot mix tenants.
 *
 * @param from - Origin of the identity, for the message.
 * @returns The identity itself; a copy if characters of its display name had to be replaced (U+2400, U+FFFD).
 *
 * @throws {@link TenonError} `UNAUTHENTICATED` for null, `IDENTITY_INVALID` for what is no identity.
 */
export function checkIdentity(identity: Identity | null, from = 'authenticate returned'): Identity {
  if (identity === null || identity === undefined)
    throw new TenonError('UNAUTHENTICATED', 'The caller is not signed in')
  if (typeof identity !== 'object' || Array.isArray(identity)) {
    const remedy = `Return ${SHAPE}, or null if the caller is not signed in.`
    throw new TenonError('IDENTITY_INVALID', `${from} ${kindOf(identity)} in place of an identity`, { remedy })
  }
  const { tenantId, userId, role, displayName } = identity
  // A host that forgets it must not put every user into the tenant "undefined".
  if (typeof tenantId !== 'string' || !TENANT_ID_PATTERN.test(tenantId)) {
    throw invalid(from, 'tenantId', tenantId, `a text that matches ${TENANT_ID_PATTERN.source}`)
  }
  if (typeof userId !== 'string' || userId === '' || userId.length > MAX_USER_ID_LENGTH || textFault(userId) !== null) {
    throw invalid(from, 'userId', userId, `a text of 1 to ${MAX_USER_ID_LENGTH} characters without control characters`)
  }
  checkRole(role, from)
  if (typeof displayName !== 'string') throw invalid(from, 'displayName', displayName, 'a text')
  const repaired = repairText(displayName)
  return repaired === displayName ? identity : { ...identity, displayName: repaired }
}

/**
 * Checks the role of an identity from the host.
 *
 * @throws {@link TenonError} `IDENTITY_INVALID` with the roles that exist.
 */
export function checkRole(role: unknown, from: string): void {
  if (ROLES.some((known) => known === role)) return
  throw invalid(from, 'role', role, `one of ${ROLES.join(', ')}`, shownOption(role))
}

/** The message may reach the caller, so it names the type of a value; `shown` where the value itself is harmless. */
function invalid(from: string, field: string, value: unknown, expected: string, shown = kindOf(value)): TenonError {
  const remedy = `Return an identity whose ${field} is ${expected}.`
  return new TenonError('IDENTITY_INVALID', `${from} an identity with ${shown} as ${field}. It must be ${expected}`, {
    remedy,
  })
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'string') return value === '' ? 'an empty text' : `a text of ${value.length} characters`
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}
