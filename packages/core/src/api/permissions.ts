import type { Role } from './types.ts'

/** All permissions. Each route requires one; a permission that no role grants is denied to all. */
export const PERMISSIONS = [
  'self:read',
  'workflow:read',
  'workflow:write',
  'workflow:pause',
  'tenant:pause',
  'version:read',
  'version:publish',
  'run:read',
  'run:start',
  'run:cancel',
  'run:pause',
  'run:migrate',
  'run:delete',
  'run:change-engine',
  'parked:resolve',
  'event:send',
  'approval:read',
  'approval:decide',
  'approval:override',
  'member:read',
  'connection:read',
  'connection:write',
  'trigger:read',
  'trigger:write',
  'file:read',
  'file:write',
  'webhook:read',
  'webhook:write',
  'data:read',
  'data:write',
] as const
/** Permission that a route requires of the caller's role; check it with `roleAllows(role, permission)`. */
export type Permission = (typeof PERMISSIONS)[number]

const VIEWER: readonly Permission[] = [
  'self:read',
  'workflow:read',
  'version:read',
  'run:read',
  'approval:read',
  // Viewers can be approvers: each approval lists its own, so the role alone does not exclude them.
  'approval:decide',
  // Viewers see what runs show, and runs show files.
  'file:read',
  // The same holds for the rows that runs have read.
  'data:read',
]
const EDITOR: readonly Permission[] = [
  ...VIEWER,
  'workflow:write',
  'workflow:pause',
  'version:publish',
  'run:start',
  'run:cancel',
  'run:pause',
  'run:migrate',
  'parked:resolve',
  'event:send',
  'member:read',
  'connection:read',
  'connection:write',
  // An address is the right to start runs, so viewers do not see it.
  'trigger:read',
  'trigger:write',
  'file:write',
  'data:write',
]
const ADMIN: readonly Permission[] = [
  ...EDITOR,
  'approval:override',
  'tenant:pause',
  'run:delete',
  'run:change-engine',
  // An endpoint gets the events of the whole tenant, and its log shows them.
  'webhook:read',
  'webhook:write',
]

const GRANTS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(VIEWER),
  editor: new Set(EDITOR),
  admin: new Set(ADMIN),
}

/** Returns `true` if the role grants the permission. Server, client and editor all use this check. */
export function roleAllows(role: Role, permission: Permission): boolean {
  return GRANTS[role].has(permission)
}
