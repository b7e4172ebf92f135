import { beforeAll, describe, expect, test } from 'vitest'
import { bundleFixture } from '../fixtures/bundle.ts'
import { CRASH_SIDES, SELDOM } from './crash-labels.ts'
import type { PlantedFault } from './planted-stores.ts'
import { type SimulationOrder, type SimulationReport, simulateSeeds } from './simulation-order.ts'

// `npm run simulate -- --seeds N --from S` sets them.
const FROM = Number(process.env['TENON_SIMULATE_FROM'] ?? 1)
const SEEDS = Number(process.env['TENON_SIMULATE_SEEDS'] ?? 2_000)

/** Types of events that the seeds must reach, so that their constructs are under test. */
const REACHED = [
  ...['attempt_lost', 'node_error', 'node_journaled', 'node_parked', 'parked_resolved', 'node_cancel_requested'],
  ...['approval_decided', 'event_received', 'timer_fired', 'child_finished', 'child_cancel_requested'],
  ...['compensation_started', 'node_compensated', 'compensation_skip_requested', 'iteration_ended', 'join_fired'],
  ...['run_paused', 'run_resumed', 'run_migrated', 'migration_refused'],
  ...['run_completed', 'run_error', 'run_canceled'],
]

/** Longest time of a process, on a machine that does much else. */
const LONGEST_MS = Math.max(600_000, SEEDS * 300)

let simulate: (order: SimulationOrder) => Promise<SimulationReport>
beforeAll(async () => {
  const script = await bundleFixture('simulate-process')
  simulate = (order) => simulateSeeds(script, order)
})

test(
  `${SEEDS} seeds from ${FROM} keep every invariant`,
  async () => {
    const { faults, types, kills, crashes } = await simulate({ from: FROM, seeds: SEEDS })
    expect(faults).toEqual([])
    // Fewer seeds may miss some of them.
    if (SEEDS < 2_000) return
    expect(Object.keys(types)).toEqual(expect.arrayContaining(REACHED))
    expect(kills).toBeGreaterThan(SEEDS / 4)
    const often = CRASH_SIDES.filter(({ label }) => !SELDOM.has(label)).map(({ side, label }) => `${side} ${label}`)
    expect(often.length).toBeGreaterThan(75)
    expect(often.filter((side) => crashes[side] === undefined)).toEqual([])
  },
  LONGEST_MS,
)

test('the same seed gives the same logs', async () => {
  const order = { from: FROM, seeds: 2 }
  const [first, second] = await Promise.all([simulate(order), simulate(order)])
  expect(second).toEqual(first)
  expect(first.events).toBeGreaterThan(5)
})

describe('a planted fault is found', () => {
  test.each<readonly [PlantedFault, number]>([
    ['a start of an attempt that is not fenced', 201],
    ['a turn that two processes take', 1],
    ['a run that stays ready after its end', 1],
    ['an end of a child that its parent does not get', 1],
    ['a failed run without its handler', 1],
    ['an ended run that counts against its limit', 1],
    ['a child that does not wait for its limit', 1],
    ['a timer that is not stored', 1],
    ['a message that is applied again', 1],
  ])('%s', async (planted, from) => {
    expect((await simulate({ planted, from, seeds: 200 })).faults).not.toEqual([])
  })
})
