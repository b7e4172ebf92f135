import { createSlots } from '../slots.ts'
import type { OwnedSession } from './open-session.ts'

/** Sessions of one tenant, each of which has a slot as long as its socket is open. */
export interface TenantSessions {
  /** `true` if the tenant has no session, and nothing waits for one. */
  readonly isEmpty: boolean
  /** Takes an idle session of the account, or opens one; when all are there, the oldest idle one makes room. */
  take(key: string, open: () => Promise<OwnedSession>, abortSignal: AbortSignal): Promise<OwnedSession>
  /** Keeps a session for a while for the next call of its account. */
  keep(key: string, session: OwnedSession): void
  /** Ends the idle sessions, and waits until they are closed. */
  endIdle(): Promise<void>
}

interface Idle {
  readonly key: string
  readonly session: OwnedSession
  readonly alarm: NodeJS.Timeout
}

/** @param onClosed - Is called when a session is closed. */
export function createTenantSessions(max: number, idleMs: number, onClosed: () => void): TenantSessions {
  const slots = createSlots(max)
  /** The oldest first. */
  const idle: Idle[] = []

  function remove(one: Idle): OwnedSession {
    clearTimeout(one.alarm)
    idle.splice(idle.indexOf(one), 1)
    return one.session
  }

  return {
    get isEmpty() {
      return slots.isFree
    },
    async take(key, open, abortSignal) {
      const known = idle.filter((one) => one.key === key && !one.session.isBroken).at(-1)
      if (known !== undefined) {
        const session = remove(known)
        session.hold(true)
        return session
      }
      const [oldest] = idle
      if (slots.isFull && oldest !== undefined) remove(oldest).end()
      const release = await slots.acquire(abortSignal)
      try {
        const session = await open()
        void session.closed.then(() => {
          for (const one of idle.filter((each) => each.session === session)) remove(one)
          release()
          onClosed()
        })
        return session
      } catch (error) {
        release()
        onClosed()
        throw error
      }
    },
    keep(key, session) {
      if (session.isBroken || slots.isAwaited) {
        session.end()
        return
      }
      // A process may end while it has idle sessions.
      session.hold(false)
      const one = { key, session, alarm: setTimeout(() => remove(one).end(), idleMs).unref() }
      idle.push(one)
    },
    async endIdle() {
      const ending = [...idle].map(remove)
      for (const session of ending) session.end()
      await Promise.all(ending.map(({ closed }) => closed))
    },
  }
}
