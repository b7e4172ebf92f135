import { foldRunEvents, fromFrame } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createRunLog, type RunLogWriter, runStarted, scheduled } from '../../../test/fixtures/run-log.ts'
import {
  escalatedRun,
  escalatingRun,
  failedRun,
  pausedRun,
  RUN_STARTED_AT,
  rejectedRun,
  waitingRun,
} from '../../../test/fixtures/ticket-runs.ts'
import { busyIntervals, pausedIntervals, timelineRows } from './bars.ts'

const viewOf = (log: RunLogWriter) => foldRunEvents(log.frames.map(fromFrame))

function rowOf(view: ReturnType<typeof viewOf>, nodeId: string, moment: number) {
  const row = timelineRows(view, moment).find((candidate) => candidate.nodeId === nodeId)
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
  test('are in the order of scheduling, without skipped nodes', () => {
    const log = escalatedRun()
    const ids = timelineRows(viewOf(log), log.at).map((row) => row.nodeId)
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
    for (const log of [escalatingRun(), escalatedRun(), waitingRun(), rejectedRun(), failedRun()]) {
      for (const { segments } of timelineRows(viewOf(log), log.at + 1_000)) {
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

  test('show waiting as a closed part between two passes after the decision', () => {
    const log = rejectedRun()
    const { segments } = rowOf(viewOf(log), 'review', log.at)
    const waiting = segments.filter((part) => part.kind === 'waiting' && part.to > part.from)
    expect(waiting).toMatchObject([{ isOpen: false }])
    expect(segments.at(-1)?.kind).toBe('success')
  })

  test('leave nothing open in a run that has ended', () => {
    const log = failedRun()
    const rows = timelineRows(viewOf(log), log.at + 99_999)
    expect(rows.flatMap((row) => row.segments).filter((part) => part.isOpen)).toEqual([])
    expect(rowOf(viewOf(log), 'ticket', log.at).segments.filter((part) => part.kind === 'failed')).toHaveLength(5)
  })
})

test('busyIntervals leave out waiting, pauses and the time before a worker takes a node', () => {
  const log = rejectedRun()
  const busy = busyIntervals(timelineRows(viewOf(log), log.at))
  expect(Math.max(...busy.map((part) => part.to - part.from))).toBeLessThan(10_000)
  const queued = createRunLog(RUN_STARTED_AT).add(runStarted({}), scheduled('start')).wait(3_600_000)
  expect(busyIntervals(timelineRows(viewOf(queued), queued.at))).toEqual([])
})
