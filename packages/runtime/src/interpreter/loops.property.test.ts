import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import type { Plan } from './plan.ts'
import { restep } from './restep.ts'
import { loopedPlan } from './testing/arbitrary-loops.ts'
import { arbitraryTape } from './testing/arbitrary-tape.ts'
import { nextFact, type PlayOptions } from './testing/random-play.ts'
import { type SimulatedRun, simulateRun } from './testing/simulated-run.ts'
import { tapeOf } from './testing/tape.ts'

const TERMINAL = ['run_completed', 'run_error', 'run_canceled']
const MOST_FACTS = 4_000

const arbitraryOptions: fc.Arbitrary<PlayOptions> = fc.oneof(
  fc.constant({}),
  fc.record({ cancelOneIn: fc.integer({ min: 5, max: 60 }), deadlineAt: fc.constantFrom(null, 9_000) }),
  fc.record({ pauseOneIn: fc.integer({ min: 2, max: 20 }), cancelOneIn: fc.constantFrom(0, 40) }),
)

function parameters(numRuns: number) {
  return { numRuns: numRuns * Number(process.env.TENON_PROPERTY_FACTOR ?? 1) }
}

function play(plan: Plan, values: readonly number[], options: PlayOptions, onTurn?: (run: SimulatedRun) => void) {
  const run = simulateRun(plan)
  const tape = tapeOf(values)
  for (let count = 0; count < MOST_FACTS; count += 1) {
    const fact = nextFact(plan, run.machine, tape, options)
    if (fact === null) break
    run.apply(fact)
    onTurn?.(run)
  }
  return run
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1
  return counts
}

describe('the machine on random graphs with loops', () => {
  test('ends every run once, with all that it began', () => {
    fc.assert(
      fc.property(loopedPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const { log, machine } = play(plan, values, options)
        expect(log.filter(({ type }) => TERMINAL.includes(type))).toHaveLength(1)
        expect(TERMINAL).toContain(log.at(-1)?.type)
        const iterations = (type: string) =>
          countBy(
            log.filter((event) => event.type === type),
            (event) => `${'nodeRunId' in event && event.nodeRunId}[${'index' in event.data && event.data.index}]`,
          )
        expect(iterations('iteration_ended')).toEqual(iterations('iteration_started'))
        expect(Object.values(iterations('iteration_started')).every((count) => count === 1)).toBe(true)
        const passes = countBy(
          log.filter((event) => event.type === 'node_scheduled'),
          (event) => (event.type === 'node_scheduled' ? `${event.nodeRunId}/${event.data.pass}` : ''),
        )
        expect(Object.values(passes).every((count) => count === 1)).toBe(true)
        expect(machine.openNodeRuns()).toEqual([])
        const { frames } = machine.snapshot().state as { readonly frames: readonly unknown[] }
        expect(frames).toHaveLength(1)
      }),
      parameters(200),
    )
  })

  test('repeats its decisions, from the start and from a snapshot of any turn', () => {
    fc.assert(
      fc.property(loopedPlan, arbitraryTape, arbitraryOptions, fc.nat(), (plan, values, options, pick) => {
        const snapshots: string[] = []
        const run = play(plan, values, options, ({ machine }) => snapshots.push(JSON.stringify(machine.snapshot())))
        expect(restep(run.log, plan)).toEqual({ same: true, turns: run.machine.turn })
        const restored = createMachine(plan, JSON.parse(snapshots[pick % snapshots.length] ?? ''))
        const { turn } = restored
        const facts = run.log.filter((event) => event.class === 'fact' && event.turn > turn)
        for (const fact of facts) restored.apply(fact as Parameters<typeof restored.apply>[0])
        expect(restored.snapshot()).toEqual(run.machine.snapshot())
      }),
      parameters(150),
    )
  })

  test('is as before after a rollback, at any turn', () => {
    fc.assert(
      fc.property(loopedPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const ahead = tapeOf(values.map((value) => value + 1))
        play(plan, values, options, ({ machine }) => {
          const before = machine.snapshot()
          machine.mark()
          for (let count = 0; count < 3; count += 1) {
            const fact = nextFact(plan, machine, ahead, options)
            if (fact !== null) machine.apply({ ...fact, at: 1 })
          }
          machine.rollback()
          expect(machine.snapshot()).toEqual(before)
        })
      }),
      parameters(60),
    )
  })
})
