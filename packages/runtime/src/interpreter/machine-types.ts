import type { Resume } from '@tenon/core/node'
import type { Decision, Fact, RunStatus } from '@tenon/core/run'
import type { RunOutputs } from './run-outputs.ts'

/** The semantics that new runs get; a run keeps the number it started with. */
export const CURRENT_SEMANTICS = 1

/** The state of a machine as plain JSON; a cache only, the facts can always rebuild it. */
export interface MachineSnapshot {
  /** Version of the state format; other versions are rejected with `SNAPSHOT_UNREADABLE`. */
  readonly stateVersion: number
  /** State in a private format. */
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
  /**
   * Applies a fact and returns the decisions that follow from it.
   *
   * @throws {@link TenonError} `FACT_INVALID` for a fact that cannot have happened.
   */
  apply(fact: MachineFact): readonly Decision[]
  /** From here on `rollback` comes back to this state. */
  mark(): void
  /** Takes back everything since the mark; the mark stays. */
  rollback(): void
  /** Copies the state as plain JSON. */
  snapshot(): MachineSnapshot
  /** Facts that mattered so far: `apply` has raised it if and only if the fact belongs into the log. */
  readonly turn: number
  /** Status of the run after the last fact. */
  readonly status: RunStatus
  /** What the node runs may read. */
  readonly outputs: RunOutputs
  /** What has been scheduled and has no outcome yet, in document order: for a driver that takes a run over. */
  openNodeRuns(): readonly OpenNodeRun[]
  /** Changes and visits so far: what the facts have cost, for tests that compare runs of different sizes. */
  readonly operations: number
}

/** A node run without an outcome. */
export interface OpenNodeRun {
  /** Id of the node run, unique within the run. */
  readonly nodeRunId: string
  /** Number of the pass, from 1; each wait starts a new one. */
  readonly pass: number
  /** Way of execution: within the commit, or by a worker. */
  readonly mode: 'inline' | 'dispatch'
  /** Task queue whose workers execute the node; `null` to execute it where its run is. */
  readonly queue: string | null
  /** Result of the wait that the pass follows; `null` in the first pass. */
  readonly resume: Resume | null
  /** Instant of the fact that scheduled the pass. */
  readonly scheduledAt: number
  /** Its cancelation has been asked for. */
  readonly canceling: boolean
  /** The wait that it is suspended on. */
  readonly waitId: string | null
}

/** A fact with its recorded instant, ms since the Unix epoch: timers count from it. */
export type MachineFact = Fact & { readonly at: number }
