import type { Json } from '@tenon/core/document'
import {
  type CallsWait,
  type ChildWait,
  type Decision,
  type Fact,
  makeValueRef,
  type StoredCall,
  type StoredCallApproval,
} from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { calledTypeOf } from './call-frames.ts'
import { compileCallable } from './compile-calls.ts'
import { entryOf } from './lookup.ts'
import { createMachine } from './machine.ts'
import type { Plan } from './plan.ts'
import { createPlanIndex } from './plan-index.ts'
import { restep } from './restep.ts'
import { brief } from './testing/decisions.ts'
import { TEST_MANIFEST } from './testing/manifest.ts'
import { planOf } from './testing/plan-of.ts'
import { iterationsOf, type SimulatedRun, simulateRun, voteOf } from './testing/simulated-run.ts'

/** start > agent > end; the agent may call probe and agent. */
const PLAN = planOf(['start', 'agent', 'end'], ['start>agent', 'agent>end'])

const LARGE = makeValueRef({ q: 'x'.repeat(20_000) })

const POLICY: StoredCall['policy'] = {
  retry: {
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    maximumIntervalMs: 100_000,
    maximumAttempts: 3,
    nonRetryableErrorTypes: [],
  },
  timeoutMs: 30_000,
  heartbeatMs: null,
  taskQueue: null,
  onError: 'fail',
}

function call(callId: string, options: Partial<StoredCall> = {}): StoredCall {
  const params = makeValueRef({ q: callId })
  return {
    callId,
    nodeType: 'probe',
    typeVersion: 1,
    title: callId,
    params,
    policy: POLICY,
    approval: null,
    ...options,
  }
}

function approval(options: Partial<StoredCallApproval> = {}): StoredCallApproval {
  return { title: 'May I?', message: '', approvers: {}, required: 1, dueAt: null, isEditable: true, ...options }
}

function callsOf(calls: readonly StoredCall[], mode: CallsWait['mode'] = 'all', state: Json = null): CallsWait {
  return {
    kind: 'calls',
    calls,
    mode,
    state: state === null ? null : { version: 1, value: makeValueRef(state) },
    dueAt: null,
  }
}

function calling(calls: readonly StoredCall[], mode: CallsWait['mode'] = 'all', plan: Plan = PLAN) {
  const run = simulateRun(plan)
  run.start()
  run.complete('start')
  const decisions = run.suspend('agent', callsOf(calls, mode))
  return { run, decisions }
}

/** Checks that the log repeats, and that a machine restored from a snapshot has the same state. */
function expectRepeatable(run: SimulatedRun, plan: Plan = PLAN): void {
  expect(restep(run.log, plan)).toEqual({ same: true, turns: run.machine.turn })
  const snapshot = run.machine.snapshot()
  expect(createMachine(plan, JSON.parse(JSON.stringify(snapshot))).snapshot()).toEqual(snapshot)
}

function endsOf(run: SimulatedRun, nodeRunId = 'agent') {
  return run.machine.outputs.callsOf(nodeRunId).ended.map(({ callId, end }) => `${callId} ${end.how}`)
}

function resumeOf(decisions: readonly Decision[]) {
  const scheduled = decisions.find((each) => each.type === 'node_scheduled' && each.nodeRunId === 'agent')
  return scheduled?.type === 'node_scheduled' ? scheduled.data.resume : undefined
}

describe('a node run that calls others', () => {
  test('begins each call as a node run, waits for all of them, and continues with their ends and its state', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    const decisions = run.suspend('agent', callsOf([call('a'), call('b')], 'all', { round: 1 }))
    expect(brief(decisions)).toEqual([
      'open agent/1/0',
      'schedule agent.1-a/1 dispatch',
      'schedule agent.1-b/1 dispatch',
    ])
    expect(decisions[1]).toMatchObject({ data: { params: makeValueRef({ q: 'a' }), resume: null } })
    expect(run.machine.status).toBe('running')
    expect(run.machine.openNodeRuns().map(({ nodeRunId }) => nodeRunId)).toEqual(['agent', 'agent.1-a', 'agent.1-b'])
    expect(run.machine.calledNode('agent.1-a')).toMatchObject({
      ...{ id: 'agent', type: 'probe', name: 'a', params: { q: 'a' }, effect: 'write', ports: ['success'] },
    })
    expect(calling([call('a', { params: LARGE })]).run.machine.calledNode('agent.1-a')).toMatchObject({ params: {} })
    expect(run.machine.calledNode('agent')).toBeNull()
    expect(run.machine.calledNode('agent.2-a')).toBeNull()
    expectRepeatable(run)
    expect(brief(run.complete('agent.1-b', 'success', { n: 2 }))).toEqual(['called agent.1-b completed'])
    const last = run.fail('agent.1-a', 'NO_LUCK')
    expect(brief(last)).toEqual(['called agent.1-a failed', 'close agent/1/0 (resolved)', 'schedule agent/2 dispatch'])
    expect(resumeOf(last)).toEqual({ kind: 'calls', completed: 1, failed: 1, canceled: 0 })
    expect(run.machine.outputs.callsOf('agent')).toMatchObject({
      state: { version: 1, value: makeValueRef({ round: 1 }) },
      ended: [
        { callId: 'a', nodeRunId: 'agent.1-a', edited: null, end: { how: 'failed', error: { code: 'NO_LUCK' } } },
        {
          callId: 'b',
          nodeRunId: 'agent.1-b',
          end: { how: 'completed', port: 'success', output: makeValueRef({ n: 2 }) },
        },
      ],
    })
    expectRepeatable(run)
    // The ids of a second suspension have its pass.
    expect(brief(run.suspend('agent', callsOf([call('a')])))).toEqual([
      'open agent/2/0',
      'schedule agent.2-a/1 dispatch',
    ])
    expect(run.complete('agent.1-a')).toEqual([])
    run.complete('agent.2-a')
    expect(brief(run.complete('agent'))).toContain('schedule end/1 inline')
    expect(run.machine.outputs.outputOf('agent')).not.toBeNull()
    expectRepeatable(run)
  })

  test('continues with the first call that completes, once the others have ended', () => {
    const { run } = calling([call('a'), call('b'), call('c')], 'any')
    expect(brief(run.fail('agent.1-a'))).toEqual(['called agent.1-a failed'])
    expect(brief(run.complete('agent.1-b'))).toEqual(['called agent.1-b completed', 'cancel agent.1-c/1 (loser)'])
    expectRepeatable(run)
    expect(brief(run.cancelNode('agent.1-c'))).toEqual([
      'called agent.1-c canceled',
      'close agent/1/0 (resolved)',
      'schedule agent/2 dispatch',
    ])
    expect(endsOf(run)).toEqual(['a failed', 'b completed', 'c canceled'])
  })

  test('gets the result of a call that completes although it was to be canceled', () => {
    const { run } = calling([call('a'), call('b')], 'any')
    run.complete('agent.1-a')
    expect(resumeOf(run.complete('agent.1-b'))).toEqual({ kind: 'calls', completed: 2, failed: 0, canceled: 0 })
  })

  test('continues if no call completes', () => {
    const { run } = calling([call('a')], 'any')
    expect(resumeOf(run.fail('agent.1-a'))).toEqual({ kind: 'calls', completed: 0, failed: 1, canceled: 0 })
  })

  test('calls inside of calls and inside of iterations', () => {
    const plan = planOf(['start', 'each:loop', ['agent', {}, { parentId: 'each' }], 'end'], ['start>each', 'each>end'])
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('each', iterationsOf([1, 2]))
    run.suspend('agent#0', callsOf([call('a', { nodeType: 'agent' })]))
    expect(brief(run.suspend('agent#0.1-a', callsOf([call('b')])))).toEqual([
      'open agent#0.1-a/1/0',
      'schedule agent#0.1-a.1-b/1 dispatch',
    ])
    expectRepeatable(run, plan)
    expect(brief(run.complete('agent#0.1-a.1-b'))).toEqual([
      'called agent#0.1-a.1-b completed',
      'close agent#0.1-a/1/0 (resolved)',
      'schedule agent#0.1-a/2 dispatch',
    ])
    expect(brief(run.complete('agent#0.1-a'))).toContain('schedule agent#0/2 dispatch')
    expect(brief(run.complete('agent#0'))).toContain('end each[0] (completed)')
    expect(run.complete('agent#0.1-a')).toEqual([])
    expectRepeatable(run, plan)
  })

  test.each([
    ['none', callsOf([])],
    ['two with one id', callsOf([call('a'), call('a')])],
    ['a type that it does not list', callsOf([call('a', { nodeType: 'set' })])],
  ])('refuses %s', (_what, waitFor) => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    expect(() => run.suspend('agent', waitFor)).toThrow('cannot make these calls')
  })

  test('refuses calls of a node whose type lists none, timers of calls, and outcomes of calls that never began', () => {
    const plan = planOf(['start', 'a:probe', 'end'], ['start>a', 'a>end'])
    const other = simulateRun(plan)
    other.start()
    other.complete('start')
    expect(() => other.suspend('a', callsOf([call('x')]))).toThrow('cannot make these calls')
    const { run } = calling([call('a')])
    expect(() => run.fireTimer('agent/1/0')).toThrow('A wait of the kind "calls" has no timer')
    expect(() => run.complete('agent.1-x')).toThrow('has never been called')
    expect(() => run.complete('agent.2-a')).toThrow('has never been called')
    expect(() => run.complete('agent.x')).toThrow('The plan has no node')
  })
})

describe('the approval of a call', () => {
  const edited = makeValueRef({ q: 'other' })
  const vote = (choice: string, userId = 'ann', more: object = {}): Fact => ({
    type: 'approval_decided',
    data: { waitId: 'agent.1-a/1/0', vote: { ...voteOf(choice, userId), ...more } },
  })

  test('comes before its first pass, and may replace its params', () => {
    const { run, decisions } = calling([call('a', { approval: approval({ dueAt: 9_000 }) })])
    expect(brief(decisions)).toEqual([
      'open agent/1/0',
      'approval agent.1-a/1/0',
      'timer agent.1-a/1/0 approval at 9000',
    ])
    expect(run.machine.status).toBe('waiting')
    expectRepeatable(run)
    const approved = run.apply(vote('approve', 'ann', { params: edited }))
    expect(brief(approved)).toEqual([
      'close agent.1-a/1/0 (resolved)',
      'clear agent.1-a/1/0',
      'schedule agent.1-a/2 dispatch',
    ])
    expect(approved.at(-1)).toMatchObject({ data: { resume: null, params: edited } })
    expect(run.machine.calledNode('agent.1-a')).toMatchObject({ params: { q: 'other' }, called: 'edited' })
    expectRepeatable(run)
    run.complete('agent.1-a')
    expect(run.machine.outputs.callsOf('agent').ended).toMatchObject([{ edited }])
  })

  test('has the connection that the author of the caller has chosen', () => {
    const { run, decisions } = calling([call('a', { connection: 'crm', approval: approval() }), call('b')])
    const asked = decisions.find(({ type }) => type === 'approval_needed')
    expect(asked).toMatchObject({ data: { waitFor: { call: { connection: 'crm' } } } })
    expect(run.machine.calledNode('agent.1-a')).toMatchObject({ connection: 'crm' })
    expect(run.machine.calledNode('agent.1-b')).not.toHaveProperty('connection')
    const parked = { nodeType: 'probe', typeVersion: 1, connection: 'crm' }
    expect(calledTypeOf(PLAN, parked)).toMatchObject({ connection: 'crm' })
    expectRepeatable(run)
  })

  test('needs as many votes as required for the same params', () => {
    const { run } = calling([call('a', { approval: approval({ required: 2 }) })])
    expect(run.apply(vote('approve', 'ann'))).toEqual([])
    expect(run.apply(vote('approve', 'bob', { params: edited }))).toEqual([])
    expect(brief(run.apply(vote('approve', 'cleo')))).toContain('schedule agent.1-a/2 dispatch')
    run.complete('agent.1-a')
    expect(run.machine.outputs.callsOf('agent').ended).toMatchObject([{ edited: null }])
  })

  test.each([
    ['with a reason', { comment: 'too dear' }, 'ann rejected the call: too dear'],
    ['without a reason', {}, 'ann rejected the call'],
  ])('fails a call that is rejected %s', (_how, more, message) => {
    const { run } = calling([call('a', { approval: approval() })])
    expect(brief(run.apply(vote('reject', 'ann', more)))).toEqual([
      'close agent.1-a/1/0 (resolved)',
      'called agent.1-a failed',
      'close agent/1/0 (resolved)',
      'schedule agent/2 dispatch',
    ])
    expect(run.machine.outputs.callsOf('agent').ended).toMatchObject([
      { end: { error: { code: 'CALL_REJECTED', message } } },
    ])
    expectRepeatable(run)
  })

  test('fails a call whose time limit ends', () => {
    const { run } = calling([call('a', { approval: approval({ dueAt: 9_000 }) }), call('b')])
    expect(brief(run.fireTimer('agent.1-a/1/0'))).toEqual(['close agent.1-a/1/0 (timeout)', 'called agent.1-a failed'])
    expect(run.machine.outputs.callsOf('agent').ended).toMatchObject([
      { end: { error: { code: 'CALL_NOT_APPROVED' } } },
    ])
  })

  test('is not that of a called node itself, which gets the votes', () => {
    const { run } = calling([call('a')])
    const waitFor = { kind: 'approval', title: '', message: '', choices: ['yes'], approvers: {}, required: 1 } as const
    run.suspend('agent.1-a', { ...waitFor, evidence: null, dueAt: null })
    expect(run.vote('agent.1-a/1/0', 'yes').at(-1)).toMatchObject({
      data: { pass: 2, resume: { kind: 'approval', choice: 'yes' }, params: makeValueRef({ q: 'a' }) },
    })
  })
})

describe('a cancelation of a caller', () => {
  test('cancels its calls, and ends it after them', () => {
    const { run } = calling([call('a'), call('b', { approval: approval() })])
    expect(brief(run.cancel())).toEqual([
      'cancel agent/1 (run_canceled)',
      'cancel agent.1-a/1 (run_canceled)',
      'close agent.1-b/1/0 (canceled)',
    ])
    expectRepeatable(run)
    expect(brief(run.cancelNode('agent.1-a'))).toEqual([
      'called agent.1-a canceled',
      'called agent.1-b canceled',
      'close agent/1/0 (canceled)',
      'canceled (user)',
    ])
    expectRepeatable(run)
  })

  test('ends it at once if its calls only wait, and drops a pass that a pause holds', () => {
    const waiting = calling([call('a', { approval: approval() })]).run
    expect(brief(waiting.cancel()).at(-1)).toBe('canceled (user)')
    const { run } = calling([call('a')])
    run.pause()
    run.complete('agent.1-a')
    expect(brief(run.cancel())).toEqual(['drop agent/1 (run_canceled)', 'canceled (user)'])
  })
})

describe('a pause', () => {
  test('holds the start of calls, approved ones, and the next pass of the caller', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    run.pause()
    expect(brief(run.suspend('agent', callsOf([call('a'), call('b', { approval: approval() })])))).toEqual([
      'open agent/1/0',
      'approval agent.1-b/1/0',
    ])
    run.vote('agent.1-b/1/0', 'approve')
    expectRepeatable(run)
    expect(brief(run.resume())).toEqual([
      'resumed by bob',
      'schedule agent.1-a/1 dispatch',
      'schedule agent.1-b/2 dispatch',
    ])
    run.complete('agent.1-a')
    run.pause()
    run.complete('agent.1-b')
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule agent/2 dispatch'])
    expectRepeatable(run)
  })

  test('drops a call that it has held when another completes first', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    run.suspend('agent', callsOf([call('a', { approval: approval() }), call('b')], 'any'))
    run.pause()
    run.vote('agent.1-a/1/0', 'approve')
    expect(brief(run.complete('agent.1-b'))).toEqual([
      'called agent.1-b completed',
      'drop agent.1-a/1 (loser)',
      'called agent.1-a canceled',
      'close agent/1/0 (resolved)',
    ])
    expectRepeatable(run)
  })
})

describe('a parked call', () => {
  const parking = { ...POLICY, onError: 'park' } as const

  test('waits for a person, who tries again with other params, or completes it', () => {
    const { run } = calling([call('a', { policy: parking })])
    expect(brief(run.fail('agent.1-a', 'DOWN'))).toEqual([
      'park agent.1-a/1/0 DOWN: retry,retry_with_params,complete,fail',
    ])
    expect(run.machine.status).toBe('waiting')
    expectRepeatable(run)
    const edited = makeValueRef({ q: 'again' })
    expect(run.resolve('agent.1-a/1/0', { kind: 'retry_with_params', params: edited }).at(-1)).toMatchObject({
      data: { pass: 2, params: edited },
    })
    run.fail('agent.1-a', 'DOWN')
    const supplied = { kind: 'complete', port: 'success', output: makeValueRef({ by: 'hand' }) } as const
    expect(brief(run.resolve('agent.1-a/2/0', supplied))).toEqual([
      'close agent.1-a/2/0 (resolved)',
      'handled agent.1-a supplied success',
      'called agent.1-a completed',
      'close agent/1/0 (resolved)',
      'schedule agent/2 dispatch',
    ])
    expect(run.machine.outputs.callsOf('agent').ended).toMatchObject([{ edited, end: { how: 'completed' } }])
  })

  test('that was approved keeps its params, and fails for its caller alone', () => {
    const { run } = calling([call('a', { policy: parking, approval: approval() })])
    run.vote('agent.1-a/1/0', 'approve')
    expect(brief(run.fail('agent.1-a', 'DOWN'))).toEqual(['park agent.1-a/2/0 DOWN: retry,complete,fail'])
    expect(brief(run.resolve('agent.1-a/2/0', { kind: 'retry' }))).toContain('schedule agent.1-a/3 dispatch')
    run.fail('agent.1-a', 'DOWN')
    expect(brief(run.resolve('agent.1-a/3/0', { kind: 'fail' }))).toContain('called agent.1-a failed')
    expect(run.machine.status).toBe('running')
  })

  test('has the fingerprint of its type, whatever its id', () => {
    const { run } = calling([call('a', { policy: parking }), call('b', { policy: parking })])
    const prints = ['a', 'b'].map((id) => run.fail(`agent.1-${id}`, 'DOWN').at(-1))
    const [first, second] = prints.map((each) => (each?.type === 'node_parked' ? each.data.fingerprint : null))
    expect(first).toBe(second)
  })
})

describe('a plan', () => {
  test('has the types that its nodes call, also through others, and stays the same without', () => {
    expect(PLAN.nodes[1]?.calls).toEqual(['agent@1', 'probe@1'])
    expect(Object.keys(PLAN.callable ?? {})).toEqual(['agent@1', 'probe@1'])
    expect(PLAN.callable?.['probe@1']).toMatchObject({
      ...{ effect: 'write', ports: ['success'], calls: [] },
      policy: { retry: { maximumAttempts: 5 }, timeoutMs: 10_000, onError: 'fail' },
    })
    expect('callable' in planOf(['start', 'end'], ['start>end'])).toBe(false)
    expect(calledTypeOf(PLAN, { nodeType: 'probe', typeVersion: 1 })).toMatchObject({
      type: 'probe',
      called: 'as_asked',
    })
    expect(calledTypeOf(PLAN, { nodeType: 'set', typeVersion: 1 })).toBeUndefined()
    expect(calledTypeOf(planOf(['start', 'end'], ['start>end']), { nodeType: 'set', typeVersion: 1 })).toBeUndefined()
  })

  test('leaves out what the manifest lacks, and keeps the policy to park', () => {
    const [probe] = TEST_MANIFEST.nodes.filter(({ type }) => type === 'probe')
    const parking = { ...probe, type: 'parking', policy: { onError: 'park' } }
    const each = { each: 'params.list', id: 'id', title: 'id' }
    const caller = {
      ...probe,
      type: 'caller',
      calls: [
        { type: 'parking', version: 1 },
        { type: 'gone', version: 1 },
      ],
    }
    const nodes = [{ ...parking, ports: [each] }, caller] as (typeof TEST_MANIFEST.nodes)[number][]
    const all = nodes.map((entry) => ({ entry, params: {} }))
    expect(compileCallable(all, { nodes }).callable).toMatchObject({
      'parking@1': { ports: [], policy: { onError: 'park' } },
    })
  })

  test('runs a called node that starts a run in the commit, which ends with its child', () => {
    const [probe, agent] = ['probe', 'agent'].map((name) => TEST_MANIFEST.nodes.find(({ type }) => type === name))
    const child = { ...probe, type: 'child', control: 'child', inline: true, policy: {} }
    const caller = { ...agent, calls: [{ type: 'child', version: 1 }] }
    const nodes = [child, caller] as (typeof TEST_MANIFEST.nodes)[number][]
    const { callable = {} } = compileCallable([{ entry: caller as (typeof nodes)[number], params: {} }], { nodes })
    expect(callable['child@1']).toMatchObject({ control: 'child' })
    const planNodes = PLAN.nodes.map((each) => (each.id === 'agent' ? { ...each, calls: ['child@1'] } : each))
    const plan: Plan = { ...PLAN, nodes: planNodes, callable }
    const { run, decisions } = calling([call('a', { nodeType: 'child' })], 'all', plan)
    expect(brief(decisions)).toContain('schedule agent.1-a/1 inline')
    const waitFor: ChildWait = {
      ...{ kind: 'child', childRunId: 'r2', workflowId: 'w', version: '1', planHash: 'p', trigger: 'start' },
      ...{ input: makeValueRef({}), timeoutMs: null, isAwaited: true, dueAt: null },
    }
    run.suspend('agent.1-a', waitFor)
    expectRepeatable(run, plan)
    const end = { status: 'completed', outcome: 'done', output: makeValueRef({}), error: null } as const
    const finished: Fact = { type: 'child_finished', data: { waitId: 'agent.1-a/1/0', childRunId: 'r2', ...end } }
    expect(brief(run.apply(finished))).toContain('schedule agent.1-a/2 inline')
    run.complete('agent.1-a')
    expect(endsOf(run)).toEqual(['a completed'])
    expectRepeatable(run, plan)
  })
})

describe('a run that moves to another version while a node waits for its calls', () => {
  const versions = (callable: Plan['callable'] | undefined, isNested = false) => {
    const { callable: _callable, ...bare } = PLAN
    const next: Plan = { ...bare, planHash: 'next', ...(callable === undefined ? {} : { callable }) }
    const indexes = new Map([PLAN, next].map((plan) => [plan.planHash, createPlanIndex(plan)]))
    const run = simulateRun(
      PLAN,
      createMachine(PLAN, undefined, undefined, (planHash) => indexes.get(planHash)),
    )
    run.start()
    run.complete('start')
    const inner = callsOf([call('a', { approval: approval() })])
    run.suspend('agent', isNested ? callsOf([call('sub', { nodeType: 'agent' })]) : inner)
    if (isNested) run.suspend('agent.1-sub', inner)
    const data = { requestId: 'm', actor: null, from: '1', version: '2', planHash: 'next' }
    return { run, decisions: brief(run.apply({ type: 'migrate_requested', data })) }
  }

  test('keeps the calls', () => {
    const { run, decisions } = versions(PLAN.callable)
    expect(decisions).toEqual(['moved 1 to 2'])
    run.vote('agent.1-a/1/0', 'approve')
    run.complete('agent.1-a')
    expect(run.machine.openNodeRuns().map(({ nodeRunId, pass }) => `${nodeRunId}/${pass}`)).toEqual(['agent/2'])
  })

  test('remains on its version if the other one cannot call the same types', () => {
    for (const callable of [{}, undefined]) {
      expect(versions(callable).decisions).toEqual(['not moved to 2 (incompatible: agent type_changed)'])
    }
  })

  test('remains if calls of calls have types or ports that the other one lacks', () => {
    const callable = new Map(Object.entries(PLAN.callable ?? {}))
    const [agent, probe] = [entryOf(callable, 'agent@1'), entryOf(callable, 'probe@1')]
    const refused = ['not moved to 2 (incompatible: agent type_changed)']
    expect(versions({ 'agent@1': agent }, true).decisions).toEqual(refused)
    const otherPort = { ...probe, ports: ['done'] }
    expect(versions({ 'agent@1': agent, 'probe@1': otherPort }, true).decisions).toEqual(refused)
    const { run, decisions } = versions(PLAN.callable, true)
    expect(decisions).toEqual(['moved 1 to 2'])
    run.vote('agent.1-sub.1-a/1/0', 'approve')
    run.complete('agent.1-sub.1-a')
    expect(brief(run.complete('agent.1-sub'))).toContain('schedule agent/2 dispatch')
  })

  test('keeps the results that a caller has got', () => {
    const parking = planOf(['start', ['agent', { onError: 'park' }], 'end'], ['start>agent', 'agent>end'])
    const next: Plan = { ...parking, planHash: 'next' }
    const run = simulateRun(
      parking,
      createMachine(parking, undefined, undefined, () => createPlanIndex(next)),
    )
    run.start()
    run.complete('start')
    run.suspend('agent', callsOf([call('a')]))
    run.complete('agent.1-a')
    run.fail('agent')
    const data = { requestId: 'm', actor: null, from: '1', version: '2', planHash: 'next' }
    expect(brief(run.apply({ type: 'migrate_requested', data }))).toEqual(['moved 1 to 2'])
    run.resolve('agent/2/0', { kind: 'retry' })
    expect(endsOf(run)).toEqual(['a completed'])
  })
})
