import type { TenantId } from '@tenon/core/document'
import { reasonOf } from '../log/reason-of.ts'
import type { PollDeps } from '../polls/ask-service.ts'
import { listOutages, noteLook, OUTAGE_MS } from '../tables/schedule-outage-repository.ts'
import { type ClaimedSchedule, claimSchedules, putOffSchedule } from '../tables/schedule-repository.ts'
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
  /** Schedules that a process works on at once; those of one tenant take three quarters of the room at most. */
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
/** Polls that wait for their services, in relation to the room. */
const MOST_ASIDE = 5

/** Creates the clock of one process. The schedules are shared out among the processes. */
export function createScheduleClock(deps: FireDeps & PollDeps, given: Partial<ClockPace> = {}): ScheduleClock {
  const { atOnce, leaseMs, idleMs, retryMs } = { ...CLOCK_PACE, ...given }
  const { database, log } = deps
  const mostOfTenant = Math.ceil((atOnce * 3) / 4)
  const working = new Map<ClaimedSchedule, Promise<void>>()
  /** Those that wait for a service. */
  const aside = new Set<ClaimedSchedule>()
  let state: 'new' | 'started' | 'closed' = 'new'
  let looking: Promise<void> = Promise.resolve()
  let notedAt = 0
  let taken = 0
  let wake = (): void => undefined

  const busy = () => working.size - aside.size
  /** A tenant whose services are slow holds up its own polls only, and no schedule. */
  const stepAside = async <Result>(claimed: ClaimedSchedule, waiting: () => Promise<Result>): Promise<Result> => {
    const ofTenant = [...aside].filter(({ tenantId }) => tenantId === claimed.tenantId).length
    if (aside.size >= atOnce * MOST_ASIDE || ofTenant >= atOnce) return waiting()
    aside.add(claimed)
    wake()
    try {
      return await waiting()
    } finally {
      aside.delete(claimed)
    }
  }

  /** Claims what is due, as far as there is room. @returns Time until the next look. */
  const look = async (): Promise<number> => {
    const inProgress = new Map<TenantId, number>()
    for (const claimed of working.keys()) {
      if (aside.has(claimed)) continue
      const { tenantId } = claimed
      inProgress.set(tenantId, (inProgress.get(tenantId) ?? 0) + 1)
    }
    const room = { most: atOnce - busy(), mostOfTenant, inProgress, leaseMs }
    const { claimed, now, nextWakeAt, outages } = await database.withSystem(async (tx) => {
      const found = await claimSchedules(tx, room)
      // In the transaction of the claims: they know the outage that ends by this look.
      if (found.now - notedAt >= NOTE_MS) await noteLook(tx)
      const isLate = found.claimed.some(({ dueAt }) => dueAt !== null && dueAt < found.now - OUTAGE_MS)
      return { ...found, outages: isLate ? await listOutages(tx) : [] }
    })
    if (now - notedAt >= NOTE_MS) notedAt = now
    taken += claimed.length
    const claiming = { now, outages, leaseMs, isClosing: () => state === 'closed' }
    for (const each of claimed)
      working.set(each, work(each, { ...claiming, aside: (waiting) => stepAside(each, waiting) }))
    return claimed.length > 0 && busy() < atOnce ? 0 : Math.min(idleMs, Math.max(0, (nextWakeAt ?? now + idleMs) - now))
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
    } finally {
      working.delete(claimed)
      // A look costs more than a claim: some room is collected for it.
      if (busy() === 0 || atOnce - busy() >= atOnce / 4) wake()
    }
  }
  const run = async (): Promise<void> => {
    while (state === 'started') {
      const isWoken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const pauseMs = await look().catch((error: unknown) => {
        log('warn', 'schedules.read_failed: retrying', { reason: reasonOf(error) })
        return idleMs
      })
      await within(isWoken, pauseMs)
    }
  }
  return {
    start() {
      if (state !== 'new') return
      state = 'started'
      looking = run()
    },
    async drain() {
      const before = taken
      while (state !== 'closed') {
        const last = taken
        const looked = look()
        looking = looked.then(
          () => undefined,
          () => undefined,
        )
        await looked
        if (working.size > 0) await Promise.race(working.values())
        else if (taken === last) break
      }
      return taken - before
    },
    async close() {
      state = 'closed'
      wake()
      await looking
      await Promise.all(working.values())
    },
  }
}

async function within(isWoken: Promise<void>, pauseMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const isOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, pauseMs).unref()
  })
  await Promise.race([isWoken, isOver])
  clearTimeout(timer)
}
