import type { RunEvent } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { restep } from './restep.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, simulateRun } from './testing/simulated-run.ts'

const PLAN = planOf(['start', 'a:probe', 'ask:approval', 'end'], ['start>a', 'start>ask', 'a>end', 'ask:approve>end'])

function recorded(): RunEvent[] {
  const run = simulateRun(PLAN)
  run.start()
  run.complete('start')
  run.suspend('ask', approvalOf({ dueAt: 9_000 }))
  run.complete('a')
  run.vote('ask/1/0', 'approve')
  run.complete('ask', 'approve')
  run.complete('end', 'end', {}, 'done')
  return [...run.log]
}

/** The log with one event changed. */
function edited(at: (event: RunEvent) => boolean, change: (event: RunEvent) => RunEvent | null): RunEvent[] {
  let isDone = false
  return recorded().flatMap((event) => {
    if (isDone || !at(event)) return [event]
    isDone = true
    const changed = change(event)
    return changed === null ? [] : [changed]
  })
}

describe('restep', () => {
  test('finds a log that the machine would write again', () => {
    expect(restep(recorded(), PLAN)).toEqual({ same: true, turns: 7 })
  })

  test('takes the log as it comes back from a text', () => {
    expect(restep(JSON.parse(JSON.stringify(recorded())) as RunEvent[], PLAN).same).toBe(true)
  })

  test('passes observations over', () => {
    const log = recorded()
    const observed = log.flatMap((event): RunEvent[] => {
      if (event.type !== 'node_scheduled' || event.nodeRunId !== 'a') return [event]
      const { seq, turn, at } = event
      const data = { pass: 1, attempt: 1, input: { hash: '', size: 0 }, worker: 'w', queue: null }
      return [
        event,
        { seq, turn, at, v: 1, class: 'observation', id: 'a/1/1/started', type: 'node_started', nodeRunId: 'a', data },
      ]
    })
    expect(observed).toHaveLength(log.length + 1)
    expect(restep(observed, PLAN)).toEqual({ same: true, turns: 7 })
  })

  test('of an empty log has nothing to object to', () => {
    expect(restep([], PLAN)).toEqual({ same: true, turns: 0 })
  })

  test.each<[title: string, log: RunEvent[]]>([
    [
      'a pass',
      edited(
        ({ type }) => type === 'node_scheduled',
        (event) => ({ ...event, data: { ...event.data, pass: 2 } }) as RunEvent,
      ),
    ],
    [
      'a node',
      edited(
        ({ type }) => type === 'node_scheduled',
        (event) => ({ ...event, nodeRunId: 'a' }) as RunEvent,
      ),
    ],
    [
      'a type',
      edited(
        ({ type }) => type === 'timer_cleared',
        (event) => ({ ...event, type: 'timer_set' }) as RunEvent,
      ),
    ],
    [
      'an id',
      edited(
        ({ type }) => type === 'join_waiting',
        (event) => ({ ...event, id: 'x' }),
      ),
    ],
    [
      'a turn',
      edited(
        ({ type }) => type === 'join_fired',
        (event) => ({ ...event, turn: 99 }),
      ),
    ],
    [
      'a cause',
      edited(
        ({ type }) => type === 'join_fired',
        (event) => ({ ...event, cause: 1 }),
      ),
    ],
    [
      'a due time',
      edited(
        ({ type }) => type === 'timer_set',
        (event) => ({ ...event, data: { ...event.data, dueAt: 1 } }) as RunEvent,
      ),
    ],
    [
      'a missing decision',
      edited(
        ({ type }) => type === 'wait_closed',
        () => null,
      ),
    ],
    [
      'a missing end',
      edited(
        ({ type }) => type === 'run_completed',
        () => null,
      ),
    ],
    [
      'a missing fact',
      edited(
        ({ id }) => id === 'start/1/outcome',
        () => null,
      ),
    ],
    [
      'the turn of a fact',
      edited(
        ({ type }) => type === 'node_suspended',
        (event) => ({ ...event, turn: 4 }),
      ),
    ],
  ])('catches an edit of %s', (_, log) => {
    expect(restep(log, PLAN).same).toBe(false)
  })

  test('shows both texts and where they part', () => {
    const log = edited(
      ({ type }) => type === 'run_completed',
      (event) => {
        return { ...event, data: { outcome: 'other', endNodeRunId: 'end' } } as RunEvent
      },
    )
    const fact = log.findLast((event) => event.class === 'fact')
    expect(restep(log, PLAN)).toMatchObject({
      same: false,
      seq: fact?.seq,
      recorded: expect.stringContaining('"outcome":"other"'),
      repeated: expect.stringContaining('"outcome":"done"'),
    })
  })

  test('shows what one of them has too much', () => {
    const [, scheduled] = recorded()
    const early = [scheduled, ...recorded()].filter((event) => event !== undefined)
    expect(restep(early, PLAN)).toMatchObject({ seq: 0, recorded: expect.any(String), repeated: null })
    const short = edited(
      ({ type }) => type === 'run_completed',
      () => null,
    )
    expect(restep(short, PLAN)).toMatchObject({ recorded: null, repeated: expect.any(String) })
  })

  test('catches a fact that is in the log though it did not matter', () => {
    const log = recorded()
    const [start] = log
    if (start === undefined) throw new RangeError('empty log')
    const again: RunEvent = { ...start, seq: log.length + 1, turn: 8 }
    expect(restep([...log, again], PLAN)).toMatchObject({ same: false, recorded: 'turn 8', repeated: 'turn 7' })
  })

  test('throws for a fact that cannot have happened', () => {
    const log = edited(
      ({ id }) => id === 'a/1/outcome',
      (event) => ({ ...event, nodeRunId: 'ghost' }) as RunEvent,
    )
    expect(() => restep(log, PLAN)).toThrow(expect.objectContaining({ code: 'FACT_INVALID' }))
  })

  test('catches a machine that decides otherwise', () => {
    const result = restep(recorded(), PLAN, (plan) => {
      const machine = createMachine(plan)
      return {
        mark: () => machine.mark(),
        get turn() {
          return machine.turn
        },
        apply: (fact) => [...machine.apply(fact)].reverse(),
      }
    })
    expect(result.same).toBe(false)
  })
})
