import type { RunEvent } from '@tenon/core/run'
import type { Plan } from '../../src/interpreter/index.ts'
import { type SimulatedRun, simulateRun } from '../../src/interpreter/testing/simulated-run.ts'

/** A run as it is stored for ever: what it ran and what its log said. */
export interface RecordedRun {
  readonly plan: Plan
  /** Plans of the versions to which it was to move. @defaultValue none */
  readonly later?: readonly Plan[]
  readonly events: readonly RunEvent[]
}

export function record(plan: Plan, play: (run: SimulatedRun) => void): RecordedRun {
  const run = simulateRun(plan)
  play(run)
  return { plan, events: run.log }
}
