import type { RunId } from '@tenon/core/document'
import { type ScheduleParams, scheduleParams } from '@tenon/core/node'
import { createScheduleTimes, type ScheduleTimes } from '../schedule-rules/schedule-times.ts'
import type { Outage } from '../tables/schedule-outage-repository.ts'
import { type ClaimedSchedule, holdClaim, type ScheduleProgress } from '../tables/schedule-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
import type { FireDeps } from './fire-time.ts'

/** Circumstances in which a process has claimed a schedule. */
export interface Claiming {
  /** Time of the database. */
  readonly now: number
  /** Stretches of time in which no process looked for schedules. */
  readonly outages: readonly Outage[]
  readonly leaseMs: number
  /** Returns true when the process stops: the times that are left are for another one. */
  readonly isClosing: () => boolean
  /** Does the work of a poll whose service has answered, when fewer than a room of polls start runs. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
}

/** Work on a claimed schedule. */
export interface Firing extends Claiming {
  readonly deps: FireDeps
  readonly claimed: ClaimedSchedule
  readonly trigger: TriggerRow
  readonly params: ScheduleParams
  readonly times: ScheduleTimes
  readonly state: FiringState
  /**
   * Holds the schedule until a transaction ends, with the state so far and what changes in it by the transaction, and renews
   * the lease.
   *
   * @returns Time of the database.
   * @throws {@link ClaimLost} if another process has it, or if it has changed.
   */
  hold(tx: ServerTx, changes?: Partial<FiringState>): Promise<number>
}

/** State of a schedule; every transaction of a firing stores it. */
export interface FiringState {
  /** First time that is not decided. */
  dueAt: number | null
  /** Time that waits for the end of the run before. */
  waitingAt: number | null
  /** Run that was started last. */
  lastRunId: RunId | null
}

export function createFiring(
  deps: FireDeps,
  claimed: ClaimedSchedule,
  trigger: TriggerRow,
  claiming: Claiming,
): Firing {
  const params = scheduleParams.parse(JSON.parse(trigger.params))
  const { dueAt, waitingAt, lastRunId } = claimed
  const state: FiringState = { dueAt, waitingAt, lastRunId }
  return {
    ...{ ...claiming, deps, claimed, trigger, params, state },
    times: createScheduleTimes(params),
    hold: (tx, changes) => holdClaim(tx, claimed, progressOf({ ...state, ...changes }), claiming.leaseMs),
  }
}

export function progressOf({ dueAt, waitingAt, lastRunId }: FiringState): ScheduleProgress {
  return { due_at: dueAt, waiting_at: waitingAt, last_run_id: lastRunId }
}
