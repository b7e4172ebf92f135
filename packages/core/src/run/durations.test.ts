import { describe, expect, test } from 'vitest'
import { attemptDurationMs, nodeRunDurationMs, runDurationMs } from './durations.ts'
import { emptyRunView, idleNodeRun } from './empty-view.ts'

describe('durations', () => {
  const nodeRun = idleNodeRun('a')

  test('of a node run go from its start to its end', () => {
    expect(nodeRunDurationMs({ ...nodeRun, startedAt: 1_000, endedAt: 1_250 })).toBe(250)
    expect(nodeRunDurationMs({ ...nodeRun, startedAt: 1_000, endedAt: 1_250 }, 9_000)).toBe(250)
  })

  test('of an open one go on until now, and are unknown without it', () => {
    expect(nodeRunDurationMs({ ...nodeRun, startedAt: 1_000 }, 1_100)).toBe(100)
    expect(nodeRunDurationMs({ ...nodeRun, startedAt: 1_000 })).toBeNull()
  })

  test('are unknown before the start', () => {
    expect(nodeRunDurationMs(nodeRun, 1_000)).toBeNull()
    expect(runDurationMs(emptyRunView(), 1_000)).toBeNull()
  })

  test('are never negative, though clocks differ', () => {
    expect(nodeRunDurationMs({ ...nodeRun, startedAt: 1_000, endedAt: 998 })).toBe(0)
  })

  test('of attempts and runs are measured alike', () => {
    const attempt = { attempt: 1, pass: 1, startedAt: 5, endedAt: 8, how: 'success', error: null } as const
    expect(attemptDurationMs(attempt)).toBe(3)
    expect(attemptDurationMs({ ...attempt, endedAt: null }, 6)).toBe(1)
    expect(runDurationMs({ ...emptyRunView(), startedAt: 1, finishedAt: 4 })).toBe(3)
    expect(runDurationMs({ ...emptyRunView(), startedAt: 1 }, 3)).toBe(2)
  })
})
