import { makeValueRef, type ReusedOutcome } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

const completed = (nodeId: string, port = 'success'): ReusedOutcome => ({
  nodeId,
  how: 'completed',
  port,
  output: makeValueRef({ [nodeId]: true }),
})
const reuse = (run: SimulatedRun, ...outcomes: readonly ReusedOutcome[]) =>
  brief(run.apply({ type: 'outcomes_reused', data: { runId: 'earlier', outcomes } }))

const chain = planOf(['start', 'a:probe', 'b:probe', 'c:probe', 'end'], ['start>a', 'a>b', 'b>c', 'c>end'])

describe('reuseOutcome', () => {
  test('ends all nodes with outcomes in the turn in which the first one would start', () => {
    const run = simulateRun(chain)
    run.start()
    expect(reuse(run, completed('a'), completed('b'))).toEqual([])
    expect(brief(run.complete('start'))).toEqual([
      'reuse a completed success',
      'reuse b completed success',
      'schedule c/1 dispatch',
    ])
    expect(
      run.machine.outputs
        .inputView('c')
        .owners()
        .map(({ nodeId }) => nodeId),
    ).toEqual(['a', 'b'])
  })

  test('can be rolled back, and continues from a snapshot', () => {
    const run = simulateRun(chain)
    run.start()
    run.machine.mark()
    const before = run.machine.snapshot()
    reuse(run, completed('a'))
    run.machine.rollback()
    expect(run.machine.snapshot()).toEqual(before)
    reuse(run, completed('a'))
    const copy = simulateRun(chain, createMachine(chain, JSON.parse(JSON.stringify(run.machine.snapshot()))))
    expect(brief(copy.complete('start'))).toEqual(['reuse a completed success', 'schedule b/1 dispatch'])
  })

  test('is known before a run that was paused before its start continues', () => {
    const run = simulateRun(chain)
    run.pause()
    run.start()
    reuse(run, completed('a'))
    run.resume()
    expect(brief(run.complete('start'))).toEqual(['reuse a completed success', 'schedule b/1 dispatch'])
  })

  test('ends a run whose nodes all have outcomes with the outcome of its end', () => {
    const run = simulateRun(chain)
    run.start()
    reuse(run, completed('a'), completed('b'), completed('c'), { ...completed('end', 'end'), outcome: 'paid' })
    expect(brief(run.complete('start')).slice(-2)).toEqual(['reuse end completed end', 'completed paid by end'])
  })

  test('makes the branches lose that a join does not need', () => {
    const plan = planOf(
      ['start', 'fork', 'a:probe', 'b:probe', ['first:join', { join: 'any' }], 'after:probe'],
      ['start>fork', 'fork:a>a', 'fork:b>b', 'a>first', 'b>first', 'first>after'],
    )
    const run = simulateRun(plan)
    run.start()
    reuse(run, completed('fork', '*'), completed('a'), completed('first'))
    expect(brief(run.complete('start'))).toEqual([
      'reuse fork completed *',
      'reuse a completed success',
      'fire first 1/1',
      'reuse first completed success',
      'skip b (loser)',
      'schedule after/1 dispatch',
    ])
  })

  test.each([
    ['continue', 'success', 'unsatisfied join 0/1'],
    ['route', 'error', 'schedule sorry/1 dispatch'],
  ] as const)('counts a failure that was handled by "%s" as one', (how, port, expected) => {
    const plan = planOf(
      ['start', ['a:probe', { onError: how }], ['join', { join: 'first-success' }], 'sorry:probe'],
      ['start>a', 'a>join', 'a:error>sorry'],
    )
    const run = simulateRun(plan)
    run.start()
    reuse(run, { ...completed('a', port), how })
    expect(brief(run.complete('start'))).toContain(expected)
  })

  test('reuses the outcome of a join that was not satisfied, instead of asking a person again', () => {
    const plan = planOf(
      [
        'start',
        ['a:probe', { onError: 'continue' }],
        ['join', { join: 'first-success', onError: 'park' }],
        'after:probe',
      ],
      ['start>a', 'a>join', 'join>after'],
    )
    const run = simulateRun(plan)
    run.start()
    reuse(run, { ...completed('a'), how: 'continue' }, completed('join'))
    expect(brief(run.complete('start')).slice(1)).toEqual(['reuse join completed success', 'schedule after/1 dispatch'])
  })

  test('is refused for nodes and ports that the plan lacks, for triggers, and later than after the start', () => {
    const started = () => {
      const run = simulateRun(chain)
      run.start()
      return run
    }
    const refused = (outcome: ReusedOutcome, run = started()) =>
      expect(() => reuse(run, outcome)).toThrow(expect.objectContaining({ code: 'FACT_INVALID' }))
    refused(completed('x'))
    refused(completed('start'))
    refused(completed('a', 'other-port'))
    refused({ ...completed('a'), how: 'route' })
    refused(completed('a'), simulateRun(chain))
    const late = started()
    late.complete('start')
    refused(completed('b'), late)
    const run = started()
    reuse(run, completed('a'))
    expect(reuse(run, completed('b'))).toEqual([])
  })
})
