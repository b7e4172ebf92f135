import type { UserId } from '../ids.ts'

/** Person who acted, with the name at that time. */
export interface Actor {
  /** Id of the user within the tenant. */
  readonly userId: UserId
  /** Name of the user at that time. */
  readonly displayName: string
}
