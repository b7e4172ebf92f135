import type { Identity } from '@tenon/core/api'
import { type Approvers, findApproversFault } from '@tenon/core/node'

/**
 * Checks whether a user may decide: named by role or by id; every admin and editor if the approval names no one, and
 * no one if its approvers are not lists, as earlier versions could store them.
 */
export function isApprover(identity: Pick<Identity, 'userId' | 'role'>, approvers: Approvers): boolean {
  if (findApproversFault(approvers) !== null) return false
  const { roles = [], userIds = [] } = approvers
  if (roles.length === 0 && userIds.length === 0) return identity.role !== 'viewer'
  return roles.includes(identity.role) || userIds.includes(identity.userId)
}
