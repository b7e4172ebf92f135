import { describe, expect, test } from 'vitest'
import type { AppendOperation } from '../../src/store/append.ts'
import { storeAppend } from './memory-append.ts'
import { findRun } from './memory-tables.ts'
import { createSimulator, type PlantedStore, type Simulated } from './simulate.ts'

// `npm run simulate -- --seeds N --from S` sets them.
const FROM = Number(process.env['TENON_SIMULATE_FROM'] ?? 1)
const SEEDS = Number(process.env['TENON_SIMULATE_SEEDS'] ?? 400)

/** Types of events that the seeds must reach, so that their constructs are under test. */
const REACHED = [
  ...['attempt_lost', 'node_error', 'node_journaled', 'node_parked', 'parked_resolved', 'node_cancel_requested'],
  ...['approval_decided', 'event_received', 'timer_fired', 'child_finished', 'child_cancel_requested'],
  ...['compensation_started', 'node_compensated', 'compensation_skip_requested', 'iteration_ended', 'join_fired'],
  ...['run_paused', 'run_resumed', 'run_completed', 'run_error', 'run_canceled'],
]

const { simulate } = createSimulator()

function linesOf({ seed, faults }: Simulated): readonly string[] {
  return faults.map((fault) => `seed ${seed}: ${fault}`)
}

test(`${SEEDS} seeds from ${FROM} keep every invariant`, async () => {
  const faults: string[] = []
  const types = new Map<string, number>()
  let kills = 0
  for (let seed = FROM; seed < FROM + SEEDS; seed += 1) {
    const simulated = await simulate(seed)
    faults.push(...linesOf(simulated))
    kills += simulated.kills
    for (const [type, count] of simulated.types) types.set(type, (types.get(type) ?? 0) + count)
  }
  expect(faults).toEqual([])
  // Fewer seeds may miss some of them.
  if (SEEDS < 400) return
  expect([...types.keys()]).toEqual(expect.arrayContaining(REACHED))
  expect(kills).toBeGreaterThan(SEEDS / 4)
})

test('the same seed gives the same logs', async () => {
  const [first, second] = [await simulate(FROM), await simulate(FROM)]
  expect(second).toEqual(first)
  expect(first.events).toBeGreaterThan(5)
})

const without =
  (isLeftOut: (operation: AppendOperation) => boolean): PlantedStore =>
  (tables, append) =>
    storeAppend(tables, { ...append, operations: append.operations.filter((each) => !isLeftOut(each)) })

/** Stores an attempt that two processes have begun at the same time twice. */
const unfenced: PlantedStore = (tables, append) =>
  storeAppend(tables, append.turns === 0 && append.kind === 'advance' ? { ...append, kind: 'observe' } : append)
/** Stores a turn that another process has taken. */
const unordered: PlantedStore = (tables, append) =>
  storeAppend(tables, { ...append, expectTurn: findRun(tables, append)?.run.turn ?? 0 })

describe('a planted fault is found', () => {
  test.each<readonly [string, PlantedStore, number]>([
    ['a start of an attempt that is not fenced', unfenced, 201],
    ['a turn that two processes take', unordered, 1],
    ['a run that stays ready after its end', without(({ op }) => op === 'finish'), 1],
    ['an end of a child that its parent does not get', without(({ op }) => op === 'message'), 1],
    ['a failed run without its handler', without(({ op }) => op === 'handler_create'), 1],
    ['a timer that is not stored', without(({ op }) => op === 'timer_set'), 1],
    ['a message that is applied again', without(({ op }) => op === 'inbox_consumed' || op === 'inbox_clear'), 1],
  ])('%s', async (_name, store, from) => {
    for (let seed = from; seed < from + 200; seed += 1) {
      if ((await simulate(seed, store)).faults.length > 0) return
    }
    expect.unreachable('no seed has found it')
  })
})
