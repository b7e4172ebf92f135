import { describe, expect, test } from 'vitest'
import { judgeShell, mayHaveTimedOut, type ShellDescription } from './shell-health.ts'

const NOW = 1_000_000_000
const since = (ms: number) => ({ seconds: (NOW - ms) / 1_000 })
const [SCHEDULED, STARTED] = [1, 2]

describe('judgeShell', () => {
  test.each<[string, ShellDescription, ReturnType<typeof judgeShell>]>([
    ['waits for a timer', { pendingWorkflowTask: null, pendingActivities: [] }, { obstacle: null, isIdle: true }],
    ['says nothing of its tasks', {}, { obstacle: null, isIdle: true }],
    [
      'has a task that a worker is about to take',
      { pendingWorkflowTask: { state: SCHEDULED, attempt: 1, scheduledTime: since(3_000) } },
      { obstacle: null, isIdle: false },
    ],
    [
      'has a task that no worker takes',
      { pendingWorkflowTask: { state: SCHEDULED, attempt: 1, scheduledTime: since(9_000) } },
      { obstacle: 'NO_WORKER', isIdle: false },
    ],
    [
      'has a task without a time',
      { pendingWorkflowTask: { state: SCHEDULED, attempt: 1 } },
      { obstacle: null, isIdle: false },
    ],
    [
      'has a task that fails again and again',
      { pendingWorkflowTask: { state: STARTED, attempt: 3, scheduledTime: since(1_000) } },
      { obstacle: 'STUCK', isIdle: false },
    ],
    [
      'runs a node for a long time',
      { pendingActivities: [{ state: STARTED, attempt: 9, scheduledTime: since(3_600_000) }] },
      { obstacle: null, isIdle: false },
    ],
    [
      'waits for the next attempt of a node',
      { pendingActivities: [{ state: SCHEDULED, attempt: 9, scheduledTime: since(-60_000) }] },
      { obstacle: null, isIdle: false },
    ],
    [
      'has a node that no worker takes',
      { pendingActivities: [{ state: SCHEDULED, attempt: 1, scheduledTime: since(20_000) }] },
      { obstacle: 'NO_WORKER', isIdle: false },
    ],
    [
      'has a node whose type the last worker lacks',
      {
        pendingActivities: [
          {
            ...{ state: SCHEDULED, attempt: 2, scheduledTime: since(-1_000) },
            lastFailure: { applicationFailureInfo: { type: 'NODE_TYPE_UNKNOWN' } },
          },
        ],
      },
      { obstacle: 'NO_CAPABLE_WORKER', isIdle: false },
    ],
    [
      'cannot take its messages',
      { pendingActivities: [{ state: SCHEDULED, attempt: 5, activityType: { name: 'advance' } }] },
      { obstacle: 'STUCK', isIdle: false },
    ],
  ])('judges a shell that %s', (_, description, health) => {
    expect(judgeShell(description, NOW)).toEqual(health)
  })

  test('judges a shell whose own task times out again and again as one without a worker', () => {
    const repeated = { pendingWorkflowTask: { state: STARTED, attempt: 3, scheduledTime: since(1_000) } }
    expect([mayHaveTimedOut(repeated), mayHaveTimedOut({})]).toEqual([true, false])
    expect(judgeShell(repeated, NOW, true)).toEqual({ obstacle: 'NO_WORKER', isIdle: false })
    // Its activity fails, whatever its tasks do.
    const pendingActivities = [{ state: SCHEDULED, attempt: 5, activityType: { name: 'advance' } }]
    expect(judgeShell({ ...repeated, pendingActivities }, NOW, true)).toEqual({ obstacle: 'STUCK', isIdle: false })
  })
})
