import type { JsonObject } from '@tenon/core/document'
import { ALL_PORTS, makeValueRef, type ParkResolution, type ParkResolutionKind } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { restep } from './restep.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, iterationsOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

const PLAN = planOf(['start', ['a:probe', { onError: 'park' }], 'b:probe', 'end'], ['start>a', 'a>b', 'b>end'])
const ROUTED = planOf(
  ['start', ['a:probe', { onError: 'park' }], 'b:probe', 'sorry:probe'],
  ['start>a', 'a>b', 'a:error>sorry'],
)
const OUTPUT = makeValueRef({ supplied: true })

/** Starts a run in which `a` has failed. */
function parked(plan = PLAN): SimulatedRun {
  const run = simulateRun(plan)
  run.start()
  run.complete('start')
  run.fail('a')
  return run
}

describe('a node that fails for good with the policy "park"', () => {
  test('keeps its run open, waiting for a person', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    expect(brief(run.fail('a'))).toEqual(['park a/1/0 NODE_FAILED: retry,retry_with_params,complete,skip,fail'])
    expect(run.machine.status).toBe('waiting')
    expect(run.machine.openNodeRuns()).toMatchObject([{ nodeRunId: 'a', waitId: 'a/1/0', waitKind: 'parked' }])
    const [failed, decision] = run.log.slice(-2)
    expect(decision).toMatchObject({ data: { pass: 1, error: { code: 'NODE_FAILED' } }, cause: failed?.seq })
    expect(run.complete('a')).toEqual([])
  })

  test('runs again in its next pass after "retry", and may be parked again', () => {
    const run = parked()
    expect(brief(run.resolve('a/1/0', { kind: 'retry' }))).toEqual(['close a/1/0 (resolved)', 'schedule a/2 dispatch'])
    expect(run.machine.status).toBe('running')
    expect(run.machine.openNodeRuns()).toMatchObject([{ pass: 2, resume: null, params: null, waitKind: null }])
    expect(brief(run.fail('a'))).toEqual(['park a/2/0 NODE_FAILED: retry,retry_with_params,complete,skip,fail'])
    run.resolve('a/2/0', { kind: 'retry' })
    expect(brief(run.complete('a'))).toEqual(['schedule b/1 dispatch'])
  })

  test('keeps the params of a person in every later pass', () => {
    const run = parked()
    const params = makeValueRef({ url: 'x' })
    expect(run.resolve('a/1/0', { kind: 'retry_with_params', params }).at(-1)).toMatchObject({
      type: 'node_scheduled',
      data: { pass: 2, resume: null, params },
    })
    run.suspend('a', { kind: 'time', dueAt: 5 })
    expect(run.fireTimer('a/2/0').at(-1)).toMatchObject({ data: { pass: 3, params } })
    run.fail('a')
    expect(run.resolve('a/3/0', { kind: 'retry' }).at(-1)).toMatchObject({
      data: { pass: 4, resume: { kind: 'time' }, params },
    })
    run.fail('a')
    const others = makeValueRef({ url: 'y' })
    expect(run.resolve('a/4/0', { kind: 'retry_with_params', params: others }).at(-1)).toMatchObject({
      data: { pass: 5, resume: null, params: others },
    })
  })

  test('gets the result of its wait again after "retry"', () => {
    const run = simulateRun(planOf(['start', ['a:approval', { onError: 'park' }]], ['start>a']))
    run.start()
    run.complete('start')
    run.suspend('a', approvalOf({ dueAt: 9 }))
    run.vote('a/1/0', 'approve')
    run.fail('a')
    const [, again] = run.resolve('a/2/0', { kind: 'retry' })
    expect(again).toMatchObject({ data: { pass: 3, resume: { kind: 'approval', choice: 'approve' } } })
  })

  test('waits for another event after "retry"', () => {
    const run = simulateRun(planOf(['start', ['a:probe', { onError: 'park' }]], ['start>a']))
    run.start()
    run.complete('start')
    run.suspend('a', { kind: 'event', name: 'paid', key: 'o1', schema: null, dueAt: null })
    const event = { waitId: 'a/1/0', eventId: 'e1', payload: makeValueRef({ total: 1 }), receivedAt: 900, actor: null }
    run.apply({ type: 'event_received', data: event })
    run.fail('a')
    const [, again] = run.resolve('a/2/0', { kind: 'retry' })
    expect(again).toMatchObject({ data: { pass: 3, resume: null } })
  })

  test('asks its approvers again after "retry_with_params"', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    run.suspend('a', approvalOf())
    run.vote('a/1/0', 'approve')
    run.fail('a')
    const params = makeValueRef({ amount: 99_999 })
    expect(run.resolve('a/2/0', { kind: 'retry_with_params', params }).at(-1)).toMatchObject({
      data: { pass: 3, resume: null, params },
    })
  })

  test('cannot be passed in place of the approvers, if it is an approval', () => {
    const run = simulateRun(
      planOf(['start', ['a:approval', { onError: 'park' }], 'b:probe'], ['start>a', 'a:approve>b', 'a:error>b']),
    )
    run.start()
    run.complete('start')
    expect(brief(run.fail('a'))).toEqual(['park a/1/0 NODE_FAILED: retry,route,fail'])
    for (const resolution of [{ kind: 'skip' }, { kind: 'complete', port: 'approve', output: OUTPUT }] as const) {
      expect(() => run.resolve('a/1/0', resolution)).toThrow(expect.objectContaining({ code: 'FACT_INVALID' }))
    }
  })

  test('continues with a supplied output as if it had completed', () => {
    const run = parked()
    expect(brief(run.resolve('a/1/0', { kind: 'complete', port: 'success', output: OUTPUT }))).toEqual([
      'close a/1/0 (resolved)',
      'handled a supplied success',
      'schedule b/1 dispatch',
    ])
    expect(run.machine.outputs.outputOf('a')).toEqual({ nodeId: 'a', port: 'success', output: OUTPUT })
  })

  test('continues as the policies "continue", "route" and "fail" do', () => {
    const skipped = parked(ROUTED)
    expect(brief(skipped.resolve('a/1/0', { kind: 'skip' }))).toEqual([
      'close a/1/0 (resolved)',
      'handled a continue success',
      'skip sorry (dead_path)',
      'schedule b/1 dispatch',
    ])
    const routed = parked(ROUTED)
    expect(brief(routed.resolve('a/1/0', { kind: 'route' }))).toEqual([
      'close a/1/0 (resolved)',
      'handled a route error',
      'skip b (dead_path)',
      'schedule sorry/1 dispatch',
    ])
    const failed = parked(ROUTED)
    expect(brief(failed.resolve('a/1/0', { kind: 'fail' }))).toEqual([
      'close a/1/0 (resolved)',
      'error NODE_FAILED in a',
    ])
    expect(failed.log.at(-1)).toMatchObject({ data: { error: { nodeId: 'a', message: 'It failed: NODE_FAILED' } } })
  })

  test('completes an end or a fork', () => {
    const endOf = (params: JsonObject) => {
      const run = simulateRun(planOf(['start', ['a:end', { onError: 'park' }, { params }]], ['start>a']))
      run.start()
      run.complete('start')
      run.fail('a')
      return run
    }
    const ended = endOf({})
    expect(brief(ended.resolve('a/1/0', { kind: 'complete', port: 'end', output: OUTPUT })).at(-1)).toBe(
      'completed completed by a',
    )
    const other = endOf({ outcome: 'answered' })
    expect(brief(other.resolve('a/1/0', { kind: 'complete', port: 'end', output: OUTPUT })).at(-1)).toBe(
      'completed answered by a',
    )
    const unknown = endOf({ outcome: '{{ input.outcome }}' })
    expect(() => unknown.resolve('a/1/0', { kind: 'complete', port: 'end', output: OUTPUT })).toThrow(
      expect.objectContaining({ code: 'FACT_INVALID', message: expect.stringContaining('template') }),
    )
    const split = simulateRun(
      planOf(['start', ['a:fork', { onError: 'park' }], 'b:probe', 'c:probe'], ['start>a', 'a:a>b', 'a:b>c']),
    )
    split.start()
    split.complete('start')
    split.fail('a')
    expect(brief(split.resolve('a/1/0', { kind: 'complete', port: ALL_PORTS, output: OUTPUT })).slice(2)).toEqual([
      'schedule b/1 dispatch',
      'schedule c/1 dispatch',
    ])
  })

  test('has one resolution: a second one changes nothing', () => {
    const run = parked()
    run.resolve('a/1/0', { kind: 'skip' })
    expect(run.resolve('a/1/0', { kind: 'fail' })).toEqual([])
    run.complete('b')
    expect(run.resolve('a/1/0', { kind: 'retry' })).toEqual([])
    expect(restep(run.log, PLAN)).toMatchObject({ same: true })
  })

  test.each<[string, ParkResolution]>([
    ['a/1/0', { kind: 'route' }],
    ['a/1/0', { kind: 'complete', port: 'error', output: OUTPUT }],
    ['a/1/0', { kind: 'complete', port: '*', output: OUTPUT }],
    ['a/2/0', { kind: 'skip' }],
    ['unknown/1/0', { kind: 'skip' }],
    ['a', { kind: 'skip' }],
    ['a/1/0', { kind: 'later' as ParkResolutionKind } as ParkResolution],
  ])('refuses %s %j and changes nothing', (waitId, resolution) => {
    const run = parked()
    const before = run.machine.snapshot()
    expect(() => run.resolve(waitId, resolution)).toThrow(expect.objectContaining({ code: 'FACT_INVALID' }))
    expect(run.machine.snapshot()).toEqual(before)
  })

  test('refuses a resolution of another wait, a vote and a timer', () => {
    const waiting = simulateRun(planOf(['start', 'a:approval'], ['start>a']))
    waiting.start()
    waiting.complete('start')
    waiting.suspend('a', approvalOf())
    const invalid = expect.objectContaining({ code: 'FACT_INVALID' })
    expect(() => waiting.resolve('a/1/0', { kind: 'skip' })).toThrow(invalid)
    expect(() => parked().vote('a/1/0', 'approve')).toThrow(invalid)
    expect(() => parked().fireTimer('a/1/0')).toThrow(invalid)
  })
})

describe('the run of a parked node', () => {
  test('ends it when it is canceled, or fails elsewhere', () => {
    expect(brief(parked().cancel())).toEqual(['close a/1/0 (canceled)', 'canceled (user)'])
    const plan = planOf(['start', ['a:probe', { onError: 'park' }], 'b:probe'], ['start>a', 'start>b'])
    const run = parked(plan)
    expect(brief(run.fail('b'))).toEqual(['close a/1/0 (canceled)', 'error NODE_FAILED in b'])
    expect(run.resolve('a/1/0', { kind: 'retry' })).toEqual([])
  })

  test('cancels it when it loses a race', () => {
    const plan = planOf(
      ['start', ['a:probe', { onError: 'park' }], 'b:probe', ['meet:join', { join: 'any' }]],
      ['start>a', 'start>b', 'a>meet', 'b>meet'],
    )
    expect(brief(parked(plan).complete('b')).slice(0, 2)).toEqual(['fire meet 1/1 over a', 'close a/1/0 (canceled)'])
  })

  test('parks while it is paused, and holds what follows from a resolution', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    run.pause()
    run.fail('a')
    expect(run.machine.status).toBe('paused')
    const params = makeValueRef({ url: 'x' })
    expect(brief(run.resolve('a/1/0', { kind: 'retry_with_params', params }))).toEqual(['close a/1/0 (resolved)'])
    const copy = createMachine(PLAN, run.machine.snapshot())
    expect(copy.openNodeRuns()).toEqual(run.machine.openNodeRuns())
    expect(run.resume().at(-1)).toMatchObject({ type: 'node_scheduled', data: { pass: 2, params } })
  })

  test('drops the held pass when it is canceled', () => {
    const run = parked()
    run.pause()
    run.resolve('a/1/0', { kind: 'retry' })
    expect(brief(run.cancel())).toEqual(['drop a/1 (run_canceled)', 'canceled (user)'])
  })
})

describe('a join that is not satisfied', () => {
  const plan = planOf(
    ['start', 'a:if-else', ['meet:join', { join: { count: 2 }, onError: 'park' }], 'b:probe', 'end'],
    ['start>a', 'a:true>meet', 'a:false>b', 'b>meet', 'meet>end'],
  )

  function unsatisfied(): SimulatedRun {
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.complete('a', 'true')
    return run
  }

  test('is parked before its first pass, reads what it would have read, and can be started all the same', () => {
    const run = unsatisfied()
    expect(run.log.slice(-2).map(({ type }) => type)).toEqual(['join_unsatisfied', 'node_parked'])
    const read = run.machine.outputs.inputView('meet').owners()
    expect(brief(run.resolve('meet/1/0', { kind: 'retry' }))).toEqual([
      'close meet/1/0 (resolved)',
      'schedule meet/2 inline',
    ])
    expect(run.machine.outputs.inputView('meet').owners()).toEqual(read)
    expect(brief(run.skip('meet'))).toContain('schedule end/1 inline')
  })
})

describe('parking in a loop', () => {
  const plan = planOf(
    ['start', 'each:loop', ['a:probe', { onError: 'park' }, { parentId: 'each' }], 'end'],
    ['start>each', 'each>end'],
  )

  test('holds its iteration only, and its failure is one of the iteration', () => {
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('each', iterationsOf(['x', 'y', 'z'], { concurrency: 2, onFailure: 'collect' }))
    run.fail('a#0')
    expect(run.machine.status).toBe('running')
    expect(brief(run.complete('a#1'))).toContain('begin each[2]')
    run.complete('a#2')
    expect(run.machine.status).toBe('waiting')
    expect(brief(run.resolve('a#0/1/0', { kind: 'fail' }))).toEqual([
      'close a#0/1/0 (resolved)',
      'end each[0] (failed)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
  })

  test('does not begin the iterations of a parked loop again', () => {
    const parkedLoop = planOf(
      ['start', ['each:loop', { onError: 'park' }], ['a:probe', {}, { parentId: 'each' }], 'end'],
      ['start>each', 'each>end'],
    )
    const run = simulateRun(parkedLoop)
    run.start()
    run.complete('start')
    run.suspend('each', iterationsOf(['x', 'y'], { concurrency: 2 }))
    run.fail('a#0')
    run.cancelNode('a#1')
    expect(brief(run.fail('each'))).toEqual(['park each/2/0 NODE_FAILED: complete,skip,fail'])
    expect(run.machine.status).toBe('waiting')
    // A late outcome of a canceled iteration.
    expect(run.complete('a#1')).toEqual([])
    expect(createMachine(parkedLoop, run.machine.snapshot()).snapshot()).toEqual(run.machine.snapshot())
    expect(brief(run.resolve('each/2/0', { kind: 'skip' }))).toContain('schedule end/1 inline')
    expect(brief(run.cancel())).toEqual(['cancel end/1 (run_canceled)'])
  })

  test('ends a parked loop when the run is canceled', () => {
    const parkedLoop = planOf(
      ['start', ['each:loop', { onError: 'park' }], ['a:probe', {}, { parentId: 'each' }]],
      ['start>each'],
    )
    const run = simulateRun(parkedLoop)
    run.start()
    run.complete('start')
    // Its params are read before each iteration.
    expect(brief(run.fail('each'))).toEqual(['park each/1/0 NODE_FAILED: retry,complete,skip,fail'])
    run.resolve('each/1/0', { kind: 'retry' })
    run.suspend('each', iterationsOf(['x']))
    run.fail('a#0')
    run.fail('each')
    expect(brief(run.cancel())).toEqual(['close each/3/0 (canceled)', 'canceled (user)'])
  })
})
