import { createLookLoop } from '../background/look-loop.ts'
import { reasonOf } from '../log/reason-of.ts'
import type { PollDeps } from '../polls/ask-service.ts'
import { listOutages, noteLook, OUTAGE_MS } from '../tables/schedule-outage-repository.ts'
import { type ClaimedSchedule, claimSchedules, putOffSchedule } from '../tables/schedule-repository.ts'
import { type ClockRoom, createClockRoom, createGate } from './clock-room.ts'
import { fireSchedule } from './fire-schedule.ts'
import type { FireDeps } from './fire-time.ts'
import type { Claiming } from './firing.ts'

/** Starts the runs of the schedules of all tenants while a process runs. */
export interface ScheduleClock {
  /** Begins to look for schedules that are due. Has no effect after the first call, and after `close`. */
  start(): void
  /** Works on what is due, without looking again later, until nothing is. @returns Number of schedules and polls. */
  drain(): Promise<number>
  /** Stops; resolves when no schedule is in progress. Other processes start the runs, or the next one does. */
  close(): Promise<void>
}

/** Times and sizes of the clock of schedules; tests use others. */
export interface ClockPace {
  /**
   * Schedules that a process works on at once; those of one tenant take three quarters of the room at most. Polls have room
   * of their own: as many start runs at once, and five times as many wait for their services.
   */
  readonly atOnce: number
  /** Time for which a process has a schedule for itself; another one continues after it, also if this one was killed. */
  readonly leaseMs: number
  /** Longest pause between two looks: another process may have published a schedule. */
  readonly idleMs: number
  /** Pause before a schedule is tried again, whose runs could not be started. */
  readonly retryMs: number
}

const CLOCK_PACE: ClockPace = { atOnce: 20, leaseMs: 60_000, idleMs: 1_000, retryMs: 5_000 }
/** Time after which a process notes again that it looks for schedules. */
const NOTE_MS = 10_000
/** Polls that a process works on at once, in relation to its room for schedules: most wait for their services. */
const POLLS_PER_SCHEDULE = 5

/** Creates the clock of one process. The schedules are shared out among the processes. */
export function createScheduleClock(deps: FireDeps & PollDeps, given: Partial<ClockPace> = {}): ScheduleClock {
  const { atOnce, leaseMs, idleMs, retryMs } = { ...CLOCK_PACE, ...given }
  const { database, log } = deps
  const times = createClockRoom('times', { most: atOnce, mostOfTenant: Math.ceil((atOnce * 3) / 4) })
  // Neither a service that is slow nor one with many items holds a schedule up.
  const polls = createClockRoom('polls', { most: atOnce * POLLS_PER_SCHEDULE, mostOfTenant: atOnce })
  const inTurn = createGate(atOnce)
  const working = new Set<Promise<void>>()
  let notedAt = 0
  let taken = 0

  /** Claims what is due, as far as there is room. @returns Time until the next look. */
  const look = async (): Promise<number> => {
    const [roomForTimes, roomForPolls] = [times.free(leaseMs), polls.free(leaseMs)]
    const { claimed, polled, now, nextWakeAt, outages } = await database.withSystem(async (tx) => {
      const { claimed: polled } = await claimSchedules(tx, roomForPolls)
      const found = await claimSchedules(tx, roomForTimes)
      // In the transaction of the claims: they know the outage that ends by this look.
      if (found.now - notedAt >= NOTE_MS) await noteLook(tx)
      const isLate = found.claimed.some(({ dueAt }) => dueAt !== null && dueAt < found.now - OUTAGE_MS)
      return { ...found, polled, outages: isLate ? await listOutages(tx) : [] }
    })
    if (now - notedAt >= NOTE_MS) notedAt = now
    taken += claimed.length + polled.length
    const claiming = { now, outages, leaseMs, isClosing: () => loop.isClosed, inTurn }
    for (const each of claimed) begin(times, each, claiming)
    for (const each of polled) begin(polls, each, claiming)
    const mayBeMore = (claimed.length > 0 && !times.isFull()) || (polled.length > 0 && !polls.isFull())
    return mayBeMore ? 0 : Math.min(idleMs, Math.max(0, (nextWakeAt ?? now + idleMs) - now))
  }
  const begin = (room: ClockRoom, claimed: ClaimedSchedule, claiming: Claiming): void => {
    room.enter(claimed.tenantId)
    const done = work(claimed, claiming).finally(() => {
      working.delete(done)
      room.leave(claimed.tenantId)
      if (room.isWorthALook()) loop.wake()
    })
    working.add(done)
  }
  /** Each on its own: one that fails holds none of the others up. */
  const work = async (claimed: ClaimedSchedule, claiming: Claiming): Promise<void> => {
    try {
      await fireSchedule(deps, claimed, claiming)
    } catch (error) {
      const { tenantId, workflowId, nodeId } = claimed
      log('warn', 'schedule.failed: retrying', { tenantId, workflowId, nodeId, reason: reasonOf(error) })
      // The lease ends by itself if the database does not answer either.
      await database.withTenant(tenantId, (tx) => putOffSchedule(tx, claimed, retryMs)).catch(() => undefined)
    }
  }
  const loop = createLookLoop({
    look,
    onError: (error) => {
      log('warn', 'schedules.read_failed: retrying', { reason: reasonOf(error) })
      return idleMs
    },
  })
  return {
    start: () => loop.start(),
    async drain() {
      const before = taken
      while (!loop.isClosed) {
        const last = taken
        await loop.during(look)
        if (working.size > 0) await Promise.race(working)
        else if (taken === last) break
      }
      return taken - before
    },
    async close() {
      await loop.close()
      await Promise.all(working)
    },
  }
}
