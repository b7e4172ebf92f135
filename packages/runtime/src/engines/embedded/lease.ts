import type { DispatchStore } from '../../store/dispatch-store.ts'
import type { RenewedLease } from '../../store/renew-lease.ts'

/**
 * The lease of one worker as its own process sees it. The database decides who owns a run; this says when the process
 * must stop believing what it last heard, since a process that was stopped for a while does not hear that its lease is
 * over.
 */
export interface Lease {
  /** False from the moment at which other workers may take this worker's runs. */
  isValid(): boolean
  /** @throws {@link TenonError} `UNAVAILABLE`, and the database's own errors; the lease then runs on to its end. */
  renew(): Promise<RenewedLease>
}

/** @param monotonicMs - A clock that no change of the system time moves, such as `performance.now`. */
export function createLease(
  dispatch: Pick<DispatchStore, 'renewLease'>,
  { leaseMs, monotonicMs }: { readonly leaseMs: number; readonly monotonicMs: () => number },
): Lease {
  let validUntil = Number.NEGATIVE_INFINITY
  return {
    isValid: () => monotonicMs() < validUntil,
    renew: async () => {
      // From before the request: the database counts from when it received it, which is later.
      const asked = monotonicMs()
      const renewed = await dispatch.renewLease(leaseMs)
      validUntil = asked + leaseMs
      return renewed
    },
  }
}
