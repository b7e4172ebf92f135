import { TenonError } from '@tenon/core/errors'

/** A request that counts as held. */
export interface HeldSeat {
  /** Says that the request has its answer, whose body may take longer. */
  readonly answered: () => void
  /** Ends the count of the request; later calls do nothing. */
  readonly leave: () => void
}

/** Requests that wait for a run, counted for each tenant. */
export interface HeldRequests {
  /**
   * Counts a request, before anything is started for it.
   *
   * @param part - Tenant, or a part of it with a count of its own.
   * @throws {@link TenonError} `RATE_LIMITED` when the tenant has too many.
   */
  enter(part: string): HeldSeat
  /** Waits until every request has its answer, which none that waits for a run has to wait for once the server closes. */
  close(): Promise<void>
}

/** Wait before a request that was refused may be tried again. */
const RETRY_MS = 1_000

/** @param most - Requests of one tenant, or of a part of it, that may wait in this process. */
export function createHeldRequests(most: number): HeldRequests {
  const counts = new Map<string, number>()
  const waiting = new Set<object>()
  const closers = new Set<() => void>()
  return {
    enter(part) {
      const count = counts.get(part) ?? 0
      if (count >= most) {
        throw new TenonError('RATE_LIMITED', `${most} requests of the tenant wait for runs, and no more may`, {
          details: { retryAfterMs: RETRY_MS },
        })
      }
      counts.set(part, count + 1)
      const seat = {}
      waiting.add(seat)
      let isLeft = false
      function answered() {
        waiting.delete(seat)
        if (waiting.size > 0) return
        for (const close of closers) close()
        closers.clear()
      }
      function leave() {
        answered()
        if (isLeft) return
        isLeft = true
        const left = (counts.get(part) ?? 1) - 1
        if (left === 0) counts.delete(part)
        else counts.set(part, left)
      }
      return { answered, leave }
    },
    async close() {
      if (waiting.size > 0) await new Promise<void>((resolve) => closers.add(resolve))
    },
  }
}
