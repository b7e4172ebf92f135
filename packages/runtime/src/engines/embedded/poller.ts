import { type Bus, ENGINE_TOPIC } from '../../bus.ts'
import type { RuntimeLog } from '../../engine.ts'
import { reasonOf } from '../../reason-of.ts'
import type { ClaimLimits, DispatchStore } from '../../store/dispatch-store.ts'
import type { DispatchRunner } from './dispatch-runner.ts'
import type { Lease } from './lease.ts'
import type { Worker } from './worker.ts'

/** Finds work for a worker when it is woken, when a timer is due, and at every poll interval. */
export interface Poller {
  readonly isRunning: boolean
  /** Workers with a valid lease at the last renewal, this one included; ≥ 1. */
  readonly workers: number
  start(): Promise<void>
  /** Claims no more work; the lease is still renewed. */
  pause(): Promise<void>
  stop(): Promise<void>
  /** Polls at an instant, ms since the Unix epoch. */
  wakeAt(at: number): void
  /** Polls now. @returns Milliseconds until there may be work: 0 if it was found, null if no timer is set. */
  look(): Promise<number | null>
}

/** Dependencies of a poller. */
export interface PollerDeps {
  readonly dispatch: DispatchStore
  readonly lease: Lease
  readonly worker: Worker
  readonly dispatches: DispatchRunner
  readonly bus: Bus
  readonly log: RuntimeLog
  readonly now: () => number
  readonly pollIntervalMs: number
  readonly leaseMs: number
  /** False while the appends of this process make no progress: its runs are for workers that can store. */
  readonly mayRenew: () => boolean
  /** Called before each renewal but the first. */
  readonly onRenew: () => void
  /** Returns the free capacity of the worker. */
  readonly limits: () => Omit<ClaimLimits, 'afterTenant'>
}

const MAX_TIMER_MS = 2 ** 31 - 1
/** Time after which to look again while it is not known when there is work. */
const UNKNOWN_MS = 1_000

/** Creates the poller of one worker. */
export function createPoller(deps: PollerDeps): Poller {
  const { dispatch, lease, worker, dispatches, bus, log, now, pollIntervalMs, leaseMs, limits, mayRenew, onRenew } =
    deps
  let isRunning = false
  let polling: Promise<void> | null = null
  let isWanted = false
  let workInMs: number | null = UNKNOWN_MS
  let timer: NodeJS.Timeout | null = null
  let timerAt = Number.POSITIVE_INFINITY
  let afterTenant = ''
  let stopListening = (): void => undefined
  let renewal: NodeJS.Timeout | null = null
  let renewing: Promise<void> | null = null
  let workers = 1

  const schedule = (at: number): void => {
    if (!isRunning || at >= timerAt) return
    if (timer !== null) clearTimeout(timer)
    timerAt = at
    timer = setTimeout(poll, Math.min(Math.max(0, at - now()), MAX_TIMER_MS))
  }
  const poll = (): void => {
    isWanted = true
    // In a later microtask, since without a lease it ends before its promise is assigned.
    polling ??= Promise.resolve().then(pollWhileWanted)
  }
  const pollWhileWanted = async (): Promise<void> => {
    while (isWanted && isRunning) {
      isWanted = false
      workInMs = UNKNOWN_MS
      if (timer !== null) clearTimeout(timer)
      timerAt = Number.POSITIVE_INFINITY
      let nextAt = now() + pollIntervalMs
      try {
        // Runs claimed without a lease would be reclaimed at once. The next renewal resumes polling.
        if (!lease.isValid()) {
          isWanted = true
          break
        }
        const found = await dispatch.findWork({ ...limits(), afterTenant })
        for (const run of found.runs) worker.drive(run)
        dispatches.execute(found.dispatches.claimed)
        dispatches.cancel(found.dispatches.canceling)
        afterTenant = found.lastTenant ?? afterTenant
        workInMs = found.runs.length + found.dispatches.claimed.length > 0 ? 0 : found.nextInMs
        if (found.nextInMs !== null) nextAt = Math.min(nextAt, now() + found.nextInMs)
      } catch (error) {
        log('warn', 'poll.failed: database unavailable', { reason: reasonOf(error) })
      }
      schedule(nextAt)
    }
    polling = null
  }
  const renew = async (): Promise<void> => {
    onRenew()
    if (!mayRenew()) {
      log('warn', 'lease.not_renewed: appends make no progress', { workerId: worker.workerId })
      return
    }
    try {
      const renewed = await lease.renew()
      workers = renewed.workers
      if (!renewed.wasValid)
        log('warn', 'lease.expired: verifying the runs of this worker', { workerId: worker.workerId })
      worker.renewed(renewed)
      dispatches.renewed(renewed)
      if (isWanted) poll()
    } catch (error) {
      log('warn', 'lease.renew_failed: database unavailable', { workerId: worker.workerId, reason: reasonOf(error) })
    }
  }
  const pause = async (): Promise<void> => {
    isRunning = false
    stopListening()
    if (timer !== null) clearTimeout(timer)
    await polling
  }
  return {
    get isRunning() {
      return isRunning
    },
    get workers() {
      return workers
    },
    wakeAt: schedule,
    look: async () => {
      poll()
      await polling
      return workInMs
    },
    start: async () => {
      workers = (await lease.renew()).workers
      isRunning = true
      renewal = setInterval(() => {
        // One at a time, since a late renewal would restore the row of a worker that has left.
        renewing ??= renew().finally(() => {
          renewing = null
        })
      }, leaseMs / 4)
      stopListening = bus.subscribe(ENGINE_TOPIC, poll)
      poll()
    },
    pause,
    stop: async () => {
      await pause()
      if (renewal !== null) clearInterval(renewal)
      await renewing
    },
  }
}
