import { describe, expect, test } from 'vitest'
import {
  callDepthOf,
  calledNodeRunIdOf,
  callOriginOf,
  iterationPathOf,
  nodeIdOf,
  outermostCallerOf,
} from './event-ids.ts'
import { foldRunEvents } from './fold.ts'
import type { LogEntry } from './frame.ts'
import { makeValueRef } from './value-ref.ts'
import { type CallsWait, isSameVote, type StoredCall } from './waits.ts'

const RETRY = { initialIntervalMs: 1, backoffCoefficient: 2, maximumIntervalMs: 1, maximumAttempts: 1 }
const call = (callId: string): StoredCall => ({
  ...{ callId, nodeType: 'probe', typeVersion: 1, title: `Call ${callId}`, params: makeValueRef({}), approval: null },
  policy: {
    retry: { ...RETRY, nonRetryableErrorTypes: [] },
    ...{ timeoutMs: null, heartbeatMs: null, taskQueue: null, onError: 'fail' },
  },
})
const waitFor: CallsWait = { kind: 'calls', calls: [call('a'), call('b')], mode: 'all', state: null, dueAt: null }

type Occurrence = LogEntry extends infer Entry ? (Entry extends LogEntry ? Omit<Entry, 'seq' | 'at'> : never) : never
const logOf = (...occurrences: readonly Occurrence[]) =>
  occurrences.map((each, index) => ({ seq: index + 1, at: 1_000 + index, ...each }) as LogEntry)

const scheduled = (nodeRunId: string, pass = 1): Occurrence => ({
  type: 'node_scheduled',
  nodeRunId,
  data: { pass, mode: 'dispatch', queue: null, resume: null },
})
const ended = (nodeRunId: string, how: 'completed' | 'failed' | 'canceled'): Occurrence => ({
  type: 'call_ended',
  nodeRunId,
  data: { how, error: how === 'failed' ? { code: 'CALL_REJECTED', message: 'No' } : null },
})
const START: readonly Occurrence[] = [
  {
    type: 'run_started',
    data: {
      ...{ planHash: 'p', semantics: 1, seed: 's', trigger: 'start', input: makeValueRef({}) },
      ...{ deadlineAt: null, actor: null },
    },
  },
  scheduled('agent'),
  { type: 'node_suspended', nodeRunId: 'agent', data: { pass: 1, waitFor } },
  { type: 'wait_opened', nodeRunId: 'agent', data: { waitId: 'agent/1/0', waitFor } },
]
const ASK: Occurrence = {
  type: 'approval_needed',
  nodeRunId: 'agent.1-a',
  data: {
    waitId: 'agent.1-a/1/0',
    waitFor: {
      ...{ kind: 'approval', title: '', message: '', choices: ['approve', 'reject'], approvers: {}, required: 1 },
      ...{ evidence: null, dueAt: null },
      call: { nodeType: 'probe', typeVersion: 1, params: makeValueRef({}), isEditable: false },
    },
  },
}

describe('ids of called node runs', () => {
  test('name the caller, its pass and the call', () => {
    const id = calledNodeRunIdOf('agent#3.0', 2, 'c-1')
    expect(id).toBe('agent#3.0.2-c-1')
    expect(callOriginOf(id)).toEqual({ callerId: 'agent#3.0', pass: 2, callId: 'c-1' })
    const deep = calledNodeRunIdOf(id, 1, 'x')
    expect([outermostCallerOf(deep), callDepthOf(deep), nodeIdOf(deep)]).toEqual(['agent#3.0', 2, 'agent'])
    expect(iterationPathOf(deep)).toEqual([3, 0])
    expect([callOriginOf('agent#3'), callDepthOf('agent'), outermostCallerOf('agent')]).toEqual([null, 0, 'agent'])
    expect(nodeIdOf('agent.1-a')).toBe('agent')
  })
})

describe('calls in a view', () => {
  test('are node runs with their caller, which counts those that have ended', () => {
    const running = foldRunEvents(logOf(...START, scheduled('agent.1-a'), ASK, ended('agent.1-b', 'canceled')))
    expect(running.nodeRuns.get('agent')).toMatchObject({
      status: 'waiting',
      calls: { pass: 1, mode: 'all', count: 2, ended: 1, failed: 0, isOpen: true },
    })
    expect(running.nodeRuns.get('agent.1-a')).toMatchObject({
      ...{ nodeId: 'agent', status: 'waiting' },
      call: { callerId: 'agent', pass: 1, title: 'Call a', nodeType: 'probe', typeVersion: 1 },
    })
    expect(running.nodeRuns.get('agent.1-b')).toMatchObject({ status: 'canceled' })
    // The caller does not count: the only call that is left waits.
    expect(running.status).toBe('waiting')
  })

  test('show their params if they run in the commit, which no template gives again', () => {
    const params = makeValueRef({ workflow: 'w' })
    const inline = { pass: 1, mode: 'inline', queue: null, resume: null } as const
    const events = logOf(
      ...START,
      { type: 'node_scheduled', nodeRunId: 'agent.1-a', data: { ...inline, params } },
      { type: 'node_scheduled', nodeRunId: 'set', data: { ...inline, params } },
    )
    const { nodeRuns } = foldRunEvents(events)
    expect(nodeRuns.get('agent.1-a')).toMatchObject({ status: 'running', input: params })
    expect(nodeRuns.get('set')).toMatchObject({ input: null })
  })

  test('fail by a rejection, and end the wait of the caller', () => {
    const events = logOf(
      ...START,
      ASK,
      { type: 'wait_closed', nodeRunId: 'agent.1-a', data: { waitId: 'agent.1-a/1/0', how: 'resolved' } },
      ended('agent.1-a', 'failed'),
      scheduled('agent.1-b'),
      { type: 'node_canceled', nodeRunId: 'agent.1-b', data: { pass: 1, how: 'canceled' } },
      ended('agent.1-b', 'canceled'),
      { type: 'wait_closed', nodeRunId: 'agent', data: { waitId: 'agent/1/0', how: 'resolved' } },
      scheduled('agent', 2),
      { type: 'wait_closed', nodeRunId: 'agent', data: { waitId: 'agent/2/0', how: 'resolved' } },
    )
    const { nodeRuns } = foldRunEvents(events)
    expect(nodeRuns.get('agent.1-a')).toMatchObject({ status: 'failed', error: { code: 'CALL_REJECTED' } })
    expect(nodeRuns.get('agent')?.calls).toEqual({ pass: 1, mode: 'all', count: 2, ended: 2, failed: 1, isOpen: false })
  })

  test('of a part of a log without their start change nothing', () => {
    const { nodeRuns } = foldRunEvents(logOf(ended('agent.1-a', 'completed'), ended('agent', 'completed')))
    expect(nodeRuns.get('agent')?.calls).toBeNull()
  })
})

test('isSameVote compares choice and params', () => {
  const vote = { actor: { userId: 'a', displayName: 'A', role: 'admin' }, choice: 'approve', at: 1 }
  const edited = { ...vote, params: makeValueRef({ a: 1 }) }
  expect([isSameVote(vote, { ...vote, at: 2 }), isSameVote(vote, edited), isSameVote(edited, { ...edited })]).toEqual([
    true,
    false,
    true,
  ])
  expect(isSameVote(vote, { ...vote, choice: 'reject' })).toBe(false)
})
