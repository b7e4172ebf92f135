import type { TenantId, UserId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Bus } from '@tenon/runtime'

/** One user of one tenant. */
export interface UserRef {
  /** Tenant of the user, as `authenticate` returns it. */
  readonly tenantId: TenantId
  /** Id of the user within the tenant, as `authenticate` returns it. */
  readonly userId: UserId
}

/** Users that were revoked lately, in all processes. */
export interface Revocations {
  revoke(user: UserRef): void
  /**
   * Refuses a connection that began to open before its user was revoked: what it knows of the user may be older.
   *
   * @param since - Milliseconds since the Unix epoch.
   * @throws {@link TenonError} `FORBIDDEN`.
   */
  check(user: UserRef, since: number): void
  close(): void
}

const TOPIC = 'users:revoked'

/** Longer than a connection takes to open. */
const REMEMBERED_MS = 60_000

/** @param onRevoked - Called in every process, once or more for each revocation. */
export function createRevocations(bus: Bus, now: () => number, onRevoked: (user: UserRef) => void): Revocations {
  const revokedAt = new Map<string, number>()

  function remember(user: UserRef): void {
    const at = now()
    for (const [key, then] of revokedAt) {
      // Oldest first.
      if (at - then <= REMEMBERED_MS) break
      revokedAt.delete(key)
    }
    revokedAt.delete(userKey(user))
    revokedAt.set(userKey(user), at)
    onRevoked(user)
  }

  const unsubscribe = bus.subscribe(TOPIC, ({ tenantId, userId }) => {
    if (typeof tenantId === 'string' && typeof userId === 'string') remember({ tenantId, userId })
  })

  return {
    revoke({ tenantId, userId }) {
      remember({ tenantId, userId })
      bus.publish(TOPIC, { tenantId, userId })
    },
    check(user, since) {
      const at = revokedAt.get(userKey(user))
      if (at !== undefined && at >= since) throw new TenonError('FORBIDDEN', 'Your access was revoked')
    },
    close: unsubscribe,
  }
}

/** A key for a user; no tenant id contains a slash. */
export function userKey({ tenantId, userId }: UserRef): string {
  return `${tenantId}/${userId}`
}
