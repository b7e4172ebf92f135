import { type ChildWait, type Decision, makeValueRef } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import type { MachineSnapshot } from './machine-types.ts'
import type { Plan } from './plan.ts'
import { createPlanIndex } from './plan-index.ts'
import { brief } from './testing/decisions.ts'
import { type NodeText, planOf } from './testing/plan-of.ts'
import { approvalOf, iterationsOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

/** Starts a run of the first plan, which can move to the others. */
function runOf(...plans: readonly [Plan, ...Plan[]]): SimulatedRun {
  const indexes = new Map(plans.map((plan) => [plan.planHash, createPlanIndex(plan)]))
  const run = simulateRun(
    plans[0],
    createMachine(plans[0], undefined, undefined, (planHash) => indexes.get(planHash)),
  )
  run.start()
  run.complete('start')
  return run
}

function move(run: SimulatedRun, { planHash }: Plan, version = '2', from = '1', requestId = `to-${version}`) {
  const actor = { userId: 'ann', displayName: 'Ann' }
  return brief(run.apply({ type: 'migrate_requested', data: { requestId, actor, from, version, planHash } }))
}

const looping = (children: readonly NodeText[], edges: readonly string[], name: string): Plan => {
  const plan = planOf(['start', 'each:probe', 'end'], ['start>each', 'each>end'])
  const inner = planOf(children, edges)
  const nodes = plan.nodes.map((node) =>
    node.id === 'each'
      ? { ...node, control: 'loop' as const, children: { nodes: inner.nodes, edges: inner.edges } }
      : node,
  )
  return { ...plan, nodes, planHash: name }
}
const V1 = planOf(['start', 'a:probe', 'b:probe', 'end'], ['start>a', 'a>b', 'b>end'])
/** With a node between the second one and the end. */
const V2 = planOf(['start', 'a:probe', 'b:probe', 'check:probe', 'end'], ['start>a', 'a>b', 'b>check', 'check>end'])

describe('a run that is asked to move', () => {
  test('starts nothing until its node in progress has ended, then moves and continues in the new version', () => {
    const run = runOf(V1, V2)
    expect(move(run, V2)).toEqual([])
    expect(run.machine.planHash).toBe(V1.planHash)
    expect(run.machine.status).toBe('running')
    expect(brief(run.complete('a'))).toEqual(['moved 1 to 2', 'schedule b/1 dispatch'])
    expect(run.machine.planHash).toBe(V2.planHash)
    expect(brief(run.complete('b'))).toEqual(['schedule check/1 dispatch'])
    run.complete('check')
    expect(brief(run.complete('end', 'end'))).toEqual(['completed completed by end'])
  })

  test('moves at once while it waits, and keeps the wait with its timer', () => {
    const approval = (text: string) =>
      planOf(['start', 'ask:approval', text, 'end'], ['start>ask', `ask:approve>${text.split(':')[0]}`])
    const [before, after] = [approval('pay:probe'), approval('bill:probe')]
    const run = runOf(before, after)
    run.suspend('ask', approvalOf({ dueAt: 9_000 }))
    expect(move(run, after)).toEqual(['moved 1 to 2'])
    expect(run.machine.status).toBe('waiting')
    run.vote('ask/1/0', 'approve')
    expect(brief(run.complete('ask', 'approve'))).toContain('schedule bill/1 dispatch')
  })

  test('moves while it is paused, and starts what was held when it is resumed', () => {
    const run = runOf(V1, V2)
    run.pause()
    expect(move(run, V2)).toEqual([])
    expect(brief(run.complete('a'))).toEqual(['moved 1 to 2'])
    expect(run.machine.status).toBe('paused')
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule b/1 dispatch'])
  })

  test('moves after its resumption if a node is in progress still', () => {
    const run = runOf(V1, V2)
    run.pause()
    move(run, V2)
    expect(brief(run.resume())).toEqual(['resumed by bob'])
    expect(brief(run.complete('a'))).toEqual(['moved 1 to 2', 'schedule b/1 dispatch'])
  })

  test('moves once for each request, back as well, and refuses one for a version that it has left', () => {
    const run = runOf(V1, V2)
    run.complete('a')
    run.suspend('b', approvalOf())
    expect(move(run, V2)).toEqual(['moved 1 to 2'])
    expect(move(run, V2)).toEqual([])
    expect(move(run, V1, '3', '1')).toEqual(['not moved to 3 (superseded: )'])
    expect(move(run, V1, '1', '2')).toEqual(['moved 2 to 1'])
  })

  test('refuses another request while one waits', () => {
    const run = runOf(V1, V2)
    move(run, V2)
    expect(move(run, V1, '3')).toEqual(['not moved to 3 (superseded: )'])
    expect(brief(run.complete('a'))).toEqual(['moved 1 to 2', 'schedule b/1 dispatch'])
  })

  test('remains on its version when the request is withdrawn, and starts what it has held', () => {
    const run = runOf(V1, V2)
    const withdraw = (requestId: string) =>
      brief(run.apply({ type: 'migration_withdrawn', data: { requestId, actor: null } }))
    expect(withdraw('to-2')).toEqual([])
    move(run, V2)
    expect(withdraw('other')).toEqual([])
    expect(withdraw('to-2')).toEqual(['not moved to 2 (withdrawn: )'])
    expect(withdraw('to-2')).toEqual([])
    expect(brief(run.complete('a'))).toEqual(['schedule b/1 dispatch'])
    expect(run.machine.planHash).toBe(V1.planHash)
    expect(move(run, V2, '2', '1', 'again')).toEqual([])
    expect(brief(run.complete('b'))).toEqual(['moved 1 to 2', 'schedule check/1 dispatch'])
    expect(withdraw('again')).toEqual([])
  })

  test('starts what was held when the request is withdrawn, but for a paused run', () => {
    const plan = planOf(
      ['start', 'a:probe', 'x:probe', 'b:probe', 'end'],
      ['start>a', 'start>x', 'a>b', 'b>end', 'x>end'],
    )
    const withdrawn = { type: 'migration_withdrawn', data: { requestId: 'to-2', actor: null } } as const
    const run = runOf(plan, V2)
    move(run, V2)
    expect(brief(run.complete('a'))).toEqual([])
    expect(brief(run.apply(withdrawn))).toEqual(['not moved to 2 (withdrawn: )', 'schedule b/1 dispatch'])
    const paused = runOf(plan, V2)
    move(paused, V2)
    paused.complete('a')
    paused.pause()
    expect(brief(paused.apply(withdrawn))).toEqual(['not moved to 2 (withdrawn: )'])
    expect(brief(paused.resume())).toEqual(['resumed by bob', 'schedule b/1 dispatch'])
  })

  test('does not move before its start, during its end and after it', () => {
    const queued = simulateRun(
      V1,
      createMachine(V1, undefined, undefined, () => createPlanIndex(V2)),
    )
    expect(move(queued, V2)).toEqual([])
    expect(queued.machine.turn).toBe(0)
    const run = runOf(V1, V2)
    move(run, V2)
    expect(brief(run.cancel())).toEqual(['cancel a/1 (run_canceled)', 'not moved to 2 (ending: )'])
    expect(move(run, V2, '3')).toEqual([])
    expect(brief(run.cancelNode('a'))).toEqual(['canceled (user)'])
    expect(move(run, V2, '4')).toEqual([])
  })

  test('needs the plan of the version, also when it was restored while it was about to move', () => {
    const run = runOf(V1, V2)
    expect(() => move(run, { ...V2, planHash: 'unknown' })).toThrow('The plan of the version is not loaded')
    move(run, V2)
    const restored = createMachine(V1, run.machine.snapshot())
    const { planHash: _hash, ...end } = { planHash: '', pass: 1, attempt: 1, port: 'success', durationMs: 1 }
    const fact = {
      type: 'node_completed',
      nodeRunId: 'a',
      data: { ...end, output: { hash: '', size: 2 } },
      at: 1,
    } as const
    expect(() => restored.apply(fact)).toThrow('The plan of the version is not loaded')
  })

  test('is not started again by the plan with which it has begun', () => {
    const run = runOf(V1, V2)
    run.complete('a')
    run.suspend('b', approvalOf())
    move(run, V2)
    expect(run.apply({ ...(run.log[0] as Parameters<typeof run.apply>[0]) })).toEqual([])
  })
})

describe('a run whose nodes do not fit the version', () => {
  const blockers = (before: Plan, after: Plan, toSafePoint: (run: SimulatedRun) => unknown) => {
    const run = runOf(before, after)
    toSafePoint(run)
    return move(run, after)
  }
  const waiting = (run: SimulatedRun) => run.suspend('a', approvalOf())

  test('remains on its version, and continues with what was held', () => {
    const without = planOf(['start', 'b:probe', 'end'], ['start>b', 'b>end'])
    const run = runOf(V1, without)
    move(run, without)
    expect(run.machine.migrationBlockers(createPlanIndex(V2))).toEqual([])
    expect(run.machine.migrationBlockers(createPlanIndex(without))).toEqual([{ nodeId: 'a', reason: 'node_removed' }])
    expect(brief(run.complete('a'))).toEqual(['not moved to 2 (incompatible: a node_removed)', 'schedule b/1 dispatch'])
    expect(run.machine.planHash).toBe(V1.planHash)
  })

  test('names a node of another type, and one in another loop', () => {
    const other = planOf(['start', 'a:set', 'b:probe', 'end'], ['start>a', 'a>b', 'b>end'])
    expect(blockers(V1, other, waiting)).toEqual(['not moved to 2 (incompatible: a type_changed)'])
    const newer: Plan = { ...V1, planHash: 'newer', nodes: V1.nodes.map((node) => ({ ...node, typeVersion: 2 })) }
    expect(blockers(V1, newer, waiting)).toEqual(['not moved to 2 (incompatible: a type_changed)'])
    const [start, a, b] = V1.nodes
    const nested = { ...V1, planHash: 'nested', nodes: [start, { ...b, children: { nodes: [a], edges: [] } }] } as Plan
    expect(blockers(V1, nested, waiting)).toEqual(['not moved to 2 (incompatible: a node_removed)'])
  })

  test('names an open node with other inputs or params, which an ended one may have', () => {
    const before = planOf(['start', 'x:probe', 'a:probe'], ['start>x', 'x>a'])
    const after = planOf(['start', 'x:probe', 'y:probe', 'a:probe'], ['start>x', 'x>y', 'y>a'])
    const toA = (run: SimulatedRun) => {
      run.complete('x')
      return run.suspend('a', approvalOf())
    }
    expect(blockers(before, after, toA)).toEqual(['not moved to 2 (incompatible: a inputs_changed)'])
    const edited = planOf(['start', ['x:probe', {}, { params: { edited: 1 } }], 'a:probe'], ['start>x', 'x>a'])
    expect(blockers(before, edited, toA)).toEqual(['moved 1 to 2'])
    const waitsElse = planOf(['start', 'x:probe', ['a:probe', {}, { params: { edited: 1 } }]], ['start>x', 'x>a'])
    expect(blockers(before, waitsElse, toA)).toEqual(['not moved to 2 (incompatible: a params_changed)'])
  })

  test('names a node that has ended by a port that is missing', () => {
    const routed: NodeText = ['a:probe', { onError: 'route' }]
    const before = planOf(['start', routed, 'b:probe', 'w:probe'], ['start>a', 'a:error>b', 'start>w'])
    const after = planOf(['start', routed, 'b:probe', 'w:probe'], ['start>a', 'a>b', 'start>w'])
    const failed = (run: SimulatedRun) => {
      run.suspend('w', approvalOf())
      run.fail('a')
      return run.suspend('b', approvalOf())
    }
    expect(blockers(before, after, failed)).toEqual([
      'not moved to 2 (incompatible: a error_branch_removed,b inputs_changed)',
    ])
    const cases = (id: string) =>
      planOf(['start', ['s:switch', {}, { params: { cases: [{ id }] } }], 'w:probe'], ['start>s', `s:${id}>w`])
    const chosen = (run: SimulatedRun) => {
      run.complete('s', 'x')
      return run.suspend('w', approvalOf())
    }
    expect(blockers(cases('x'), cases('y'), chosen)).toEqual([
      'not moved to 2 (incompatible: s port_removed,w inputs_changed)',
    ])
  })

  test('moves to a version that has the error branch by which a node has ended', () => {
    const routed: NodeText = ['a:probe', { onError: 'route' }]
    const nodes: readonly NodeText[] = ['start', routed, 'b:probe', 'w:probe', 'end']
    const edges = ['start>a', 'a:error>b', 'start>w']
    const [before, after] = [planOf(nodes, edges), planOf(nodes, [...edges, 'b>end'])]
    const run = runOf(before, after)
    run.suspend('w', approvalOf())
    run.fail('a')
    run.suspend('b', approvalOf())
    expect(move(run, after)).toEqual(['moved 1 to 2'])
  })

  test('names what nothing undoes any more', () => {
    const undoing = (compensation: boolean): Plan => {
      const plan = planOf(['start', 'a:probe', 'w:probe', 'undo:probe'], ['start>a', 'a>w'])
      const undo = plan.nodes.findIndex(({ id }) => id === 'undo')
      const nodes = plan.nodes.map((node) => (node.id === 'a' && compensation ? { ...node, compensation: undo } : node))
      return { ...plan, nodes, planHash: `undo-${compensation}` }
    }
    const done = (run: SimulatedRun) => {
      run.complete('a')
      return run.suspend('w', approvalOf())
    }
    expect(blockers(undoing(true), undoing(false), done)).toEqual(['not moved to 2 (incompatible: a undo_removed)'])
    expect(blockers(undoing(true), { ...undoing(true), planHash: 'other' }, done)).toEqual(['moved 1 to 2'])
  })
})

describe('a run that ends while it is asked to move', () => {
  const undoing = (planHash: string): Plan => {
    const plan = planOf(['start', 'a:probe', 'b:probe', 'undo:probe', 'end'], ['start>a', 'a>b', 'b>end'])
    const compensation = plan.nodes.findIndex(({ id }) => id === 'undo')
    return { ...plan, planHash, nodes: plan.nodes.map((node) => (node.id === 'a' ? { ...node, compensation } : node)) }
  }
  const asked = () => {
    const after = undoing('after')
    const run = runOf(undoing('before'), after)
    run.complete('a')
    move(run, after)
    return run
  }

  test('undoes what it has done, in its version', () => {
    const failed = asked()
    expect(brief(failed.fail('b'))).toEqual([
      'not moved to 2 (ending: )',
      'undo 1 (failed)',
      'schedule undo/1 dispatch',
    ])
    failed.complete('undo')
    expect(failed.machine.status).toBe('failed')
    const canceled = asked()
    canceled.cancel()
    expect(brief(canceled.cancelNode('b'))).toEqual(['undo 1 (canceled)', 'schedule undo/1 dispatch'])
  })
})

describe('what was held before the move', () => {
  test('is another call of a node that was parked, if its params have changed', () => {
    const parking = (params: Readonly<Record<string, number>> = {}) =>
      planOf(
        ['start', ['a:probe', { onError: 'park' }, { params }], 'w:probe', 'end'],
        ['start>a', 'a>end', 'start>w', 'w>end'],
      )
    const [before, after] = [parking(), parking({ fixed: 1 })]
    const started = () => {
      const run = runOf(before, after)
      run.suspend('a', approvalOf())
      run.vote('a/1/0', 'approve')
      run.fail('a')
      return run
    }
    const resumeOf = (decisions: readonly Decision[]) =>
      decisions.flatMap((each) => (each.type === 'node_scheduled' ? [each.data.resume] : []))
    const paused = started()
    paused.suspend('w', approvalOf())
    paused.pause()
    paused.resolve('a/2/0', { kind: 'retry' })
    move(paused, after)
    expect(paused.machine.openNodeRun('a')).toMatchObject({ resume: null, revision: after.planHash })
    expect(resumeOf(paused.resume())).toEqual([null])
    const asked = started()
    move(asked, after)
    asked.resolve('a/2/0', { kind: 'retry' })
    expect(resumeOf(asked.suspend('w', approvalOf()))).toEqual([null])
    const given = started()
    move(given, after)
    given.resolve('a/2/0', { kind: 'retry_with_params', params: makeValueRef({ old: 1 }) })
    expect(brief(given.complete('w'))).toEqual([
      'wait end 1/2',
      'not moved to 2 (incompatible: a params_changed)',
      'schedule a/3 dispatch',
    ])
  })

  test('reads what the new version gives it', () => {
    const reading = (edges: readonly string[], params: Readonly<Record<string, number>> = {}) =>
      planOf(
        ['start', 'c:probe', 'b:probe', ['a:probe', { onError: 'park' }, { params }], 'n:probe', 'w:probe', 'end'],
        ['start>c', 'start>b', 'start>w', 'b>a', 'a>end', 'b>n', 'n>end', ...edges],
      )
    const [before, after] = [reading([]), reading(['c>n', 'c>a'], { fixed: 1 })]
    const parkedAfter = reading(['c>n'], { fixed: 1 })
    const held = runOf(before, { ...parkedAfter, planHash: 'held' }, after)
    held.suspend('w', approvalOf())
    held.pause()
    held.complete('b')
    held.complete('c', 'success', { x: 1 })
    move(held, after)
    held.resume()
    expect(held.machine.outputs.inputView('n').outputOf('c')).not.toBeNull()
    const chained = planOf(
      [
        'start',
        'c:probe',
        'b:probe',
        ['a:probe', { onError: 'park' }, { params: { fixed: 1 } }],
        'n:probe',
        'w:probe',
        'end',
      ],
      ['start>c', 'c>b', 'start>w', 'b>a', 'a>end', 'b>n', 'n>end'],
    )
    const parked = runOf(before, chained)
    parked.suspend('w', approvalOf())
    parked.complete('b')
    parked.complete('n')
    parked.fail('a')
    parked.complete('c', 'success', { x: 1 })
    expect(move(parked, chained)).toContain('moved 1 to 2')
    expect(parked.machine.outputs.inputView('a').outputOf('c')).not.toBeNull()
  })

  test('has lost if its join has fired, and does not start', () => {
    const racing = (
      more: readonly NodeText[],
      edges: readonly string[],
      meet: NodeText = ['meet:join', { join: 'any' }],
    ) =>
      planOf(
        ['start', 'a:probe', 'b0:probe', 'b:probe', ...more, meet, 'w:probe', 'end'],
        ['start>a', 'start>b0', 'b0>b', 'a>meet', 'b>meet', 'meet>end', 'start>w', ...edges],
      )
    const before = racing([], [])
    const started = (to: Plan) => {
      const run = runOf(before, to)
      run.suspend('w', approvalOf())
      run.pause()
      run.complete('b0')
      run.complete('a')
      return run
    }
    const same = { ...before, planHash: 'same' }
    const run = started(same)
    expect(move(run, same)).toEqual(['moved 1 to 2'])
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule meet/1 inline'])
    const more = racing(['x:probe'], ['start>x', 'x>meet'])
    const added = started(more)
    expect(move(added, more)).toEqual(['moved 1 to 2', 'skip x (loser)'])
    expect(brief(added.resume())).toEqual(['resumed by bob', 'schedule meet/1 inline'])
    const late = racing([], ['w>meet'])
    const open = started(late)
    expect(move(open, late)).toEqual(['moved 1 to 2'])
    expect(open.machine.openNodeRun('w')).toMatchObject({ canceling: false })
  })
})

describe('a parked node', () => {
  const parking = (text: string, params: Readonly<Record<string, number>> = {}, edges: readonly string[] = []) =>
    planOf(['start', [text, { onError: 'park' }, { params }], 'end'], ['start>a', 'a>end', ...edges])

  test('runs again with the params of the new version, and without what people gave for the others', () => {
    const [before, after] = [parking('a:probe'), parking('a:probe', { fixed: 1 })]
    const run = runOf(before, after)
    run.suspend('a', approvalOf())
    run.vote('a/1/0', 'approve')
    run.fail('a')
    expect(run.machine.openNodeRun('a')).toMatchObject({ resume: { kind: 'approval' }, revision: null })
    expect(move(run, after)).toEqual(['moved 1 to 2'])
    expect(run.machine.openNodeRun('a')).toMatchObject({ resume: null, params: null, revision: after.planHash })
    expect(brief(run.resolve('a/2/0', { kind: 'retry' }))).toEqual(['close a/2/0 (resolved)', 'schedule a/3 dispatch'])
    const restored = createMachine(after, JSON.parse(JSON.stringify(run.machine.snapshot())) as MachineSnapshot)
    expect(restored.openNodeRun('a')?.revision).toBe(after.planHash)
  })

  test('keeps what people gave if its params are the same', () => {
    const before = parking('a:probe')
    const after: Plan = { ...before, planHash: 'same-params' }
    const run = runOf(before, after)
    run.suspend('a', approvalOf())
    run.vote('a/1/0', 'approve')
    run.fail('a')
    move(run, after)
    expect(run.machine.openNodeRun('a')).toMatchObject({ resume: { kind: 'approval' }, revision: null })
  })

  test('keeps its error branch', () => {
    const before = parking('a:probe', {}, ['a:error>end'])
    const run = runOf(before, parking('a:probe'))
    run.fail('a')
    expect(move(run, parking('a:probe'))).toEqual(['not moved to 2 (incompatible: a error_branch_removed)'])
  })
})

describe('the nodes that have not begun', () => {
  const JOINED = ['start>a', 'start>b', 'a>meet', 'b>meet', 'meet>end']
  const joined = (more: readonly NodeText[], edges: readonly string[]) =>
    planOf(['start', 'a:probe', 'b:probe', ...more, 'meet:join', 'end'], edges)

  test('start in a branch that is new, before a join that has not fired', () => {
    const before = joined([], JOINED)
    const after = joined(['x:probe'], ['start>a', 'start>b', 'a>x', 'x>meet', 'b>meet', 'meet>end'])
    const run = runOf(before, after)
    run.complete('a')
    run.suspend('b', approvalOf())
    expect(move(run, after)).toEqual(['moved 1 to 2', 'schedule x/1 dispatch'])
    run.vote('b/1/0', 'approve')
    run.complete('b')
    expect(brief(run.complete('x'))).toEqual(['fire meet 2/2', 'schedule meet/1 inline'])
  })

  test('do not start if the run is past them, and do not hold up what follows', () => {
    const before = joined([], JOINED)
    const after = joined(['x:probe'], ['start>x', 'x>b', 'start>a', 'start>b', 'a>meet', 'b>meet', 'meet>end'])
    const run = runOf(before, after)
    run.complete('b')
    run.suspend('a', approvalOf())
    expect(move(run, after)).toEqual(['moved 1 to 2', 'skip x (dead_path)'])
    run.vote('a/1/0', 'approve')
    expect(brief(run.complete('a'))).toEqual(['fire meet 2/2', 'schedule meet/1 inline'])
  })

  test('start if they were dead, and the new version leads to them', () => {
    const branch = (edge: string) =>
      planOf(['start', 'if:if-else', 'w:probe', 'no:probe', 'gone:probe'], ['start>if', 'if:true>w', edge, 'no>gone'])
    const [before, after] = [branch('if:false>no'), branch('if:true>no')]
    const run = runOf(before, after)
    run.complete('if', 'true')
    run.suspend('w', approvalOf())
    expect(move(run, after)).toEqual(['moved 1 to 2', 'schedule no/1 dispatch'])
    expect(move(run, before, '1', '2')).toEqual([])
    run.suspend('no', approvalOf())
    expect(run.machine.planHash).toBe(after.planHash)
    expect(brief(run.log.flatMap((event) => (event.type === 'migration_refused' ? [event] : [])))).toEqual([
      'not moved to 1 (incompatible: no inputs_changed)',
    ])
  })

  test('count a handled failure as not clean, and fail a join that can no longer be satisfied', () => {
    const first = (edges: readonly string[]) =>
      planOf(
        ['start', ['a:probe', { onError: 'continue' }], 'b:probe', 'w:probe', ['meet:join', { join: 'first-success' }]],
        ['start>a', 'start>b', 'start>w', 'a>meet', ...edges],
      )
    const [before, after] = [first(['b>meet']), first([])]
    const run = runOf(before, after)
    run.suspend('w', approvalOf())
    run.fail('a')
    run.suspend('b', approvalOf())
    expect(move(run, after)).toEqual([
      'moved 1 to 2',
      'unsatisfied meet 0/1',
      'close b/1/0 (canceled)',
      'close w/1/0 (canceled)',
      'error JOIN_UNSATISFIED in meet',
    ])
  })

  test('are skipped again if they are disabled, and stay skipped if they were', () => {
    const chain = (isDisabled: boolean) =>
      planOf(
        ['start', 'a:probe', ['b:probe', {}, { disabled: isDisabled }], 'w:probe', 'end'],
        [...['start>a', 'a>b', 'b>end', 'start>w']],
      )
    const run = runOf(chain(false), chain(true))
    run.suspend('w', approvalOf())
    move(run, chain(true))
    expect(brief(run.complete('a'))).toEqual(['moved 1 to 2', 'skip b (disabled)', 'schedule end/1 inline'])
    const held = runOf(chain(false), chain(true))
    held.suspend('w', approvalOf())
    held.pause()
    held.complete('a')
    expect(move(held, chain(true))).toEqual(['moved 1 to 2', 'skip b (disabled)'])
  })

  test('keep an end that was reached as that of the run', () => {
    const ends = (more: readonly NodeText[]) => planOf(['start', ...more, 'w:probe', 'z:end'], ['start>w', 'start>z'])
    const [before, after] = [ends([]), ends(['x:probe'])]
    const run = runOf(before, after)
    run.complete('z', 'end', {}, 'early')
    run.suspend('w', approvalOf())
    expect(move(run, after)).toEqual(['moved 1 to 2', 'skip x (dead_path)'])
    run.vote('w/1/0', 'approve')
    expect(brief(run.complete('w'))).toEqual(['completed early by z'])
  })
})

describe('the iterations of a loop', () => {
  const before = looping(['a:probe', 'b:probe'], ['a>b'], 'before')

  test('that are open get the nodes of the new version, and so do those that follow', () => {
    const after = looping(['a:probe', 'b:probe', 'c:probe', 'd:probe'], ['a>b', 'b>c'], 'after')
    const run = runOf(before, after)
    run.suspend('each', iterationsOf([1, 2]))
    expect(move(run, after)).toEqual([])
    expect(brief(run.complete('a#0'))).toEqual(['moved 1 to 2', 'schedule b#0/1 dispatch', 'schedule d#0/1 dispatch'])
    run.complete('b#0')
    run.complete('c#0')
    expect(brief(run.complete('d#0'))).toEqual([
      'end each[0] (completed)',
      'begin each[1]',
      'schedule a#1/1 dispatch',
      'schedule d#1/1 dispatch',
    ])
  })

  test('end if the nodes that were to come are gone', () => {
    const after = looping(['a:probe'], [], 'after')
    const run = runOf(before, after)
    run.suspend('each', iterationsOf([1]))
    move(run, after)
    expect(brief(run.complete('a#0'))).toEqual([
      'moved 1 to 2',
      'end each[0] (completed)',
      'close each/1/0 (resolved)',
      'schedule each/2 dispatch',
    ])
  })

  test('begin while the run is about to move, and start in the new version', () => {
    const after = looping(['a:probe', 'c:probe'], ['a>c'], 'after')
    const run = runOf(before, after)
    run.suspend('each', iterationsOf([1, 2], { concurrency: 2, onFailure: 'collect' }))
    move(run, after)
    expect(brief(run.fail('a#0'))).toEqual(['end each[0] (failed)'])
    expect(brief(run.complete('a#1'))).toEqual(['moved 1 to 2', 'schedule c#1/1 dispatch'])
  })

  test('keep the run on its version if the loop is missing', () => {
    const without = planOf(['start', 'end'], ['start>end'])
    const run = runOf(before, without)
    run.suspend('each', iterationsOf([1]))
    run.suspend('a#0', approvalOf())
    expect(move(run, without)).toEqual(['not moved to 2 (incompatible: each node_removed)'])
  })
})

describe('what is about to end', () => {
  const childOf = (nodeRunId: string): ChildWait => {
    const version = { workflowId: 'w', version: '3', planHash: 'p', trigger: 'start', timeoutMs: null }
    const child = { childRunId: `child-of-${nodeRunId}`, input: makeValueRef({}), isAwaited: true, dueAt: null }
    return { kind: 'child', ...version, ...child }
  }

  test('does not keep the run from moving: a loser whose child has not ended yet', () => {
    const race = (params: Readonly<Record<string, number>>) =>
      planOf(
        ['start', ['call:probe', {}, { params }], 'quick:probe', ['first:join', { join: 'any' }], 'w:probe'],
        ['start>call', 'start>quick', 'call>first', 'quick>first', 'first>w'],
      )
    const [before, after] = [race({}), race({ edited: 1 })]
    const run = runOf(before, after)
    run.suspend('call', childOf('call'))
    run.complete('quick')
    run.complete('first')
    run.suspend('w', approvalOf())
    expect(move(run, after)).toEqual(['moved 1 to 2'])
    const end = {
      status: 'canceled',
      outcome: null,
      output: null,
      error: { code: 'RUN_CANCELED', message: 'x' },
    } as const
    const data = { waitId: 'call/1/0', childRunId: 'child-of-call', ...end }
    expect(brief(run.apply({ type: 'child_finished', data }))).toEqual(['close call/1/0 (canceled)'])
  })

  test('gets no nodes of the new version: an iteration that has failed', () => {
    const [before, after] = [
      looping(['a:probe', 'b:probe'], [], 'before'),
      looping(['a:probe', 'b:probe', 'c:probe'], [], 'after'),
    ]
    const run = runOf(before, after)
    run.suspend('each', iterationsOf([1], { onFailure: 'collect' }))
    run.suspend('b#0', childOf('b#0'))
    run.fail('a#0')
    expect(move(run, after)).toEqual(['moved 1 to 2'])
    const end = {
      status: 'canceled',
      outcome: null,
      output: null,
      error: { code: 'RUN_CANCELED', message: 'x' },
    } as const
    const data = { waitId: 'b#0/1/0', childRunId: 'child-of-b#0', ...end }
    expect(brief(run.apply({ type: 'child_finished', data }))).toEqual([
      'close b#0/1/0 (canceled)',
      'end each[0] (failed)',
      'close each/1/0 (resolved)',
      'schedule each/2 dispatch',
    ])
  })

  test('is kept for what undoes it: an iteration that has ended', () => {
    const undoing = (name: string) => {
      const plan = looping(['a:probe', 'undo:probe'], [], name)
      const nodes = plan.nodes.map((node) => {
        if (node.children === undefined) return node
        const children = node.children.nodes.map((child) => (child.id === 'a' ? { ...child, compensation: 1 } : child))
        return { ...node, children: { ...node.children, nodes: children } }
      })
      return { ...plan, nodes }
    }
    const after = undoing('after')
    const run = runOf(undoing('before'), after)
    run.suspend('each', iterationsOf([1]))
    run.complete('a#0')
    run.suspend('each', approvalOf())
    expect(move(run, after)).toEqual(['moved 1 to 2'])
    expect(brief(run.cancel())).toEqual([
      'close each/2/0 (canceled)',
      'undo 1 (canceled)',
      'schedule undo#0/1 dispatch',
    ])
  })
})

describe('the outcomes of an earlier run', () => {
  const chain = (params: Readonly<Record<string, number>>) =>
    planOf(['start', 'w:probe', ['a:probe', {}, { params }], 'b:probe', 'c:probe'], ['start>w', 'w>a', 'a>b', 'b>c'])

  test('are reused in the new version by nodes that have not changed', () => {
    const [before, after] = [chain({}), chain({ edited: 1 })]
    const without = planOf(['start', 'w:probe', 'b:probe'], ['start>w', 'w>b'])
    const indexes = new Map([before, after, without].map((plan) => [plan.planHash, createPlanIndex(plan)]))
    const started = (to: Plan) => {
      const run = simulateRun(
        before,
        createMachine(before, undefined, undefined, (hash) => indexes.get(hash)),
      )
      run.start()
      const outcomes = ['a', 'b'].map((nodeId) => {
        return { nodeId, how: 'completed', port: 'success', output: makeValueRef({ [nodeId]: 1 }) } as const
      })
      run.apply({ type: 'outcomes_reused', data: { runId: 'earlier', outcomes } })
      run.complete('start')
      run.suspend('w', approvalOf())
      expect(move(run, to)).toEqual(['moved 1 to 2'])
      run.vote('w/1/0', 'approve')
      return run
    }
    const edited = started(after)
    expect(brief(edited.complete('w'))).toEqual(['schedule a/1 dispatch'])
    expect(brief(edited.complete('a'))).toEqual(['reuse b completed success', 'schedule c/1 dispatch'])
    expect(brief(started(without).complete('w'))).toEqual(['reuse b completed success', 'completed completed by null'])
  })
})
