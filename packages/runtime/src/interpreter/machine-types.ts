import type { Decision, Fact } from '@tenon/core/run'

/** The semantics that new runs get; a run keeps the number it started with. */
export const CURRENT_SEMANTICS = 1

/** The state of a machine as plain JSON; a cache only, the facts can always rebuild it. */
export interface MachineSnapshot {
  readonly stateVersion: number
  readonly state: unknown
}

/**
 * What follows from what happened. No clock, no randomness, no I/O; order follows the document.
 *
 * A fact that no longer matters (second outcome of one pass, timer of a closed wait, outcome after the
 * end) gives no decisions and changes nothing. A fact that cannot be (unknown node, wrong type) throws
 * `FACT_INVALID` and changes nothing.
 */
export interface Machine {
  apply(fact: MachineFact): readonly Decision[]
  mark(): void
  rollback(): void
  snapshot(): MachineSnapshot
}

/** A fact with its recorded instant, ms since the Unix epoch: timers count from it. */
export type MachineFact = Fact & { readonly at: number }
