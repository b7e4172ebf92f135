import type { Decision } from '@tenon/core/run'
import { createMachine } from './machine.ts'
import type { MachineFact, MachineSnapshot } from './machine-types.ts'
import type { Plan } from './plan.ts'

/**
 * Applies one fact as a pure function, for tests and previews: restore, apply, snapshot. O(nodes) per fact.
 *
 * @param state - `null` before the first fact.
 * @throws {@link TenonError} `FACT_INVALID`, `SNAPSHOT_UNREADABLE`.
 */
export function applyPure(
  plan: Plan,
  state: MachineSnapshot | null,
  fact: MachineFact,
): { readonly state: MachineSnapshot; readonly decisions: readonly Decision[] } {
  const machine = createMachine(plan, state ?? undefined)
  const decisions = machine.apply(fact)
  return { state: machine.snapshot(), decisions }
}
