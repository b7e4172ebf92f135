import type { RuntimeLog } from '../../engine.ts'
import type { RuntimeDatabase } from '../../postgres/tables.ts'
import type { HeldLock } from '../../postgres/types.ts'
import { reasonOf } from '../../reason-of.ts'
import { presenceSpace } from '../../store/renew-lease.ts'

/**
 * Shows the other workers that this process is connected, by a lock on a connection of its own. The connection ends
 * with the process, and does not depend on its main thread: it distinguishes a busy worker from a dead one.
 */
export interface Presence {
  /**
   * Acquires the lock. Resolves when it is held or temporarily cannot be: a worker that begins a body at once may be
   * busy later.
   */
  start(): Promise<void>
  /** Acquires the lock again if it was lost. Returns at once. */
  keep(): void
  /** Returns the connection to the pool. */
  stop(): Promise<void>
}

/** @param database - Null for no presence. */
export function createPresence(database: RuntimeDatabase | null, workerId: string, log: RuntimeLog): Presence {
  let held: HeldLock | null = null
  let locking: Promise<void> | null = null
  let isStopped = database === null

  const lock = async (from: RuntimeDatabase): Promise<void> => {
    await held?.release()
    held = null
    try {
      held = await from.holdLock(presenceSpace(from.schema), workerId)
      // No connection can be spared, now or later.
      if (held === null) isStopped = true
    } catch (error) {
      const reason = reasonOf(error)
      log('warn', 'presence.lock_failed: retrying at the next renewal', { workerId, reason })
    }
  }
  const keep = (): void => {
    if (isStopped || database === null || held?.isHeld === true) return
    locking ??= lock(database).finally(() => {
      locking = null
    })
  }
  return {
    keep,
    start: async () => {
      keep()
      await locking
    },
    stop: async () => {
      isStopped = true
      await locking
      await held?.release()
      held = null
    },
  }
}
