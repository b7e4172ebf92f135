import { makeValueRef, type StoredCall } from '@tenon/core/run'
import { planOf } from '../../src/interpreter/testing/plan-of.ts'
import { iterationsOf } from '../../src/interpreter/testing/simulated-run.ts'

import { type RecordedRun, record } from './record-run.ts'

/** A run that waits for an event, a callback that comes twice, and an event that does not come in time. */
export function events(): RecordedRun {
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

/** A run with three children: one completes, one is not awaited, and one has lost a race. */
export function children(): RecordedRun {
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
export function called(): RecordedRun {
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
export function collected(): RecordedRun {
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
