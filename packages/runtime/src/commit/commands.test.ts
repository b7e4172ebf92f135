import type { RunEvent } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { commandsOf } from './commands.ts'

const at = { turn: 1, class: 'decision', id: 'x:0', v: 1, at: 0 } as const

describe('commandsOf', () => {
  test('derives one command from each decision that asks for one, under its number', () => {
    const waitFor = { kind: 'time', dueAt: 9 } as const
    const events: RunEvent[] = [
      {
        seq: 1,
        ...at,
        type: 'node_scheduled',
        nodeRunId: 'a',
        data: { pass: 1, mode: 'inline', queue: null, resume: null },
      },
      {
        seq: 2,
        ...at,
        type: 'node_scheduled',
        nodeRunId: 'b',
        data: { pass: 2, mode: 'dispatch', queue: 'q', resume: null },
      },
      { seq: 3, ...at, type: 'node_cancel_requested', nodeRunId: 'b', data: { pass: 2, reason: 'loser' } },
      { seq: 4, ...at, type: 'timer_set', data: { timerId: 't', purpose: 'wait', dueAt: 9 } },
      { seq: 5, ...at, type: 'timer_cleared', data: { timerId: 't' } },
      { seq: 6, ...at, type: 'wait_opened', nodeRunId: 'c', data: { waitId: 'c/1/0', waitFor } },
      { seq: 7, ...at, type: 'wait_closed', nodeRunId: 'c', data: { waitId: 'c/1/0', how: 'resolved' } },
      { seq: 8, ...at, type: 'nodes_skipped', data: { nodeRunIds: ['d'], reason: 'dead_path' } },
      { seq: 9, ...at, type: 'run_canceled', data: { reason: 'user' } },
    ]
    expect(commandsOf(events)).toEqual([
      { kind: 'start_node', id: 2, nodeRunId: 'b', pass: 2, queue: 'q', resume: null },
      { kind: 'cancel_node', id: 3, nodeRunId: 'b', pass: 2 },
      { kind: 'set_timer', id: 4, timerId: 't', dueAt: 9 },
      { kind: 'clear_timer', id: 5, timerId: 't' },
      { kind: 'open_wait', id: 6, nodeRunId: 'c', waitId: 'c/1/0' },
      { kind: 'close_wait', id: 7, nodeRunId: 'c', waitId: 'c/1/0' },
      { kind: 'close_run', id: 9, status: 'canceled' },
    ])
  })

  test.each([
    ['run_completed', { outcome: 'done', endNodeRunId: null }, 'completed'],
    ['run_error', { error: { code: 'X', message: 'x' }, nodeRunId: null }, 'failed'],
  ] as const)('closes the run by %s', (type, data, status) => {
    expect(commandsOf([{ seq: 1, ...at, type, data } as RunEvent])).toEqual([{ kind: 'close_run', id: 1, status }])
  })
})
