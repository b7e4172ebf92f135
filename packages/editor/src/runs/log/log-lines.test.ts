import type { NodeManifestEntry } from '@tenon/core/node'
import {
  type Decision,
  type Fact,
  foldRunEvents,
  fromFrame,
  makeValueRef,
  nodeRunDurationMs,
  type Observation,
} from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../../test/fixtures/loop-workflow.ts'
import {
  attemptFailed,
  completed,
  createRunLog,
  runStarted,
  scheduled,
  started,
} from '../../../test/fixtures/run-log.ts'
import { failedRun, parkedRun, RUN_STARTED_AT, rejectedRun, retriedRun } from '../../../test/fixtures/ticket-runs.ts'
import { TICKET_DOCUMENT, TICKET_MANIFEST } from '../../../test/fixtures/ticket-workflow.ts'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { createNodeDirectory } from '../store/node-directory.ts'
import { filterLines } from './filter-lines.ts'
import { logLine } from './log-lines.ts'

const ENGINE = {
  requestId: 'e',
  actor: { userId: 'ann', displayName: 'Ann' },
  from: 'embedded',
  to: 'temporal',
} as const
const MOVE = { requestId: 'm', actor: null, from: '4', version: '5', planHash: 'p' }

const words = {
  nodes: createNodeDirectory(TICKET_DOCUMENT, TICKET_MANIFEST),
  t: createTranslate({ ...en, ...enRuns }, 'en'),
  locale: 'en',
  nodeRuns: new Map(),
}
const error = { code: 'NODE_FAILED', message: 'It broke' }
const UNJUDGED = {
  code: 'RETRY_CONDITION_FAILED',
  message: 'The condition to try again cannot be evaluated: input.x is missing',
}
const actor = { userId: 'u', displayName: 'Mina Kaur', role: 'editor' }

function lineOf(occurrence: Fact | Decision | Observation, t = words.t) {
  const [frame] = createRunLog(RUN_STARTED_AT).add(occurrence).frames
  if (frame === undefined) throw new Error('no frame')
  return logLine(fromFrame(frame), { ...words, t })
}

function toolCall(tool: string): Observation {
  const data = { pass: 1, attempt: 1, tool, arguments: {}, durationMs: 122, answer: null }
  return { type: 'tool_call', nodeRunId: 'analyze', data }
}

describe('logLine', () => {
  test('says who or which trigger has started a run, and how long it has waited', () => {
    const begun = runStarted({}) as Extract<Fact, { type: 'run_started' }>
    const by = (data: object) => lineOf({ ...begun, data: { ...begun.data, ...data } }).text
    const [trigger] = TICKET_DOCUMENT.nodes
    const name = trigger?.name
    expect(by({ trigger: trigger?.id })).toBe(`Ada Obi started the run at "${name}"`)
    expect(by({ trigger: trigger?.id, actor: null })).toBe(`Started by "${name}"`)
    expect(by({ trigger: 'gone', actor: null, requestedAt: RUN_STARTED_AT - 5_000 })).toMatch(
      /^Started by "gone" after .+ in the queue$/,
    )
  })

  test('names both nodes of a pair of which one undoes the other', () => {
    const log = createRunLog(RUN_STARTED_AT)
    const scheduledUndo = { pass: 1, mode: 'dispatch', queue: null, resume: null, undoes: 'crm' } as const
    const output = makeValueRef(null)
    log.add(
      { type: 'node_scheduled', nodeRunId: 'ticket', data: scheduledUndo },
      { type: 'failure_handled', nodeRunId: 'ticket', data: { how: 'continue', port: 'success', output } },
      { type: 'node_compensated', nodeRunId: 'crm', data: { by: 'ticket', how: 'undone' } },
      { type: 'node_compensated', nodeRunId: 'crm', data: { by: 'ticket', how: 'skipped' } },
    )
    const entries = log.frames.map(fromFrame)
    const { nodeRuns } = foldRunEvents(entries)
    const lines = entries.map((entry) => logLine(entry, { ...words, nodeRuns }))
    expect(lines.map(({ level, nodeName, text }) => `${level} ${nodeName}: ${text}`)).toEqual([
      'debug Create ticket: Scheduled to undo Log to CRM',
      'warn Create ticket: Skipped: Log to CRM stays as it is',
      'info Log to CRM: Undone by Create ticket',
      'warn Log to CRM: Not undone by Create ticket',
    ])
  })

  test('says what is reused of an earlier run', () => {
    const data = { how: 'completed', port: 'success', output: makeValueRef(null) } as const
    const outcomes = [{ nodeId: 'analyze', ...data }]
    const reused = lineOf({ type: 'outcomes_reused', data: { runId: 'run-1', outcomes } })
    expect(reused.text).toBe('1 result of the earlier run is reused')
    expect(lineOf({ type: 'node_reused', nodeRunId: 'analyze', data }).text).toBe('Reused from the earlier run')
  })

  test('names the iterations of a loop by what it repeats', () => {
    const begun: Decision = { type: 'iteration_started', nodeRunId: 'each', data: { index: 1 } }
    const ended: Decision = {
      type: 'iteration_ended',
      nodeRunId: 'each',
      data: { index: 1, how: 'failed', output: null, error },
    }
    const left = (['continue', 'break'] as const).map((endedBy): Decision => {
      const data = { index: 2, how: 'completed', output: null, error: null, endedBy } as const
      return { type: 'iteration_ended', nodeRunId: 'each', data }
    })
    const saidOf = (change: Partial<NodeManifestEntry>) => {
      const entries = LOOP_MANIFEST.nodes.map((entry) => (entry.type === 'repeat' ? { ...entry, ...change } : entry))
      const nodes = createNodeDirectory(LOOP_DOCUMENT, { hash: 'kinds', nodes: entries })
      const frames = createRunLog(RUN_STARTED_AT).add(begun, ended, ...left).frames
      return frames.map((frame) => logLine(fromFrame(frame), { ...words, nodes }).text)
    }
    expect(saidOf({})).toEqual([
      'Item 2 started',
      'Item 2 failed: It broke',
      'Item 3 ended early',
      'Item 3 ended the loop',
    ])
    expect(saidOf({ params: {} })).toEqual([
      'Round 2 started',
      'Round 2 failed: It broke',
      'Round 3 ended early',
      'Round 3 ended the loop',
    ])
    expect(saidOf({ control: 'scope' }).slice(0, 2)).toEqual(['Nodes inside started', 'Nodes inside failed: It broke'])
  })

  test('has the text of the host for the code of a failure', () => {
    const t = createTranslate({ ...en, ...enRuns, 'error.NODE_FAILED': 'Defekt ({message})' }, 'de')
    const failures: readonly (Fact | Decision | Observation)[] = [
      { type: 'node_error', nodeRunId: 'ticket', data: { pass: 1, attempt: 1, error, durationMs: 1, nextAt: null } },
      { type: 'node_failed', nodeRunId: 'ticket', data: { pass: 1, attempt: 1, error, durationMs: 1 } },
      { type: 'join_unsatisfied', nodeRunId: 'join', data: { mode: 'all', arrived: 1, need: 2, error } },
      {
        type: 'tool_call',
        nodeRunId: 'ticket',
        data: { pass: 1, attempt: 1, tool: 'find', arguments: {}, error, durationMs: 1 },
      },
      { type: 'run_error', data: { error, nodeRunId: null } },
    ]
    for (const failure of failures) expect(lineOf(failure, t).text).toContain('Defekt (It broke)')
  })

  test.each<readonly [Fact | Decision | Observation, string, string]>([
    [scheduled('ticket'), 'debug', 'Scheduled'],
    [started('ticket'), 'info', 'Started'],
    [started('ticket', {}, 3), 'info', 'Started, attempt 3'],
    [completed('ticket', { durationMs: 1_840 }), 'info', 'Finished in 1.84 s'],
    [completed('policy', { port: 'pass', durationMs: 12 }), 'info', 'Finished in 12 ms · took the "pass" port'],
    [completed('fork', { port: '*' }), 'info', 'Finished in 1 ms · took all ports'],
    [
      attemptFailed('ticket', 1, 'It broke', RUN_STARTED_AT + 1_200),
      'warn',
      'Attempt 1 failed: It broke. Next attempt in 1.2 s.',
    ],
    [attemptFailed('ticket', 5, 'It broke', null), 'warn', 'Attempt 5 failed: It broke.'],
    [
      { type: 'node_failed', nodeRunId: 'ticket', data: { pass: 1, attempt: 5, error, durationMs: 1 } },
      'error',
      'Failed: It broke',
    ],
    [
      {
        type: 'node_failed',
        nodeRunId: 'ticket',
        data: { pass: 1, attempt: 2, error, durationMs: 1, noRetry: 'retry_if' },
      },
      'error',
      'Failed: It broke. Not tried again: its condition is not true.',
    ],
    [
      {
        type: 'node_failed',
        nodeRunId: 'ticket',
        data: { pass: 1, attempt: 2, error, durationMs: 1, noRetry: 'total_timeout' },
      },
      'error',
      'Failed: It broke. Not tried again: no time is left.',
    ],
    [
      {
        type: 'node_failed',
        nodeRunId: 'ticket',
        data: { pass: 1, attempt: 2, error: UNJUDGED, durationMs: 1, noRetry: 'retry_if' },
      },
      'error',
      'Failed: The condition to try again cannot be evaluated: input.x is missing',
    ],
    [
      { type: 'join_unsatisfied', nodeRunId: 'join', data: { mode: 'all', arrived: 1, need: 2, error } },
      'error',
      'Failed: It broke',
    ],
    [
      { type: 'join_fired', nodeRunId: 'join', data: { mode: 'any', arrived: 1, need: 1, losers: [] } },
      'debug',
      'Continued with 1 branch',
    ],
    [{ type: 'join_waiting', nodeRunId: 'join', data: { arrived: 1, need: 2 } }, 'debug', '1 of 2 branches arrived'],
    [
      { type: 'nodes_skipped', data: { nodeRunIds: ['a', 'b'], reason: 'break' } },
      'debug',
      '2 nodes skipped by a break',
    ],
    [
      { type: 'nodes_skipped', data: { nodeRunIds: ['a', 'b'], reason: 'loser' } },
      'debug',
      '2 nodes are no longer needed',
    ],
    [
      {
        type: 'failure_handled',
        nodeRunId: 'ticket',
        data: { how: 'route', port: 'error', output: { hash: '', size: 2 } },
      },
      'warn',
      'Continued at the error port',
    ],
    [
      { type: 'approval_decided', data: { waitId: 'w', vote: { actor, choice: 'approve', at: 0 } } },
      'info',
      'Mina Kaur decided: Approve',
    ],
    [
      { type: 'cancel_requested', data: { reason: 'timeout', actor: null } },
      'warn',
      'The system requested to cancel the run',
    ],
    [{ type: 'pause_requested', data: { requestId: 'r1', actor } }, 'info', 'Mina Kaur paused the run'],
    [{ type: 'resume_requested', data: { requestId: 'r2', actor: null } }, 'info', 'The system resumed the run'],
    [{ type: 'run_paused', data: { actor } }, 'debug', 'Run paused: no new node starts'],
    [{ type: 'migrate_requested', data: MOVE }, 'info', 'The system requested to move to version 5'],
    [{ type: 'migration_withdrawn', data: MOVE }, 'info', 'The system withdrew the request to move'],
    [{ type: 'run_migrated', data: MOVE }, 'info', 'Moved from version 4 to 5'],
    [{ type: 'engine_change_requested', data: ENGINE }, 'info', 'Ann requested the engine temporal'],
    [
      { type: 'engine_change_requested', data: { ...ENGINE, actor: null } },
      'info',
      'The system requested the engine temporal',
    ],
    [{ type: 'engine_changed', data: ENGINE }, 'info', 'Engine changed from embedded to temporal'],
    [
      { type: 'engine_change_refused', data: { requestId: 'e', to: 'temporal', reason: 'ending' } },
      'warn',
      'Engine not changed to temporal',
    ],
    [
      { type: 'migration_refused', data: { requestId: 'm', version: '5', reason: 'incompatible', blockers: [] } },
      'warn',
      'Not moved to version 5',
    ],
    [{ type: 'run_resumed', data: { actor } }, 'debug', 'Run resumed'],
    [
      { type: 'node_dropped', nodeRunId: 'ticket', data: { pass: 1, reason: 'loser' } },
      'info',
      'Canceled before it continued',
    ],
    [
      { type: 'timer_set', data: { timerId: 'x', purpose: 'deadline', dueAt: RUN_STARTED_AT + 60_000 } },
      'debug',
      'Timer set for 1 min',
    ],
    [{ type: 'run_error', data: { error, nodeRunId: 'ticket' } }, 'error', 'Run failed: It broke'],
    [{ type: 'run_canceled', data: { reason: 'user' } }, 'warn', 'Run canceled'],
    [
      { type: 'attempt_lost', nodeRunId: 'ticket', data: { pass: 1, attempt: 2, nextAt: 0 } },
      'warn',
      'Attempt 2 was lost: its worker stopped',
    ],
    [
      {
        type: 'tool_call',
        nodeRunId: 'analyze',
        data: {
          pass: 1,
          attempt: 1,
          tool: 'find',
          arguments: {},
          durationMs: 5,
          error: { code: 'X', message: 'Not there' },
        },
      },
      'warn',
      'Call of find failed: Not there',
    ],
    [toolCall('http'), 'info', 'HTTP request answered in 122 ms'],
    [toolCall('model'), 'info', 'Model answered in 122 ms'],
    [toolCall('find'), 'info', 'Called find in 122 ms'],
    [{ type: 'run_completed', data: { outcome: 'completed', endNodeRunId: null } }, 'info', 'Run completed'],
    [
      { type: 'run_completed', data: { outcome: 'answered', endNodeRunId: null } },
      'info',
      'Run completed with the outcome "answered"',
    ],
    [
      { type: 'node_log', nodeRunId: 'ticket', data: { timestamp: '', level: 'error', message: 'As it is' } },
      'error',
      'As it is',
    ],
  ])('%j is %s: %s', (occurrence, level, text) => {
    expect(lineOf(occurrence)).toMatchObject({ level, text })
  })

  test('names the node, in a loop with the items around it', () => {
    expect(lineOf(started('ticket'))).toMatchObject({ nodeId: 'ticket', nodeName: 'Create ticket' })
    expect(lineOf(started('ticket#3.0'))).toMatchObject({
      nodeId: 'ticket',
      nodeRunId: 'ticket#3.0',
      nodeName: 'Item 4.1 · Create ticket',
    })
  })

  test('shows values in place of the references that name them', () => {
    expect(lineOf(completed('ticket', { output: { id: 7 } })).data).toMatchObject({ output: { id: 7 } })
  })

  test('says the same length as the timeline, not that of the last attempt alone', () => {
    const log = createRunLog(RUN_STARTED_AT).add(started('ticket')).wait(167)
    log.add(completed('ticket', { durationMs: 166 }))
    const { nodeRuns } = foldRunEvents(log.frames.map(fromFrame))
    const nodeRun = nodeRuns.get('ticket')
    const [, line] = log.frames.map((frame) => logLine(fromFrame(frame), { ...words, nodeRuns }))
    expect(nodeRun === undefined ? null : nodeRunDurationMs(nodeRun)).toBe(167)
    expect(line?.text).toBe('Finished in 167 ms')
  })

  test('names the node of a decision and of a timer, by which the lines are filtered', () => {
    const { frames } = rejectedRun()
    const { nodeRuns } = foldRunEvents(frames.map(fromFrame))
    const lines = frames.map((frame) => logLine(fromFrame(frame), { ...words, nodeRuns }))
    const ofReview = filterLines(lines, { level: 'debug', search: '', nodeId: 'review' })
    const named = (type: string) => ofReview.find((line) => line.type === type)?.nodeName
    expect([named('approval_decided'), named('timer_cleared')]).toEqual(['Manual review', 'Manual review'])
    const deadline = { type: 'timer_fired', data: { timerId: 'deadline', dueAt: RUN_STARTED_AT, lateMs: 0 } } as const
    expect(lineOf(deadline).nodeId).toBeNull()
  })

  test('says of a parked node run why it waits, and who resolved it how', () => {
    const view = foldRunEvents(parkedRun().frames.map(fromFrame))
    const wordsOfRun = { ...words, nodeRuns: view.nodeRuns }
    const lines = retriedRun().frames.map((frame) => logLine(fromFrame(frame), wordsOfRun))
    expect(lines.find(({ type }) => type === 'node_parked')).toMatchObject({
      level: 'error',
      text: 'Failed, waiting for a fix: 422 from the help desk: unknown customer "C-789"',
    })
    const resolved = lines.find(({ type }) => type === 'parked_resolved')
    expect(resolved).toMatchObject({ nodeId: 'ticket', text: 'Mina Kaur tried again with other values' })
  })

  test('has words for every event of whole runs', () => {
    for (const log of [failedRun(), rejectedRun(), retriedRun()]) {
      for (const frame of log.frames) {
        const { text } = logLine(fromFrame(frame), words)
        expect(text).not.toBe('')
        expect(text).not.toBe(frame.type)
        expect(text).not.toMatch(/[{}]|undefined|NaN/)
      }
    }
  })
})

describe('filterLines', () => {
  const lines = failedRun().frames.map((frame) => logLine(fromFrame(frame), words))
  const all = { level: 'debug', search: '', nodeId: null } as const

  test('shows a level and what is worse', () => {
    expect(filterLines(lines, all)).toHaveLength(lines.length)
    expect(filterLines(lines, { ...all, level: 'error' }).map((line) => line.type)).toEqual([
      'node_failed',
      'run_error',
    ])
  })

  test('finds all words, in text, node and data, in any case', () => {
    const found = filterLines(lines, { ...all, search: 'CREATE 503' })
    expect(found.length).toBeGreaterThan(3)
    expect(found.every((line) => line.nodeId === 'ticket')).toBe(true)
    expect(filterLines(lines, { ...all, search: 'O-4411' })).toHaveLength(1)
    expect(filterLines(lines, { ...all, search: 'nowhere' })).toEqual([])
  })

  test('shows one node only', () => {
    expect(new Set(filterLines(lines, { ...all, nodeId: 'crm' }).map((line) => line.nodeId))).toEqual(new Set(['crm']))
  })
})
