import { MAX_INSTANT_MS } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { storeWait } from './stored-value.ts'

describe('storeWait', () => {
  test.each([0, 1_893_456_000_000, MAX_INSTANT_MS])('takes an instant that can be stored: %d', (dueAt) => {
    expect(storeWait({ kind: 'time', dueAt })).toEqual({ kind: 'time', dueAt })
  })

  test.each([-1, 0.5, MAX_INSTANT_MS + 1, 8_640_000_000_000_000_000])('refuses %d', (dueAt) => {
    expect(() => storeWait({ kind: 'time', dueAt })).toThrow(expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }))
  })

  const approval = {
    kind: 'approval',
    ...{ title: 't', message: 'm', choices: ['yes'], approvers: {}, required: 1, evidence: null, dueAt: null },
  } as const

  test.each([
    null,
    {},
    { kind: 'event', key: 'x', dueAt: null },
    { kind: 'time' },
    { kind: 'time', dueAt: null },
    { kind: 'time', dueAt: '2030-01-01' },
    { ...approval, choices: [] },
    { ...approval, choices: [1] },
    { ...approval, choices: undefined },
    { ...approval, approvers: null },
    { ...approval, approvers: { roles: null } },
    { ...approval, approvers: { userIds: 'ann' } },
    { ...approval, required: 0 },
    { ...approval, required: 1.5 },
    { ...approval, dueAt: undefined },
  ])('refuses what code may return and no run could wait for: %j', (waitFor) => {
    expect(() => storeWait(waitFor as never)).toThrow(expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }))
  })

  test('copies an approval: what the node changes afterwards is not stored', () => {
    const choices = ['yes']
    const evidence = { amount: 1 }
    const stored = storeWait({ ...approval, choices, evidence })
    choices.push('no')
    evidence.amount = 2
    expect(stored).toEqual({ ...approval, choices: ['yes'], evidence: { amount: 1 } })
  })

  test('refuses an approval with more than 262,144 characters', () => {
    const evidence = 'x'.repeat(262_000)
    expect(storeWait({ ...approval, evidence })).toMatchObject({ evidence })
    expect(() => storeWait({ ...approval, evidence: `${evidence}${evidence}` })).toThrow(
      expect.objectContaining({ code: 'VALUE_TOO_LARGE' }),
    )
  })
})
