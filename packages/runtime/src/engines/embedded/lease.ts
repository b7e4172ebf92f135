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
  /** Time of the clock by which the lease is measured, in ms. */
  at(): number
  /**
   * @throws {@link TenonError} `UNAVAILABLE`, and the database's own errors; the lease then continues until it expires.
   */
  renew(): Promise<LeaseRenewal>
}

/** Renewal of a lease, as its worker sees it. */
export interface LeaseRenewal extends RenewedLease {
  /** Time of {@link Lease.at} at which it was requested: it need not know what has changed since. */
  readonly askedAt: number
}

/** @param monotonicMs - A clock that is independent of the system time, such as `performance.now`. */
export function createLease(
  dispatch: Pick<DispatchStore, 'renewLease'>,
  { leaseMs, monotonicMs }: { readonly leaseMs: number; readonly monotonicMs: () => number },
): Lease {
  let validUntil = Number.NEGATIVE_INFINITY
  return {
    isValid: () => monotonicMs() < validUntil,
    at: monotonicMs,
    renew: async () => {
      // From before the request: the database counts from when it received it, which is later.
      const askedAt = monotonicMs()
      const renewed = await dispatch.renewLease(leaseMs)
      validUntil = askedAt + leaseMs
      return { ...renewed, askedAt }
    },
  }
}
