import type { RuntimeLog } from '../../engine.ts'
import { reasonOf } from '../../reason-of.ts'
import type { RunObstacle } from '../../run-store.ts'
import type { Outbox, OutboxRow } from '../../store/outbox.ts'
import type { RunRef } from '../../store/run-ref.ts'

const MAX_IN_FLIGHT = 100
const IDLE_MS = 250
const FIRST_DELAY_MS = 500
const LAST_DELAY_MS = 30_000

/** A message of the outbox for Temporal. */
export interface OutboxEntry extends RunRef {
  readonly kind: string
  /** Deliveries so far that were postponed. */
  readonly attempts: number
  /** Obstacle of the run when its shell was last checked. */
  readonly health: RunObstacle | null
}

/**
 * Result of a delivery: done, or a time after which the message is delivered again, with the obstacle of the run until
 * then.
 */
export type Delivered = 'done' | { readonly againMs: number; readonly health: RunObstacle | null }

/** Dependencies of a relay. */
export interface OutboxRelayDeps {
  readonly log: RuntimeLog
  /** Called when the obstacle of a run has changed. */
  readonly onHealth: (entry: OutboxEntry, health: RunObstacle | null) => void
}

/** Delivers messages of the outbox to Temporal until it is stopped. */
export interface OutboxRelay {
  /** Looks for new messages at once. */
  wake(): void
  /** Messages that were delivered, or whose delivery was tried. */
  readonly delivered: number
  /** Looks for new messages at once. Resolves when none is due or in flight. */
  whenIdle(): Promise<void>
  /** Stops claiming; resolves when the deliveries in flight have ended. */
  stop(): Promise<void>
}

/**
 * Delivers messages of committed transactions to Temporal, at least once: a message is deleted after its delivery, and
 * delivered again later after a failure. Deliveries are concurrent, so that a slow one does not hold up others. Several
 * processes may relay; delivering is idempotent.
 */
export function startOutboxRelay(
  outbox: Pick<Outbox, 'claim' | 'remove' | 'postpone'>,
  deliver: (entry: OutboxEntry) => Promise<Delivered>,
  { log, onHealth }: OutboxRelayDeps,
): OutboxRelay {
  const inFlight = new Set<Promise<void>>()
  let isStopped = false
  let delivered = 0
  let onIdle: (() => void)[] = []
  let isWoken = false
  let wakeUp: () => void = () => undefined
  const wake = (): void => {
    isWoken = true
    wakeUp()
  }

  const deliverOne = async (row: OutboxRow): Promise<void> => {
    const { tenant_id: tenantId, run_id: runId, kind, attempts, health } = row
    const entry = { tenantId, runId, kind, attempts, health }
    const postpone = async (delayMs: number, next: RunObstacle | null): Promise<void> => {
      await outbox.postpone(row, delayMs, next)
      if (next !== health) onHealth(entry, next)
    }
    try {
      const delivered = await deliver(entry)
      if (delivered === 'done') await outbox.remove(row)
      else await postpone(delivered.againMs, delivered.health)
    } catch (error) {
      const againMs = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempts, 10))
      log('warn', 'outbox.deliver_failed: retrying', { tenantId, runId, kind, reason: reasonOf(error), againMs })
      // Without a response of the database the claim expires by itself.
      await postpone(againMs, 'ENGINE_UNAVAILABLE').catch(() => undefined)
    }
  }
  const launch = (row: OutboxRow): void => {
    const delivery: Promise<void> = deliverOne(row).finally(() => {
      inFlight.delete(delivery)
      // A relay that was full has room again.
      if (inFlight.size === MAX_IN_FLIGHT - 1 || onIdle.length > 0) wake()
    })
    inFlight.add(delivery)
    delivered += 1
  }
  const claim = async (): Promise<number> => {
    try {
      const rows = await outbox.claim(MAX_IN_FLIGHT - inFlight.size)
      for (const row of rows) launch(row)
      return rows.length
    } catch (error) {
      log('warn', 'outbox.read_failed: retrying', { reason: reasonOf(error) })
      return 0
    }
  }
  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const loop = async () => {
    while (!isStopped) {
      isWoken = false
      const count = inFlight.size < MAX_IN_FLIGHT ? await claim() : 0
      if (count > 0 || isWoken || isStopped) continue
      if (inFlight.size === 0) {
        for (const resolve of onIdle) resolve()
        onIdle = []
      }
      await rest()
    }
    for (const resolve of onIdle) resolve()
    while (inFlight.size > 0) await Promise.all(inFlight)
  }
  const running = loop()
  return {
    get delivered() {
      return delivered
    },
    wake,
    whenIdle: () => {
      if (isStopped) return Promise.resolve()
      const idle = new Promise<void>((resolve) => {
        onIdle.push(resolve)
      })
      wake()
      return idle
    },
    stop: async () => {
      isStopped = true
      wakeUp()
      await running
    },
  }
}
