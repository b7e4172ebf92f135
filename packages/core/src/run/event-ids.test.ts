import { describe, expect, test } from 'vitest'
import { decisionId, factId, iterationPathOf, nodeIdOf, nodeRunIdOf, observationId } from './event-ids.ts'
import { makeValueRef } from './value-ref.ts'

const output = makeValueRef({})
const error = { code: 'NODE_FAILED', message: '' }
const vote = { actor: { userId: 'ann', displayName: 'Ann', role: 'admin' }, choice: 'approve', at: 0 }

describe('factId', () => {
  test('is the same for every outcome of one pass', () => {
    const nodeRunId = 'charge#3.0'
    const waitFor = { kind: 'time', dueAt: 1 } as const
    const ids = [
      factId({
        type: 'node_completed',
        nodeRunId,
        data: { pass: 2, attempt: 1, port: 'success', output, durationMs: 1 },
      }),
      factId({ type: 'node_failed', nodeRunId, data: { pass: 2, attempt: 3, error, durationMs: 1 } }),
      factId({ type: 'node_canceled', nodeRunId, data: { pass: 2, how: 'abandoned' } }),
      factId({ type: 'node_suspended', nodeRunId, data: { pass: 2, waitFor } }),
      factId({ type: 'node_skipped', nodeRunId, data: { pass: 2 } }),
    ]
    expect(new Set(ids)).toEqual(new Set(['charge#3.0/2/outcome']))
  })

  test('names what comes from outside', () => {
    const started = {
      planHash: '',
      semantics: 1,
      seed: '',
      trigger: 'start',
      input: output,
      deadlineAt: null,
      actor: null,
    }
    expect(factId({ type: 'run_started', data: started })).toBe('start')
    expect(factId({ type: 'outcomes_reused', data: { runId: 'r', outcomes: [] } })).toBe('reused')
    expect(factId({ type: 'timer_fired', data: { timerId: 'a/1/0', dueAt: 1, lateMs: 0 } })).toBe('timer/a/1/0')
    expect(factId({ type: 'approval_decided', data: { waitId: 'a/1/0', vote } })).toBe('vote/a/1/0/ann')
    const parked = { waitId: 'a/1/0', requestId: 'q', resolution: { kind: 'skip' }, actor: null } as const
    expect(factId({ type: 'parked_resolved', data: parked })).toBe('parked/a/1/0')
    const end = { status: 'completed', outcome: 'x', output, error: null } as const
    const ended = { waitId: 'a#2/1/0', childRunId: 'r', ...end }
    expect(factId({ type: 'child_finished', data: ended })).toBe('child/a#2/1/0')
    expect(factId({ type: 'cancel_requested', data: { reason: 'user', actor: null } })).toBe('cancel')
  })

  test('differs between two requests to pause, to resume, to move a run or to change its engine, which may be made again', () => {
    const data = { requestId: 'r1', actor: null }
    expect(factId({ type: 'pause_requested', data })).toBe('pause/r1')
    expect(factId({ type: 'resume_requested', data })).toBe('resume/r1')
    const move = { ...data, from: '1', version: '2', planHash: 'p2' }
    expect(factId({ type: 'migrate_requested', data: move })).toBe('migrate/r1')
    expect(factId({ type: 'migration_withdrawn', data })).toBe('withdraw/r1')
    const change = { ...data, from: 'embedded', to: 'temporal' } as const
    expect(factId({ type: 'engine_change_requested', data: change })).toBe('engine/r1')
  })
})

test('decisionId counts the decisions of a fact', () => {
  expect(decisionId('charge/1/outcome', 2)).toBe('charge/1/outcome:2')
})

test('observationId has pass and attempt, and an index where there may be several', () => {
  const nodeRunId = 'charge'
  const started = { pass: 1, attempt: 2, input: output, worker: 'w', queue: null }
  const origin = { pass: 1, attempt: 2 }
  expect(observationId({ type: 'node_started', nodeRunId, data: started }, origin)).toBe('charge/1/2/started')
  expect(observationId({ type: 'attempt_lost', nodeRunId, data: { ...origin, nextAt: 1 } }, origin)).toBe(
    'charge/1/2/lost',
  )
  expect(
    observationId({ type: 'node_error', nodeRunId, data: { ...origin, error, nextAt: null, durationMs: 1 } }, origin),
  ).toBe('charge/1/2/error')
  const call = { ...origin, tool: 't', arguments: null, durationMs: 1 }
  expect(observationId({ type: 'tool_call', nodeRunId, data: call }, { ...origin, index: 0 })).toBe('charge/1/2/tool/0')
  const line = { timestamp: '', level: 'info', message: '' } as const
  expect(observationId({ type: 'node_log', nodeRunId, data: line }, { ...origin, index: 7 })).toBe('charge/1/2/log/7')
})

test('nodeIdOf takes the path of the iteration away', () => {
  expect([nodeIdOf('charge'), nodeIdOf('charge#3.0')]).toEqual(['charge', 'charge'])
})

test('iterationPathOf reads the iterations around a node run', () => {
  for (const path of [[], [3], [3, 0]]) expect(iterationPathOf(nodeRunIdOf('charge', path))).toEqual(path)
  expect(nodeRunIdOf('charge', [3, 0])).toBe('charge#3.0')
  for (const id of ['charge#', 'charge#x', 'charge#01', 'charge#1.', 'charge#-1'])
    expect(iterationPathOf(id)).toBeNull()
})
