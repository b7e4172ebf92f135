import { sql } from 'kysely'
import type { RuntimeLog } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

const BATCH = 100
const IDLE_MS = 250
const FIRST_DELAY_MS = 500
const LAST_DELAY_MS = 30_000

/** A shell to start, one to poke, or one to look for now and then while its run is open. */
const OUTBOX_KINDS = ['start', 'poke', 'watch'] as const

/** What waits in the outbox. */
export interface OutboxEntry {
  readonly tenantId: string
  readonly runId: string
  readonly kind: string
  /** How often it came back. */
  readonly attempts: number
}

/** The entry is done with, or comes back after some ms. */
export type Delivered = 'done' | { readonly againMs: number }

export interface OutboxRelay {
  /** Look now; there is something new. */
  wake(): void
  stop(): Promise<void>
}

interface OutboxRow {
  readonly tenant_id: string
  readonly outbox_id: number
  readonly run_id: string
  readonly kind: string
  readonly attempts: number
}

/**
 * Hands over what transactions have left for Temporal, at least once: a row goes after it was delivered, and comes
 * back later when delivering failed. Several processes may relay; delivering is idempotent.
 *
 * @param now - Milliseconds since the Unix epoch.
 */
export function startOutboxRelay(
  database: RuntimeDatabase,
  deliver: (entry: OutboxEntry) => Promise<Delivered>,
  log: RuntimeLog,
  now: () => number,
): OutboxRelay {
  let isStopped = false
  let isWoken = false
  let wakeUp: () => void = () => undefined

  const deliverOne = async (row: OutboxRow): Promise<void> => {
    const { tenant_id: tenantId, run_id: runId, kind, attempts } = row
    try {
      const delivered = await deliver({ tenantId, runId, kind, attempts })
      if (delivered === 'done') await remove(database, row)
      else await postpone(database, row, now() + delivered.againMs)
    } catch (error) {
      const againMs = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempts, 10))
      log('warn', 'Temporal did not take a message; it is sent again', { runId, kind, error: String(error), againMs })
      await postpone(database, row, now() + againMs)
    }
  }
  const pass = async (): Promise<number> => {
    const rows = await readDue(database, now())
    await Promise.all(rows.map(deliverOne))
    return rows.length
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
      const count = await pass().catch((error: unknown) => {
        log('warn', 'The outbox could not be seen to', { error: String(error) })
        return 0
      })
      if (count < BATCH && !isWoken && !isStopped) await rest()
    }
  }
  const running = loop()
  return {
    wake: () => {
      isWoken = true
      wakeUp()
    },
    stop: async () => {
      isStopped = true
      wakeUp()
      await running
    },
  }
}

function readDue(database: RuntimeDatabase, now: number): Promise<readonly OutboxRow[]> {
  return database.withSystem((tx) =>
    tx
      .selectFrom('outbox')
      .select(['tenant_id', 'run_id', 'kind', 'outbox_id', 'attempts'])
      .where('kind', 'in', OUTBOX_KINDS)
      .where('ready_at', '<=', now)
      .orderBy('ready_at')
      .limit(BATCH)
      .execute(),
  )
}

async function remove(database: RuntimeDatabase, row: OutboxRow): Promise<void> {
  await database.withSystem((tx) =>
    tx.deleteFrom('outbox').where('tenant_id', '=', row.tenant_id).where('outbox_id', '=', row.outbox_id).execute(),
  )
}

async function postpone(database: RuntimeDatabase, row: OutboxRow, readyAt: number): Promise<void> {
  await database.withSystem((tx) =>
    tx
      .updateTable('outbox')
      .set({ ready_at: readyAt, attempts: sql<number>`attempts + 1` })
      .where('tenant_id', '=', row.tenant_id)
      .where('outbox_id', '=', row.outbox_id)
      .execute(),
  )
}
