import { sql } from 'kysely'
import type { RuntimeLog } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

const BATCH = 100
const IDLE_MS = 250
const FIRST_DELAY_MS = 500
const LAST_DELAY_MS = 30_000

/** What waits in the outbox: a shell to start, or one to poke. */
export interface OutboxEntry {
  readonly tenantId: string
  readonly runId: string
  readonly kind: string
}

export interface OutboxRelay {
  /** Look now; there is something new. */
  wake(): void
  stop(): Promise<void>
}

/**
 * Hands over what transactions have left for Temporal, at least once: a row goes after it was delivered, and comes
 * back later when delivering failed. Several processes may relay; delivering is idempotent.
 */
export function startOutboxRelay(
  database: RuntimeDatabase,
  deliver: (entry: OutboxEntry) => Promise<void>,
  log: RuntimeLog,
): OutboxRelay {
  let isStopped = false
  let wakeUp: () => void = () => undefined

  const deliverOne = async (row: {
    tenant_id: string
    run_id: string
    kind: string
    outbox_id: number
    attempts: number
  }) => {
    const { tenant_id: tenantId, run_id: runId, kind } = row
    try {
      await deliver({ tenantId, runId, kind })
      await database.withSystem((tx) =>
        tx.deleteFrom('outbox').where('tenant_id', '=', tenantId).where('outbox_id', '=', row.outbox_id).execute(),
      )
    } catch (error) {
      const delayMs = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(row.attempts, 10))
      log('warn', 'Temporal did not take a message; it is sent again', { runId, kind, error: String(error), delayMs })
      await database.withSystem((tx) =>
        tx
          .updateTable('outbox')
          .set({ ready_at: Date.now() + delayMs, attempts: sql<number>`attempts + 1` })
          .where('tenant_id', '=', tenantId)
          .where('outbox_id', '=', row.outbox_id)
          .execute(),
      )
    }
  }

  const pass = async (): Promise<number> => {
    const rows = await database.withSystem((tx) =>
      tx
        .selectFrom('outbox')
        .select(['tenant_id', 'run_id', 'kind', 'outbox_id', 'attempts'])
        .where('ready_at', '<=', Date.now())
        .orderBy('outbox_id')
        .limit(BATCH)
        .execute(),
    )
    await Promise.all(rows.map(deliverOne))
    return rows.length
  }

  const loop = async () => {
    while (!isStopped) {
      const sleep = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, IDLE_MS)
        wakeUp = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      const count = await pass().catch((error: unknown) => {
        log('warn', 'The outbox could not be read', { error: String(error) })
        return 0
      })
      if (count < BATCH) await sleep
    }
  }
  const running = loop()
  return {
    wake: () => wakeUp(),
    stop: async () => {
      isStopped = true
      wakeUp()
      await running
    },
  }
}
