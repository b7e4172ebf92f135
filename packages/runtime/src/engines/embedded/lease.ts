import type { DispatchStore } from '../../store/dispatch-store.ts'
import type { RenewedLease } from '../../store/renew-lease.ts'

/**
 * Lease of one worker, measured in its own process. The database decides who owns a run; the local lease limits how
 * long the process may rely on its last renewal, since a process that was suspended does not notice that its lease has
 * expired.
 */
export interface Lease {
  /** False from the moment at which other workers may take this worker's runs. */
  isValid(): boolean
  /**
   * @throws {@link TenonError} `UNAVAILABLE`, and the database's own errors; the lease then continues until it expires.
   */
  renew(): Promise<RenewedLease>
}

/** @param monotonicMs - A clock that is independent of the system time, such as `performance.now`. */
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
