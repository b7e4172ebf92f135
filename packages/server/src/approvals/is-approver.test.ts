import { expect, test } from 'vitest'
import { isApprover } from './is-approver.ts'

test('names users by role or id, every admin and editor without both, and no one by lists that are none', () => {
  const editor = { userId: 'ann', role: 'editor' } as Parameters<typeof isApprover>[0]
  const decides = (approvers: unknown, who = editor) => isApprover(who, approvers as never)
  expect([decides({}), decides({ roles: [], userIds: [] }), decides({ roles: ['editor'] })]).toEqual([true, true, true])
  expect([decides({ userIds: ['ann'] }), decides({ userIds: ['bob'] })]).toEqual([true, false])
  expect(decides({}, { ...editor, role: 'viewer' })).toBe(false)
  for (const stored of [null, { roles: null }, { userIds: {} }, { roles: 'editor' }])
    expect(decides(stored)).toBe(false)
})
