import type { RunObstacle } from '../../run-store.ts'

/** `PendingWorkflowTaskState` and `PendingActivityState` of Temporal's API: not taken by a worker yet. */
const SCHEDULED = 1
/**
 * Longest wait of a task in milliseconds; after it, no worker is available. A killed worker holds its own tasks for up
 * to 10 s more.
 */
const LONGEST_WAIT_MS = 8_000
/** Failures of a step after which the shell itself is at fault, not a stopped worker. */
const FAILED_ATTEMPTS = 3
/** Failures of the activity that applies messages to the run; the bodies of nodes are retried by their policy. */
const FAILED_ADVANCES = 5
const ADVANCE = 'advance'
/** Type of the failure of an activity whose worker lacks the node type; Temporal then gives it to another one. */
export const LACKS_TYPE = 'NODE_TYPE_UNKNOWN'

/** The part of Temporal's description of a running shell from which its health is derived. */
export interface ShellDescription {
  readonly pendingWorkflowTask?: PendingTask | null
  readonly pendingActivities?: readonly (PendingTask & {
    readonly activityType?: { readonly name?: string | null } | null
    readonly lastFailure?: {
      readonly applicationFailureInfo?: { readonly type?: string | null } | null
    } | null
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
  /** True if no task is pending: the shell waits for a timer or a message. */
  readonly isIdle: boolean
}

/**
 * Returns the health of a shell by its pending tasks: `STUCK` if its next step fails again and again, `NO_CAPABLE_WORKER` if
 * the worker that took a node last lacks its type, `NO_WORKER` if no worker has taken one of its tasks for 8 s, or if one
 * takes its own task again and again and does not complete it in time: it is too busy.
 *
 * @param now - Milliseconds since the Unix epoch.
 * @param hasTimedOut - True if the last attempt of its own task has timed out, see {@link mayHaveTimedOut}.
 */
export function judgeShell(
  { pendingWorkflowTask = null, pendingActivities = [] }: ShellDescription,
  now: number,
  hasTimedOut = false,
): ShellHealth {
  const isIdle = pendingWorkflowTask === null && pendingActivities.length === 0
  const isRepeated = isRepeatedTask(pendingWorkflowTask)
  const isFailing =
    (isRepeated && !hasTimedOut) ||
    pendingActivities.some(
      ({ activityType, attempt }) => activityType?.name === ADVANCE && (attempt ?? 0) >= FAILED_ADVANCES,
    )
  if (isFailing) return { obstacle: 'STUCK', isIdle }
  const lacksType = pendingActivities.some(
    ({ state, lastFailure }) => state === SCHEDULED && lastFailure?.applicationFailureInfo?.type === LACKS_TYPE,
  )
  if (lacksType) return { obstacle: 'NO_CAPABLE_WORKER', isIdle }
  if (isRepeated) return { obstacle: 'NO_WORKER', isIdle }
  const tasks = pendingWorkflowTask === null ? pendingActivities : [pendingWorkflowTask, ...pendingActivities]
  const isUnserved = tasks.some((task) => task.state === SCHEDULED && now - scheduledAtOf(task, now) > LONGEST_WAIT_MS)
  return { obstacle: isUnserved ? 'NO_WORKER' : null, isIdle }
}

/** Checks whether the history of a shell has to say why its own task is repeated: Temporal counts both as attempts. */
export function mayHaveTimedOut({ pendingWorkflowTask = null }: ShellDescription): boolean {
  return isRepeatedTask(pendingWorkflowTask)
}

function isRepeatedTask(task: PendingTask | null): boolean {
  return (task?.attempt ?? 0) >= FAILED_ATTEMPTS
}

/** Returns the time at which a task was scheduled; a time in the future belongs to a later retry. */
function scheduledAtOf({ scheduledTime }: PendingTask, now: number): number {
  return scheduledTime?.seconds == null ? now : Number(scheduledTime.seconds.toString()) * 1_000
}
