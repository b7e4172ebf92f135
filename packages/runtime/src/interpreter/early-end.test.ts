import { makeValueRef } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import type { Plan } from './plan.ts'
import { restep } from './restep.ts'
import { brief } from './testing/decisions.ts'
import { type NodeText, planOf } from './testing/plan-of.ts'
import { iterationsOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

const within = (loop: string, text: string): NodeText => [text, {}, { parentId: loop }]

/** start > each [ if > stop, if > a, beside > later ] > end */
const planWith = (control: 'break' | 'continue') =>
  planOf(
    [
      'start',
      'each:loop',
      within('each', 'if:if-else'),
      within('each', `stop:${control}`),
      within('each', 'a:probe'),
      within('each', 'beside:probe'),
      within('each', 'later:set'),
      'end',
    ],
    ['start>each', 'if:true>stop', 'if:false>a', 'beside>later', 'each>end'],
  )
const BREAK = planWith('break')
const CONTINUE = planWith('continue')

/** start > each [ try [ stop, a > b ] > after ] > end */
const THROUGH_TRY = planOf(
  [
    'start',
    'each:loop',
    within('each', 'try:scope'),
    within('each', 'after:set'),
    within('try', 'stop:break'),
    within('try', 'a:probe'),
    within('try', 'b:set'),
    'end',
  ],
  ['start>each', 'try>after', 'a>b', 'each>end'],
)

function looping(plan: Plan, count: number, options: Parameters<typeof iterationsOf>[1] = {}): SimulatedRun {
  const run = simulateRun(plan)
  run.start()
  run.complete('start')
  const items = Array.from({ length: count }, (_, index) => index)
  run.suspend('each', iterationsOf(items, options))
  return run
}

function expectRepeatable(run: SimulatedRun, plan: Plan): void {
  expect(restep(run.log, plan)).toEqual({ same: true, turns: run.machine.turn })
  const snapshot = run.machine.snapshot()
  expect(createMachine(plan, JSON.parse(JSON.stringify(snapshot))).snapshot()).toEqual(snapshot)
}

const lastEnd = (run: SimulatedRun) => run.log.findLast(({ type }) => type === 'iteration_ended')?.data

describe('a continue', () => {
  test('cancels what is open in its iteration, skips what has not started, and gives the result', () => {
    const run = looping(CONTINUE, 2)
    run.complete('if#0', 'true')
    expect(brief(run.complete('stop#0', 'end', { found: 1 }))).toEqual([
      'cancel beside#0/1 (break)',
      'skip later#0 (break)',
    ])
    expectRepeatable(run, CONTINUE)
    expect(brief(run.cancelNode('beside#0'))).toEqual([
      'end each[0] (completed)',
      'begin each[1]',
      'schedule if#1/1 inline',
      'schedule beside#1/1 dispatch',
    ])
    expect(lastEnd(run)).toMatchObject({ output: { inline: { found: 1 } }, error: null, endedBy: 'continue' })
    run.complete('if#1', 'false')
    run.complete('a#1')
    run.complete('beside#1')
    expect(brief(run.complete('later#1'))).toEqual([
      'end each[1] (completed)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
    expect(lastEnd(run)).not.toHaveProperty('endedBy')
    expect(run.machine.outputs.loopOf('each')).toMatchObject({ isStopped: false, stoppedAt: null })
    expect(run.machine.outputs.loopOf('start')).toBeNull()
    expect(run.machine.outputs.iterationsOf('each').map(({ index }) => index)).toEqual([0, 1])
  })

  test('ends its iteration without a failure, also if an open node fails afterwards', () => {
    const run = looping(CONTINUE, 1)
    run.complete('if#0', 'true')
    run.complete('stop#0', 'end')
    expect(brief(run.fail('beside#0'))).toEqual([
      'end each[0] (completed)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
  })

  test('takes its result from a person if it was parked', () => {
    const plan = planOf(
      ['start', 'each:loop', ['stop:continue', { onError: 'park' }, { parentId: 'each' }], 'end'],
      ['start>each', 'each>end'],
    )
    const run = looping(plan, 1)
    run.fail('stop#0')
    const resolution = { kind: 'complete', port: 'end', output: makeValueRef({ n: 7 }) } as const
    const data = { requestId: 'r1', waitId: 'stop#0/1/0', resolution, actor: null }
    run.apply({ type: 'parked_resolved', data })
    expect(lastEnd(run)).toMatchObject({ endedBy: 'continue', output: { inline: { n: 7 } } })
  })

  test('does nothing if it is skipped or disabled', () => {
    const run = looping(CONTINUE, 1)
    run.complete('if#0', 'true')
    expect(brief(run.skip('stop#0'))).toContain('skip stop#0 (skip_if)')
    run.complete('beside#0')
    run.complete('later#0', 'success', { n: 1 })
    expect(lastEnd(run)).toMatchObject({ how: 'completed', output: { inline: { n: 1 } } })
  })
})

describe('a break', () => {
  test('also cancels the other iterations, and the loop continues with the results so far', () => {
    const run = looping(BREAK, 5, { concurrency: 3 })
    for (const index of [0, 1]) run.complete(`if#${index}`, 'false')
    run.complete('a#0')
    run.complete('beside#0')
    run.complete('later#0', 'success', { n: 0 })
    run.complete('if#2', 'true')
    expect(brief(run.complete('stop#2', 'end', { n: 2 }))).toEqual([
      'cancel beside#2/1 (break)',
      'skip later#2 (break)',
      'cancel a#1/1 (break)',
      'cancel beside#1/1 (break)',
      'skip later#1 (break)',
      'cancel if#3/1 (break)',
      'cancel beside#3/1 (break)',
      'skip stop#3,a#3,later#3 (break)',
    ])
    expect(run.machine.outputs.loopOf('each')).toMatchObject({ begun: 4, isStopped: true, stoppedAt: 2 })
    expectRepeatable(run, BREAK)
    for (const nodeRunId of ['beside#2', 'a#1', 'beside#1', 'if#3']) run.cancelNode(nodeRunId)
    expect(brief(run.cancelNode('beside#3'))).toEqual([
      'end each[3] (canceled)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
    expect(run.machine.outputs.iterationsOf('each')).toMatchObject([
      { index: 0, output: { inline: { n: 0 } } },
      { index: 2, output: { inline: { n: 2 } } },
    ])
    expect(() => run.suspend('each', iterationsOf([0, 1, 2, 3, 4, 5, 6]))).toThrow(/cannot begin/)
    run.complete('each')
    expect(run.machine.status).toBe('running')
    expectRepeatable(run, BREAK)
  })

  test('passes through a scope, which ends with the iteration', () => {
    const run = looping(THROUGH_TRY, 2)
    run.suspend('try#0', iterationsOf([], { count: 1, items: null, onFailure: 'collect', keep: 'last' }))
    expect(brief(run.complete('stop#0.0', 'end'))).toEqual([
      'cancel try#0/1 (break)',
      'cancel a#0.0/1 (break)',
      'skip b#0.0 (break)',
      'skip after#0 (break)',
    ])
    expectRepeatable(run, THROUGH_TRY)
    expect(brief(run.cancelNode('a#0.0'))).toEqual([
      'end try#0[0] (canceled)',
      'close try#0/1/0 (canceled)',
      'end each[0] (completed)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
    expect(lastEnd(run)).toMatchObject({ index: 0, endedBy: 'break' })
  })

  test('releases what a pause holds', () => {
    const run = looping(BREAK, 2)
    run.complete('if#0', 'true')
    run.pause()
    expect(brief(run.complete('beside#0'))).toEqual([])
    run.complete('stop#0', 'end')
    expect(lastEnd(run)).toMatchObject({ index: 0, endedBy: 'break' })
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule each/2 inline'])
    expectRepeatable(run, BREAK)
  })

  test('still fails the loop if its results are too large', () => {
    const run = looping(BREAK, 2)
    run.complete('if#0', 'true')
    run.complete('beside#0')
    run.complete('later#0')
    const output = { hash: 'f'.repeat(64), size: 5_000_000 }
    const data = { pass: 1, attempt: 1, port: 'end', output, durationMs: 0 }
    run.apply({ type: 'node_completed', nodeRunId: 'stop#0', data })
    expect(run.machine.outputs.loopOf('each')).toMatchObject({
      stoppedAt: 0,
      fault: { code: 'LOOP_RESULTS_TOO_LARGE' },
    })
  })
})
