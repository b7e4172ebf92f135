/** Times of the work on rollouts, in milliseconds. */
export interface RolloutIntervals {
  /** Time after the beginning until which accepted runs count as being in progress: a request may have chosen its version just before. */
  readonly graceMs: number
  /** Time after which a run that has not moved yet is asked again, if it has continued; it doubles with each time. */
  readonly checkMs: number
  /** Pause between two looks at an open rollout that has nothing to do now. */
  readonly lookMs: number
  /** Longest pause between two looks at a canary whose runs have not changed for long. */
  readonly quietMs: number
  /** Pause of a process between two looks while it knows no open rollout. */
  readonly idleMs: number
  /** Time for which a process has a rollout for itself; another one continues after it, also if this one was killed. */
  readonly leaseMs: number
}

/** Times of the work on rollouts; tests use shorter ones. */
export const ROLLOUT_INTERVALS: RolloutIntervals = {
  graceMs: 5_000,
  checkMs: 5_000,
  lookMs: 1_000,
  quietMs: 30_000,
  idleMs: 5_000,
  leaseMs: 5_000,
}
