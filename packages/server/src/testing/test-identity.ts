import type { Identity } from '@tenon/core/api'

/**
 * An identity for a test: an editor of a tenant that nobody else has, unless told otherwise.
 *
 * @example
 * ```ts
 * const admin = testIdentity({ role: 'admin' })
 * const viewer = testIdentity({ tenantId: admin.tenantId, role: 'viewer' })
 * ```
 */
export function testIdentity(fields: Partial<Identity> = {}): Identity {
  const { role = 'editor' } = fields
  return {
    tenantId: `tenant-${crypto.randomUUID()}`,
    userId: `${role}-${crypto.randomUUID()}`,
    role,
    displayName: `${role} in a test`,
    ...fields,
  }
}
