import type { Identity, Permission } from '@tenon/core/api'
import { CLOSE_CODES } from '@tenon/core/collab'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Bus, RuntimeLog } from '@tenon/runtime'
import { type LookUpIdentity, lookUpInTime } from './look-up-identity.ts'
import { createRevocations, type UserRef, userKey } from './revocations.ts'
import { verdictOn } from './verdict.ts'

/** Wait before a connection that was refused may be tried again. */
const RETRY_MS = 5_000

/** A socket or an event stream that a signed-in user holds open. */
export interface OpenConnection {
  readonly identity: Identity
  /** Permissions of the connection: it is closed when one is lost, and renewed when one is gained. */
  readonly permissions: readonly Permission[]
  /** When its opening began, in milliseconds since the Unix epoch: before its identity was asked for. */
  readonly openedAt: number
  /** @param code - One of `CLOSE_CODES`. */
  close(code: number, reason: string): void
}

/** The sockets and event streams that are open in this process, by user. */
export interface Connections {
  /**
   * Counts a connection and watches over it until it is left.
   *
   * @returns `leave`; later calls do nothing.
   * @throws {@link TenonError} `RATE_LIMITED` when the tenant or the user has too many, `FORBIDDEN` when the user was
   * revoked while the connection was being opened.
   */
  enter(connection: OpenConnection): () => void
  /**
   * Refuses what a user asked for before the revocation.
   *
   * @param since - When the request arrived, in milliseconds since the Unix epoch.
   * @throws {@link TenonError} `FORBIDDEN`.
   */
  checkRevoked(user: UserRef, since: number): void
  /** Closes the connections of a user with 4403, here at once and in the other processes by the bus. */
  revoke(user: UserRef): void
  close(): Promise<void>
}

export interface ConnectionsDeps {
  readonly bus: Bus
  readonly log: RuntimeLog
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  readonly caps: ConnectionCaps
  /** Longest life of a connection in milliseconds. */
  readonly lifetimeMs: number
  readonly lookUpIdentity: LookUpIdentity | undefined
  /** Time between two look-ups of all users with open connections, in milliseconds. */
  readonly identityCheckMs: number
}

/** Users that are looked up at the same time. */
const LOOK_UPS = 8

export function createConnections(deps: ConnectionsDeps): Connections {
  const { bus, log, now, caps, lifetimeMs, lookUpIdentity, identityCheckMs } = deps
  const byUser = new Map<string, Set<OpenConnection>>()
  const perTenant = new Map<string, number>()
  const revocations = createRevocations(bus, now, closeAllOf)
  let checking: ReturnType<typeof setInterval> | null = null
  let isChecking = false

  function closeAllOf(user: UserRef): void {
    for (const connection of [...(byUser.get(userKey(user)) ?? [])]) {
      connection.close(CLOSE_CODES.forbidden, 'Your access was revoked')
    }
  }

  async function checkAll(): Promise<void> {
    if (isChecking || lookUpIdentity === undefined) return
    isChecking = true
    const keys = [...byUser.keys()]
    const work = async (): Promise<void> => {
      for (let key = keys.pop(); key !== undefined; key = keys.pop()) await checkUser(key, lookUpIdentity)
    }
    await Promise.all(Array.from({ length: LOOK_UPS }, work))
    isChecking = false
  }

  async function checkUser(key: string, lookUp: LookUpIdentity): Promise<void> {
    const [first] = byUser.get(key) ?? []
    if (first === undefined) return
    try {
      const current = await lookUpInTime(lookUp, first.identity)
      for (const connection of [...(byUser.get(key) ?? [])]) {
        const verdict = verdictOn(connection, current)
        if (verdict !== null) connection.close(verdict.code, verdict.reason)
      }
    } catch (error) {
      // A host that does not answer now must not disconnect every user; the next round asks again.
      log('warn', 'connections.check_failed: lookUpIdentity did not answer', {
        reason: error instanceof Error ? error.name : 'unknown',
      })
    }
  }

  function count(tenantId: TenantId, change: number): void {
    const total = (perTenant.get(tenantId) ?? 0) + change
    if (total === 0) perTenant.delete(tenantId)
    else perTenant.set(tenantId, total)
  }

  return {
    enter(connection) {
      const { identity, openedAt } = connection
      const key = userKey(identity)
      const ofUser = byUser.get(key) ?? new Set()
      revocations.check(identity, openedAt)
      checkCaps(caps, { ofTenant: perTenant.get(identity.tenantId) ?? 0, ofUser: ofUser.size })
      byUser.set(key, ofUser.add(connection))
      count(identity.tenantId, 1)
      const life = setTimeout(() => {
        connection.close(CLOSE_CODES.unauthenticated, 'Session expired: reconnect with a new ticket')
      }, lifetimeMs)
      life.unref?.()
      if (lookUpIdentity !== undefined && checking === null) {
        checking = setInterval(() => void checkAll(), identityCheckMs)
        checking.unref?.()
      }
      return function leave() {
        clearTimeout(life)
        if (!ofUser.delete(connection)) return
        count(identity.tenantId, -1)
        if (ofUser.size === 0) byUser.delete(key)
        if (byUser.size > 0 || checking === null) return
        clearInterval(checking)
        checking = null
      }
    },
    checkRevoked: (user, since) => revocations.check(user, since),
    revoke: (user) => revocations.revoke(user),
    async close() {
      revocations.close()
      if (checking !== null) clearInterval(checking)
      checking = null
    },
  }
}

/** Most sockets and event streams that may be open at once in one process. */
interface ConnectionCaps {
  readonly perTenant: number
  readonly perUser: number
}

/** @throws {@link TenonError} `RATE_LIMITED` when one more would be too many. */
function checkCaps(
  { perTenant, perUser }: ConnectionCaps,
  open: { readonly ofTenant: number; readonly ofUser: number },
): void {
  if (open.ofUser >= perUser) throw tooMany(`The user has reached the limit of ${perUser} open connections`)
  if (open.ofTenant >= perTenant) throw tooMany(`The tenant has reached its limit of ${perTenant} open connections`)
}

function tooMany(message: string): TenonError {
  return new TenonError('RATE_LIMITED', message, {
    remedy: 'Close other tabs of the editor, then try again.',
    details: { retryAfterMs: RETRY_MS },
  })
}
