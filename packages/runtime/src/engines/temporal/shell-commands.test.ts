import { describe, expect, test } from 'vitest'
import type { Command } from '../../commit/commands.ts'
import type { OpenNodeRun } from '../../interpreter/machine-types.ts'
import { type OpenWork, shellCommandsOf } from './shell-commands.ts'

const openRun = (nodeRunId: string, waitId: string | null = null): OpenNodeRun => ({
  nodeRunId,
  pass: 1,
  mode: 'dispatch',
  queue: null,
  resume: null,
  params: null,
  revision: null,
  scheduledAt: 0,
  canceling: false,
  waitId,
  waitKind: waitId === null ? null : 'approval',
})

const work = (nodeRuns: readonly OpenNodeRun[], timers: readonly string[] = []): OpenWork => ({
  nodeRuns,
  hasTimer: (timerId) => timers.includes(timerId),
  planNodeOf: (id) => ({ id, type: 'probe', timeoutMs: null }),
  queueWaitMs: 5_000,
})

describe('shellCommandsOf', () => {
  const start = (id: number, nodeRunId: string, pass = 1): Command => ({
    kind: 'start_node',
    id,
    nodeRunId,
    pass,
    queue: null,
    resume: null,
  })

  test('starts what is open, and nothing that has its outcome, waits, or is at another pass', () => {
    const open = work([openRun('a'), openRun('w', 'w/1/0')])
    const commands = [start(1, 'a'), start(2, 'over'), start(3, 'w'), start(4, 'a', 2)]
    expect(shellCommandsOf(commands, open)).toEqual([
      {
        seq: 1,
        type: 'start_node',
        nodeRunId: 'a',
        pass: 1,
        queue: null,
        summary: 'probe a',
        startToCloseMs: 2_592_000_000,
        heartbeatMs: 12_000,
      },
    ])
  })

  test('gives an activity longer than the timeout of its policy', () => {
    const day = 86_400_000
    const open = { ...work([openRun('a')]), planNodeOf: () => ({ id: 'a', type: 'probe', timeoutMs: 60 * day }) }
    expect(shellCommandsOf([start(1, 'a')], open)).toMatchObject([{ startToCloseMs: 61 * day }])
  })

  test('lets a node wait in its queue for no longer than its total time', () => {
    const waitMs = (totalTimeoutMs?: number) => {
      const limit = totalTimeoutMs === undefined ? {} : { totalTimeoutMs }
      const open = {
        ...work([openRun('a')]),
        planNodeOf: () => ({ id: 'a', type: 'probe', timeoutMs: null, ...limit }),
      }
      const [command] = shellCommandsOf([{ ...start(1, 'a'), queue: 'gpu' } as Command], open)
      return command?.type === 'start_node' ? command.queueWaitMs : null
    }
    expect([waitMs(), waitMs(1_000), waitMs(60_000)]).toEqual([5_000, 1_000, 5_000])
  })

  test('cancels what is open only', () => {
    const cancel = (id: number, nodeRunId: string): Command => ({ kind: 'cancel_node', id, nodeRunId, pass: 1 })
    expect(shellCommandsOf([cancel(1, 'a'), cancel(2, 'over')], work([openRun('a')]))).toEqual([
      { seq: 1, type: 'cancel_node', nodeRunId: 'a', pass: 1 },
    ])
  })

  test('sets timers that are open still, and clears any', () => {
    const commands: readonly Command[] = [
      { kind: 'set_timer', id: 1, timerId: 'open', dueAt: 5 },
      { kind: 'set_timer', id: 2, timerId: 'fired', dueAt: 5 },
      { kind: 'clear_timer', id: 3, timerId: 'fired' },
    ]
    expect(shellCommandsOf(commands, work([], ['open']))).toEqual([
      { seq: 1, type: 'set_timer', timerId: 'open', dueAt: 5 },
      { seq: 3, type: 'clear_timer', timerId: 'fired' },
    ])
  })

  test('leaves waits to the store, and ends with the run', () => {
    const commands: readonly Command[] = [
      { kind: 'open_wait', id: 1, nodeRunId: 'w', waitId: 'w/1/0' },
      { kind: 'close_wait', id: 2, nodeRunId: 'w', waitId: 'w/1/0' },
      { kind: 'close_run', id: 3, status: 'completed' },
    ]
    expect(shellCommandsOf(commands, work([]))).toEqual([{ seq: 3, type: 'close_run' }])
  })
})
