import { reasonOf } from '../log/reason-of.ts'
import { type ClaimedSchedule, claimSchedules, putOffSchedule } from '../tables/schedule-repository.ts'
import { fireSchedule } from './fire-schedule.ts'
import type { FireDeps } from './fire-time.ts'

/** Starts the runs of the schedules of all tenants while a process runs. */
export interface ScheduleClock {
  /** Begins to look for schedules that are due. Has no effect after the first call, and after `close`. */
  start(): void
  /** Stops; resolves when no schedule is in progress. Other processes start the runs, or the next one does. */
  close(): Promise<void>
}

/** Times and sizes of the clock of schedules; tests use others. */
export interface ClockPace {
  /** Schedules that are claimed at once. */
  readonly batchSize: number
  /** Time for which a process has a schedule for itself; another one continues after it, also if this one was killed. */
  readonly leaseMs: number
  /** Longest pause between two looks: another process may have published a schedule. */
  readonly idleMs: number
  /** Pause before a schedule is tried again, whose runs could not be started. */
  readonly retryMs: number
}

const CLOCK_PACE: ClockPace = { batchSize: 20, leaseMs: 60_000, idleMs: 1_000, retryMs: 5_000 }

/** Creates the clock of one process. The schedules are shared out among the processes. */
export function createScheduleClock(deps: FireDeps, given: Partial<ClockPace> = {}): ScheduleClock {
  const { batchSize, leaseMs, idleMs, retryMs } = { ...CLOCK_PACE, ...given }
  const { database, log } = deps
  let timer: NodeJS.Timeout | null = null
  let working: Promise<void> | null = null
  let state: 'new' | 'started' | 'closed' = 'new'

  const fire = async (claimed: ClaimedSchedule, now: number): Promise<void> => {
    try {
      await fireSchedule(deps, claimed, now)
    } catch (error) {
      const { tenantId, workflowId, nodeId } = claimed
      log('warn', 'schedule.failed: retrying', { tenantId, workflowId, nodeId, reason: reasonOf(error) })
      await database.withTenant(tenantId, (tx) => putOffSchedule(tx, claimed, retryMs))
    }
  }
  /** Works on what is due. @returns Time until the next look. */
  const work = async (): Promise<number> => {
    for (;;) {
      const { claimed, now, nextWakeAt } = await database.withSystem((tx) => claimSchedules(tx, batchSize, leaseMs))
      // Each on its own: one that fails holds none of the others up.
      await Promise.allSettled(claimed.map((each) => fire(each, now)))
      if (state === 'closed') return idleMs
      if (claimed.length === 0) return Math.min(idleMs, Math.max(0, (nextWakeAt ?? now + idleMs) - now))
    }
  }
  const look = async (): Promise<void> => {
    timer = null
    const pauseMs = await work().catch((error: unknown) => {
      log('warn', 'schedules.read_failed: retrying', { reason: reasonOf(error) })
      return idleMs
    })
    working = null
    if (state === 'started') lookIn(pauseMs)
  }
  const lookIn = (delayMs: number): void => {
    timer = setTimeout(() => {
      working = look()
    }, delayMs).unref()
  }
  return {
    start() {
      if (state !== 'new') return
      state = 'started'
      lookIn(0)
    },
    async close() {
      state = 'closed'
      if (timer !== null) clearTimeout(timer)
      await working
    },
  }
}
