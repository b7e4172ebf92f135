import { type ChildEnd, type ChildWait, type Fact, makeValueRef, type ParkResolution } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import type { Plan } from './plan.ts'
import { restep } from './restep.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { iterationsOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

/** start > call > after > end */
const PLAN = planOf(['start', 'call:set', 'after:set', 'end'], ['start>call', 'call>after', 'after>end'])

/** start > (call, quick) > first (any) > end */
const RACE = planOf(
  ['start', 'call:set', 'quick:probe', ['first:join', { join: 'any' }], 'end'],
  ['start>call', 'start>quick', 'call>first', 'quick>first', 'first>end'],
)

const COMPLETED: ChildEnd = { status: 'completed', outcome: 'done', output: makeValueRef({ n: 1 }), error: null }

function childOf(nodeRunId: string, isAwaited = true): ChildWait {
  const version = { workflowId: 'w', version: '3', planHash: 'p', trigger: 'start', timeoutMs: null }
  const childRunId = `child-of-${nodeRunId}`
  return { kind: 'child', childRunId, ...version, input: makeValueRef({}), isAwaited, dueAt: null }
}

function finished(nodeRunId: string, end: ChildEnd = COMPLETED, pass = 1): Fact {
  const data = { waitId: `${nodeRunId}/${pass}/0`, childRunId: `child-of-${nodeRunId}`, ...end }
  return { type: 'child_finished', data }
}

function calling(plan: Plan = PLAN, isAwaited = true) {
  const run = simulateRun(plan)
  run.start()
  run.complete('start')
  return { run, decisions: run.suspend('call', childOf('call', isAwaited)) }
}

/** Checks that the log repeats, and that a machine restored from a snapshot has the same state. */
function expectRepeatable(run: SimulatedRun, plan: Plan = PLAN): void {
  expect(restep(run.log, plan)).toEqual({ same: true, turns: run.machine.turn })
  const snapshot = run.machine.snapshot()
  expect(createMachine(plan, JSON.parse(JSON.stringify(snapshot))).snapshot()).toEqual(snapshot)
}

describe('a node run with a child', () => {
  test('waits for its end, and continues with it once', () => {
    const { run, decisions } = calling()
    expect(decisions).toEqual([
      { type: 'child_requested', nodeRunId: 'call', data: { waitId: 'call/1/0', waitFor: childOf('call') } },
    ])
    expect(run.machine.status).toBe('waiting')
    expectRepeatable(run)
    const after = run.apply(finished('call'))
    expect(brief(after)).toEqual(['close call/1/0 (resolved)', 'schedule call/2 inline'])
    expect(after.at(-1)).toMatchObject({
      data: { resume: { kind: 'child', childRunId: 'child-of-call', end: COMPLETED } },
    })
    expect(run.apply(finished('call'))).toEqual([])
    run.complete('call')
    run.complete('after')
    expect(brief(run.complete('end'))).toEqual(['completed completed by end'])
    expectRepeatable(run)
  })

  test('continues in the same turn if it does not wait, and ignores the end of the child', () => {
    const { run, decisions } = calling(PLAN, false)
    expect(brief(decisions)).toEqual(['child call/1/0 unawaited', 'schedule call/2 inline'])
    expect(decisions.at(-1)).toMatchObject({ data: { resume: { kind: 'child', end: null } } })
    expect(run.machine.status).toBe('running')
    expect(run.apply(finished('call'))).toEqual([])
    expect(brief(run.cancel())).toEqual(['cancel call/2 (run_canceled)'])
  })

  test('starts several, one after the other', () => {
    const { run } = calling()
    run.apply(finished('call'))
    expect(brief(run.suspend('call', childOf('call')))).toEqual(['child call/2/0'])
    expect(run.apply(finished('call'))).toEqual([])
    expect(brief(run.apply(finished('call', COMPLETED, 2)))).toEqual([
      'close call/2/0 (resolved)',
      'schedule call/3 inline',
    ])
  })

  test('refuses the end of another run, and a time', () => {
    const { run } = calling()
    const other = finished('call')
    const stranger = { ...other, data: { ...other.data, childRunId: 'other' } } as Fact
    expect(() => run.apply(stranger)).toThrow(/does not wait for this run/)
    expect(() => run.fireTimer('call/1/0')).toThrow(/has no timer/)
    expect(() => run.vote('call/1/0', 'approve')).toThrow(/cannot be chosen/)
    expect(() => run.apply(finished('after'))).toThrow(/never been opened/)
  })

  test('holds the next pass while the run is paused', () => {
    const { run } = calling()
    run.pause()
    expect(brief(run.apply(finished('call')))).toEqual(['close call/1/0 (resolved)'])
    expectRepeatable(run)
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule call/2 inline'])
  })

  test('ends with its run, without the pass that a pause holds', () => {
    const { run } = calling()
    run.pause()
    run.apply(finished('call'))
    expect(brief(run.cancel())).toEqual(['drop call/1 (run_canceled)', 'canceled (user)'])
  })
})

describe('a canceled node run with a child', () => {
  test('requests the cancelation of the child, and ends when that has ended', () => {
    const { run } = calling()
    expect(brief(run.cancel())).toEqual(['cancel call/1 (run_canceled)', 'cancel child call/1/0'])
    expect(run.machine.status).toBe('waiting')
    expectRepeatable(run)
    const canceled: ChildEnd = { ...COMPLETED, status: 'canceled', outcome: null, output: null }
    expect(brief(run.apply(finished('call', canceled)))).toEqual(['close call/1/0 (canceled)', 'canceled (user)'])
    expectRepeatable(run)
  })

  test('drops the result of a child that completed first', () => {
    const { run } = calling()
    run.cancel()
    expect(brief(run.apply(finished('call')))).toEqual(['close call/1/0 (canceled)', 'canceled (user)'])
  })

  test('has lost a race: the run continues at once, and ends after the child', () => {
    const { run } = calling(RACE)
    expect(brief(run.complete('quick'))).toEqual([
      'fire first 1/1 over call',
      'cancel call/1 (loser)',
      'cancel child call/1/0',
      'schedule first/1 inline',
    ])
    run.complete('first')
    expect(brief(run.complete('end'))).toEqual([])
    expect(brief(run.apply(finished('call')))).toEqual(['close call/1/0 (canceled)', 'completed completed by end'])
    expectRepeatable(run, RACE)
  })

  test('inside a loop ends its iteration', () => {
    const plan = planOf(['start', 'each:loop', ['call:set', {} as never, { parentId: 'each' }]], ['start>each'])
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('each', iterationsOf(['x', 'y'], { concurrency: 2 }))
    for (const id of ['call#0', 'call#1']) run.suspend(id, childOf(id))
    run.apply(finished('call#0'))
    expect(brief(run.fail('call#0', 'CHILD_FAILED'))).toEqual([
      'end each[0] (failed)',
      'cancel call#1/1 (iteration_failed)',
      'cancel child call#1/1/0',
    ])
    expect(brief(run.apply(finished('call#1')))).toEqual([
      'close call#1/1/0 (canceled)',
      'end each[1] (canceled)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
    expectRepeatable(run, plan)
  })

  test('starts another one when it is parked because of the first, unless that has completed', () => {
    const plan = planOf(['start', ['call:set', { onError: 'park' }]], ['start>call'])
    const failed: ChildEnd = { ...COMPLETED, status: 'failed', error: { code: 'NODE_FAILED', message: 'no' } }
    const retried = (end: ChildEnd | null, resolution: ParkResolution = { kind: 'retry' }) => {
      const { run } = calling(plan, end !== null)
      if (end !== null) run.apply(finished('call', end))
      run.fail('call')
      const decisions = run.resolve('call/2/0', resolution)
      expectRepeatable(run, plan)
      return decisions.at(-1)
    }
    expect(retried(failed)).toMatchObject({ type: 'node_scheduled', data: { pass: 3, resume: null } })
    expect(retried(COMPLETED)).toMatchObject({ data: { pass: 3, resume: { kind: 'child', end: COMPLETED } } })
    expect(retried(null)).toMatchObject({ data: { pass: 3, resume: { kind: 'child', end: null } } })
    const params = makeValueRef({ input: 1 })
    expect(retried(COMPLETED, { kind: 'retry_with_params', params })).toMatchObject({ data: { resume: null, params } })
  })
})
