import type { RunObstacle } from '../../run-store.ts'

/** `PendingWorkflowTaskState` and `PendingActivityState` of Temporal's API: no worker has taken it. */
const SCHEDULED = 1
/** A task that waits for longer has found no worker. A worker that was killed holds its own tasks for up to 10 s more. */
const LONGEST_WAIT_MS = 8_000
/** A shell whose step has failed so often fails because of what it does, not because a worker was stopped. */
const FAILED_ATTEMPTS = 3
/** So has the activity that takes messages into the run; the bodies of nodes are retried by their policy. */
const FAILED_ADVANCES = 5
const ADVANCE = 'advance'

/** Description of a running shell by Temporal, as far as its health follows from it. */
export interface ShellDescription {
  readonly pendingWorkflowTask?: PendingTask | null
  readonly pendingActivities?: readonly (PendingTask & {
    readonly activityType?: { readonly name?: string | null } | null
  })[]
}

interface PendingTask {
  readonly state?: number | null
  readonly attempt?: number | null
  readonly scheduledTime?: { readonly seconds?: { toString(): string } | null } | null
}

/** Health of a shell that runs. */
export interface ShellHealth {
  /** Obstacle of the run; `null` for none. */
  readonly obstacle: RunObstacle | null
  /** Nothing is pending: it waits for a timer or a message. */
  readonly isIdle: boolean
}

/**
 * Judges a shell by its pending tasks: `STUCK` if its next step fails again and again, `NO_WORKER` if no worker has
 * taken one of its tasks for 8 s.
 *
 * @param now - Milliseconds since the Unix epoch.
 */
export function judgeShell(
  { pendingWorkflowTask = null, pendingActivities = [] }: ShellDescription,
  now: number,
): ShellHealth {
  const isIdle = pendingWorkflowTask === null && pendingActivities.length === 0
  const isFailing =
    (pendingWorkflowTask?.attempt ?? 0) >= FAILED_ATTEMPTS ||
    pendingActivities.some(
      ({ activityType, attempt }) => activityType?.name === ADVANCE && (attempt ?? 0) >= FAILED_ADVANCES,
    )
  if (isFailing) return { obstacle: 'STUCK', isIdle }
  const tasks = pendingWorkflowTask === null ? pendingActivities : [pendingWorkflowTask, ...pendingActivities]
  const isUnserved = tasks.some((task) => task.state === SCHEDULED && now - scheduledAtOf(task, now) > LONGEST_WAIT_MS)
  return { obstacle: isUnserved ? 'NO_WORKER' : null, isIdle }
}

/** A time that is ahead belongs to a retry that is yet to come. */
function scheduledAtOf({ scheduledTime }: PendingTask, now: number): number {
  return scheduledTime?.seconds == null ? now : Number(scheduledTime.seconds.toString()) * 1_000
}
