import { makeValueRef } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { createPlanIndex } from './plan-index.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, simulateRun } from './testing/simulated-run.ts'

describe('createMachine', () => {
  test('carries a run from its start to its end, one node after the other', () => {
    const run = simulateRun(planOf(['start', 'hello:set', 'end'], ['start>hello', 'hello>end']))
    expect(run.machine.status).toBe('queued')
    expect(brief(run.start())).toEqual(['schedule start/1 inline'])
    expect(brief(run.complete('start'))).toEqual(['schedule hello/1 inline'])
    expect(run.machine.status).toBe('running')
    expect(brief(run.complete('hello'))).toEqual(['schedule end/1 inline'])
    expect(brief(run.complete('end', 'end', { done: true }, 'answered'))).toEqual(['completed answered by end'])
    expect(run.machine.status).toBe('completed')
    expect(run.machine.turn).toBe(4)
  })

  test('says with a dispatched node on which queue it runs, with an inline one none', () => {
    const plan = planOf(
      ['start', ['slow:probe', { taskQueue: 'gpu' }], ['fast:set', { taskQueue: 'gpu' }]],
      ['start>slow', 'start>fast'],
    )
    const run = simulateRun(plan)
    run.start()
    const [fast, slow] = [...run.complete('start')].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
    expect(fast).toEqual({
      type: 'node_scheduled',
      nodeRunId: 'fast',
      data: { pass: 1, mode: 'inline', queue: null, resume: null },
    })
    expect(slow).toEqual({
      type: 'node_scheduled',
      nodeRunId: 'slow',
      data: { pass: 1, mode: 'dispatch', queue: 'gpu', resume: null },
    })
  })

  test('says until when a node with a total time may run', () => {
    const run = simulateRun(planOf(['start', ['a:probe', { totalTimeout: '1m' }]], ['start>a']))
    run.start()
    const [scheduled] = run.complete('start')
    const { scheduledAt } = run.machine.openNodeRun('a') ?? { scheduledAt: Number.NaN }
    expect(scheduled).toMatchObject({ data: { deadlineAt: scheduledAt + 60_000 } })
  })

  test('starts a node as soon as its own predecessors are finished, never in waves', () => {
    const run = simulateRun(
      planOf(['start', 'slow:probe', 'quick:probe', 'after:probe'], ['start>slow', 'start>quick', 'quick>after']),
    )
    run.start()
    expect(brief(run.complete('start'))).toEqual(['schedule slow/1 dispatch', 'schedule quick/1 dispatch'])
    expect(brief(run.complete('quick'))).toEqual(['schedule after/1 dispatch'])
    expect(brief(run.complete('after'))).toEqual([])
    expect(brief(run.complete('slow'))).toEqual(['completed completed by null'])
  })

  test('takes all ports of a fork, but not its error port', () => {
    const plan = planOf(
      ['start', ['split:fork', { onError: 'route' }], 'left:probe', 'right:probe', 'sorry:probe'],
      ['start>split', 'split:a>left', 'split:b>right', 'split:error>sorry'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('split', '*'))).toEqual([
      'skip sorry (dead_path)',
      'schedule left/1 dispatch',
      'schedule right/1 dispatch',
    ])
  })

  test('decides by document order, which is not the order of the list', () => {
    const run = simulateRun(planOf(['b:probe', 'a:probe', 'start'], ['start>a', 'start>b']))
    run.start()
    expect(brief(run.complete('start'))).toEqual(['schedule b/1 dispatch', 'schedule a/1 dispatch'])
  })

  test('names what is open, for a driver that takes the run over', () => {
    const plan = planOf(['start', ['call:probe', { taskQueue: 'q' }], 'ask:approval'], ['start>call', 'start>ask'])
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf())
    expect(run.machine.openNodeRuns()).toEqual([
      {
        nodeRunId: 'call',
        pass: 1,
        mode: 'dispatch',
        queue: 'q',
        resume: null,
        params: null,
        revision: null,
        scheduledAt: 1_020,
        canceling: false,
        waitId: null,
        waitKind: null,
      },
      {
        nodeRunId: 'ask',
        pass: 1,
        mode: 'inline',
        queue: null,
        resume: null,
        params: null,
        revision: null,
        scheduledAt: 1_020,
        canceling: false,
        waitId: 'ask/1/0',
        waitKind: 'approval',
      },
    ])
    run.cancel()
    expect(run.machine.openNodeRuns()).toMatchObject([{ nodeRunId: 'call', canceling: true }])
  })

  test('waits when everything that is open waits', () => {
    const run = simulateRun(planOf(['start', 'call:probe', 'ask:approval'], ['start>call', 'start>ask']))
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf())
    expect(run.machine.status).toBe('running')
    run.complete('call')
    expect(run.machine.status).toBe('waiting')
    run.vote('ask/1/0', 'approve')
    expect(run.machine.status).toBe('running')
  })

  test('shares an index between the runs of a plan', () => {
    const plan = planOf(['start', 'end'], ['start>end'])
    const index = createPlanIndex(plan)
    const [one, two] = [createMachine(plan, undefined, index), createMachine(plan, undefined, index)]
    const first = simulateRun(plan, one)
    first.start()
    first.complete('start')
    expect([one.turn, two.turn]).toEqual([2, 0])
    expect(brief(simulateRun(plan, two).start())).toEqual(['schedule start/1 inline'])
  })
})

describe('the end of a run', () => {
  const plan = planOf(['start', 'work:probe', 'late:end', 'early:end'], ['start>work', 'start>early', 'work>late'])

  test('comes when nothing is open, with the first reached end in document order', () => {
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.complete('work')
    expect(brief(run.complete('late', 'end', {}, 'slow'))).toEqual([])
    expect(plan.nodes.map(({ id }) => id)).toEqual(['start', 'work', 'late', 'early'])
    expect(brief(run.complete('early', 'end', {}, 'fast'))).toEqual(['completed slow by late'])
  })

  test('is the same whichever end is reached first in time', () => {
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.complete('early', 'end', {}, 'fast')
    run.complete('work')
    expect(brief(run.complete('late', 'end', {}, 'slow'))).toEqual(['completed slow by late'])
  })

  test('without an end that was reached has the outcome "completed"', () => {
    const run = simulateRun(planOf(['start'], []))
    run.start()
    expect(brief(run.complete('start'))).toEqual(['completed completed by null'])
  })

  test('counts an end only when it has completed, not when it was passed over', () => {
    const run = simulateRun(planOf(['start', ['off:end', {}, { disabled: true }]], ['start>off']))
    run.start()
    expect(brief(run.complete('start'))).toEqual(['skip off (disabled)', 'completed completed by null'])
  })

  test('takes "completed" for an end without a word of its own', () => {
    const run = simulateRun(planOf(['start', 'end'], ['start>end']))
    run.start()
    run.complete('start')
    expect(brief(run.complete('end', 'end'))).toEqual(['completed completed by end'])
  })

  test('is never followed by anything', () => {
    const run = simulateRun(planOf(['start', 'end'], ['start>end']))
    run.start({ deadlineAt: 5_000 })
    run.complete('start')
    expect(brief(run.complete('end', 'end'))).toEqual(['clear deadline', 'completed completed by end'])
    expect(run.complete('end', 'end')).toEqual([])
    expect(run.fireTimer('deadline')).toEqual([])
    expect(run.cancel()).toEqual([])
    expect(run.start()).toEqual([])
    expect(run.machine.turn).toBe(3)
  })
})

describe('dead paths', () => {
  test('leave other triggers and what nothing leads to out, in one event at the start', () => {
    const plan = planOf(
      ['start', 'other:start', 'hook:probe', 'lonely:probe', 'both:probe'],
      ['other>hook', 'hook>both', 'start>both'],
    )
    const run = simulateRun(plan)
    expect(brief(run.start())).toEqual(['skip other,hook,lonely (dead_path)', 'schedule start/1 inline'])
    expect(brief(run.complete('start'))).toEqual(['fire both 1/1', 'schedule both/1 dispatch'])
  })

  test('begin at the trigger that was fired', () => {
    const plan = planOf(['start', 'other:start', 'hook:probe', 'both:probe'], ['other>hook', 'hook>both', 'start>both'])
    const run = simulateRun(plan)
    expect(brief(run.start({ trigger: 'other' }))).toEqual(['skip start (dead_path)', 'schedule other/1 inline'])
  })

  test('of a branch that was not taken are skipped as far as nothing else leads there', () => {
    const plan = planOf(
      ['start', 'check:if-else', 'yes:probe', 'no:probe', 'worse:probe', 'merge:set'],
      ['start>check', 'check:true>yes', 'check:false>no', 'no>worse', 'worse>merge', 'yes>merge'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('check', 'true'))).toEqual(['skip no,worse (dead_path)', 'schedule yes/1 dispatch'])
    expect(brief(run.complete('yes'))).toEqual(['fire merge 1/1', 'schedule merge/1 inline'])
  })

  test('are those of every port that a switch did not take', () => {
    const plan = planOf(
      ['start', 'route:switch', 'x:probe', 'y:probe', 'rest:probe'],
      ['start>route', 'route:x>x', 'route:y>y', 'route:default>rest'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('route', 'y'))).toEqual(['skip x,rest (dead_path)', 'schedule y/1 dispatch'])
  })
})

describe('nodes that are passed over', () => {
  test('a disabled node takes its first port with {} and is named, without being scheduled', () => {
    const plan = planOf(
      ['start', ['check:if-else', {}, { disabled: true }], 'yes:probe', 'no:probe'],
      ['start>check', 'check:true>yes', 'check:false>no'],
    )
    const run = simulateRun(plan)
    run.start()
    expect(brief(run.complete('start'))).toEqual([
      'skip check (disabled)',
      'skip no (dead_path)',
      'schedule yes/1 dispatch',
    ])
    expect(run.machine.outputs.outputOf('check')).toEqual({ nodeId: 'check', port: 'true', output: makeValueRef({}) })
  })

  test('several disabled nodes in a row are one event', () => {
    const plan = planOf(
      ['start', ['a:set', {}, { disabled: true }], ['b:set', {}, { disabled: true }], 'c:set'],
      ['start>a', 'a>b', 'b>c'],
    )
    const run = simulateRun(plan)
    run.start()
    expect(brief(run.complete('start'))).toEqual(['skip a,b (disabled)', 'schedule c/1 inline'])
  })

  test('a disabled trigger lets the run go on', () => {
    const run = simulateRun(planOf([['start', {}, { disabled: true }], 'end'], ['start>end']))
    expect(brief(run.start())).toEqual(['skip start (disabled)', 'schedule end/1 inline'])
  })

  test('a node whose skipIf held takes its first port with {}', () => {
    const plan = planOf(
      ['start', 'check:if-else', 'yes:probe', 'no:probe'],
      ['start>check', 'check:true>yes', 'check:false>no'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.skip('check'))).toEqual(['skip check (skip_if)', 'skip no (dead_path)', 'schedule yes/1 dispatch'])
  })
})
