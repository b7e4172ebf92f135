import type {
  Decision,
  EngineChangeRequest,
  Fact,
  MigrateRequest,
  MigrationBlocker,
  NodeResume,
  NodeWait,
  RunEngine,
  RunStatus,
  ValueRef,
} from '@tenon/core/run'
import type { PlanNode } from './plan.ts'
import type { PlanIndex } from './plan-index.ts'
import type { RunOutputs } from './run-outputs.ts'

/** Semantics of new runs; a run keeps the number with which it started. */
export const CURRENT_SEMANTICS = 1

/** State of a machine as plain JSON; a cache that can be rebuilt from the facts. */
export interface MachineSnapshot {
  /** Version of the state format; other versions are rejected with `SNAPSHOT_UNREADABLE`. */
  readonly stateVersion: number
  /** State in a private format. */
  readonly state: unknown
}

/**
 * Turns facts into decisions. No clock, no randomness, no I/O; decisions are in document order.
 *
 * A fact without effect (second outcome of one pass, timer of a closed wait, outcome after the end) gives no decisions
 * and changes nothing. An impossible fact (unknown node, wrong type) throws `FACT_INVALID` and changes nothing.
 */
export interface Machine {
  /**
   * Applies a fact and returns the decisions that follow from it.
   *
   * @throws {@link TenonError} `FACT_INVALID` for an impossible fact.
   */
  apply(fact: MachineFact): readonly Decision[]
  /** Sets the state to which `rollback` returns. */
  mark(): void
  /** Undoes all changes since the mark, which is kept. */
  rollback(): void
  /** Copies the state as plain JSON. */
  snapshot(): MachineSnapshot
  /** Number of facts with an effect; `apply` increases it if and only if the fact belongs into the log. */
  readonly turn: number
  /** Hash of the plan that the run executes; another one once it has moved to another version. */
  readonly planHash: string
  /** Version to which the run has moved last; `null` if it executes the one with which it has started. */
  readonly version: string | null
  /** Request to move to another version that waits for the end of the nodes in progress; `null` without one. */
  readonly migration: MigrateRequest | null
  /** Engine to which the run has changed; `null` if it has the one with which it has started. */
  readonly engine: RunEngine | null
  /** Request that another engine executes the run, which waits for the end of the nodes in progress; `null` without one. */
  readonly engineChange: EngineChangeRequest | null
  /** Returns the nodes that would keep the run from moving to another plan now, in document order; at most 20. */
  migrationBlockers(target: PlanIndex): readonly MigrationBlocker[]
  /** Status of the run after the last fact. */
  readonly status: RunStatus
  /** Outputs that the node runs can read. */
  readonly outputs: RunOutputs
  /** Returns the scheduled node runs without an outcome, in document order, for a driver that resumes a run. */
  openNodeRuns(): readonly OpenNodeRun[]
  /** Returns one of {@link Machine.openNodeRuns} by its id, without a search; null if it is not open. */
  openNodeRun(nodeRunId: string): OpenNodeRun | null
  /**
   * Returns the node of an open called node run, with the params of its present pass as far as they are inline; null for
   * another id.
   */
  calledNode(nodeRunId: string): PlanNode | null
  /** Number of changes and visits so far, for tests that compare the cost of runs of different sizes. */
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
  readonly resume: NodeResume | null
  /** Params of a called node run, and those that a person gave instead of those of the document; `null` without such. */
  readonly params: ValueRef | null
  /**
   * Hash of the plan whose params replaced those with which the node was parked, when the run moved to another version;
   * `null` without such.
   */
  readonly revision: string | null
  /** Instant of the fact that scheduled the pass. */
  readonly scheduledAt: number
  /** True if its cancelation was requested. */
  readonly canceling: boolean
  /** Wait on which it is suspended, also if that has ended and a pause holds the next pass; `null` if it is not. */
  readonly waitId: string | null
  /** Kind of that wait; `parked` after a failure that a person resolves. `null` if it is not suspended. */
  readonly waitKind: NodeWait['kind'] | 'parked' | null
}

/** A fact with its recorded instant, ms since the Unix epoch: timers count from it. */
export type MachineFact = Fact & { readonly at: number }
