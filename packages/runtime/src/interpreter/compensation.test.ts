import { foldRunEvents, makeValueRef, type RunEvent } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import type { Plan } from './plan.ts'
import { restep } from './restep.ts'
import { brief } from './testing/decisions.ts'
import { type NodeText, planOf } from './testing/plan-of.ts'
import { iterationsOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

/** start > a > b > c > end; `undo_a` and `undo_b` undo the first two. */
const CHAIN = planOf(
  [
    'start',
    ['a:probe', { compensation: 'undo_a' }],
    ['b:probe', { compensation: 'undo_b' }],
    'c:probe',
    'end',
    'undo_a:probe',
    'undo_b:probe',
  ],
  ['start>a', 'a>b', 'b>c', 'c>end'],
)

function started(plan: Plan): SimulatedRun {
  const run = simulateRun(plan)
  run.start()
  run.complete('start')
  return run
}

/** Runs the chain up to `c`. */
function atLast(plan = CHAIN): SimulatedRun {
  const run = started(plan)
  run.complete('a')
  run.complete('b')
  return run
}

/** Checks that the log repeats, and that a machine restored from a snapshot has the same state. */
function expectRepeatable(run: SimulatedRun, plan: Plan): void {
  const { log, machine } = run
  expect(restep(log, plan)).toEqual({ same: true, turns: machine.turn })
  const restored = createMachine(plan, JSON.parse(JSON.stringify(machine.snapshot())))
  expect(restored.snapshot()).toEqual(machine.snapshot())
  expect(restored.openNodeRuns()).toEqual(machine.openNodeRuns())
}

const refuseEvents = (run: SimulatedRun) =>
  run.apply({ type: 'cancel_requested', data: { reason: 'refused', actor: null } })
const skipRun = (run: SimulatedRun) => run.apply({ type: 'compensation_skip_requested', data: { actor: null } })

describe('a run with nodes that undo others', () => {
  test('never runs them if it completes', () => {
    const run = atLast()
    expect(brief(run.complete('c'))).toEqual(['schedule end/1 inline'])
    expect(brief(run.complete('end'))).toEqual(['completed completed by end'])
  })

  test('undoes what has completed after a failure, the last one first, and then fails', () => {
    const run = atLast()
    expect(brief(run.fail('c'))).toEqual(['undo 2 (failed)', 'schedule undo_b/1 dispatch'])
    expect(run.machine.status).toBe('running')
    expect(run.log.at(-1)).toMatchObject({ nodeRunId: 'undo_b', data: { undoes: 'b' } })
    expectRepeatable(run, CHAIN)
    expect(brief(run.complete('undo_b'))).toEqual(['undone b by undo_b', 'schedule undo_a/1 dispatch'])
    expect(brief(run.complete('undo_a'))).toEqual([
      'undone a by undo_a',
      'undone 2, skipped 0, left 0',
      'error NODE_FAILED in c',
    ])
    expect(run.complete('undo_a')).toEqual([])
    expectRepeatable(run, CHAIN)
  })

  test('undoes after a cancelation, also what completes while it is canceled, and ignores other requests', () => {
    const run = started(CHAIN)
    run.complete('a')
    expect(brief(run.cancel())).toEqual(['cancel b/1 (run_canceled)'])
    expect(brief(run.complete('b'))).toEqual(['undo 2 (canceled)', 'schedule undo_b/1 dispatch'])
    const view = run.machine.outputs.inputView('undo_b')
    expect(view.outputOf('b')).toMatchObject({ nodeId: 'b' })
    expect(view.outputOf('a')).toMatchObject({ nodeId: 'a' })
    expect(run.cancel()).toEqual([])
    run.complete('undo_b')
    expect(brief(run.complete('undo_a')).at(-1)).toBe('canceled (user)')
  })

  test('undoes nothing after a cancelation if its settings say so, but after a time limit', () => {
    const plan = { ...CHAIN, compensatesOnCancel: false as const }
    const canceled = atLast(plan)
    canceled.cancel()
    expect(brief(canceled.complete('c'))).toEqual(['canceled (user)'])
    const late = simulateRun(plan)
    late.start({ deadlineAt: 9 })
    late.complete('start')
    late.complete('a')
    late.fireTimer('deadline')
    expect(brief(late.complete('b'))).toEqual(['undo 2 (canceled)', 'schedule undo_b/1 dispatch'])
  })

  test('does not undo a node that failed, was skipped, or was canceled', () => {
    const plan = planOf(
      [
        'start',
        ['a:probe', { compensation: 'undo_a', onError: 'continue' }],
        ['b:probe', { compensation: 'undo_b', skipIf: '{{ true }}' }],
        ['c:probe', { compensation: 'undo_c' }],
        'd:probe',
        'undo_a:probe',
        'undo_b:probe',
        'undo_c:probe',
      ],
      ['start>a', 'a>b', 'b>c', 'b>d'],
    )
    const run = started(plan)
    run.fail('a')
    run.skip('b')
    expect(brief(run.fail('d'))).toEqual(['cancel c/1 (run_failed)'])
    expect(brief(run.cancelNode('c'))).toEqual(['error NODE_FAILED in d'])
  })

  test('skips a step that is skipped or disabled, and continues', () => {
    const plan = planOf(
      [
        'start',
        ['a:probe', { compensation: 'undo_a' }],
        ['b:probe', { compensation: 'undo_b' }],
        'c:probe',
        ['undo_a:probe', { skipIf: '{{ true }}' }],
        ['undo_b:probe', {}, { disabled: true }],
      ],
      ['start>a', 'a>b', 'b>c'],
    )
    const run = atLast(plan)
    expect(brief(run.fail('c'))).toEqual([
      'undo 2 (failed)',
      'skip undo_b (disabled)',
      'skipped b by undo_b',
      'schedule undo_a/1 dispatch',
    ])
    expect(brief(run.skip('undo_a'))).toEqual([
      'skip undo_a (skip_if)',
      'skipped a by undo_a',
      'undone 0, skipped 2, left 0',
      'error NODE_FAILED in c',
    ])
  })

  test('parks a step that fails, for a person to retry, skip or complete it, never to fail it', () => {
    const run = atLast()
    run.fail('c')
    expect(brief(run.fail('undo_b'))).toEqual(['park undo_b/1/0 NODE_FAILED: retry,retry_with_params,complete,skip'])
    expect(run.machine.status).toBe('waiting')
    expectRepeatable(run, CHAIN)
    expect(brief(run.resolve('undo_b/1/0', { kind: 'retry' }))).toEqual([
      'close undo_b/1/0 (resolved)',
      'schedule undo_b/2 dispatch',
    ])
    run.fail('undo_b')
    expect(brief(run.resolve('undo_b/2/0', { kind: 'skip' }))).toEqual([
      'close undo_b/2/0 (resolved)',
      'handled undo_b continue success',
      'skipped b by undo_b',
      'schedule undo_a/1 dispatch',
    ])
    run.fail('undo_a')
    const supplied = { kind: 'complete', port: 'success', output: makeValueRef({}) } as const
    expect(brief(run.resolve('undo_a/1/0', supplied))).toContain('undone a by undo_a')

    const refused = atLast()
    refused.fail('c')
    refused.fail('undo_b')
    expect(() => refused.resolve('undo_b/1/0', { kind: 'fail' })).toThrow(
      expect.objectContaining({ code: 'FACT_INVALID', message: expect.stringContaining('"fail"') }),
    )
  })

  test('ends without undoing the rest when a person asks for it', () => {
    const run = atLast()
    run.fail('c')
    run.complete('undo_b')
    expect(brief(skipRun(run))).toEqual(['cancel undo_a/1 (run_canceled)'])
    expect(skipRun(run)).toEqual([])
    expect(brief(run.complete('undo_a'))).toEqual([
      'undone a by undo_a',
      'undone 2, skipped 0, left 0',
      'error NODE_FAILED in c',
    ])

    const parked = atLast()
    parked.fail('c')
    parked.fail('undo_b')
    expect(brief(skipRun(parked))).toEqual([
      'close undo_b/1/0 (canceled)',
      'skipped b by undo_b',
      'undone 0, skipped 1, left 1',
      'error NODE_FAILED in c',
    ])

    const early = atLast()
    expect(brief(skipRun(early))).toEqual(['cancel c/1 (run_canceled)'])
    expect(brief(early.complete('c'))).toEqual(['canceled (user)'])
    expect(skipRun(early)).toEqual([])
  })

  test('holds the next step while it is paused', () => {
    const run = atLast()
    run.pause('1')
    expect(brief(run.fail('c'))).toEqual(['undo 2 (failed)'])
    expect(run.machine.status).toBe('paused')
    expectRepeatable(run, CHAIN)
    expect(brief(run.resume('2')).at(-1)).toBe('schedule undo_b/1 dispatch')
    run.pause('3')
    run.complete('undo_b')
    expect(brief(skipRun(run))).toEqual([
      'skipped a by undo_a',
      'undone 1, skipped 1, left 0',
      'error NODE_FAILED in c',
    ])
  })

  test('goes on after a pause from before its cancelation or its time limit', () => {
    const canceled = atLast()
    canceled.pause('1')
    canceled.cancel()
    expect(canceled.machine.status).toBe('paused')
    expect(brief(canceled.complete('c'))).toEqual(['resumed', 'undo 2 (canceled)', 'schedule undo_b/1 dispatch'])
    expect(canceled.machine.status).toBe('running')
    expect(foldRunEvents(canceled.log).status).toBe('running')
    canceled.pause('2')
    expect(brief(canceled.complete('undo_b'))).toEqual(['undone b by undo_b'])
    expect(canceled.machine.status).toBe('paused')
    expectRepeatable(canceled, CHAIN)

    const late = simulateRun(CHAIN)
    late.start({ deadlineAt: 9 })
    late.complete('start')
    late.complete('a')
    late.pause('1')
    late.fireTimer('deadline')
    expect(brief(late.complete('b')).at(-1)).toBe('schedule undo_b/1 dispatch')
  })

  test('ends without undoing the rest when the database refuses its events', () => {
    const parked = atLast()
    parked.fail('c')
    parked.fail('undo_b')
    expect(brief(refuseEvents(parked))).toEqual([
      'close undo_b/1/0 (canceled)',
      'skipped b by undo_b',
      'undone 0, skipped 1, left 1',
      'error NODE_FAILED in c',
    ])

    const early = atLast()
    early.cancel()
    refuseEvents(early)
    expect(brief(early.complete('c'))).toEqual(['canceled (user)'])
    expectRepeatable(early, CHAIN)

    const plain = started(planOf(['start', 'a:probe'], ['start>a']))
    plain.cancel()
    expect(refuseEvents(plain)).toEqual([])
    expect(plain.machine.turn).toBe(3)
  })

  test('reads for a step what its node has read, not what completed late beside it', () => {
    const plan = planOf(
      [
        'start',
        ['a:probe', {}],
        ['b:probe', { compensation: 'undo_b' }],
        ['meet:join', { join: 'any' }],
        ['c:probe', { compensation: 'undo_c' }],
        'd:probe',
        'undo_b:probe',
        'undo_c:probe',
      ],
      ['start>a', 'start>b', 'a>meet', 'b>meet', 'meet>c', 'c>d'],
    )
    const run = started(plan)
    run.complete('a', 'success', { id: 'A' })
    run.complete('meet')
    run.complete('c')
    run.complete('b', 'success', { id: 'B' })
    run.fail('d')
    expect(run.machine.outputs.inputView('undo_b').ownerOf('id')).toMatchObject({ nodeId: 'b' })
    run.complete('undo_b')
    const view = run.machine.outputs.inputView('undo_c')
    expect(view.ownerOf('id')).toMatchObject({ nodeId: 'a' })
    expect(view.outputOf('b')).toBeNull()
    expect(view.outputOf('c')).not.toBeNull()
  })

  test('undoes the loser of a race that completed after all, and keeps its output from later nodes', () => {
    const plan = planOf(
      [
        'start',
        ['a:probe', { compensation: 'undo_a' }],
        'b:probe',
        ['meet:join', { join: 'any' }],
        'c:probe',
        'undo_a:probe',
      ],
      ['start>a', 'start>b', 'a>meet', 'b>meet', 'meet>c'],
    )
    const run = started(plan)
    run.complete('b')
    run.complete('meet')
    run.complete('a')
    expect(run.machine.outputs.inputView('c').outputOf('a')).toBeNull()
    expect(brief(run.fail('c'))).toEqual(['undo 1 (failed)', 'schedule undo_a/1 dispatch'])
    expect(run.machine.outputs.inputView('undo_a').outputOf('a')).toMatchObject({ nodeId: 'a' })
  })
})

/** start > each [ a > b ] > after */
const within = (loop: string, text: string, policy = {}): NodeText => [text, policy, { parentId: loop }]
const LOOP = planOf(
  [
    'start',
    'each:loop',
    within('each', 'a:probe', { compensation: 'undo_a' }),
    within('each', 'b:probe'),
    within('each', 'undo_a:probe'),
    'after:probe',
  ],
  ['start>each', 'a>b', 'each>after'],
)

describe('a loop whose nodes can be undone', () => {
  test('undoes those of all iterations, in reverse order of completion, with the item of each', () => {
    const run = started(LOOP)
    run.suspend('each', iterationsOf(['x', 'y'], { concurrency: 2 }))
    run.complete('a#1')
    run.complete('b#1')
    run.complete('a#0')
    run.complete('b#0')
    run.complete('each')
    expectRepeatable(run, LOOP)
    expect(brief(run.fail('after'))).toEqual(['undo 2 (failed)', 'schedule undo_a#0/1 dispatch'])
    expect(run.machine.outputs.iterationOf('undo_a#0')).toMatchObject({ index: 0 })
    expect(run.machine.outputs.roundOf('undo_a#0')).toEqual({ index: 0, previous: null })
    expect(run.machine.openNodeRuns()).toMatchObject([{ nodeRunId: 'undo_a#0' }])
    expect(run.machine.openNodeRun('undo_a#0')).not.toBeNull()
    run.fail('undo_a#0')
    expectRepeatable(run, LOOP)
    expect(brief(run.resolve('undo_a#0/1/0', { kind: 'skip' }))).toContain('schedule undo_a#1/1 dispatch')
    expect(brief(run.complete('undo_a#1'))).toEqual([
      'undone a#1 by undo_a#1',
      'undone 1, skipped 1, left 0',
      'error NODE_FAILED in after',
    ])
  })

  test('undoes those of canceled iterations, and keeps the frames around', () => {
    const plan = planOf(
      [
        'start',
        'outer:loop',
        within('outer', 'before:probe'),
        within('outer', 'inner:loop'),
        within('inner', 'a:probe', { compensation: 'undo_a' }),
        within('inner', 'b:probe'),
        within('inner', 'undo_a:probe'),
      ],
      ['start>outer', 'before>inner', 'a>b'],
    )
    const run = started(plan)
    run.suspend('outer', iterationsOf(['x']))
    run.complete('before#0')
    run.suspend('inner#0', iterationsOf(['y', 'z']))
    run.complete('a#0.0')
    run.fail('b#0.0')
    run.fail('inner#0')
    expect(brief(run.fail('outer'))).toEqual(['undo 1 (failed)', 'schedule undo_a#0.0/1 dispatch'])
    expectRepeatable(run, plan)
    const view = run.machine.outputs.inputView('undo_a#0.0')
    expect(view.outputOf('before')).toMatchObject({ nodeId: 'before' })
    expect(view.outputOf('a')).toMatchObject({ nodeId: 'a' })
    const events: readonly RunEvent[] = run.log
    expect(events.filter(({ type }) => type === 'iteration_ended')).toHaveLength(2)
    expect(brief(run.complete('undo_a#0.0')).at(-1)).toMatch(/^error/)
  })

  test('fails before it keeps more bytes than a run can have, and stores a list of items once', () => {
    const run = started(LOOP)
    const items = Array.from({ length: 2_000 }, (_, index) => index)
    run.suspend('each', iterationsOf(items))
    const large = 'x'.repeat(16_000)
    let count = 0
    for (; run.machine.openNodeRun(`a#${count}`) !== null; count += 1) {
      run.complete(`a#${count}`, 'success', { large })
      run.complete(`b#${count}`)
    }
    expect(count).toBeGreaterThan(1_000)
    expect(count).toBeLessThan(1_049)
    expect(run.machine.outputs.loopOf('each')?.fault).toMatchObject({
      code: 'RUN_TOO_LONG',
      message: expect.stringMatching(/outputs of \d+ bytes/),
    })
    expect(JSON.stringify(run.machine.snapshot()).match(/\[0,1,2,3,/g)).toHaveLength(2)
  })

  test('fails before more node runs can be undone than a run can have', () => {
    const run = started(LOOP)
    run.suspend('each', iterationsOf(Array.from({ length: 10_001 }, (_, index) => index)))
    for (let count = 0; run.machine.openNodeRun(`a#${count}`) !== null; count += 1) {
      run.complete(`a#${count}`)
      run.complete(`b#${count}`)
    }
    expect(run.machine.outputs.loopOf('each')?.fault).toMatchObject({
      code: 'RUN_TOO_LONG',
      message: 'The run has completed 10000 node runs that can be undone, the most that a run can have',
    })
  })

  test('restores the rounds of a loop without a list', () => {
    const run = started(LOOP)
    run.suspend('each', iterationsOf([], { count: 2, items: null, keep: 'last' }))
    run.complete('a#0')
    run.complete('b#0', 'success', 'first')
    run.complete('a#1')
    expectRepeatable(run, LOOP)
  })

  test('drops the frames of iterations without such nodes', () => {
    const run = started(planOf(['start', 'each:loop', within('each', 'a:probe')], ['start>each']))
    run.suspend('each', iterationsOf(['x', 'y']))
    run.complete('a#0')
    expect(JSON.stringify(run.machine.snapshot())).not.toContain('each#0')
  })
})

test('the plan says what may be skipped, and that a cancelation undoes nothing', () => {
  const plan = planOf(
    ['start', ['a:probe', { compensation: 'undo_a' }], ['undo_a:probe', { onError: 'continue' }]],
    ['start>a'],
    { settings: { compensateOnCancel: false } },
  )
  expect(plan.nodes.map(({ onError }) => onError)).toEqual(['fail', 'fail', 'continue'])
  expect(plan.compensatesOnCancel).toBe(false)
})
