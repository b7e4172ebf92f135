import type { Identity, Permission, Role } from '@tenon/core/api'
import { describe, expect, test } from 'vitest'
import { testIdentity } from '../testing/test-identity.ts'
import { verdictOn } from './verdict.ts'

const collab: readonly Permission[] = ['workflow:read', 'workflow:write']
const reading: readonly Permission[] = ['run:read']

function verdictOfRoles(before: Role, now: Role, permissions: readonly Permission[]): number | null {
  const identity = testIdentity({ role: before })
  return verdictOn({ identity, permissions }, { ...identity, role: now })?.code ?? null
}

describe('verdictOn', () => {
  test.each<[Role, Role, readonly Permission[], number | null]>([
    ['editor', 'viewer', collab, 4403],
    ['admin', 'viewer', collab, 4403],
    ['viewer', 'editor', collab, 4401],
    ['viewer', 'admin', collab, 4401],
    ['admin', 'editor', collab, null],
    ['editor', 'admin', collab, null],
    ['viewer', 'viewer', collab, null],
    ['editor', 'viewer', reading, null],
    ['viewer', 'editor', reading, null],
  ])('%s who becomes %s, with %j', (before, now, permissions, code) => {
    expect(verdictOfRoles(before, now, permissions)).toBe(code)
  })

  test.each<[string, (identity: Identity) => Identity | null]>([
    ['is gone', () => null],
    ['is in another tenant', (identity) => ({ ...identity, tenantId: 'other' })],
    ['is another user', (identity) => ({ ...identity, userId: 'other' })],
  ])('a user who %s', (_title, change) => {
    const identity = testIdentity()
    expect(verdictOn({ identity, permissions: reading }, change(identity))?.code).toBe(4403)
  })
})
