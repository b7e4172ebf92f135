/** Seed of the hash that names the lock, so that it differs from locks of the host for the same text. */
export const STARTS_LOCK: number = 7_303

/**
 * Returns the call that marks a transaction as one that starts runs of a tenant, until its end. It comes before the search
 * for a pause; a request to pause then waits for the transactions that have come before it. It always has the lock at
 * once, since all share it.
 *
 * @param tenant - SQL of the id of the tenant.
 */
export const startsLock = (tenant: string): string =>
  `pg_try_advisory_xact_lock_shared(hashtextextended(${tenant}, ${STARTS_LOCK}))`
