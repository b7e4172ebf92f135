import { TenonError } from '@tenon/core/errors'
import { type Fact, makeValueRef } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import type { MachineFact } from './machine-types.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, type SimulatedRun, simulateRun, voteOf } from './testing/simulated-run.ts'

const PLAN = planOf(['start', 'a:probe', 'ask:approval', 'sleep:delay'], ['start>a', 'start>ask', 'start>sleep'])

function running(): SimulatedRun {
  const run = simulateRun(PLAN)
  run.start()
  run.complete('start')
  run.suspend('ask', approvalOf())
  run.suspend('sleep', { kind: 'time', dueAt: 9_000 })
  return run
}

function completed(nodeRunId: string, pass: number, port = 'success'): Fact {
  const data = { pass, attempt: 1, port, output: makeValueRef({}), durationMs: 0 }
  return { type: 'node_completed', nodeRunId, data }
}

function startWith(change: Partial<Extract<Fact, { type: 'run_started' }>['data']>): Fact {
  return {
    type: 'run_started',
    data: {
      planHash: PLAN.planHash,
      semantics: 1,
      seed: '',
      trigger: 'start',
      input: makeValueRef({}),
      deadlineAt: null,
      actor: null,
      ...change,
    },
  }
}

const IMPOSSIBLE: readonly [title: string, fact: Fact][] = [
  ['an outcome of an unknown node', completed('ghost', 1)],
  ['an outcome of a pass that was never scheduled', completed('a', 2)],
  ['an outcome of pass 0', completed('a', 0)],
  ['an outcome of half a pass', completed('a', 0.5)],
  ['a completion by the error port', completed('a', 1, 'error')],
  ['a completion by a port that the plan lacks', completed('a', 1, 'other')],
  [
    'a cancelation that was not requested',
    { type: 'node_canceled', nodeRunId: 'a', data: { pass: 1, how: 'canceled' } },
  ],
  [
    'a suspension for an approval without choices',
    { type: 'node_suspended', nodeRunId: 'a', data: { pass: 1, waitFor: { ...approvalOf(), choices: [] } } },
  ],
  [
    'a suspension for an approval that needs no votes',
    { type: 'node_suspended', nodeRunId: 'a', data: { pass: 1, waitFor: approvalOf({ required: 0 }) } },
  ],
  [
    'a suspension for an approval that needs NaN votes',
    { type: 'node_suspended', nodeRunId: 'a', data: { pass: 1, waitFor: approvalOf({ required: Number.NaN }) } },
  ],
  ['a timer without a wait in its name', { type: 'timer_fired', data: { timerId: 'lunch', dueAt: 0, lateMs: 0 } }],
  ['a timer of an unknown node', { type: 'timer_fired', data: { timerId: 'ghost/1/0', dueAt: 0, lateMs: 0 } }],
  ['a timer of a pass to come', { type: 'timer_fired', data: { timerId: 'sleep/2/0', dueAt: 0, lateMs: 0 } }],
  ['a vote for an unknown choice', { type: 'approval_decided', data: { waitId: 'ask/1/0', vote: voteOf('maybe') } }],
  ['a vote on a delay', { type: 'approval_decided', data: { waitId: 'sleep/1/0', vote: voteOf('approve') } }],
  ['a start of another plan', startWith({ planHash: 'other' })],
  ['a start with unknown semantics', startWith({ semantics: 2 })],
  ['a start by an unknown node', startWith({ trigger: 'ghost' })],
  ['a start by a node that is no trigger', startWith({ trigger: 'a' })],
  ['a fact of an unknown type', { type: 'coffee_spilled', data: {} } as never],
]

describe('a fact that cannot be', () => {
  test.each(IMPOSSIBLE)('%s is refused and changes nothing', (_, fact) => {
    const { machine } = running()
    const before = machine.snapshot()
    expect(() => machine.apply({ ...fact, at: 1 } as MachineFact)).toThrow(
      expect.objectContaining({ code: 'FACT_INVALID' }),
    )
    expect(machine.snapshot()).toEqual(before)
  })

  test('names what was wrong', () => {
    try {
      running().machine.apply({ ...completed('ghost', 1), at: 1 })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(TenonError)
      expect(error).toMatchObject({
        message: 'The plan has no node "ghost"',
        details: { nodeRunId: 'ghost' },
        retryable: false,
      })
    }
  })

  test('is an outcome before the run has begun, too', () => {
    const { machine } = simulateRun(PLAN)
    expect(() => machine.apply({ ...completed('a', 1), at: 1 })).toThrow(/never been scheduled/)
  })

  test('is the skip of a later pass', () => {
    const run = running()
    run.vote('ask/1/0', 'approve')
    expect(() => run.skip('ask')).toThrow(/after a wait/)
  })
})

describe('a fact that no longer matters', () => {
  const run = running()
  run.complete('a')
  run.fireTimer('sleep/1/0')
  run.complete('sleep')

  test.each<[title: string, apply: () => readonly unknown[]]>([
    ['a second completion', () => run.complete('a')],
    ['a failure after the completion', () => run.fail('a')],
    ['a skip after the completion', () => run.skip('a')],
    ['a suspension after the completion', () => run.suspend('a', approvalOf())],
    ['a cancelation after the completion', () => run.cancelNode('a')],
    ['an outcome of an earlier pass', () => run.apply(completed('sleep', 1))],
    ['a second start', () => run.start()],
    ['a timer that has fired', () => run.fireTimer('sleep/1/0')],
  ])('%s gives no decisions and changes nothing', (_, apply) => {
    const before = run.machine.snapshot()
    expect(apply()).toEqual([])
    expect(run.machine.snapshot()).toEqual(before)
  })
})
