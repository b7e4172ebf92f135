/** A run that waits to start. */
export interface WaitingRun {
  readonly runId: string
  /** Most runs of its group in progress; null for no limit. */
  readonly limit: number | null
  /** Higher ones first. */
  readonly priority: number
  /** Order of the requests. */
  readonly position: number
  /** True for a run that another run has started. */
  readonly isChild: boolean
}

/** Runs of one workflow with the same concurrency key. */
export interface RunGroup {
  /** True if the workflow is paused. */
  readonly isPaused: boolean
  /** Runs in progress that count against the limit of the group. */
  readonly inProgress: number
  /** By priority, then by position. */
  readonly waiting: readonly WaitingRun[]
}

/** Queue of a tenant at one moment. */
export interface QueueState {
  /** True if the tenant is paused. */
  readonly isPaused: boolean
  /** Most runs of the tenant in progress; null for no limit. */
  readonly limit: number | null
  /** Runs in progress that count against the limit of the tenant. */
  readonly inProgress: number
  readonly groups: readonly RunGroup[]
}

/**
 * Decides which runs start now, in order: within each group those that its limit allows, the first of them first, and of
 * these as many as the limit of the tenant allows, by priority and then in the order of their requests.
 *
 * A child does not count against the limit of the tenant: its parent does, and would wait forever for children that wait
 * for its end.
 *
 * @returns Their ids.
 */
export function decideAdmissions({ isPaused, limit, inProgress, groups }: QueueState): readonly string[] {
  if (isPaused) return []
  let room = limit === null ? Number.POSITIVE_INFINITY : limit - inProgress
  const admitted: string[] = []
  for (const { runId, isChild } of groups.flatMap(allowedOf).sort(compareWaiting)) {
    if (!isChild && room <= 0) continue
    if (!isChild) room -= 1
    admitted.push(runId)
  }
  return admitted
}

/** Returns the runs that the limit of their group allows: none passes one before it that has to wait. */
function allowedOf({ isPaused, inProgress, waiting }: RunGroup): readonly WaitingRun[] {
  if (isPaused) return []
  const blocked = waiting.findIndex(({ limit }, index) => limit !== null && inProgress + index >= limit)
  return blocked === -1 ? waiting : waiting.slice(0, blocked)
}

/** Compares runs by priority, the highest first, then by position. */
export function compareWaiting(a: WaitingRun, b: WaitingRun): number {
  return b.priority - a.priority || a.position - b.position
}
