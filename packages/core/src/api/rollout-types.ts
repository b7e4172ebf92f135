import type { UserId, WorkflowId } from '../ids.ts'
import type { IsoInstant } from './types.ts'

/**
 * Fates of runs in progress when a version is published: they finish on their version, move to the new one as soon
 * as none of their nodes is in progress, or are canceled.
 */
export const ROLLOUT_RUNS = ['finish', 'move', 'cancel'] as const
/** One of {@link ROLLOUT_RUNS}. */
export type RolloutRuns = (typeof ROLLOUT_RUNS)[number]

/**
 * States of a rollout: some of the new runs start with the version (`canary`); runs in progress are moved or canceled
 * (`in_progress`); all of them were (`completed`); a person has stopped it (`stopped`); new runs start with the former
 * version again (`rolled_back`); or a later version was published during the canary (`replaced`).
 */
export const ROLLOUT_STATUSES = ['canary', 'in_progress', 'completed', 'stopped', 'rolled_back', 'replaced'] as const
/** One of {@link ROLLOUT_STATUSES}. */
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number]

/** Share of new runs that start with a version, and the rule by which it is rolled back or promoted. */
export interface Canary {
  /** Percentage of new runs that start with the version; 1 to 99. */
  readonly percent: number
  /** The version is rolled back if more than this percentage of its ended runs have failed; 0 to 100. @defaultValue 10 */
  readonly maxFailurePercent?: number
  /** Ended runs of the version from which on the rule applies; 1 to 100,000. @defaultValue 20 */
  readonly minRuns?: number
  /**
   * Completed runs of the version after which all new runs start with it; 1 to 1,000,000. `null` to leave that to a
   * person.
   *
   * @defaultValue null
   */
  readonly promoteAfter?: number | null
}

/**
 * Rule of a canary, and the runs that have started with the version, as last counted; as they were at its end for one that has
 * ended. Runs that were canceled by a request count as started only.
 */
export interface CanaryState extends Required<Canary> {
  /** Runs that have started with the version. */
  readonly started: number
  /** Runs of these that have completed. */
  readonly completed: number
  /** Runs of these that have failed, or that were canceled since they could not continue, as by their time limit. */
  readonly failed: number
}

/** Runs of earlier versions that remain on their version, for one reason. */
export interface RolloutRefusal {
  /** Error code, such as `MIGRATION_REFUSED`. */
  readonly code: string
  /** Sentence that describes the reason. */
  readonly message: string
  /** Number of runs. */
  readonly runs: number
}

/** Progress of moving or canceling the runs of earlier versions. */
export interface RolloutProgress {
  /** Runs that execute the version now. */
  readonly moved: number
  /** Runs that were canceled. */
  readonly canceled: number
  /** Runs that ended before they moved, or otherwise than by the cancelation. */
  readonly ended: number
  /** Runs that will move, or be canceled, as soon as their nodes in progress allow it. */
  readonly pending: number
  /** Runs that remain on their version because they cannot move. */
  readonly refused: number
  /** Open runs that are yet to be looked at. */
  readonly left: number
}

/**
 * Rollout of a version: which of the new runs start with it, and what happens to the runs of earlier versions. A version
 * that was published without these options has none: all new runs start with it.
 *
 * @see docs/guides/rollouts.md
 */
export interface Rollout {
  /** Workflow of the version. */
  readonly workflowId: WorkflowId
  /** Version that is rolled out. */
  readonly version: string
  /** Version with which new runs started before; `null` for the first version. */
  readonly formerVersion: string | null
  /** State of the rollout. */
  readonly status: RolloutStatus
  /** Fate of runs in progress; after a canary, once it is promoted. */
  readonly runs: RolloutRuns
  /** The canary; `null` if all new runs start with the version from the start on. */
  readonly canary: CanaryState | null
  /** Progress of runs in progress; `null` until it begins. */
  readonly progress: RolloutProgress | null
  /** Reasons why runs remain on their version, the most frequent first; at most 20. */
  readonly refusals: readonly RolloutRefusal[]
  /** Time at which the rollout began. */
  readonly startedAt: IsoInstant
  /** Person who began it, with the name at that time. */
  readonly startedBy: { readonly userId: UserId; readonly displayName: string }
  /** Time at which the rollout reached its last state; `null` before. */
  readonly endedAt: IsoInstant | null
  /** Person who stopped it or rolled it back; `null` if the rule or its end did. */
  readonly endedBy: { readonly userId: UserId; readonly displayName: string } | null
}

/** Request to move or cancel the runs of earlier versions in the background. */
export interface StartRollout {
  /** Fate of runs of earlier versions that are in progress. */
  readonly runs: Exclude<RolloutRuns, 'finish'>
}
