import type { Identity } from '@tenon/core/api'

/**
 * Makes an identity for a test: by default, an editor of a new tenant.
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
