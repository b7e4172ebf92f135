import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import type { Plan } from './plan.ts'
import { restep } from './restep.ts'
import { brief } from './testing/decisions.ts'
import { type NodeText, planOf } from './testing/plan-of.ts'
import { approvalOf, iterationsOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

type LoopOptions = Parameters<typeof iterationsOf>[1]

/** A node inside a loop. */
function within(
  loop: string,
  text: string,
  policy: NonNullable<Parameters<typeof planOf>[0][number]>[1] = {},
): NodeText {
  return [text, policy as never, { parentId: loop }]
}

/** start > each [ a > b ] > after > end */
const PLAN = planOf(
  ['start', 'each:loop', within('each', 'a:probe'), within('each', 'b:set'), 'after:probe', 'end'],
  ['start>each', 'a>b', 'each>after', 'after>end'],
)

/** start > outer [ before > inner [ leaf ] ] > end */
const NESTED = planOf(
  [
    'start',
    'outer:loop',
    within('outer', 'before:set'),
    within('outer', 'inner:loop'),
    within('inner', 'leaf:probe'),
    'end',
  ],
  ['start>outer', 'before>inner', 'outer>end'],
)

/** start > each [ review ] > end */
const REVIEWS = planOf(['start', 'each:loop', within('each', 'review:approval'), 'end'], ['start>each', 'each>end'])

function started(plan: Plan): SimulatedRun {
  const run = simulateRun(plan)
  run.start()
  run.complete('start')
  return run
}

function looping(items: readonly string[], options: LoopOptions = {}, plan: Plan = PLAN): SimulatedRun {
  const run = started(plan)
  run.suspend('each', iterationsOf(items, options))
  return run
}

function openIds({ machine }: SimulatedRun): readonly string[] {
  return machine.openNodeRuns().map(({ nodeRunId }) => nodeRunId)
}

/** Checks that the log repeats, and that a machine restored from a snapshot has the same state. */
function expectRepeatable(run: SimulatedRun, plan: Plan): void {
  expect(restep(run.log, plan)).toEqual({ same: true, turns: run.machine.turn })
  const snapshot = run.machine.snapshot()
  expect(createMachine(plan, JSON.parse(JSON.stringify(snapshot))).snapshot()).toEqual(snapshot)
}

describe('a loop', () => {
  test('runs its nodes once for each item, one after the other, then continues', () => {
    const run = started(PLAN)
    const first = run.suspend('each', iterationsOf(['x', 'y']))
    expect(brief(first)).toEqual(['open each/1/0', 'begin each[0]', 'schedule a#0/1 dispatch'])
    expect(run.machine.status).toBe('running')
    expect(brief(run.complete('a#0'))).toEqual(['schedule b#0/1 inline'])
    expect(brief(run.complete('b#0'))).toEqual(['end each[0] (completed)', 'begin each[1]', 'schedule a#1/1 dispatch'])
    run.complete('a#1')
    expect(brief(run.complete('b#1'))).toEqual([
      'end each[1] (completed)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
    expect(brief(run.complete('each'))).toEqual(['schedule after/1 dispatch'])
    run.complete('after')
    run.complete('end', 'success', {}, 'completed')
    expect(run.machine.status).toBe('completed')
    expectRepeatable(run, PLAN)
  })

  test('continues at once without items', () => {
    const decisions = started(PLAN).suspend('each', iterationsOf([]))
    expect(brief(decisions)).toEqual(['open each/1/0', 'close each/1/0 (resolved)', 'schedule each/2 inline'])
  })

  test('runs as many iterations at the same time as it allows, and keeps the order of the items', () => {
    const run = looping(['x', 'y', 'z'], { concurrency: 2 })
    expect(openIds(run)).toEqual(['each', 'a#0', 'a#1'])
    run.complete('a#1')
    expect(brief(run.complete('b#1', 'success', { n: 1 }))).toEqual([
      'end each[1] (completed)',
      'begin each[2]',
      'schedule a#2/1 dispatch',
    ])
    for (const index of [2, 0]) {
      run.complete(`a#${index}`)
      run.complete(`b#${index}`, 'success', { n: index })
    }
    const results = run.machine.outputs.iterationsOf('each').map(({ index, output }) => [index, output?.inline])
    expect(results).toEqual([0, 1, 2].map((index) => [index, { n: index }]))
    expectRepeatable(run, PLAN)
  })

  test('has as result the output of the last node that has no edge onwards and ran', () => {
    const plan = planOf(
      ['start', 'each:loop', within('each', 'if:if-else'), within('each', 'yes:set'), within('each', 'no:set'), 'end'],
      ['start>each', 'if:true>yes', 'if:false>no', 'each>end'],
    )
    const run = looping(['x', 'y'], {}, plan)
    run.complete('if#0', 'true')
    run.complete('yes#0', 'success', { from: 'yes' })
    run.complete('if#1', 'false')
    run.complete('no#1', 'success', { from: 'no' })
    expect(run.machine.outputs.iterationsOf('each').map(({ output }) => output?.inline)).toEqual([
      { from: 'yes' },
      { from: 'no' },
    ])
  })

  test('ends an iteration in which nothing runs at once', () => {
    const plan = planOf(
      ['start', 'each:loop', ['a:set', {}, { parentId: 'each', disabled: true }], 'end'],
      ['start>each', 'each>end'],
    )
    const decisions = started(plan).suspend('each', iterationsOf(['x', 'y']))
    expect(brief(decisions)).toEqual([
      'open each/1/0',
      'begin each[0]',
      'skip a#0 (disabled)',
      'end each[0] (completed)',
      'begin each[1]',
      'skip a#1 (disabled)',
      'end each[1] (completed)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
  })

  test('costs the same for the first and for the last of many iterations, and keeps no frame', () => {
    const items = Array.from({ length: 2_000 }, (_, index) => `${index}`)
    const run = looping(items)
    const costOf = (index: number): number => {
      const before = run.machine.operations
      run.complete(`a#${index}`)
      run.complete(`b#${index}`)
      return run.machine.operations - before
    }
    const costs = items.map((_, index) => costOf(index))
    expect(costs[1_990]).toBe(costs[10])
    const { frames } = run.machine.snapshot().state as { readonly frames: readonly unknown[] }
    expect(frames).toHaveLength(1)
  })
})

describe('a loop that decides after each round', () => {
  const next = (run: SimulatedRun, count: number) =>
    run.suspend('each', iterationsOf([], { count, items: null, keep: 'last' }))

  test('gets the last result alone, and adds one iteration', () => {
    const run = started(PLAN)
    next(run, 1)
    expect(run.machine.outputs.roundOf('each')).toEqual({ index: 1, previous: null })
    run.complete('a#0')
    expect(brief(run.complete('b#0', 'success', { n: 0 }))).toContain('close each/1/0 (resolved)')
    expect(run.machine.outputs.roundOf('each')).toMatchObject({ index: 1, previous: { inline: { n: 0 } } })
    expect(brief(next(run, 2))).toEqual(['open each/2/0', 'begin each[1]', 'schedule a#1/1 dispatch'])
    expect(run.machine.outputs.roundOf('a#1')).toMatchObject({ index: 1, previous: { inline: { n: 0 } } })
    expect(run.machine.outputs.iterationOf('a#1')).toBeNull()
    run.complete('a#1')
    run.complete('b#1', 'success', { n: 1 })
    expect(run.machine.outputs.iterationsOf('each')).toMatchObject([{ index: 1, output: { inline: { n: 1 } } }])
    expectRepeatable(run, PLAN)
    run.complete('each')
    expect(run.machine.outputs.roundOf('after')).toBeNull()
  })

  test('cannot take iterations back, or begin one after a failure', () => {
    const run = started(PLAN)
    expect(run.machine.outputs.roundOf('each')).toEqual({ index: 0, previous: null })
    next(run, 1)
    run.complete('a#0')
    run.complete('b#0')
    expect(() => next(run, 0)).toThrow(/cannot begin/)
    next(run, 2)
    run.fail('a#1')
    expect(() => next(run, 3)).toThrow(/cannot begin/)
  })

  test('reads no result of a round before while several run at a time', () => {
    const run = looping(['x', 'y', 'z'], { concurrency: 2 })
    run.complete('a#0')
    run.complete('b#0')
    expect(run.machine.outputs.roundOf('a#1')).toEqual({ index: 1, previous: null })
  })
})

describe('a scope in a loop', () => {
  test('leaves its nodes the item and the rounds of the loop around it', () => {
    const plan = planOf(
      ['start', 'each:loop', within('each', 'try:scope'), within('try', 'a:probe'), 'end'],
      ['start>each', 'each>end'],
    )
    const run = looping(['x', 'y'], {}, plan)
    run.suspend('try#0', iterationsOf([], { count: 1, items: null, onFailure: 'collect', keep: 'last' }))
    const { outputs } = run.machine
    expect(outputs.iterationOf('a#0.0')).toMatchObject({ index: 0, items: { inline: ['x', 'y'] } })
    expect(outputs.roundOf('a#0.0')).toEqual({ index: 0, previous: null })
    expect(outputs.roundOf('try#0')).toEqual({ index: 0, previous: null })
    run.fail('a#0.0', 'BROKEN')
    expect(outputs.iterationsOf('try#0')).toMatchObject([{ error: { code: 'BROKEN' } }])
    expect(brief(run.complete('try#0'))).toEqual([
      'end each[0] (completed)',
      'begin each[1]',
      'schedule try#1/1 inline',
    ])
  })
})

describe('a failed iteration', () => {
  test('cancels the others and fails the loop, whose policy then applies', () => {
    const run = looping(['x', 'y', 'z'], { concurrency: 2 })
    expect(brief(run.fail('a#1', 'BROKEN'))).toEqual(['end each[1] (failed)', 'cancel a#0/1 (iteration_failed)'])
    expect(brief(run.cancelNode('a#0'))).toEqual([
      'end each[0] (canceled)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
    const [ended] = run.machine.outputs.iterationsOf('each')
    expect(ended).toEqual({ index: 1, output: null, error: { code: 'BROKEN', message: expect.any(String) } })
    expect(brief(run.fail('each', 'ITERATION_FAILED'))).toEqual(['error ITERATION_FAILED in each'])
    expectRepeatable(run, PLAN)
  })

  test('is one of the results if the loop collects or ignores failures', () => {
    for (const onFailure of ['collect', 'ignore'] as const) {
      const run = looping(['x', 'y'], { onFailure })
      expect(brief(run.fail('a#0'))).toEqual(['end each[0] (failed)', 'begin each[1]', 'schedule a#1/1 dispatch'])
      run.complete('a#1')
      const decisions = run.complete('b#1')
      expect(decisions.at(-1)).toMatchObject({ data: { resume: { kind: 'iterations', ended: 2, failed: 1 } } })
    }
  })

  test('is not one if its node continues or takes its error port', () => {
    const plan = planOf(
      [
        'start',
        'each:loop',
        within('each', 'a:probe', { onError: 'continue' } as never),
        within('each', 'b:probe', { onError: 'route' } as never),
        within('each', 'c:set'),
        'end',
      ],
      ['start>each', 'a>b', 'b:error>c', 'each>end'],
    )
    const run = looping(['x'], {}, plan)
    run.fail('a#0')
    expect(brief(run.fail('b#0'))).toEqual(['handled b#0 route error', 'schedule c#0/1 inline'])
    expect(brief(run.complete('c#0')).slice(0, 1)).toEqual(['end each[0] (completed)'])
  })
})

describe('a loop that fails by itself', () => {
  const LARGE = { hash: 'f'.repeat(64), size: 3_000_000 }
  const complete = (run: SimulatedRun, nodeRunId: string, output = LARGE) =>
    run.apply({
      type: 'node_completed',
      nodeRunId,
      data: { pass: 1, attempt: 1, port: 'success', output, durationMs: 0 },
    })

  test('does so if its results are too large, also if it ignores failures', () => {
    const run = looping(['x', 'y', 'z'], { onFailure: 'ignore' })
    run.complete('a#0')
    complete(run, 'b#0')
    expect(run.machine.outputs.loopOf('each')).toEqual({ begun: 2, isStopped: false, stoppedAt: null, fault: null })
    run.complete('a#1')
    expect(brief(complete(run, 'b#1'))).toEqual([
      'end each[1] (completed)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
    expect(run.machine.outputs.loopOf('each')).toMatchObject({
      begun: 2,
      isStopped: true,
      fault: { code: 'LOOP_RESULTS_TOO_LARGE' },
    })
    expectRepeatable(run, PLAN)
  })

  test('counts the results of all open loops of the run, and forgets those of loops that have ended', () => {
    const run = started(NESTED)
    const items = Array.from({ length: 6 }, (_, index) => index)
    run.suspend('outer', iterationsOf(items, { concurrency: 6 }))
    for (const index of items) {
      run.complete(`before#${index}`)
      run.suspend(`inner#${index}`, iterationsOf(['p', 'q']))
      complete(run, `leaf#${index}.0`)
    }
    const faults = items.map((index) => run.machine.outputs.loopOf(`inner#${index}`)?.fault?.code)
    expect(faults).toEqual([undefined, undefined, undefined, undefined, undefined, 'LOOP_RESULTS_TOO_LARGE'])
    run.fail('inner#5')
    expect(run.machine.snapshot().state).toMatchObject({ resultBytes: expect.any(Number) })
    const { resultBytes } = run.machine.snapshot().state as { readonly resultBytes: number }
    expect(resultBytes).toBeLessThan(16_000_000)
  })

  test('does so after 1,000 iterations in a row in which no node runs, within one turn', () => {
    const plan = planOf(
      ['start', 'each:loop', ['a:set', {}, { parentId: 'each', disabled: true }], 'end'],
      ['start>each', 'each>end'],
    )
    const run = started(plan)
    run.suspend(
      'each',
      iterationsOf(
        Array.from({ length: 1_500 }, () => 'x'),
        { concurrency: 500 },
      ),
    )
    expect(run.machine.outputs.loopOf('each')?.fault?.code).toBe('LOOP_RUNS_NOTHING')
    expect(run.machine.openNodeRuns()).toMatchObject([{ nodeRunId: 'each', pass: 2 }])
  })

  test('does so beyond 100,000 iterations of a run', () => {
    const run = looping(['x', 'y'])
    const { state, stateVersion } = run.machine.snapshot()
    const late = { stateVersion, state: { ...(state as object), iterationCount: 100_000 } }
    const machine = createMachine(PLAN, late)
    const later = simulateRun(PLAN, machine)
    later.complete('a#0')
    later.complete('b#0')
    expect(machine.outputs.loopOf('each')?.fault?.code).toBe('RUN_TOO_LONG')
  })
})

describe('nested loops', () => {
  test('have the path of the iterations in the ids of their node runs', () => {
    const run = started(NESTED)
    run.suspend('outer', iterationsOf(['x', 'y'], { concurrency: 2 }))
    run.complete('before#0')
    run.complete('before#1')
    run.suspend('inner#1', iterationsOf(['p', 'q'], { concurrency: 2 }))
    run.suspend('inner#0', iterationsOf(['r']))
    expect(openIds(run)).toEqual(['outer', 'inner#0', 'leaf#0.0', 'inner#1', 'leaf#1.0', 'leaf#1.1'])
    expectRepeatable(run, NESTED)
    run.complete('leaf#1.1')
    run.complete('leaf#1.0')
    expect(brief(run.complete('inner#1'))).toEqual(['end outer[1] (completed)'])
    run.complete('leaf#0.0')
    expect(brief(run.complete('inner#0'))).toEqual([
      'end outer[0] (completed)',
      'close outer/1/0 (resolved)',
      'schedule outer/2 inline',
    ])
    expectRepeatable(run, NESTED)
  })

  test('fail from the inside out, or stop at the loop that collects', () => {
    const run = started(NESTED)
    run.suspend('outer', iterationsOf(['x'], { onFailure: 'collect' }))
    run.complete('before#0')
    run.suspend('inner#0', iterationsOf(['p', 'q'], { concurrency: 2 }))
    run.fail('leaf#0.0')
    run.cancelNode('leaf#0.1')
    expect(brief(run.fail('inner#0', 'ITERATION_FAILED'))).toEqual([
      'end outer[0] (failed)',
      'close outer/1/0 (resolved)',
      'schedule outer/2 inline',
    ])
  })

  test('read the data of their iteration, then what the loop around them reads', () => {
    const run = started(NESTED)
    run.suspend('outer', iterationsOf(['x', 'y'], { concurrency: 2 }))
    for (const index of [0, 1]) run.complete(`before#${index}`, 'success', { from: index, own: true })
    run.suspend('inner#1', iterationsOf(['p', 'q']))
    const { outputs } = run.machine
    const view = outputs.inputView('leaf#1.0')
    expect(view.ownerOf('from')?.output.inline).toEqual({ from: 1, own: true })
    expect(view.outputOf('before')?.output.inline).toEqual({ from: 1, own: true })
    expect(view.outputOf('start')).not.toBeNull()
    expect(view.outputOf('leaf')).toBeNull()
    expect(view.owners().map(({ nodeId }) => nodeId)).toEqual(['before'])
    expect(view.error()).toBeNull()
    expect(outputs.iterationOf('leaf#1.0')).toMatchObject({ index: 0, items: { inline: ['p', 'q'] } })
    expect(outputs.iterationOf('before#1')).toMatchObject({ index: 1, items: { inline: ['x', 'y'] } })
    expect(outputs.iterationOf('outer')).toBeNull()
    expect(outputs.iterationsOf('outer')).toEqual([])
    expect(outputs.iterationsOf('leaf#1.0')).toEqual([])
    expect(outputs.outputOf('before')).toBeNull()
  })
})

describe('a fact of a node in a loop', () => {
  test('has no effect after its iteration', () => {
    const run = looping(['x', 'y'])
    run.complete('a#0')
    run.complete('b#0')
    const { turn } = run.machine
    expect(run.complete('a#0')).toEqual([])
    expect(run.machine.turn).toBe(turn)
    expect(() => run.machine.outputs.inputView('a#0')).toThrow(/has ended/)
    run.complete('a#1')
    run.complete('b#1')
    run.complete('each')
    expect(run.complete('a#1')).toEqual([])
  })

  test('is refused for an iteration that has never begun, and for a wrong path', () => {
    const run = looping(['x', 'y'])
    expect(() => run.complete('a#1')).toThrow(/never begun/)
    for (const id of ['a', 'a#0.0', 'a#x', 'a#', 'a#00', 'after#0'])
      expect(() => run.complete(id)).toThrow(/has no node/)
    const nested = started(NESTED)
    expect(() => nested.complete('leaf#0.0')).toThrow(/never begun/)
  })

  test('cannot begin iterations of a node that is no loop, twice, or none at a time', () => {
    const run = looping(['x'])
    expect(() => run.suspend('a#0', iterationsOf(['x']))).toThrow(/cannot begin/)
    run.complete('a#0')
    run.complete('b#0')
    expect(() => run.suspend('each', iterationsOf([]))).toThrow(/cannot begin/)
    expect(() => started(PLAN).suspend('each', iterationsOf(['x'], { concurrency: 0 }))).toThrow(/cannot begin/)
    for (const count of [-1, 0.5]) {
      expect(() => started(PLAN).suspend('each', { ...iterationsOf(['x']), count })).toThrow(/cannot begin/)
    }
    expect(() => looping(['x']).fireTimer('each/1/0')).toThrow(/has no timer/)
  })
})

describe('a loop that is canceled', () => {
  test('ends after the last of its iterations, and no other begins', () => {
    const run = looping(['x', 'y', 'z'], { concurrency: 2 })
    expect(brief(run.cancel())).toEqual([
      'cancel each/1 (run_canceled)',
      'cancel a#0/1 (run_canceled)',
      'cancel a#1/1 (run_canceled)',
    ])
    expect(run.cancel()).toEqual([])
    expect(brief(run.cancelNode('a#1'))).toEqual(['end each[1] (canceled)'])
    expect(brief(run.complete('a#0'))).toEqual([
      'end each[0] (canceled)',
      'close each/1/0 (canceled)',
      'canceled (user)',
    ])
    expectRepeatable(run, PLAN)
  })

  test('is not asked twice for an iteration that has failed already', () => {
    const plan = planOf(
      ['start', 'each:loop', within('each', 'a:probe'), within('each', 'b:probe'), 'end'],
      ['start>each', 'each>end'],
    )
    const run = looping(['x'], {}, plan)
    expect(brief(run.fail('a#0'))).toEqual(['cancel b#0/1 (iteration_failed)'])
    expect(brief(run.cancel())).toEqual(['cancel each/1 (run_canceled)'])
    expect(brief(run.cancelNode('b#0'))).toEqual([
      'end each[0] (failed)',
      'close each/1/0 (canceled)',
      'canceled (user)',
    ])
  })

  test('drops the waits of its iterations at once', () => {
    const run = looping(['x', 'y'], { concurrency: 2 }, REVIEWS)
    run.suspend('review#0', approvalOf({ dueAt: 9_000 }))
    run.suspend('review#1', approvalOf())
    expect(run.machine.status).toBe('waiting')
    expect(brief(run.cancel())).toEqual([
      'cancel each/1 (run_canceled)',
      'close review#0/1/0 (canceled)',
      'clear review#0/1/0',
      'end each[0] (canceled)',
      'close review#1/1/0 (canceled)',
      'end each[1] (canceled)',
      'close each/1/0 (canceled)',
      'canceled (user)',
    ])
  })

  test('as the loser of a race ends without data', () => {
    const plan = planOf(
      ['start', 'fork', 'each:loop', within('each', 'a:probe'), 'quick:probe', ['join', { join: 'any' }], 'end'],
      ['start>fork', 'fork:a>each', 'fork:b>quick', 'each>join', 'quick>join', 'join>end'],
    )
    const run = started(plan)
    run.complete('fork', '*')
    run.suspend('each', iterationsOf(['x']))
    expect(brief(run.complete('quick'))).toContain('cancel a#0/1 (loser)')
    expect(brief(run.cancelNode('a#0'))).toEqual(['end each[0] (canceled)', 'close each/1/0 (canceled)'])
    run.complete('join')
    run.complete('end', 'success', {}, 'completed')
    expect(run.machine.status).toBe('completed')
    expectRepeatable(run, plan)
  })

  test('by the time limit of the run ends as well, while the loop itself is evaluated too', () => {
    const run = simulateRun(PLAN)
    run.start({ deadlineAt: 5_000 })
    run.complete('start')
    expect(brief(run.fireTimer('deadline'))).toEqual(['cancel each/1 (run_canceled)'])
    expect(brief(run.suspend('each', iterationsOf(['x'])))).toEqual(['close each/1/0 (canceled)', 'canceled (timeout)'])
  })
})

describe('waits in a loop', () => {
  test('are those of their iteration', () => {
    const run = looping(['x', 'y'], { concurrency: 2 }, REVIEWS)
    run.suspend('review#0', approvalOf({ dueAt: 9_000 }))
    expect(run.machine.status).toBe('running')
    run.suspend('review#1', approvalOf())
    expect(run.machine.status).toBe('waiting')
    run.vote('review#1/1/0', 'approve')
    run.complete('review#1', 'approve')
    expect(run.vote('review#1/1/0', 'reject', 'bob')).toEqual([])
    expect(brief(run.fireTimer('review#0/1/0'))).toEqual(['close review#0/1/0 (timeout)', 'schedule review#0/2 inline'])
    expectRepeatable(run, REVIEWS)
  })
})

describe('a pause', () => {
  test('holds the nodes of the next iteration and the next pass of the loop', () => {
    const run = looping(['x', 'y'], { concurrency: 1 })
    run.complete('a#0')
    run.pause()
    expect(brief(run.complete('b#0'))).toEqual(['end each[0] (completed)', 'begin each[1]'])
    expect(run.machine.status).toBe('paused')
    expectRepeatable(run, PLAN)
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule a#1/1 dispatch'])
    run.complete('a#1')
    run.pause()
    expect(brief(run.complete('b#1'))).toEqual(['end each[1] (completed)', 'close each/1/0 (resolved)'])
    expectRepeatable(run, PLAN)
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule each/2 inline'])
    run.complete('each')
    expectRepeatable(run, PLAN)
  })

  test('that is canceled drops what it holds in iterations', () => {
    const run = looping(['x', 'y'])
    run.complete('a#0')
    run.pause()
    run.complete('b#0')
    expect(brief(run.cancel())).toEqual([
      'cancel each/1 (run_canceled)',
      'end each[1] (canceled)',
      'close each/1/0 (canceled)',
      'canceled (user)',
    ])
    const ended = looping(['x'])
    ended.complete('a#0')
    ended.pause()
    ended.complete('b#0')
    expect(brief(ended.cancel())).toEqual(['drop each/1 (run_canceled)', 'canceled (user)'])
  })
})

test('a rollback undoes iterations that began and ended', () => {
  const run = looping(['x', 'y'])
  run.complete('a#0')
  const { machine } = run
  const before = machine.snapshot()
  machine.mark()
  const data = { pass: 1, attempt: 1, port: 'success', output: { hash: 'a'.repeat(64), size: 2 }, durationMs: 0 }
  machine.apply({ type: 'node_completed', nodeRunId: 'b#0', data, at: 5_000 })
  expect(machine.openNodeRuns().map(({ nodeRunId }) => nodeRunId)).toEqual(['each', 'a#1'])
  machine.rollback()
  expect(machine.snapshot()).toEqual(before)
  expect(brief(run.complete('b#0'))).toEqual(['end each[0] (completed)', 'begin each[1]', 'schedule a#1/1 dispatch'])
})

test('finds no open node run by an id of another depth, of another plan, or of an iteration that has not begun', () => {
  const { machine } = looping(['x', 'y'])
  expect(machine.openNodeRun('a#0')).toMatchObject({ nodeRunId: 'a#0', pass: 1 })
  for (const id of ['a#1', 'a', 'a#0.0', 'each#0', 'elsewhere', 'b#0']) expect(machine.openNodeRun(id)).toBeNull()
})
