import {
  foldRunEvents,
  fromFrame,
  idleNodeRun,
  makeValueRef,
  type NodeRunView,
  type NoRetryReason,
} from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { loopRun } from '../../../test/fixtures/loop-runs.ts'
import type { RunLogWriter } from '../../../test/fixtures/run-log.ts'
import {
  decidedWhilePausedRun,
  escalatedRun,
  escalatingRun,
  failedRun,
  parkedRun,
  reusingRun,
  waitingRun,
} from '../../../test/fixtures/ticket-runs.ts'
import { TICKET_DOCUMENT, TICKET_MANIFEST } from '../../../test/fixtures/ticket-workflow.ts'
import { received, waitingRun as waitingForEvent } from '../../../test/fixtures/waits.ts'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { createNodeDirectory } from '../store/node-directory.ts'
import { closedApprovalOf, countedAttempts, headlineOf, lastWaitOf } from './headline.ts'

const nodes = createNodeDirectory(TICKET_DOCUMENT, TICKET_MANIFEST)
const actor = { userId: 'mina', displayName: 'Mina Kaur' }
const t = createTranslate({ ...en, ...enRuns }, 'en')

function headline(log: RunLogWriter, nodeId: string, count = log.frames.length, at = log.at) {
  const view = foldRunEvents(log.frames.slice(0, count).map(fromFrame))
  const nodeRun = view.nodeRuns.get(nodeId) ?? idleNodeRun(nodeId)
  const closed = closedApprovalOf(view, nodeId)
  const isPaused = view.status === 'paused'
  return headlineOf({
    nodeRun,
    node: nodes.get(nodeId),
    undoes: view.nodeRuns.get(nodeId)?.undoes ?? null,
    skipReason: null,
    closed,
    wait: lastWaitOf(view, nodeId),
    isPaused,
    moment: at,
    t,
    locale: 'en',
  })
}

describe('headlineOf', () => {
  test('counts what a loop repeats, and nothing of a node that runs its content once', () => {
    const log = loopRun({ ended: 1, failed: [] })
    const nodeRun = foldRunEvents(log.frames.map(fromFrame)).nodeRuns.get('each') ?? idleNodeRun('each')
    const waiting = {
      nodeRun: { ...nodeRun, status: 'waiting' },
      undoes: null,
      skipReason: null,
      closed: null,
      wait: null,
    } as const
    const titles = (['list', 'rounds', 'once'] as const).map((loop) => {
      const node = { ...nodes.get('ticket'), loop }
      return headlineOf({ ...waiting, node, isPaused: false, moment: log.at, t, locale: 'en' })?.title
    })
    expect(titles).toEqual(['1 of 12 items have ended', '1 round has ended', 'The nodes inside have not ended'])
  })

  test('says what a node waits for, and that its event came while the run was paused', () => {
    const log = waitingForEvent()
    expect(headline(log, 'paid')?.title).toBe('Waiting for the event "order.paid"')
    const requested = { requestId: 'p', actor }
    log.add({ type: 'pause_requested', data: requested }, { type: 'run_paused', data: requested })
    received(log)
    expect(headline(log, 'paid', log.frames.length - 2)).toEqual({
      tone: 'waiting',
      title: 'Event received',
      detail: 'The run is paused. It continues when it is resumed.',
    })
  })

  test('says that an outcome is that of an earlier run, and which failure was handled there', () => {
    const title = 'Reused from the earlier run'
    expect(headline(reusingRun(), 'analyze')).toEqual({ tone: 'success', title, detail: '' })
    expect(headline(reusingRun(), 'crm')).toMatchObject({
      tone: 'neutral',
      title,
      detail: expect.stringContaining('503 from the shop'),
    })
  })

  test('says of a node that runs again why it does', () => {
    expect(headline(escalatingRun(), 'ticket')).toEqual({
      tone: 'waiting',
      title: 'Attempt 1 failed: 503 from the help desk',
      detail: 'Retried after 1.2 s. 3 attempts left.',
    })
  })

  test('gives the failure of a parked node run', () => {
    expect(headline(parkedRun(), 'ticket')).toEqual({
      tone: 'parked',
      title: 'Failed: 422 from the help desk: unknown customer "C-789"',
      detail: 'All 2 attempts failed.',
    })
  })

  test('says when the next attempt comes', () => {
    const log = escalatingRun()
    expect(headline(log, 'ticket', log.frames.length - 1, log.at - 1_000)).toEqual({
      tone: 'retry',
      title: 'Attempt 1 failed: 503 from the help desk',
      detail: 'Next attempt in 1 s. 4 attempts left.',
    })
  })

  test('says why an attempt could not start, and does not count it', () => {
    const log = escalatingRun()
    const nodeRun = foldRunEvents(log.frames.slice(0, -1).map(fromFrame)).nodeRuns.get('ticket') as NodeRunView
    const error = { code: 'UNAVAILABLE', message: 'The key provider failed' }
    const attempts = nodeRun.attempts.map((attempt) => ({ ...attempt, error, isHeld: true }))
    const held = { ...nodeRun, attempts }
    const input = { node: nodes.get('ticket'), undoes: null, skipReason: null, closed: null, wait: null }
    const rest = { ...input, isPaused: false, moment: log.at - 1_000, t, locale: 'en' }
    expect([countedAttempts(nodeRun), countedAttempts(held)]).toEqual([1, 0])
    expect(headlineOf({ ...rest, nodeRun: held })).toEqual({
      tone: 'retry',
      title: 'Cannot start yet: The key provider failed',
      detail: 'Next attempt in 1 s. 5 attempts left.',
    })
    expect(headlineOf({ ...rest, nodeRun: { ...held, status: 'running' } })).toBeNull()
  })

  test('says what to do about a failure', () => {
    expect(headline(failedRun(), 'ticket')).toEqual({
      tone: 'failed',
      title: 'Failed: 503 from the help desk',
      detail: 'Check the status page of the help desk. All 5 attempts failed.',
    })
  })

  test('says why a failed node was not tried again, unless its failure says it', () => {
    const nodeRun = foldRunEvents(failedRun().frames.map(fromFrame)).nodeRuns.get('ticket') as NodeRunView
    const input = { node: nodes.get('ticket'), undoes: null, skipReason: null, closed: null, wait: null }
    const detailOf = (noRetry: NoRetryReason, code = 'HTTP_STATUS', parkedWaitId: string | null = null) => {
      const attempts = nodeRun.attempts.slice(0, 1).map((attempt) => ({ ...attempt, noRetry }))
      const error = { code, message: 'It broke' }
      const status = parkedWaitId === null ? 'failed' : 'waiting'
      const ended = { ...nodeRun, status, parkedWaitId, attempts, attempt: 1, error } as NodeRunView
      return headlineOf({ ...input, nodeRun: ended, isPaused: false, moment: 0, t, locale: 'en' })?.detail
    }
    expect(detailOf('retry_if')).toBe('Not tried again: its condition is not true.')
    expect(detailOf('total_timeout', 'HTTP_STATUS', 'ticket/1/0')).toBe('Not tried again: no time is left.')
    expect(detailOf('retry_if', 'RETRY_CONDITION_FAILED')).toBe('')
  })

  test('says of an undo node that was skipped what remains, and no port', () => {
    const log = parkedRun()
    const output = makeValueRef(null)
    log.add({ type: 'failure_handled', nodeRunId: 'ticket', data: { how: 'continue', port: 'success', output } })
    const nodeRun = { ...(foldRunEvents(log.frames.map(fromFrame)).nodeRuns.get('ticket') as NodeRunView) }
    const skipped = { ...nodeRun, status: 'failed', parkedWaitId: null } as const
    const input = { node: nodes.get('ticket'), skipReason: null, closed: null, wait: null, isPaused: false }
    const detailOf = (undoes: string | null) =>
      headlineOf({ ...input, nodeRun: skipped, undoes, moment: log.at, t, locale: 'en' })?.detail
    expect(detailOf('Book')).toBe('All 2 attempts failed. Skipped: Book stays as it is.')
    expect(detailOf(null)).toBe('All 2 attempts failed. The run continued at the "success" port.')
  })

  test('says how a node succeeded', () => {
    expect(headline(escalatedRun(), 'policy')).toMatchObject({
      tone: 'success',
      title: 'Succeeded in 640 ms · took the "pass" port',
    })
    expect(headline(escalatedRun(), 'crm')).toMatchObject({ tone: 'success', title: 'Succeeded in 210 ms' })
  })

  test('says of a decided node that it waits only for the run to be resumed', () => {
    const log = decidedWhilePausedRun()
    expect(headline(log, 'review')).toEqual({
      tone: 'waiting',
      title: 'Decided',
      detail: 'The run is paused. It continues when it is resumed.',
    })
    log.add(
      { type: 'resume_requested', data: { requestId: 'resume-1', actor } },
      { type: 'run_resumed', data: { actor } },
    )
    expect(headline(log, 'review')).toEqual({ tone: 'waiting', title: 'Decided', detail: '' })
  })

  test('says how long a node has been waiting', () => {
    const log = waitingRun()
    expect(headline(log, 'review', log.frames.length, log.at + 120_000)).toMatchObject({
      tone: 'waiting',
      detail: 'For 2 min so far.',
    })
  })

  test('says nothing of a first attempt that runs', () => {
    expect(headline(escalatingRun(), 'analyze', 5)).toBeNull()
  })

  test('has a word for what did not happen', () => {
    expect(headline(escalatedRun(), 'review')).toMatchObject({ title: 'Not on the path that this run took' })
    expect(headline(waitingRun(), 'escalated')).toMatchObject({ title: 'Not started yet' })
  })
})
