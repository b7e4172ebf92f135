import { describe, expect, test } from 'vitest'
import { evaluateNode } from '../test/run-node.ts'
import { approvalNode } from './approval/implementation.ts'
import { delayNode } from './delay/implementation.ts'
import { endNode } from './end/implementation.ts'
import { forkNode } from './fork/implementation.ts'
import { ifElseNode } from './if-else/implementation.ts'
import { joinNode } from './join/implementation.ts'
import { setNode } from './set/implementation.ts'
import { startNode } from './start/implementation.ts'
import { switchNode } from './switch/implementation.ts'

const NOW = Date.UTC(2030, 0, 1, 12)
const invalid = (...path: (string | number)[]) =>
  expect.objectContaining({
    code: 'NODE_PARAMS_INVALID',
    details: { issues: [expect.objectContaining({ path })] },
  })

describe('start, join, end, set', () => {
  test('start and join add nothing of their own', () => {
    expect(evaluateNode(startNode, {})).toEqual({ port: 'success', output: {} })
    expect(evaluateNode(joinNode, {})).toEqual({ port: 'success', output: {} })
  })

  test('end hands over its output', () => {
    expect(evaluateNode(endNode, { outcome: 'answered', output: { a: [1] } })).toEqual({
      port: 'end',
      output: { a: [1] },
    })
    expect(() => evaluateNode(endNode, { outcome: ' ', output: 1 })).toThrow(invalid('outcome'))
  })

  test('set gives its fields, whatever kinds they have', () => {
    const fields = { text: 'a', list: [1, { b: null }], nothing: null }
    expect(evaluateNode(setNode, { fields })).toEqual({ port: 'success', output: fields })
    expect(evaluateNode(setNode, {})).toEqual({ port: 'success', output: {} })
    expect(() => evaluateNode(setNode, { fields: { '': 1 } })).toThrow(
      expect.objectContaining({ code: 'NODE_PARAMS_INVALID' }),
    )
  })
})

describe('if-else', () => {
  test('adds what it compared, and takes the way', () => {
    expect(evaluateNode(ifElseNode, { left: 71, operator: '>', right: 70 })).toEqual({
      port: 'true',
      output: { condition: true, lhs_value: 71, rhs_value: 70, operator: '>' },
    })
    expect(evaluateNode(ifElseNode, { left: 70, operator: '>', right: 70 })).toEqual({
      port: 'false',
      output: { condition: false, lhs_value: 70, rhs_value: 70, operator: '>' },
    })
  })

  test('compares for equality unless the params say otherwise', () => {
    expect(evaluateNode(ifElseNode, { left: 'vip', right: 'vip' })).toMatchObject({ port: 'true' })
  })

  test('a number typed as text counts as the number', () => {
    expect(evaluateNode(ifElseNode, { left: 0.9, operator: '>', right: '0.7' })).toEqual({
      port: 'true',
      output: { condition: true, lhs_value: 0.9, rhs_value: 0.7, operator: '>' },
    })
  })

  test('exists needs no second value, and what is compared needs a first one', () => {
    expect(evaluateNode(ifElseNode, { left: null, operator: 'exists', right: 'ignored' })).toEqual({
      port: 'false',
      output: { condition: false, lhs_value: null, rhs_value: null, operator: 'exists' },
    })
    expect(evaluateNode(ifElseNode, { left: null })).toMatchObject({ port: 'true' })
    expect(() => evaluateNode(ifElseNode, { operator: '==', right: 1 })).toThrow(invalid('left'))
    expect(() => evaluateNode(ifElseNode, { left: 1, operator: '=', right: 1 })).toThrow(invalid('operator'))
  })

  test('two kinds that have no order are an error, not a false', () => {
    expect(() => evaluateNode(ifElseNode, { left: 'hunter2', operator: '<', right: 70 })).toThrow(
      expect.objectContaining({ code: 'COMPARISON_TYPES_DIFFER', message: expect.not.stringContaining('hunter2') }),
    )
  })

  test.each([
    ['50', '>', '9', 'true'],
    ['50', '>', 9, 'true'],
    ['5', '>', '10', 'false'],
    [[1, 5], 'contains', '5', 'true'],
    [5, '==', '5', 'true'],
    ['2026-01-31T10:00:00Z', '==', '2026-01-31T11:00:00+01:00', 'true'],
  ] as const)('%j %s %j leaves by "%s"', (left, operator, right, port) => {
    expect(evaluateNode(ifElseNode, { left, operator, right })).toMatchObject({ port })
  })
})

describe('switch', () => {
  const cases = [
    { id: 'high', title: 'High', operator: '>=', value: 10 },
    { id: 'ten', title: 'Never', operator: '==', value: 10 },
    { id: 'some', title: 'Some', operator: '>', value: '0' },
  ]

  test('takes the first case that holds, else the default', () => {
    const portOf = (value: number) => evaluateNode(switchNode, { value, cases })
    expect(portOf(10)).toEqual({ port: 'high', output: { case: 'high', case_value: 10 } })
    expect(portOf(3)).toMatchObject({ port: 'some' })
    expect(portOf(0)).toEqual({ port: 'default', output: { case: 'default', case_value: 0 } })
    expect(evaluateNode(switchNode, { value: 1 })).toMatchObject({ port: 'default' })
  })

  test('a case without value compares with nothing', () => {
    expect(evaluateNode(switchNode, { value: null, cases: [{ id: 'none' }] })).toMatchObject({ port: 'none' })
  })

  test.each(['default', 'error', 'Upper', 'a b', ''])('a case cannot be called "%s"', (id) => {
    expect(() => evaluateNode(switchNode, { value: 1, cases: [{ id }] })).toThrow(invalid('cases', 0, 'id'))
  })

  test('two cases cannot have one name', () => {
    expect(() => evaluateNode(switchNode, { value: 1, cases: [{ id: 'a' }, { id: 'a' }] })).toThrow(
      invalid('cases', 1, 'id'),
    )
  })
})

describe('fork', () => {
  test('takes every port', () => {
    expect(evaluateNode(forkNode, {})).toEqual({ port: '*', output: {} })
    expect(() => evaluateNode(forkNode, { branches: [] })).toThrow(invalid('branches'))
    expect(() => evaluateNode(forkNode, { branches: [{ id: 'a' }, { id: 'a' }] })).toThrow(invalid('branches', 1, 'id'))
  })
})

describe('delay', () => {
  test('waits for a length of time, counted from the instant that scheduled it', () => {
    expect(evaluateNode(delayNode, { duration: '1.5h' }, { now: NOW })).toEqual({
      suspend: { kind: 'time', dueAt: NOW + 5_400_000 },
    })
  })

  test('waits until an instant with its zone', () => {
    const until = (text: string) => evaluateNode(delayNode, { mode: 'until', until: text }, { now: NOW })
    expect(until('2030-01-01T15:00:00+02:00')).toEqual({ suspend: { kind: 'time', dueAt: NOW + 3_600_000 } })
    expect(until('2030-01-01T13:00Z')).toEqual({ suspend: { kind: 'time', dueAt: NOW + 3_600_000 } })
  })

  test('goes on at once for an instant in the past and for no time at all', () => {
    const past = evaluateNode(delayNode, { mode: 'until', until: '2029-12-31T00:00:00Z' }, { now: NOW })
    expect(past).toEqual({ port: 'success', output: { waited_until: '2030-01-01T12:00:00.000Z' } })
    expect(evaluateNode(delayNode, { duration: '0s' }, { now: NOW })).toMatchObject({ port: 'success' })
  })

  test('goes on when its time has come', () => {
    const resume = { kind: 'time', firedAt: NOW + 10 } as const
    expect(evaluateNode(delayNode, { duration: '1s' }, { now: NOW, resume })).toEqual({
      port: 'success',
      output: { waited_until: '2030-01-01T12:00:00.010Z' },
    })
  })

  test.each([
    [{}, 'duration'],
    [{ mode: 'until' }, 'until'],
    [{ duration: 'soon' }, 'duration'],
    [{ duration: '10' }, 'duration'],
    [{ mode: 'until', until: '2030-01-01T13:00:00' }, 'until'],
    [{ mode: 'until', until: '2030-02-01T99:00:00Z' }, 'until'],
    [{ mode: 'until', until: '2030-02-31T09:00:00Z' }, 'until'],
    [{ mode: 'until', until: 'tomorrow' }, 'until'],
  ])('%j has nothing to wait for', (params, field) => {
    expect(() => evaluateNode(delayNode, params)).toThrow(invalid(field))
  })
})

describe('approval', () => {
  const ada = { userId: 'u1', displayName: 'Ada', role: 'editor' }
  const bob = { userId: 'u2', displayName: 'Bob', role: 'admin' }

  test('opens a wait with everything that a person needs to decide', () => {
    const params = {
      title: 'Refund?',
      message: 'It is a VIP',
      approvers: { roles: ['admin'], userIds: ['u1'] },
      required: 2,
      timeout: '4h',
      evidence: { amount: 10 },
    }
    expect(evaluateNode(approvalNode, params, { now: NOW })).toEqual({
      suspend: {
        kind: 'approval',
        title: 'Refund?',
        message: 'It is a VIP',
        choices: ['approve', 'reject'],
        approvers: { roles: ['admin'], userIds: ['u1'] },
        required: 2,
        evidence: { amount: 10 },
        dueAt: NOW + 4 * 3_600_000,
      },
    })
  })

  test('by default asks every admin and editor for one vote, without a time limit, and shows no data of the run', () => {
    expect(evaluateNode(approvalNode, {})).toMatchObject({
      suspend: { approvers: {}, required: 1, dueAt: null, evidence: {}, message: '' },
    })
  })

  test.each([
    [{ required: 0 }, 'required'],
    [{ timeout: 'soon' }, 'timeout'],
    [{ title: '' }, 'title'],
    [{ evidence: 'all of it' }, 'evidence'],
  ])('%j is refused', (params, field) => {
    expect(() => evaluateNode(approvalNode, params)).toThrow(invalid(field))
  })

  test('continues with the decision, its author, and every vote', () => {
    const resume = {
      kind: 'approval',
      choice: 'approve',
      votes: [
        { actor: ada, choice: 'approve', at: NOW },
        { actor: bob, choice: 'reject', comment: 'No', at: NOW + 1, override: true },
        { actor: bob, choice: 'approve', comment: 'Fine', at: NOW + 2 },
      ],
    } as const
    expect(evaluateNode(approvalNode, { required: 2 }, { resume })).toEqual({
      port: 'approve',
      output: {
        decision: 'approve',
        decided_by: 'Bob',
        decided_by_id: 'u2',
        comment: 'Fine',
        decided_at: '2030-01-01T12:00:00.002Z',
        votes: [
          expect.objectContaining({ user_id: 'u1', choice: 'approve', comment: null, override: false }),
          expect.objectContaining({ display_name: 'Bob', choice: 'reject', comment: 'No', override: true }),
          expect.objectContaining({ role: 'admin', at: '2030-01-01T12:00:00.002Z' }),
        ],
      },
    })
  })

  test('what is not a clear yes is a no', () => {
    const vote = { actor: ada, choice: 'reject', at: NOW } as const
    expect(
      evaluateNode(approvalNode, {}, { resume: { kind: 'approval', choice: 'reject', votes: [vote] } }),
    ).toMatchObject({
      port: 'reject',
      output: { decision: 'reject', decided_by: 'Ada', comment: null },
    })
    const unknown = { kind: 'approval', choice: 'maybe', votes: [] } as const
    expect(evaluateNode(approvalNode, {}, { resume: unknown, now: NOW })).toMatchObject({
      port: 'reject',
      output: { decided_by: null, decided_by_id: null, decided_at: '2030-01-01T12:00:00.000Z' },
    })
  })

  test('continues at the timeout when no user decided', () => {
    const votes = [{ actor: ada, choice: 'approve', at: NOW }]
    expect(
      evaluateNode(approvalNode, { required: 2 }, { resume: { kind: 'timeout', firedAt: NOW + 5, votes } }),
    ).toEqual({
      port: 'timeout',
      output: {
        decision: 'timeout',
        decided_by: null,
        decided_by_id: null,
        comment: null,
        decided_at: '2030-01-01T12:00:00.005Z',
        votes: [expect.objectContaining({ display_name: 'Ada' })],
      },
    })
  })
})
