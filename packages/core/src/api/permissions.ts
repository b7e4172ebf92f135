import type { Role } from './types.ts'

/** Everything that a role may be allowed to do; a route names one, and what nobody grants is denied. */
export const PERMISSIONS = [
  'self:read',
  'workflow:read',
  'workflow:write',
  'version:read',
  'version:publish',
  'run:read',
  'run:start',
  'run:cancel',
  'approval:read',
  'approval:decide',
  'approval:override',
] as const
/** What one route asks of the caller's role; `roleAllows(role, permission)` answers. */
export type Permission = (typeof PERMISSIONS)[number]

const VIEWER: readonly Permission[] = [
  'self:read',
  'workflow:read',
  'version:read',
  'run:read',
  'approval:read',
  // Whether a viewer is an approver is a question of each approval, not of the role.
  'approval:decide',
]
const EDITOR: readonly Permission[] = [...VIEWER, 'workflow:write', 'version:publish', 'run:start', 'run:cancel']
const ADMIN: readonly Permission[] = [...EDITOR, 'approval:override']

const GRANTS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(VIEWER),
  editor: new Set(EDITOR),
  admin: new Set(ADMIN),
}

/** Whether a role grants a permission; the one answer for server, client and editor. */
export function roleAllows(role: Role, permission: Permission): boolean {
  return GRANTS[role].has(permission)
}
