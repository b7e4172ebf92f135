import { describe, expect, test } from 'vitest'
import { createRunFold, foldRunEvents } from './fold.ts'
import {
  closed,
  completed,
  type Event,
  failed,
  iterating,
  iterationBegun,
  iterationEnded,
  logOf,
  needed,
  scheduled,
  started,
  suspended,
} from './testing/log-of.ts'
import type { RunView } from './view.ts'

const loopOf = (view: RunView, nodeRunId = 'each') => view.nodeRuns.get(nodeRunId)
const statusesOf = (events: readonly Event[]) => {
  const fold = createRunFold()
  return logOf(...events).map((entry) => {
    fold.apply(entry)
    return fold.view().status
  })
}

const BEGUN: readonly Event[] = [started, scheduled('each', 'inline'), ...iterating('each', 2)]

describe('a loop', () => {
  test('counts its iterations, and lists those that failed', () => {
    const log = logOf(
      ...BEGUN,
      iterationBegun('each', 0),
      scheduled('a#0'),
      iterationBegun('each', 1),
      failed('a#1'),
      iterationEnded('each', 1, 'failed'),
      completed('a#0'),
      iterationEnded('each', 0),
    )
    const counts = log.map(({ seq }) => loopOf(foldRunEvents(log.slice(0, seq)))?.iterations ?? null)
    expect(counts.slice(0, 3)).toEqual([null, null, null])
    expect(counts[3]).toEqual({ count: 2, started: 0, ended: 0, failed: [], stoppedAt: null })
    expect(counts[6]).toEqual({ count: 2, started: 2, ended: 0, failed: [], stoppedAt: null })
    expect(counts[8]).toEqual({ count: 2, started: 2, ended: 1, failed: [1], stoppedAt: null })
    expect(counts.at(-1)).toEqual({ count: 2, started: 2, ended: 2, failed: [1], stoppedAt: null })
    const view = foldRunEvents(log)
    expect([...view.nodeRuns].map(([id, { nodeId, status }]) => [id, nodeId, status])).toEqual([
      ['each', 'each', 'waiting'],
      ['a#0', 'a', 'success'],
      ['a#1', 'a', 'failed'],
    ])
  })

  test('adds the iterations of its next waits, and keeps them to its end', () => {
    const log = logOf(
      ...BEGUN.slice(0, 2),
      ...iterating('each', 1),
      iterationBegun('each', 0),
      iterationEnded('each', 0, 'canceled'),
      closed('each', 'resolved'),
      scheduled('each', 'inline', 2),
      ...iterating('each', 2, 2),
      iterationBegun('each', 1),
      iterationEnded('each', 1),
      closed('each', 'resolved'),
      scheduled('each', 'inline', 3),
      completed('each', 1, 3),
    )
    expect(loopOf(foldRunEvents(log))).toMatchObject({
      status: 'success',
      iterations: { count: 2, started: 2, ended: 2, failed: [] },
    })
  })

  test('has the iteration that ended it with a break, and none for a continue', () => {
    const ended = (index: number, endedBy: 'break' | 'continue'): Event => {
      const data = { index, how: 'completed', output: null, error: null, endedBy } as const
      return { type: 'iteration_ended', nodeRunId: 'each', data }
    }
    const log = logOf(...BEGUN, iterationBegun('each', 0), ended(0, 'continue'), iterationBegun('each', 1))
    expect(loopOf(foldRunEvents(log))?.iterations).toMatchObject({ ended: 1, stoppedAt: null })
    const broken = logOf(...BEGUN, iterationBegun('each', 0), ended(0, 'break'), iterationEnded('each', 1, 'canceled'))
    expect(loopOf(foldRunEvents(broken))?.iterations).toMatchObject({ ended: 2, stoppedAt: 0 })
  })

  test('lists at most 1,000 failed iterations, and counts all that ended', () => {
    const ends = Array.from({ length: 1_200 }, (_, index) => iterationEnded('each', index, 'failed'))
    const { iterations } = loopOf(foldRunEvents(logOf(...BEGUN, ...ends))) ?? {}
    expect(iterations?.ended).toBe(1_200)
    expect(iterations?.failed).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
  })

  test('ignores iterations that it has not begun', () => {
    const view = foldRunEvents(logOf(started, iterationBegun('each', 0), iterationEnded('each', 0)))
    expect(loopOf(view)?.iterations).toBeNull()
  })

  test('that is canceled keeps its counts', () => {
    const view = foldRunEvents(logOf(...BEGUN, iterationBegun('each', 0), closed('each', 'canceled')))
    expect(loopOf(view)).toMatchObject({ status: 'canceled', iterations: { started: 1, ended: 0 } })
  })
})

describe('a run', () => {
  test('runs while a loop begins, between two iterations, and while a node in it runs', () => {
    expect(
      statusesOf([
        ...BEGUN,
        iterationBegun('each', 0),
        scheduled('a#0'),
        completed('a#0'),
        iterationEnded('each', 0),
        iterationBegun('each', 1),
        scheduled('a#1'),
        completed('a#1'),
        iterationEnded('each', 1),
        closed('each', 'resolved'),
        scheduled('each', 'inline', 2),
      ]),
    ).toEqual(Array.from({ length: 14 }, () => 'running'))
  })

  test('waits while every node in its loops waits, also in nested ones', () => {
    const statuses = statusesOf([
      ...BEGUN,
      iterationBegun('each', 0),
      iterationBegun('each', 1),
      scheduled('inner#0', 'inline'),
      ...iterating('inner#0', 1),
      iterationBegun('inner#0', 0),
      scheduled('review#0.0', 'inline'),
      scheduled('a#1'),
      suspended('review#0.0'),
      needed('review#0.0'),
      completed('a#1'),
      iterationEnded('each', 1),
      scheduled('review#0.0', 'inline', 2),
    ])
    expect(statuses.slice(-5)).toEqual(['running', 'running', 'waiting', 'waiting', 'running'])
    expect(statuses.indexOf('waiting')).toBe(statuses.length - 3)
  })

  test('has the same status when its view is continued from the middle', () => {
    const log = logOf(
      ...BEGUN,
      iterationBegun('each', 0),
      scheduled('review#0', 'inline'),
      suspended('review#0'),
      scheduled('review#0', 'inline', 2),
    )
    for (const { seq } of log) {
      const middle = foldRunEvents(log.slice(0, seq))
      expect(foldRunEvents(log.slice(seq), middle)).toEqual(foldRunEvents(log))
    }
  })
})
