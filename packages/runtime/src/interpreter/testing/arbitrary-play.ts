import fc from 'fast-check'
import type { Plan } from '../plan.ts'
import { nextFact, type PlayOptions } from './random-play.ts'
import { type SimulatedRun, simulateRun } from './simulated-run.ts'
import { tapeOf } from './tape.ts'

/** Most facts of a run. Votes may be cast in vain; a run of 30 nodes, or of nested loops, needs far fewer facts. */
export const MOST_FACTS = 4_000

/** Types of the decisions that end a run. */
export const TERMINAL: readonly string[] = ['run_completed', 'run_error', 'run_canceled']

/** Generates how often a run is canceled and paused, often never. */
export const arbitraryOptions: fc.Arbitrary<PlayOptions> = fc.oneof(
  fc.constant({}),
  fc.record({ cancelOneIn: fc.integer({ min: 5, max: 60 }), deadlineAt: fc.constantFrom(null, 9_000) }),
  fc.record({ pauseOneIn: fc.integer({ min: 2, max: 20 }), cancelOneIn: fc.constantFrom(0, 40) }),
)

/** Plays a run to its end by the values of a tape. */
export function play(
  plan: Plan,
  values: readonly number[],
  options: PlayOptions = {},
  onTurn?: (run: SimulatedRun) => void,
): SimulatedRun {
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

/** Returns the parameters of a property; `TENON_PROPERTY_FACTOR` multiplies the number of its runs. */
export function parameters(numRuns: number): { readonly numRuns: number } {
  return { numRuns: numRuns * Number(process.env.TENON_PROPERTY_FACTOR ?? 1) }
}
