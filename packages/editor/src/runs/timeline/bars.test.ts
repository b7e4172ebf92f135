import { foldRunEvents, fromFrame, type NodeRunId } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { loopRun } from '../../../test/fixtures/loop-runs.ts'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../../test/fixtures/loop-workflow.ts'
import { createRunLog, type RunLogWriter, runStarted, scheduled } from '../../../test/fixtures/run-log.ts'
import {
  escalatedRun,
  escalatingRun,
  failedRun,
  parkedRun,
  pausedRun,
  RUN_STARTED_AT,
  rejectedRun,
  retriedRun,
  TICKET_FINGERPRINT,
  waitingRun,
} from '../../../test/fixtures/ticket-runs.ts'
import { TICKET_DOCUMENT, TICKET_MANIFEST } from '../../../test/fixtures/ticket-workflow.ts'
import { createNodeDirectory } from '../store/node-directory.ts'
import { busyIntervals, pausedIntervals, timelineRows } from './bars.ts'

const nodes = createNodeDirectory(TICKET_DOCUMENT, TICKET_MANIFEST)
const NONE: ReadonlyMap<NodeRunId, number> = new Map()
const viewOf = (log: RunLogWriter) => foldRunEvents(log.frames.map(fromFrame))

function rowOf(view: ReturnType<typeof viewOf>, nodeId: string, moment: number) {
  const row = timelineRows({ view, chosenItems: NONE }, nodes, moment).find((candidate) => candidate.nodeId === nodeId)
  if (row === undefined) throw new Error(`no row of ${nodeId}`)
  return row
}

describe('pausedIntervals', () => {
  test('end with the resumption, the end of the run, or now', () => {
    const log = pausedRun()
    const from = log.at - 2_000
    const open = viewOf(log)
    expect(pausedIntervals(open, log.at + 500)).toEqual([{ from, to: log.at + 500 }])
    const resumed = viewOf(log.add({ type: 'run_resumed', data: { actor: null } }))
    expect(pausedIntervals(resumed, log.at + 500)).toEqual([{ from, to: log.at }])
    const ended = viewOf(pausedRun().add({ type: 'run_canceled', data: { reason: 'user' } }))
    expect(pausedIntervals(ended, log.at + 500)).toEqual([{ from, to: log.at }])
    expect(pausedIntervals(viewOf(escalatedRun()), log.at)).toEqual([])
  })
})

describe('timelineRows', () => {
  test('list the nodes of a loop below it, item by item, and of a long loop only those of the shown item', () => {
    const loopNodes = createNodeDirectory(LOOP_DOCUMENT, LOOP_MANIFEST)
    const idsOf = (log: RunLogWriter, chosenItems = NONE) =>
      timelineRows({ view: viewOf(log), chosenItems }, loopNodes, log.at).map((row) => row.nodeRun.nodeRunId)
    expect(idsOf(loopRun({ count: 2, failed: [0] }))).toEqual([
      'start',
      'each',
      'charge#0',
      'charge#1',
      'mail#1',
      'finish',
    ])
    const long = loopRun({ count: 60, failed: [] })
    expect(idsOf(long)).toEqual(['start', 'each', 'charge#0', 'mail#0', 'finish'])
    expect(idsOf(long, new Map([['each', 59]]))).toEqual(['start', 'each', 'charge#59', 'mail#59', 'finish'])
    const rows = timelineRows({ view: viewOf(long), chosenItems: NONE }, loopNodes, long.at)
    expect(rows.map(({ depth }) => depth)).toEqual([0, 0, 1, 1, 0])
    // The items without rows keep the axis from being shortened.
    const { scheduledAt, endedAt } = rows[1]?.nodeRun ?? {}
    expect(busyIntervals(rows)).toContainEqual(expect.objectContaining({ from: scheduledAt, to: endedAt }))
  })

  test('are in the order of scheduling, without skipped nodes', () => {
    const log = escalatedRun()
    const ids = timelineRows({ view: viewOf(log), chosenItems: NONE }, nodes, log.at).map((row) => row.nodeId)
    expect(ids).toEqual(['start', 'analyze', 'policy', 'happy', 'fork', 'ticket', 'crm', 'join', 'escalated'])
  })

  test('show a failed attempt, the pause after it and the attempt that runs', () => {
    const log = escalatingRun()
    const { segments, isOpen } = rowOf(viewOf(log), 'ticket', log.at + 500)
    expect(segments.map((part) => part.kind)).toEqual(['queued', 'failed', 'pause', 'running'])
    expect(segments.at(-1)).toMatchObject({ isOpen: true, from: log.at, to: log.at + 500 })
    expect(isOpen).toBe(true)
  })

  test('have parts that neither overlap nor run backwards', () => {
    for (const log of [escalatingRun(), escalatedRun(), waitingRun(), rejectedRun(), failedRun(), retriedRun()]) {
      for (const { segments } of timelineRows({ view: viewOf(log), chosenItems: NONE }, nodes, log.at + 1_000)) {
        segments.forEach((part, index) => {
          expect(part.to).toBeGreaterThanOrEqual(part.from)
          expect(part.from).toBeGreaterThanOrEqual(segments[index - 1]?.to ?? RUN_STARTED_AT)
        })
      }
    }
  })

  test('show waiting up to now without a decision', () => {
    const log = waitingRun()
    const { segments } = rowOf(viewOf(log), 'review', log.at + 60_000)
    expect(segments.at(-1)).toMatchObject({ kind: 'waiting', isOpen: true, to: log.at + 60_000 })
  })

  test('show that a parked node run waits for a person, and for a worker once it is retried', () => {
    const parked = parkedRun()
    const { segments } = rowOf(viewOf(parked), 'ticket', parked.at + 5_000)
    expect(segments.map((part) => part.kind)).toEqual(['queued', 'failed', 'pause', 'failed', 'parked'])
    expect(segments.at(-1)).toMatchObject({ isOpen: true, from: parked.at, to: parked.at + 5_000 })
    const retried = retriedRun()
    const after = rowOf(viewOf(retried), 'ticket', retried.at + 100).segments.slice(-3)
    expect(after.map(({ kind, from, to, isOpen }) => [kind, to - from, isOpen])).toEqual([
      ['parked', 60_000, false],
      ['queued', 200, false],
      ['running', 100, true],
    ])
  })

  test('show a node that never started, since its join failed, as parked', () => {
    const log = createRunLog(RUN_STARTED_AT).add(runStarted({}))
    const error = { code: 'JOIN_UNSATISFIED', message: '1 of 2 branches arrived' }
    const data = { pass: 1, waitId: 'join/1/0', error, fingerprint: TICKET_FINGERPRINT, resolutions: ['skip'] } as const
    log.add({ type: 'node_parked', nodeRunId: 'join', data })
    expect(rowOf(viewOf(log), 'join', log.at + 70).segments).toMatchObject([{ kind: 'parked', isOpen: true }])
  })

  test('show waiting as a closed part between two passes after the decision', () => {
    const log = rejectedRun()
    const { segments } = rowOf(viewOf(log), 'review', log.at)
    const waiting = segments.filter((part) => part.kind === 'waiting' && part.to > part.from)
    expect(waiting).toMatchObject([{ isOpen: false }])
    expect(segments.at(-1)?.kind).toBe('success')
  })

  test('leave nothing open in a run that has ended', () => {
    const log = failedRun()
    const rows = timelineRows({ view: viewOf(log), chosenItems: NONE }, nodes, log.at + 99_999)
    expect(rows.flatMap((row) => row.segments).filter((part) => part.isOpen)).toEqual([])
    expect(rowOf(viewOf(log), 'ticket', log.at).segments.filter((part) => part.kind === 'failed')).toHaveLength(5)
  })
})

test('busyIntervals leave out waiting, pauses and the time before a worker takes a node', () => {
  const log = rejectedRun()
  const busy = busyIntervals(timelineRows({ view: viewOf(log), chosenItems: NONE }, nodes, log.at))
  expect(Math.max(...busy.map((part) => part.to - part.from))).toBeLessThan(10_000)
  const queued = createRunLog(RUN_STARTED_AT).add(runStarted({}), scheduled('start')).wait(3_600_000)
  expect(busyIntervals(timelineRows({ view: viewOf(queued), chosenItems: NONE }, nodes, queued.at))).toEqual([])
})
