import type { TenantId } from '@tenon/core/document'
import { sql } from 'kysely'
import type { RuntimeLog } from '../engine.ts'
import type { StoredObjects } from '../payloads/stored-objects.ts'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'
import { deleteRests } from './delete-rests.ts'
import { dropPartitions } from './drop-partitions.ts'
import { type Retention, sweepTenant } from './sweep-tenant.ts'

/** Deletes expired data while a worker runs. */
export interface RetentionKeeper {
  /** Looks for tenants that are due, from a minute after the start on. */
  start(): void
  /** Looks once, at once: deletes what is due, until `stop` is called. */
  sweepNow(): Promise<void>
  /** Stops; resolves when no transaction is in flight. */
  stop(): Promise<void>
}

/** Pause between two looks for tenants that are due. */
const LOOK_MS = 60_000
/** Trees of a tenant that are deleted before the next tenant has its turn. */
const TREES = 200
/** Time after which a tenant is due again, also if its sweep has failed. */
const SWEEP_MS = 3_600_000

/** Dependencies of a keeper. */
export interface RetentionKeeperDeps {
  readonly database: RuntimeDatabase
  /** Store of the host for large values; null without one. */
  readonly objects: StoredObjects | null
  readonly log: RuntimeLog
  /** Milliseconds between two looks of a process without `retention`. @defaultValue 60,000 */
  readonly lookMs?: number
}

/**
 * Creates the keeper of one process. Each tenant is swept by one process at a time, about once an hour.
 *
 * @param retention - Without it, the keeper deletes only what remains of runs that were deleted.
 */
export function createRetentionKeeper(
  { database, objects, log, lookMs = LOOK_MS }: RetentionKeeperDeps,
  retention: Retention | undefined,
): RetentionKeeper {
  let timer: NodeJS.Timeout | null = null
  let sweeping: Promise<void> = Promise.resolve()
  let isStopped = true

  const sweep = async (kept: Retention, tenantId: TenantId): Promise<void> => {
    try {
      const runs = await sweepTenant({ database, objects }, kept, tenantId, {
        isStopped: () => isStopped,
        trees: TREES,
      })
      if (runs >= TREES) await returnTenant(database, tenantId)
      if (runs > 0) log('info', 'retention.deleted', { tenantId, runs })
    } catch (error) {
      log('warn', 'retention.sweep_failed: trying again in an hour', { tenantId, reason: reasonOf(error) })
    }
  }
  const look = async (): Promise<void> => {
    try {
      await deleteRests({ database, objects, log }, () => isStopped)
      for (;;) {
        if (isStopped) return
        if (retention === undefined) break
        const tenantId = await claimTenant(database)
        if (tenantId === null) break
        await sweep(retention, tenantId)
      }
      if (!isStopped && retention !== undefined) await dropPartitions(database, log)
    } catch (error) {
      log('warn', 'retention.read_failed: retrying', { reason: reasonOf(error) })
    }
  }
  const lookLater = (): void => {
    if (isStopped) return
    timer = setTimeout(() => {
      sweeping = look().then(lookLater)
    }, retention?.lookMs ?? lookMs).unref()
  }
  return {
    start: () => {
      if (!isStopped) return
      isStopped = false
      lookLater()
    },
    sweepNow: () => {
      isStopped = false
      sweeping = look()
      return sweeping
    },
    stop: async () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await sweeping
    },
  }
}

/** Returns a tenant that is due, for this process alone; null if there is none. */
export async function claimTenant(database: RuntimeDatabase): Promise<TenantId | null> {
  const row = await database.withSystem((tx) =>
    tx
      .updateTable('retention_sweeps')
      .set({ due_at: sql<number>`${databaseNow} + ${sql.lit(SWEEP_MS)}` })
      .where('tenant_id', '=', (eb) =>
        eb
          .selectFrom('retention_sweeps')
          .select('tenant_id')
          .where('due_at', '<=', statementNow)
          .orderBy('due_at')
          .limit(1)
          .forUpdate()
          .skipLocked(),
      )
      .returning('tenant_id')
      .executeTakeFirst(),
  )
  return row?.tenant_id ?? null
}

/** Makes a tenant due again, after the others that are. */
async function returnTenant(database: RuntimeDatabase, tenantId: TenantId): Promise<void> {
  await database.withTenant(tenantId, (tx) =>
    tx.updateTable('retention_sweeps').set({ due_at: databaseNow }).where('tenant_id', '=', tenantId).execute(),
  )
}
