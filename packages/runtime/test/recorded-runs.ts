import { makeValueRef, type RunEvent, type StoredCall } from '@tenon/core/run'
import type { Plan } from '../src/interpreter/index.ts'
import { createMachine } from '../src/interpreter/machine.ts'
import { createPlanIndex } from '../src/interpreter/plan-index.ts'
import { nestedPlan } from '../src/interpreter/testing/nested-plan.ts'
import { planOf } from '../src/interpreter/testing/plan-of.ts'
import { nextFact } from '../src/interpreter/testing/random-play.ts'
import { approvalOf, iterationsOf, type SimulatedRun, simulateRun } from '../src/interpreter/testing/simulated-run.ts'
import { tapeOf } from '../src/interpreter/testing/tape.ts'
import { ticketPlan } from '../src/interpreter/testing/ticket-plan.ts'

/** A run as it is stored for ever: what it ran and what its log said. */
export interface RecordedRun {
  readonly plan: Plan
  /** Plans of the versions to which it was to move. @defaultValue none */
  readonly later?: readonly Plan[]
  readonly events: readonly RunEvent[]
}

function record(plan: Plan, play: (run: SimulatedRun) => void): RecordedRun {
  const run = simulateRun(plan)
  play(run)
  return { plan, events: run.log }
}

const TICKET = { ticket_id: 'T-12345', text: "My order hasn't arrived!", customer_id: 'C-789' }

function ticketTo(end: 'answered' | 'escalated' | 'rejected'): RecordedRun {
  return record(ticketPlan({ retry: { maximumAttempts: 3 } }), (run) => {
    run.start({ input: TICKET, deadlineAt: 90_000 })
    run.complete('start', 'success', TICKET)
    run.complete('analyze', 'success', { sentiment: 0.2, category: 'delivery', urgency: 'high' })
    run.complete('guardrails', end === 'answered' ? 'true' : 'false', { reason: 'VIP' })
    if (end !== 'answered') {
      run.suspend('review', approvalOf({ required: 2, dueAt: 60_000 }))
      run.vote('review/1/0', end === 'rejected' ? 'reject' : 'approve', 'ann')
      run.vote('review/1/0', end === 'rejected' ? 'reject' : 'approve', 'bob')
      run.complete('review', end === 'rejected' ? 'reject' : 'approve', { decided: true })
    }
    if (end === 'rejected') {
      run.complete('rejected', 'end', { decided: true }, 'rejected')
      return
    }
    run.complete('happy', end === 'answered' ? 'true' : 'false')
    if (end === 'answered') run.complete('respond', 'success', { answer: 'On its way' })
    else {
      run.complete('split', '*')
      run.complete('log')
      run.complete('escalate', 'success', { ticket: 7 })
      run.complete('meet')
    }
    run.complete(end, 'end', { ok: true }, end)
  })
}

function race(join: 'any' | 'first-success' | { readonly count: number }): RecordedRun {
  const plan = planOf(
    [
      'start',
      ['a:probe', { onError: 'route' }],
      ['b:probe', { onError: 'continue' }],
      'c:approval',
      'later:probe',
      ['meet:join', { join }],
      'end',
    ],
    [
      'start>a',
      'start>b',
      'start>c',
      'start>later',
      'a>meet',
      'a:error>meet',
      'b>meet',
      'c:approve>meet',
      'later>meet',
      'meet>end',
    ],
  )
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.suspend('c', approvalOf({ dueAt: 9_000 }))
    run.fail('a', 'HTTP_FAILED')
    run.fail('b', 'HTTP_FAILED')
    run.complete('later', 'success', { late: true })
    run.complete('meet')
    run.complete('end', 'end', {}, 'won')
    run.cancelNode('b')
  })
}

function failures(): RecordedRun {
  const plan = planOf(
    ['start', 'bad:probe', 'slow:probe', 'ask:approval', 'sleep:delay', 'never:probe'],
    ['start>bad', 'start>slow', 'start>ask', 'start>sleep', 'slow>never'],
  )
  return record(plan, (run) => {
    run.start({ deadlineAt: 90_000 })
    run.complete('start')
    run.suspend('ask', approvalOf())
    run.suspend('sleep', { kind: 'time', dueAt: 70_000 })
    run.fail('bad', 'HTTP_STATUS')
    run.complete('slow')
  })
}

function tooFew(): RecordedRun {
  const plan = planOf(
    ['start', 'check:if-else', 'a:probe', ['meet:join', { join: { count: 2 }, onError: 'route' }], 'sorry:set', 'end'],
    ['start>check', 'check:true>a', 'check:false>meet', 'a>meet', 'meet>end', 'meet:error>sorry'],
  )
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.complete('check', 'true')
    run.complete('a')
    run.complete('sorry')
  })
}

function deadline(): RecordedRun {
  const plan = planOf(['start', 'sleep:delay', 'slow:probe'], ['start>sleep', 'start>slow'])
  return record(plan, (run) => {
    run.start({ deadlineAt: 5_000 })
    run.complete('start')
    run.suspend('sleep', { kind: 'time', dueAt: 70_000 })
    run.fireTimer('deadline')
    run.cancelNode('slow', 'abandoned')
  })
}

function passedOver(): RecordedRun {
  const plan = planOf(
    ['start', 'other:start', ['off:if-else', {}, { disabled: true }], 'skip:probe', 'sleep:delay', 'no:probe', 'end'],
    ['start>off', 'other>no', 'off:true>skip', 'off:false>no', 'skip>sleep', 'sleep>end'],
  )
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.skip('skip')
    run.suspend('sleep', { kind: 'time', dueAt: 2_000 })
    run.fireTimer('sleep/1/0')
    run.complete('sleep')
    run.complete('end', 'end', {}, 'slept')
  })
}

/** A run that is paused twice: once with a race that drops what the pause holds, once until it is canceled. */
function paused(): RecordedRun {
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
function parked(): RecordedRun {
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
function compensated(): RecordedRun {
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
function repeated(): RecordedRun {
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

/** A random run, from a fixed seed, of races inside races. */
function nested(seed: number, cancelOneIn: number): RecordedRun {
  const values = Array.from({ length: 40 }, (_, index) => (seed * 7_919 + index * index * 31 + index * seed) % 1_009)
  const plan = nestedPlan(values)
  return record(plan, (run) => {
    const tape = tapeOf(values)
    const next = () => nextFact(plan, run.machine, tape, { cancelOneIn })
    for (let fact = next(); fact !== null; fact = next()) run.apply(fact)
  })
}

/** A run that waits for an event, a callback that comes twice, and an event that does not come in time. */
function events(): RecordedRun {
  const plan = planOf(
    ['start', 'paid:wait-for-event', 'answer:wait-for-callback', 'late:wait-for-event', 'end'],
    ['start>paid', 'paid>answer', 'answer>late', 'late:timeout>end'],
  )
  return record(plan, (run) => {
    const receive = (nodeRunId: string) => {
      const data = { waitId: `${nodeRunId}/1/0`, eventId: `${nodeRunId}-1`, payload: makeValueRef({ of: nodeRunId }) }
      run.apply({ type: 'event_received', data: { ...data, receivedAt: 900, actor: null } })
    }
    run.start()
    run.complete('start')
    run.suspend('paid', { kind: 'event', name: 'order.paid', key: 'o1', schema: null, dueAt: 90_000 })
    receive('paid')
    run.complete('paid', 'success', { of: 'paid' })
    run.suspend('answer', { kind: 'callback', schema: null, dueAt: null })
    receive('answer')
    receive('answer')
    run.complete('answer', 'success', { of: 'answer' })
    run.suspend('late', { kind: 'event', name: 'order.paid', key: 'o1', schema: null, dueAt: 90_000 })
    run.fireTimer('late/1/0')
    run.complete('late', 'timeout')
    run.complete('end', 'end', {}, 'done')
  })
}

/** A run that waits for two nodes in progress before it moves, and one request that does not fit. */
function moved(): RecordedRun {
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

/** A run with three children: one completes, one is not awaited, and one has lost a race. */
function children(): RecordedRun {
  const plan = planOf(
    ['start', 'a:set', 'b:set', 'c:set', 'quick:probe', ['first:join', { join: 'any' }], 'end'],
    ['start>a', 'a>b', 'b>c', 'b>quick', 'c>first', 'quick>first', 'first>end'],
  )
  return record(plan, (run) => {
    const suspend = (nodeRunId: string, isAwaited = true) => {
      const version = { workflowId: 'w', version: '3', planHash: 'p', trigger: 'start', timeoutMs: null }
      const child = { kind: 'child', childRunId: `child-of-${nodeRunId}`, ...version } as const
      run.suspend(nodeRunId, { ...child, input: makeValueRef({}), isAwaited, dueAt: null })
    }
    const finish = (nodeRunId: string, status: 'completed' | 'canceled') => {
      const data = { waitId: `${nodeRunId}/1/0`, childRunId: `child-of-${nodeRunId}`, status, outcome: null }
      run.apply({ type: 'child_finished', data: { ...data, output: makeValueRef({ n: 1 }), error: null } })
    }
    run.start()
    run.complete('start')
    suspend('a')
    finish('a', 'completed')
    run.complete('a')
    suspend('b', false)
    run.complete('b')
    suspend('c')
    run.complete('quick')
    run.complete('first')
    run.complete('end', 'end', {}, 'won')
    finish('c', 'canceled')
  })
}

function callOf(callId: string, options: Partial<StoredCall> = {}): StoredCall {
  const retry = { initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 100_000, maximumAttempts: 3 }
  const policy = { retry: { ...retry, nonRetryableErrorTypes: [] }, timeoutMs: 30_000, heartbeatMs: null }
  const type = { nodeType: 'probe', typeVersion: 1, title: callId, params: makeValueRef({ q: callId }) }
  return { callId, ...type, policy: { ...policy, taskQueue: null, onError: 'fail' }, approval: null, ...options }
}

/** A node that calls others in three passes: one fails, one is approved, one is parked, one loses, and one calls again. */
function called(): RecordedRun {
  const plan = planOf(['start', 'agent', 'end'], ['start>agent', 'agent>end'])
  return record(plan, (run) => {
    const call = (nodeRunId: string, mode: 'all' | 'any', ...calls: readonly StoredCall[]) =>
      run.suspend(nodeRunId, { kind: 'calls', calls, mode, state: null, dueAt: null })
    const question = { title: 'Send?', message: '', approvers: {}, required: 1, dueAt: null, isEditable: true }
    const { policy } = callOf('x')
    run.start()
    run.complete('start')
    call('agent', 'all', callOf('a'), callOf('b'), callOf('ask', { approval: question }))
    run.complete('agent.1-a')
    run.fail('agent.1-b')
    run.vote('agent.1-ask/1/0', 'approve')
    run.complete('agent.1-ask')
    call('agent', 'any', callOf('slow'), callOf('quick'), callOf('stuck', { policy: { ...policy, onError: 'park' } }))
    run.fail('agent.2-stuck')
    run.resolve('agent.2-stuck/1/0', { kind: 'retry' })
    run.complete('agent.2-quick')
    run.cancelNode('agent.2-slow')
    run.cancelNode('agent.2-stuck', 'abandoned')
    call('agent', 'all', callOf('inner', { nodeType: 'agent' }))
    call('agent.3-inner', 'all', callOf('deep'))
    run.complete('agent.3-inner.1-deep')
    run.complete('agent.3-inner')
    run.complete('agent')
    run.complete('end', 'end', {}, 'done')
  })
}

/** A run with the items of three requests, which has waited for its start and is canceled while it undoes what it has done. */
function collected(): RecordedRun {
  const plan = planOf(
    [
      'start',
      'each:loop',
      ['book:probe', { compensation: 'cancel' }, { parentId: 'each' }],
      ['cancel:probe', {}, { parentId: 'each' }],
      'mail:probe',
    ],
    ['start>each', 'each>mail'],
    { settings: { batching: { maxSize: 3, maxWait: '1m' } } },
  )
  return record(plan, (run) => {
    const items = ['x', 'y', 'z']
    const { planHash } = plan
    run.apply({
      type: 'run_started',
      data: {
        ...{ planHash, semantics: 1, seed: 'seed', trigger: 'start', input: makeValueRef({ items }) },
        ...{ deadlineAt: null, actor: null, requestedAt: 400 },
      },
    })
    run.complete('start', 'success', { items })
    run.suspend('each', iterationsOf(items, { concurrency: 2 }))
    run.complete('book#0')
    run.complete('book#1')
    run.complete('book#2')
    run.complete('each')
    run.fail('mail')
    run.complete('cancel#2')
    run.apply({ type: 'compensation_skip_requested', data: { actor: null } })
    run.cancelNode('cancel#1')
  })
}

/** Every kind of run that is kept, by the name of its file. */
export const RECORDED_RUNS: Readonly<Record<string, () => RecordedRun>> = {
  'ticket-answered': () => ticketTo('answered'),
  'ticket-escalated': () => ticketTo('escalated'),
  'ticket-rejected': () => ticketTo('rejected'),
  'race-any': () => race('any'),
  'race-first-success': () => race('first-success'),
  'race-count': () => race({ count: 3 }),
  'failure-cancels': failures,
  'too-few-arrivals': tooFew,
  deadline,
  'passed-over': passedOver,
  paused,
  parked,
  events,
  compensated,
  repeated,
  moved,
  children,
  called,
  collected,
  'nested-1': () => nested(1, 0),
  'nested-2': () => nested(2, 0),
  'nested-3': () => nested(3, 0),
  'nested-4': () => nested(4, 25),
  'nested-5': () => nested(5, 0),
  'nested-6': () => nested(6, 40),
}
