import { makeValueRef } from '@tenon/core/run'
import type { Plan } from '../../src/interpreter/index.ts'
import { createMachine } from '../../src/interpreter/machine.ts'
import { createPlanIndex } from '../../src/interpreter/plan-index.ts'
import { planOf } from '../../src/interpreter/testing/plan-of.ts'
import { approvalOf, iterationsOf, simulateRun } from '../../src/interpreter/testing/simulated-run.ts'

import { type RecordedRun, record } from './record-run.ts'

/** A run that is paused twice: once with a race that drops what the pause holds, once until it is canceled. */
export function paused(): RecordedRun {
  const plan = planOf(
    ['start', 'a:probe', 'b:probe', 'late:probe', 'ask:approval', 'sleep:delay', ['meet:join', { join: 'any' }], 'end'],
    ['start>a', 'start>b', 'start>ask', 'start>sleep', 'b>late', 'a>meet', 'late>meet', 'ask:approve>meet', 'meet>end'],
  )
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf({ dueAt: 9_000 }))
    run.suspend('sleep', { kind: 'time', dueAt: 2_000 })
    run.pause('first')
    run.complete('b')
    run.vote('ask/1/0', 'approve')
    run.fireTimer('sleep/1/0')
    run.complete('a')
    run.resume('second')
    run.pause('third')
    run.complete('meet')
    run.cancel()
    run.cancelNode('sleep')
  })
}

/** A run with a parked node for each resolution, in a loop and outside of it; the last one fails the run. */
export function parked(): RecordedRun {
  const park = { onError: 'park' } as const
  const plan = planOf(
    [
      'start',
      ['again:probe', park],
      ['given:probe', park],
      ['made:probe', park],
      ['passed:probe', park],
      ['routed:probe', park],
      'sorry:probe',
      'each:loop',
      ['inner:probe', park, { parentId: 'each' }],
      ['few:join', { join: { count: 2 }, onError: 'park' }],
      'lost:if-else',
      'end',
    ],
    [
      ...['start>again', 'again>given', 'given>made', 'made>passed', 'passed>routed', 'routed:error>sorry'],
      ...['sorry>each', 'each>lost', 'lost:true>few', 'lost:false>end', 'each>few', 'few>end'],
    ],
  )
  const output = makeValueRef({ supplied: true })
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.fail('again')
    run.resolve('again/1/0', { kind: 'retry' })
    run.complete('again')
    run.fail('given')
    run.pause('first')
    run.resolve('given/1/0', { kind: 'retry_with_params', params: makeValueRef({ url: 'x' }) })
    run.resume('second')
    run.complete('given')
    run.fail('made')
    run.resolve('made/1/0', { kind: 'complete', port: 'success', output })
    run.fail('passed')
    run.resolve('passed/1/0', { kind: 'skip' })
    run.fail('routed')
    run.resolve('routed/1/0', { kind: 'route' })
    run.complete('sorry')
    run.suspend('each', iterationsOf(['x', 'y'], { concurrency: 2, onFailure: 'collect' }))
    run.fail('inner#0')
    run.complete('inner#1')
    run.resolve('inner#0/1/0', { kind: 'fail' })
    run.complete('each')
    run.complete('lost', 'false')
    run.resolve('few/1/0', { kind: 'fail' })
  })
}

/** A run that undoes the nodes of a loop and one that completed late, with a step that is parked, and one that is skipped. */
export function compensated(): RecordedRun {
  const inside = { parentId: 'each' }
  const plan = planOf(
    [
      'start',
      'each:loop',
      ['book:probe', { compensation: 'cancel' }, inside],
      ['cancel:probe', {}, inside],
      ['charge:probe', { compensation: 'refund' }],
      'refund:probe',
      'mail:probe',
    ],
    ['start>each', 'each>charge', 'each>mail'],
  )
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.suspend('each', iterationsOf(['x', 'y'], { concurrency: 2 }))
    run.complete('book#1')
    run.complete('book#0')
    run.complete('each')
    run.fail('mail')
    run.complete('charge')
    run.fail('refund')
    run.resolve('refund/1/0', { kind: 'retry' })
    run.complete('refund')
    run.skip('cancel#0')
    run.complete('cancel#1')
  })
}

/** A rerun: outcomes of every kind before the node that runs again, and the loser of a race. */
export function repeated(): RecordedRun {
  const plan = planOf(
    [
      'start',
      'a:probe',
      ['odd:probe', { onError: 'route' }],
      'sorry:probe',
      'fork',
      'quick:probe',
      'slow:probe',
      ['first:join', { join: 'any' }],
      'again:probe',
      'end',
    ],
    [
      ...['start>a', 'a>odd', 'odd:error>sorry', 'sorry>fork', 'fork:a>quick', 'fork:b>slow'],
      ...['quick>first', 'slow>first', 'first>again', 'again>end'],
    ],
  )
  const of = (nodeId: string, how: 'completed' | 'skipped' | 'route' = 'completed', port = 'success') => {
    const { inline: _inline, ...output } = makeValueRef({ [nodeId]: 1 })
    return { nodeId, how, port, output }
  }
  const error = { code: 'NODE_FAILED', message: 'It failed' }
  return record(plan, (run) => {
    run.start()
    const outcomes = [
      ...[of('a'), { ...of('odd', 'route', 'error'), error }, of('sorry', 'skipped'), of('fork', 'completed', '*')],
      ...[of('quick'), of('first')],
    ]
    run.apply({ type: 'outcomes_reused', data: { runId: 'earlier', outcomes } })
    run.complete('start')
    run.complete('again')
    run.complete('end', 'end', {}, 'done')
  })
}

/** A run that waits for two nodes in progress before it moves, and one request that does not fit. */
export function moved(): RecordedRun {
  const first = planOf(
    ['start', 'a:probe', 'ask:approval', 'b:probe', 'end'],
    ['start>a', 'a>ask', 'ask:approve>b', 'b>end'],
  )
  const second = planOf(
    ['start', 'a:probe', 'ask:approval', 'check:probe', 'b:probe', 'end'],
    ['start>a', 'a>ask', 'ask:approve>check', 'check>b', 'b>end'],
  )
  const third = planOf(['start', 'b:probe', 'end'], ['start>b', 'b>end'])
  const later = [second, third]
  const indexes = new Map([first, ...later].map((plan) => [plan.planHash, createPlanIndex(plan)]))
  const machine = createMachine(first, undefined, undefined, (planHash) => indexes.get(planHash))
  const run = simulateRun(first, machine)
  const move = (from: string, version: string, { planHash }: Plan) =>
    run.apply({ type: 'migrate_requested', data: { requestId: `to-${version}`, actor: null, from, version, planHash } })
  run.start()
  run.complete('start')
  move('1', '2', second)
  run.complete('a')
  run.suspend('ask', approvalOf())
  move('2', '3', third)
  run.vote('ask/1/0', 'approve')
  run.complete('ask', 'approve')
  run.complete('check')
  run.complete('b')
  run.complete('end', 'end', {}, 'moved')
  return { plan: first, later, events: run.log }
}

/** A run that changes its engine, one request that is refused, and a request to move that is withdrawn. */
export function changed(): RecordedRun {
  const plan = planOf(
    ['start', 'a:probe', 'ask:approval', 'b:probe', 'end'],
    ['start>a', 'a>ask', 'ask:approve>b', 'b>end'],
  )
  return record(plan, (run) => {
    const change = (requestId: string, from: 'embedded' | 'temporal', to: 'embedded' | 'temporal') =>
      run.apply({ type: 'engine_change_requested', data: { requestId, actor: null, from, to } })
    run.start()
    run.complete('start')
    change('first', 'embedded', 'temporal')
    change('withdrawn', 'embedded', 'embedded')
    change('again', 'embedded', 'temporal')
    run.complete('a')
    run.suspend('ask', approvalOf())
    run.vote('ask/1/0', 'approve')
    run.complete('ask', 'approve')
    run.complete('b')
    run.complete('end', 'end', {}, 'changed')
  })
}
