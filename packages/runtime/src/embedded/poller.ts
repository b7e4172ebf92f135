import type { Bus } from '../bus.ts'
import type { RuntimeLog } from '../engine.ts'
import type { Worker } from './create-worker.ts'
import type { DispatchStore } from './dispatch-store.ts'
import type { Lease } from './lease.ts'

/** Finds work for a worker: when woken, when a timer is due, and at every poll interval. */
export interface Poller {
  readonly isRunning: boolean
  start(): Promise<void>
  /** Claims no more work; the lease is still renewed. */
  pause(): Promise<void>
  stop(): Promise<void>
  /** Looks for work at an instant, ms since the Unix epoch. */
  wakeAt(at: number): void
}

export interface PollerPorts {
  readonly dispatch: DispatchStore
  readonly lease: Lease
  readonly worker: Worker
  readonly bus: Bus
  readonly log: RuntimeLog
  readonly now: () => number
  readonly pollIntervalMs: number
  readonly leaseMs: number
  readonly maxRuns: number
}

/** The topic on which engines tell each other that there is work. */
export const ENGINE_TOPIC = 'engine'

const MAX_TIMER_MS = 2 ** 31 - 1

export function createPoller(ports: PollerPorts): Poller {
  const { dispatch, lease, worker, bus, log, now, pollIntervalMs, leaseMs, maxRuns } = ports
  let isRunning = false
  let polling: Promise<void> | null = null
  let isWanted = false
  let timer: NodeJS.Timeout | null = null
  let timerAt = Number.POSITIVE_INFINITY
  let afterTenant = ''
  let stopListening = (): void => undefined
  let renewal: NodeJS.Timeout | null = null
  let renewing: Promise<void> = Promise.resolve()

  const schedule = (at: number): void => {
    if (!isRunning || at >= timerAt) return
    if (timer !== null) clearTimeout(timer)
    timerAt = at
    timer = setTimeout(poll, Math.min(Math.max(0, at - now()), MAX_TIMER_MS))
  }
  const poll = (): void => {
    isWanted = true
    // In a later turn: without a lease it ends before its promise would be assigned.
    polling ??= Promise.resolve().then(pollWhileWanted)
  }
  const pollWhileWanted = async (): Promise<void> => {
    while (isWanted && isRunning) {
      isWanted = false
      if (timer !== null) clearTimeout(timer)
      timerAt = Number.POSITIVE_INFINITY
      let nextAt = now() + pollIntervalMs
      try {
        // Runs claimed without a lease would be reclaimed at once. The next renewal resumes polling.
        if (!lease.isValid()) {
          isWanted = true
          break
        }
        const capacity = Math.max(0, maxRuns - worker.claimed.size)
        const found = await dispatch.findWork(capacity, afterTenant)
        for (const run of found.runs) worker.tend(run)
        afterTenant = found.lastTenant ?? afterTenant
        if (found.nextInMs !== null) nextAt = Math.min(nextAt, now() + found.nextInMs)
      } catch (error) {
        log('warn', 'poll.failed: database unavailable', { reason: reasonOf(error) })
      }
      schedule(nextAt)
    }
    polling = null
  }
  const renew = async (): Promise<void> => {
    try {
      const renewed = await lease.renew()
      if (!renewed.wasValid)
        log('warn', 'lease.expired: verifying the runs of this worker', { workerId: worker.workerId })
      worker.renewed(renewed)
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
    wakeAt: schedule,
    start: async () => {
      await lease.renew()
      isRunning = true
      renewal = setInterval(() => {
        renewing = renew()
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}
