import type { Fact } from '@tenon/core/run'
import type { CreateRunRequest } from '../commit/commit-types.ts'
import type { Plan } from '../interpreter/plan.ts'
import type { QueueEntry, RequestRules } from '../store/queue-entry.ts'
import type { RunLimits } from '../store/run-limits.ts'
import type { AdmittedRun, LaneOpening } from './admit-runs.ts'
import type { EarlierRun } from './earlier-run.ts'
import type { LaneRef } from './read-queue.ts'

/** A run to store before it begins. */
export interface RunToAccept {
  readonly request: CreateRunRequest
  readonly plan: Plan
  readonly entry: QueueEntry
  readonly rules: RequestRules
  /** Key of the requirements of the run; empty for none. */
  readonly requires: string
  readonly limits: RunLimits
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/**
 * Result of `acceptRun`: the runs that were admitted with it, of which it may be one; `exists` by its id; `same` or
 * `merged` if the request needs no run of its own.
 */
export type AcceptedRun =
  | {
      readonly outcome: 'stored'
      readonly admitted: readonly AdmittedRun[]
      readonly openings: readonly LaneOpening[]
    }
  | { readonly outcome: 'exists' }
  | {
      readonly outcome: EarlierRun['how']
      readonly runId: string
      readonly admitted: readonly AdmittedRun[]
      readonly openings: readonly LaneOpening[]
    }

/** Returns the lane of a run. */
export function laneOf({ workflowId }: CreateRunRequest, { group, rate }: QueueEntry): LaneRef {
  return { workflowId, group, rateGroup: rate?.group ?? '' }
}

/** Leaves out the deadline: the time limit counts from the start of the run. */
export function withoutDeadline(fact: Fact): Fact {
  return fact.type === 'run_started' ? { ...fact, data: { ...fact.data, deadlineAt: null } } : fact
}
