import { describe, expect, test } from 'vitest'
import type { RunEvent } from './events.ts'
import { fromFrame, toFrame } from './frame.ts'

const envelope = { seq: 4, turn: 2, class: 'decision', id: 'x:0', v: 1, at: 1_000, cause: 3 } as const

describe('toFrame', () => {
  test('leaves out what only the store needs', () => {
    const event: RunEvent = {
      ...envelope,
      type: 'join_waiting',
      nodeRunId: 'meet',
      data: { arrived: 1, need: 2 },
    }
    expect(toFrame(event)).toEqual({
      seq: 4,
      type: 'join_waiting',
      at: 1_000,
      nodeRunId: 'meet',
      data: { arrived: 1, need: 2 },
    })
  })

  test('has a node run only where the event has one', () => {
    const cleared: RunEvent = { ...envelope, type: 'timer_cleared', data: { timerId: 'deadline' } }
    expect(toFrame(cleared)).not.toHaveProperty('nodeRunId')
    const set = {
      ...envelope,
      type: 'timer_set',
      nodeRunId: undefined,
      data: { timerId: 'd', purpose: 'wait', dueAt: 1 },
    }
    expect(toFrame(set as never)).not.toHaveProperty('nodeRunId')
  })
})

test('fromFrame reads a frame as an entry of the log', () => {
  const frame = { seq: 1, type: 'timer_cleared', at: 5, data: { timerId: 'deadline' } } as const
  expect(fromFrame(frame)).toEqual(frame)
})
