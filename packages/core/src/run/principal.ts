import type { UserId } from '../ids.ts'

/** Person for whom a run acts. */
export interface RunPrincipal {
  /** Kind of the principal; only people so far. */
  readonly kind: 'user'
  /** Id of the user within the tenant. The run may use the connections that are for this user alone. */
  readonly userId: UserId
}

/** Returns the principal of a run that merges the requests of two: `null` unless it is the same person. */
export function sharedPrincipal(
  one: RunPrincipal | null | undefined,
  other: RunPrincipal | null | undefined,
): RunPrincipal | null {
  return one != null && one.userId === other?.userId ? one : null
}
