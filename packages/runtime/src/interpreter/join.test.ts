import { describe, expect, test } from 'vitest'
import { isRacing, judgeJoin } from './join.ts'
import { brief } from './testing/decisions.ts'
import { type NodeText, planOf } from './testing/plan-of.ts'
import { approvalOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

describe('judgeJoin', () => {
  const at = (pending: number, live: number, clean = live) => ({ pending, live, clean })

  test('"all" waits for every edge that may become live', () => {
    expect(judgeJoin('all', at(2, 0))).toEqual({ kind: 'wait', arrived: 0, need: 2 })
    expect(judgeJoin('all', at(1, 1))).toEqual({ kind: 'wait', arrived: 1, need: 2 })
    expect(judgeJoin('all', at(0, 1))).toEqual({ kind: 'fire', arrived: 1, need: 1 })
    expect(judgeJoin('all', at(0, 3))).toEqual({ kind: 'fire', arrived: 3, need: 3 })
    expect(judgeJoin('all', at(0, 0))).toEqual({ kind: 'dead', arrived: 0, need: 0 })
  })

  test('"any" fires with the first arrival', () => {
    expect(judgeJoin('any', at(2, 0)).kind).toBe('wait')
    expect(judgeJoin('any', at(2, 1, 0))).toEqual({ kind: 'fire', arrived: 1, need: 1 })
    expect(judgeJoin('any', at(0, 0)).kind).toBe('dead')
  })

  test('"first-success" fires with the first clean arrival and fails without one', () => {
    expect(judgeJoin('first-success', at(1, 1, 0))).toEqual({ kind: 'wait', arrived: 0, need: 1 })
    expect(judgeJoin('first-success', at(1, 2, 1))).toEqual({ kind: 'fire', arrived: 1, need: 1 })
    expect(judgeJoin('first-success', at(0, 2, 0))).toEqual({ kind: 'unsatisfied', arrived: 0, need: 1 })
    expect(judgeJoin('first-success', at(0, 0)).kind).toBe('dead')
  })

  test('count fires with the nth arrival and fails only when every edge is finished', () => {
    expect(judgeJoin({ count: 2 }, at(1, 1))).toEqual({ kind: 'wait', arrived: 1, need: 2 })
    expect(judgeJoin({ count: 2 }, at(1, 2))).toEqual({ kind: 'fire', arrived: 2, need: 2 })
    expect(judgeJoin({ count: 3 }, at(1, 1)).kind).toBe('wait')
    expect(judgeJoin({ count: 3 }, at(0, 2))).toEqual({ kind: 'unsatisfied', arrived: 2, need: 3 })
    expect(judgeJoin({ count: 3 }, at(0, 0)).kind).toBe('dead')
  })
})

test('isRacing: every mode but "all" may fire early', () => {
  expect([isRacing('all'), isRacing('any'), isRacing('first-success'), isRacing({ count: 1 })]).toEqual([
    false,
    true,
    true,
    true,
  ])
})

function threeBranches(join: NodeText, extraNodes: NodeText[] = [], extraEdges: string[] = []): SimulatedRun {
  const run = simulateRun(
    planOf(
      [
        'start',
        ['a:probe', { onError: 'route' }],
        'b:probe',
        ['c:probe', { onError: 'continue' }],
        join,
        ...extraNodes,
      ],
      ['start>a', 'start>b', 'start>c', 'a>meet', 'a:error>meet', 'b>meet', 'c>meet', ...extraEdges],
    ),
  )
  run.start()
  run.complete('start')
  return run
}

describe('joins in a run', () => {
  test('"all" says how many have arrived and fires with the last', () => {
    const run = threeBranches('meet:join')
    expect(brief(run.complete('a'))).toEqual(['wait meet 1/3'])
    expect(brief(run.complete('c'))).toEqual(['wait meet 2/3'])
    expect(brief(run.complete('b'))).toEqual(['fire meet 3/3', 'schedule meet/1 inline'])
  })

  test('any node with several edges is a join', () => {
    const run = threeBranches('meet:set')
    run.complete('a')
    run.complete('b')
    expect(brief(run.complete('c'))).toEqual(['fire meet 3/3', 'schedule meet/1 inline'])
  })

  test('a join node with one edge fires, too; another node with one edge just starts', () => {
    const run = simulateRun(planOf(['start', 'meet:join', 'end'], ['start>meet', 'meet>end']))
    run.start()
    expect(brief(run.complete('start'))).toEqual(['fire meet 1/1', 'schedule meet/1 inline'])
    expect(brief(run.complete('meet'))).toEqual(['schedule end/1 inline'])
  })

  test('a branch that dies is no longer waited for', () => {
    const plan = planOf(
      ['start', 'check:if-else', 'slow:probe', 'meet:join'],
      ['start>check', 'start>slow', 'check:true>meet', 'slow>meet'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('check', 'false'))).toEqual([])
    expect(brief(run.complete('slow'))).toEqual(['fire meet 1/1', 'schedule meet/1 inline'])
  })

  test('a join that nothing arrives at is dead, with what follows it', () => {
    const plan = planOf(
      ['start', 'check:if-else', ['meet:join', { join: { count: 2 } }], 'after:set'],
      ['start>check', 'check:true>meet', 'meet>after'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('check', 'false'))).toEqual([
      'skip meet,after (dead_path)',
      'completed completed by null',
    ])
  })

  test('"any" cancels the open branches that lead nowhere else; late outcomes change nothing', () => {
    const run = threeBranches(['meet:join', { join: 'any' }], ['after:probe'], ['meet>after'])
    expect(brief(run.complete('b'))).toEqual([
      'fire meet 1/1 over a,c',
      'cancel a/1 (loser)',
      'cancel c/1 (loser)',
      'schedule meet/1 inline',
    ])
    expect(brief(run.complete('meet'))).toEqual(['schedule after/1 dispatch'])
    expect(brief(run.complete('a', 'success', { late: true }))).toEqual([])
    expect(run.machine.outputs.outputOf('a')).toBeNull()
    expect(brief(run.complete('after'))).toEqual([])
    expect(brief(run.cancelNode('c'))).toEqual(['completed completed by null'])
  })

  test('a loser that fails does not fail the run', () => {
    const run = threeBranches(['meet:join', { join: 'any' }])
    run.complete('a')
    run.complete('meet')
    expect(brief(run.fail('b'))).toEqual([])
    expect(brief(run.cancelNode('c', 'abandoned'))).toEqual(['completed completed by null'])
  })

  test('a loser whose skipIf holds late, or that suspends late, is ended', () => {
    const run = threeBranches(['meet:join', { join: 'any' }])
    run.complete('a')
    expect(brief(run.skip('b'))).toEqual([])
    expect(brief(run.suspend('c', approvalOf({ dueAt: 5 })))).toEqual(['close c/1/0 (canceled)'])
    expect(brief(run.complete('meet'))).toEqual(['completed completed by null'])
  })

  test('a loser that waits is ended at once, with its timer', () => {
    const plan = planOf(
      ['start', 'ask:approval', 'sleep:delay', 'quick:probe', ['meet:join', { join: 'any' }]],
      ['start>ask', 'start>sleep', 'start>quick', 'ask:approve>meet', 'sleep>meet', 'quick>meet'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf())
    run.suspend('sleep', { kind: 'time', dueAt: 5_000 })
    expect(brief(run.complete('quick'))).toEqual([
      'fire meet 1/1 over ask,sleep',
      'close ask/1/0 (canceled)',
      'close sleep/1/0 (canceled)',
      'clear sleep/1/0',
      'schedule meet/1 inline',
    ])
    expect(run.vote('ask/1/0', 'approve')).toEqual([])
    expect(run.fireTimer('sleep/1/0')).toEqual([])
    expect(brief(run.complete('meet'))).toEqual(['completed completed by null'])
  })

  test('a branch that leads elsewhere, too, goes on', () => {
    const run = threeBranches(['meet:join', { join: 'any' }], ['aside:probe'], ['b>aside'])
    expect(brief(run.complete('a'))).toEqual(['fire meet 1/1 over c', 'cancel c/1 (loser)', 'schedule meet/1 inline'])
    expect(brief(run.complete('b'))).toEqual(['schedule aside/1 dispatch'])
  })

  test('what has not begun on a losing branch never begins', () => {
    const plan = planOf(
      ['start', 'slow:probe', 'later:probe', 'quick:probe', ['meet:join', { join: 'any' }]],
      ['start>slow', 'slow>later', 'later>meet', 'start>quick', 'quick>meet'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('quick'))).toEqual([
      'fire meet 1/1 over slow',
      'cancel slow/1 (loser)',
      'skip later (loser)',
      'schedule meet/1 inline',
    ])
    expect(brief(run.complete('slow'))).toEqual([])
    expect(brief(run.complete('meet'))).toEqual(['completed completed by null'])
  })

  test('a node that would start in the turn in which it loses does not start', () => {
    const plan = planOf(
      ['start', 'split:fork', 'detour:probe', ['meet:join', { join: 'any' }]],
      ['start>split', 'split:a>detour', 'split:b>meet', 'detour>meet'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('split', '*'))).toEqual([
      'fire meet 1/1',
      'skip detour (loser)',
      'schedule meet/1 inline',
    ])
  })

  test('count fires with the nth arrival', () => {
    const run = threeBranches(['meet:join', { join: { count: 2 } }])
    expect(brief(run.complete('c'))).toEqual(['wait meet 1/2'])
    expect(brief(run.complete('a'))).toEqual(['fire meet 2/2 over b', 'cancel b/1 (loser)', 'schedule meet/1 inline'])
  })

  test('two edges from one node are two arrivals', () => {
    const plan = planOf(
      ['start', 'split:fork', 'slow:probe', ['meet:join', { join: { count: 2 } }]],
      ['start>split', 'start>slow', 'split:a>meet', 'split:b>meet', 'slow>meet'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('split', '*'))).toEqual([
      'fire meet 2/2 over slow',
      'cancel slow/1 (loser)',
      'schedule meet/1 inline',
    ])
  })

  test('"first-success" passes over what comes by an error port or by "continue"', () => {
    const run = threeBranches(['meet:join', { join: 'first-success' }])
    expect(brief(run.fail('a'))).toEqual(['handled a route error', 'wait meet 0/1'])
    expect(brief(run.fail('c'))).toEqual(['handled c continue success', 'wait meet 0/1'])
    expect(brief(run.complete('b'))).toEqual(['fire meet 1/1', 'schedule meet/1 inline'])
  })

  test('a node that is passed over arrives as a success', () => {
    const run = threeBranches(['meet:join', { join: 'first-success' }])
    expect(brief(run.skip('b'))).toEqual([
      'skip b (skip_if)',
      'fire meet 1/1 over a,c',
      'cancel a/1 (loser)',
      'cancel c/1 (loser)',
      'schedule meet/1 inline',
    ])
  })

  test('too few arrivals fail the join, and the run with it', () => {
    const run = threeBranches(['meet:join', { join: { count: 4 } }], ['aside:probe'], ['start>aside'])
    run.complete('a')
    run.complete('b')
    const decisions = run.complete('c')
    expect(brief(decisions)).toEqual(['unsatisfied meet 3/4', 'cancel aside/1 (run_failed)'])
    expect(decisions[0]).toMatchObject({
      data: { mode: { count: 4 }, error: { code: 'JOIN_UNSATISFIED', message: '3 of 4 branches arrived' } },
    })
    expect(brief(run.cancelNode('aside'))).toEqual(['error JOIN_UNSATISFIED in meet'])
  })

  test('a join that fails may be routed', () => {
    const run = threeBranches(
      ['meet:join', { join: { count: 4 }, onError: 'route' }],
      ['sorry:set'],
      ['meet:error>sorry'],
    )
    run.complete('a')
    run.complete('b')
    expect(brief(run.complete('c'))).toEqual([
      'unsatisfied meet 3/4',
      'handled meet route error',
      'schedule sorry/1 inline',
    ])
  })

  test('a join that fails may go on', () => {
    const carryOn = { onError: 'continue' } as const
    const meet = ['meet:join', { join: 'first-success', ...carryOn }] as const
    const run = simulateRun(
      planOf(
        ['start', ['a:probe', carryOn], 'b:if-else', ['c:probe', carryOn], meet, 'after:set'],
        ['start>a', 'start>b', 'start>c', 'a>meet', 'b:true>meet', 'c>meet', 'meet>after'],
      ),
    )
    run.start()
    run.complete('start')
    run.fail('a')
    run.complete('b', 'false')
    expect(brief(run.fail('c'))).toEqual([
      'handled c continue success',
      'unsatisfied meet 0/1',
      'handled meet continue success',
      'schedule after/1 inline',
    ])
  })

  test('a join that fails keeps what was ready in the same turn from starting', () => {
    const plan = planOf(
      ['start', 'split:fork', 'after:probe', ['meet:join', { join: { count: 2 } }], 'behind:probe'],
      ['start>split', 'split:a>after', 'split:b>meet', 'split:b>behind'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(brief(run.complete('split', '*'))).toEqual(['unsatisfied meet 1/2', 'error JOIN_UNSATISFIED in meet'])
  })

  test('a disabled join keeps its mode but never fails', () => {
    const race = threeBranches(['meet:join', { join: 'any' }, { disabled: true }], ['after:set'], ['meet>after'])
    expect(brief(race.complete('a'))).toEqual([
      'skip meet (disabled)',
      'fire meet 1/1 over b,c',
      'cancel b/1 (loser)',
      'cancel c/1 (loser)',
      'schedule after/1 inline',
    ])
    const few = threeBranches(['meet:join', { join: { count: 4 } }, { disabled: true }])
    few.complete('a')
    few.complete('b')
    expect(brief(few.complete('c'))).toEqual(['skip meet (disabled)', 'completed completed by null'])
  })

  test('an inner race ends before an outer one is decided', () => {
    const plan = planOf(
      ['start', 'a:probe', 'b:probe', ['inner:join', { join: 'any' }], 'c:probe', ['outer:join', { join: 'any' }]],
      ['start>a', 'start>b', 'a>inner', 'b>inner', 'inner>outer', 'start>c', 'c>outer'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.complete('a')
    expect(brief(run.complete('inner'))).toEqual([
      'fire outer 1/1 over c',
      'cancel c/1 (loser)',
      'schedule outer/1 inline',
    ])
    run.complete('outer')
    run.cancelNode('b')
    expect(brief(run.cancelNode('c'))).toEqual(['completed completed by null'])
  })
})
