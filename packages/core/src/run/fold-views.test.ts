import { describe, expect, test } from 'vitest'
import { emptyRunView, idleNodeRun } from './empty-view.ts'
import { foldRunEvents } from './fold.ts'
import {
  APPROVAL,
  begun,
  closed,
  completed,
  ERROR,
  type Event,
  erred,
  failed,
  logOf,
  needed,
  OUTPUT,
  scheduled,
  started,
  suspended,
  voted,
} from './testing/log-of.ts'
import { makeValueRef } from './value-ref.ts'
import type { NodeRunView, RunView } from './view.ts'

function nodeOf(view: RunView, nodeRunId = 'a'): NodeRunView {
  return view.nodeRuns.get(nodeRunId) ?? idleNodeRun(nodeRunId)
}

describe('a run', () => {
  test('is queued before its first event and running from its start', () => {
    expect(foldRunEvents([])).toEqual(emptyRunView())
    expect(foldRunEvents(logOf(started))).toMatchObject({ seq: 1, status: 'running', startedAt: 1_000 })
  })

  test('completes with an outcome and the end that gave it', () => {
    const view = foldRunEvents(
      logOf(started, { type: 'run_completed', data: { outcome: 'answered', endNodeRunId: 'end' } }),
    )
    expect(view).toMatchObject({ status: 'completed', outcome: 'answered', endNodeRunId: 'end', finishedAt: 1_010 })
  })

  test('fails with its error', () => {
    const view = foldRunEvents(logOf(started, { type: 'run_error', data: { error: ERROR, nodeRunId: 'a' } }))
    expect(view).toMatchObject({ status: 'failed', error: ERROR, finishedAt: 1_010 })
  })

  test('is canceled with a reason, also before it has begun', () => {
    const canceled: Event = { type: 'run_canceled', data: { reason: 'timeout' } }
    expect(foldRunEvents(logOf(canceled))).toMatchObject({
      status: 'canceled',
      cancelReason: 'timeout',
      startedAt: null,
    })
  })

  test('waits when everything that is open waits, and runs when something goes on', () => {
    const log = logOf(
      started,
      scheduled('a', 'inline'),
      scheduled('b'),
      suspended('a'),
      begun('b'),
      completed('b'),
      scheduled('a', 'inline', 2),
    )
    const statuses = log.map(({ seq }) => foldRunEvents(log.slice(0, seq)).status)
    expect(statuses).toEqual(['running', 'running', 'running', 'running', 'running', 'waiting', 'running'])
  })

  test('is paused until it is resumed, whatever happens in it, and keeps who paused and resumed it', () => {
    const ann = { userId: 'ann', displayName: 'Ann' }
    const log = logOf(
      started,
      scheduled('a'),
      { type: 'pause_requested', data: { requestId: 'r1', actor: ann } },
      { type: 'run_paused', data: { actor: ann } },
      begun('a'),
      suspended('a'),
      { type: 'run_resumed', data: { actor: null } },
      { type: 'run_paused', data: { actor: null } },
      { type: 'run_canceled', data: { reason: 'user' } },
    )
    const statuses = log.map(({ seq }) => foldRunEvents(log.slice(0, seq)).status)
    expect(statuses).toEqual([
      ...['running', 'running', 'running', 'paused', 'paused', 'paused'],
      ...['waiting', 'paused', 'canceled'],
    ])
    expect(foldRunEvents(log).pauses).toEqual([
      { pausedAt: 1_030, pausedBy: ann, resumedAt: 1_060, resumedBy: null },
      { pausedAt: 1_070, pausedBy: null, resumedAt: null, resumedBy: null },
    ])
  })

  test('keeps the requests to move it to another version, with their outcomes', () => {
    const ann = { userId: 'ann', displayName: 'Ann' }
    const request = { requestId: 'r1', actor: ann, from: '1', version: '2', planHash: 'p2' }
    const late = { ...request, requestId: 'r2', version: '3' }
    const blockers = [{ nodeId: 'a', reason: 'node_removed' }] as const
    const log = logOf(
      started,
      { type: 'migrate_requested', data: request },
      { type: 'migrate_requested', data: late },
      {
        type: 'migration_refused',
        data: { requestId: 'r2', version: '3', reason: 'incompatible', blockers },
      },
      { type: 'run_migrated', data: request },
    )
    const view = foldRunEvents(log.slice(0, 3))
    const open = { from: '1', version: '2', actor: ann, requestedAt: 1_010, outcome: null, endedAt: null, blockers: [] }
    expect(view.migrations[0]).toEqual({ requestId: 'r1', ...open })
    expect(foldRunEvents(log).migrations).toEqual([
      { requestId: 'r1', ...open, outcome: 'moved', endedAt: 1_040 },
      { requestId: 'r2', ...open, version: '3', requestedAt: 1_020, outcome: 'incompatible', endedAt: 1_030, blockers },
    ])
  })

  test('keeps the requests to change its engine, with their outcomes', () => {
    const request = { requestId: 'r1', actor: null, from: 'embedded', to: 'temporal' } as const
    const log = logOf(
      started,
      { type: 'engine_change_requested', data: request },
      { type: 'engine_change_requested', data: { ...request, requestId: 'r2' } },
      { type: 'engine_change_refused', data: { requestId: 'r2', to: 'temporal', reason: 'superseded' } },
      { type: 'engine_changed', data: request },
      { type: 'engine_change_requested', data: { ...request, requestId: 'r3', to: 'embedded' } },
    )
    const open = { ...request, requestedAt: 1_010, outcome: null, endedAt: null }
    expect(foldRunEvents(log.slice(0, 2)).engineChanges).toEqual([open])
    expect(foldRunEvents(log).engineChanges).toEqual([
      { ...open, outcome: 'changed', endedAt: 1_040 },
      { ...open, requestId: 'r2', requestedAt: 1_020, outcome: 'superseded', endedAt: 1_030 },
    ])
  })

  test('starts a node that was skipped before it moved to another version', () => {
    const skipped: Event = { type: 'nodes_skipped', data: { nodeRunIds: ['a'], reason: 'dead_path' } }
    const view = foldRunEvents(logOf(started, skipped, scheduled('a')))
    expect(nodeOf(view)).toMatchObject({ status: 'idle', endedAt: null })
  })

  test('stays queued if it is paused before it has begun', () => {
    const log = logOf({ type: 'run_paused', data: { actor: null } }, started)
    expect(log.map(({ seq }) => foldRunEvents(log.slice(0, seq)).status)).toEqual(['queued', 'paused'])
  })

  test('does not change its status after its end', () => {
    const log = logOf(
      started,
      scheduled('a', 'inline'),
      { type: 'run_error', data: { error: ERROR, nodeRunId: null } },
      suspended('a'),
    )
    expect(foldRunEvents(log).status).toBe('failed')
  })
})

describe('a node run', () => {
  test('that is dispatched is idle until a worker starts it, and shows its input then', () => {
    const log = logOf(started, scheduled('a'), begun('a'), completed('a'))
    expect(nodeOf(foldRunEvents(log.slice(0, 2)))).toMatchObject({
      status: 'idle',
      scheduledAt: 1_010,
      startedAt: null,
      attempts: [],
    })
    expect(nodeOf(foldRunEvents(log.slice(0, 3)))).toMatchObject({
      status: 'running',
      attempt: 1,
      startedAt: 1_020,
      input: OUTPUT,
      attempts: [{ attempt: 1, pass: 1, startedAt: 1_020, endedAt: null, how: 'running', error: null }],
    })
    expect(nodeOf(foldRunEvents(log))).toEqual({
      nodeRunId: 'a',
      nodeId: 'a',
      status: 'success',
      attempt: 1,
      scheduledAt: 1_010,
      startedAt: 1_020,
      endedAt: 1_030,
      attempts: [{ attempt: 1, pass: 1, startedAt: 1_020, endedAt: 1_030, how: 'success', error: null }],
      port: 'success',
      input: OUTPUT,
      output: OUTPUT,
      error: null,
      nextAt: null,
      toolCalls: 0,
      iterations: null,
      parkedWaitId: null,
      child: null,
      calls: null,
      call: null,
      undoes: null,
      isReused: false,
      skipReason: null,
      isLoser: false,
    })
  })

  test('that runs inline starts when it is scheduled', () => {
    const view = foldRunEvents(logOf(started, scheduled('a', 'inline'), completed('a')))
    expect(nodeOf(view)).toMatchObject({
      status: 'success',
      startedAt: 1_010,
      endedAt: 1_020,
      attempts: [{ attempt: 1, startedAt: 1_010, endedAt: 1_020, how: 'success' }],
    })
  })

  test('of an iteration belongs to its node', () => {
    expect(nodeOf(foldRunEvents(logOf(started, scheduled('a#3.0'))), 'a#3.0').nodeId).toBe('a')
  })

  test('shows each failed attempt, and when the next one is due', () => {
    const log = logOf(started, scheduled('a'), begun('a'), erred('a', 1, 5_000), begun('a', 2), completed('a', 2))
    expect(nodeOf(foldRunEvents(log.slice(0, 4)))).toMatchObject({
      status: 'retry',
      nextAt: 5_000,
      endedAt: null,
      attempts: [{ attempt: 1, how: 'failed', error: ERROR, endedAt: 1_030 }],
    })
    expect(nodeOf(foldRunEvents(log.slice(0, 5)))).toMatchObject({ status: 'running', nextAt: null, attempt: 2 })
    expect(nodeOf(foldRunEvents(log))).toMatchObject({
      status: 'success',
      startedAt: 1_020,
      error: null,
      attempts: [
        { attempt: 1, how: 'failed' },
        { attempt: 2, how: 'success', startedAt: 1_040, endedAt: 1_050 },
      ],
    })
  })

  test('shows lost attempts', () => {
    const lost: Event = { type: 'attempt_lost', nodeRunId: 'a', data: { pass: 1, attempt: 1, nextAt: 7_000 } }
    const view = foldRunEvents(logOf(started, scheduled('a'), begun('a'), lost))
    expect(nodeOf(view)).toMatchObject({
      status: 'retry',
      nextAt: 7_000,
      attempts: [{ attempt: 1, how: 'lost', endedAt: 1_030, error: null }],
    })
  })

  test('whose last attempt failed has one entry for it, though the log has it twice', () => {
    const log = logOf(started, scheduled('a'), begun('a'), erred('a', 1, null), failed('a', 1))
    expect(nodeOf(foldRunEvents(log.slice(0, 4))).status).toBe('running')
    expect(nodeOf(foldRunEvents(log))).toMatchObject({
      status: 'failed',
      error: ERROR,
      attempts: [{ attempt: 1, how: 'failed', startedAt: 1_020, endedAt: 1_040 }],
    })
  })

  test('that failed before it began, by wrong params, shows the attempt with its length', () => {
    const view = foldRunEvents(logOf(started, scheduled('a'), failed('a')))
    expect(nodeOf(view)).toMatchObject({
      status: 'failed',
      startedAt: 1_016,
      attempts: [{ attempt: 1, startedAt: 1_016, endedAt: 1_020, how: 'failed', error: ERROR }],
    })
  })

  test('that was not tried again although the retry policy allows it says why', () => {
    const data = { pass: 1, attempt: 1, error: ERROR, durationMs: 4, noRetry: 'retry_if' } as const
    const view = foldRunEvents(
      logOf(started, scheduled('a'), begun('a'), { type: 'node_failed', nodeRunId: 'a', data }),
    )
    expect(nodeOf(view).attempts).toMatchObject([{ how: 'failed', noRetry: 'retry_if' }])
    expect(nodeOf(foldRunEvents(logOf(started, failed('a')))).attempts[0]).not.toHaveProperty('noRetry')
    const held = { pass: 1, attempt: 1, error: ERROR, durationMs: 4, nextAt: 9, isHeld: true } as const
    const [first, second] = [{ type: 'node_error', nodeRunId: 'a', data: held } as const, erred('a', 2, 9)]
    expect(nodeOf(foldRunEvents(logOf(started, first, second))).attempts).toEqual([
      expect.objectContaining({ isHeld: true }),
      expect.not.objectContaining({ isHeld: expect.anything() }),
    ])
  })

  test('that is started twice in one attempt has one entry', () => {
    expect(nodeOf(foldRunEvents(logOf(started, scheduled('a'), begun('a'), begun('a')))).attempts).toHaveLength(1)
  })

  test('whose failure was handled shows both the error and what left it', () => {
    const handled: Event = {
      type: 'failure_handled',
      nodeRunId: 'a',
      data: { how: 'route', port: 'error', output: OUTPUT },
    }
    const view = foldRunEvents(logOf(started, scheduled('a', 'inline'), failed('a'), handled))
    expect(nodeOf(view)).toMatchObject({ status: 'failed', error: ERROR, port: 'error', output: OUTPUT })
  })

  test('that is a join with too few arrivals has failed without an attempt', () => {
    const unsatisfied: Event = {
      type: 'join_unsatisfied',
      nodeRunId: 'a',
      data: { mode: 'any', arrived: 0, need: 1, error: ERROR },
    }
    expect(nodeOf(foldRunEvents(logOf(started, unsatisfied)))).toMatchObject({
      status: 'failed',
      error: ERROR,
      endedAt: 1_010,
      attempts: [],
    })
  })

  test('that is canceled ends with what ran', () => {
    const canceled: Event = { type: 'node_canceled', nodeRunId: 'a', data: { pass: 1, how: 'canceled' } }
    const view = foldRunEvents(
      logOf(started, scheduled('a'), begun('a'), erred('a', 1, 5_000), begun('a', 2), canceled),
    )
    expect(nodeOf(view)).toMatchObject({
      status: 'canceled',
      endedAt: 1_050,
      nextAt: null,
      attempts: [{ how: 'failed' }, { how: 'canceled', endedAt: 1_050 }],
    })
  })

  test('that was passed over shows no attempt, even if one was opened to find that out', () => {
    const skipped: Event = { type: 'nodes_skipped', data: { nodeRunIds: ['a', 'b'], reason: 'skip_if' } }
    const fact: Event = { type: 'node_skipped', nodeRunId: 'a', data: { pass: 1 } }
    const view = foldRunEvents(logOf(started, scheduled('a', 'inline'), fact, skipped))
    expect(nodeOf(view)).toMatchObject({ status: 'skipped', attempts: [], attempt: 0, startedAt: null, endedAt: 1_030 })
    expect(nodeOf(view, 'b')).toMatchObject({ status: 'skipped', scheduledAt: null, endedAt: 1_030 })
  })

  test('counts its tool calls', () => {
    const call: Event = {
      type: 'tool_call',
      nodeRunId: 'a',
      data: { pass: 1, attempt: 1, tool: 'search', arguments: {}, durationMs: 1 },
    }
    expect(nodeOf(foldRunEvents(logOf(started, scheduled('a'), begun('a'), call, call))).toolCalls).toBe(2)
  })

  test('is canceled when it is dropped between two passes, with its attempts', () => {
    const dropped: Event = { type: 'node_dropped', nodeRunId: 'a', data: { pass: 1, reason: 'loser' } }
    const view = foldRunEvents(
      logOf(started, scheduled('a'), begun('a'), suspended('a'), needed('a'), closed('a', 'resolved'), dropped),
    )
    expect(nodeOf(view)).toMatchObject({ status: 'canceled', endedAt: 1_060, attempts: [{ how: 'waiting' }] })
    expect([...view.approvals.values()]).toMatchObject([{ closed: 'resolved' }])
  })

  test('waits for an event, which its wait names until it is closed', () => {
    const waitFor = { kind: 'event', name: 'paid', key: 'o1', schema: null, dueAt: 5 } as const
    const opened: Event = { type: 'wait_opened', nodeRunId: 'a', data: { waitId: 'a/1/0', waitFor } }
    const actor = { userId: 'ann', displayName: 'Ann' }
    const received: Event = {
      type: 'event_received',
      data: { waitId: 'a/1/0', eventId: 'e1', payload: makeValueRef({}), receivedAt: 900, actor },
    }
    const waiting = foldRunEvents(logOf(started, scheduled('a'), begun('a'), suspended('a'), opened))
    const wait = { waitId: 'a/1/0', nodeRunId: 'a', waitFor, openedAt: 1_040, event: null, closed: null }
    expect([...waiting.waits.values()]).toEqual([wait])
    expect(waiting.status).toBe('waiting')
    const ended = foldRunEvents(
      logOf(started, scheduled('a'), begun('a'), suspended('a'), opened, received, closed('a', 'resolved')),
    )
    const event = { eventId: 'e1', actor, receivedAt: 900 }
    expect([...ended.waits.values()]).toEqual([{ ...wait, event, closed: 'resolved' }])
  })

  test('is not changed by its log lines, nor by decisions that only the engines need', () => {
    const before = foldRunEvents(logOf(started, scheduled('a'), begun('a')))
    const others: Event[] = [
      { type: 'node_log', nodeRunId: 'a', data: { timestamp: '', level: 'info', message: '' } },
      { type: 'join_waiting', nodeRunId: 'a', data: { arrived: 1, need: 2 } },
      { type: 'join_fired', nodeRunId: 'a', data: { mode: 'all', arrived: 2, need: 2, losers: [] } },
      { type: 'node_cancel_requested', nodeRunId: 'a', data: { pass: 1, reason: 'loser' } },
      { type: 'timer_set', data: { timerId: 'deadline', purpose: 'deadline', dueAt: 1 } },
      { type: 'timer_cleared', data: { timerId: 'deadline' } },
      { type: 'timer_fired', data: { timerId: 'deadline', dueAt: 1, lateMs: 0 } },
      { type: 'cancel_requested', data: { reason: 'user', actor: null } },
      { type: 'pause_requested', data: { requestId: 'r1', actor: null } },
      { type: 'resume_requested', data: { requestId: 'r2', actor: null } },
    ]
    const after = foldRunEvents(
      others.map((event, index) => ({ seq: before.seq + index + 1, at: 9_000, ...event })),
      before,
    )
    expect(after).toEqual({ ...before, seq: before.seq + others.length })
  })
})

describe('an approval', () => {
  const log = logOf(
    started,
    scheduled('a', 'inline'),
    suspended('a'),
    needed('a'),
    voted('a', 'approve'),
    closed('a', 'resolved'),
    scheduled('a', 'inline', 2),
    completed('a', 1, 2),
  )

  test('is open until its votes are in, and stays to be read', () => {
    expect(foldRunEvents(log.slice(0, 4)).approvals.get('a/1/0')).toEqual({
      waitId: 'a/1/0',
      nodeRunId: 'a',
      waitFor: APPROVAL,
      votes: [],
      openedAt: 1_030,
      closed: null,
    })
    expect(foldRunEvents(log.slice(0, 5)).approvals.get('a/1/0')).toMatchObject({ votes: [{ choice: 'approve' }] })
    expect(foldRunEvents(log).approvals.get('a/1/0')).toMatchObject({ closed: 'resolved' })
  })

  test('makes its node wait, and go on in its next pass', () => {
    expect(nodeOf(foldRunEvents(log.slice(0, 4)))).toMatchObject({
      status: 'waiting',
      attempts: [{ pass: 1, how: 'waiting', endedAt: 1_020 }],
    })
    expect(nodeOf(foldRunEvents(log.slice(0, 7)))).toMatchObject({ status: 'running', endedAt: null })
    expect(nodeOf(foldRunEvents(log))).toMatchObject({
      status: 'success',
      startedAt: 1_010,
      attempts: [
        { pass: 1, how: 'waiting' },
        { pass: 2, how: 'success' },
      ],
    })
  })

  test('that is canceled cancels its node', () => {
    const view = foldRunEvents(
      logOf(started, scheduled('a', 'inline'), suspended('a'), needed('a'), closed('a', 'canceled')),
    )
    expect(nodeOf(view)).toMatchObject({ status: 'canceled', endedAt: 1_040 })
    expect(view.approvals.get('a/1/0')?.closed).toBe('canceled')
  })

  test('that is unknown takes no vote', () => {
    expect(foldRunEvents(logOf(started, voted('a', 'approve'))).approvals.size).toBe(0)
  })

  test('of a dispatched node is taken up by a worker: it goes on running', () => {
    const view = foldRunEvents(
      logOf(
        started,
        scheduled('a'),
        begun('a'),
        suspended('a'),
        needed('a'),
        closed('a', 'timeout'),
        scheduled('a', 'dispatch', 2),
      ),
    )
    expect(nodeOf(view)).toMatchObject({ status: 'running', attempts: [{ how: 'waiting' }] })
  })
})

test('a node run that a join no longer needs is marked, and one that never began is not added', () => {
  const fired: Event = {
    type: 'join_fired',
    nodeRunId: 'join',
    data: { mode: 'any', arrived: 1, need: 1, losers: ['a', 'never'] },
  }
  const view = foldRunEvents(logOf(started, scheduled('a'), scheduled('b'), fired))
  expect([nodeOf(view, 'a').isLoser, nodeOf(view, 'b').isLoser]).toEqual([true, false])
  expect(view.nodeRuns.has('never')).toBe(false)
})
