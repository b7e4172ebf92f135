import type { TenantId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'

/** Rate of a connection, in milliseconds. */
export interface PacePlan {
  readonly intervalMs: number
  /** Time by which requests may be sent before those of the average. */
  readonly burstMs: number
  readonly maxWaitMs: number
}

/**
 * Plans a request of a connection, or says when there is room for one. A connection that was deleted has no limit: the
 * attempts that have opened it end.
 */
export async function planRequest(
  tx: ServerTx,
  tenantId: TenantId,
  connectionId: string,
  { intervalMs, burstMs, maxWaitMs }: PacePlan,
): Promise<{ readonly isPlanned: boolean; readonly waitMs: number }> {
  const row = tx.selectFrom('connections').where('tenant_id', '=', tenantId).where('connection_id', '=', connectionId)
  const found = await row
    .select(sql<number>`greatest(coalesce(paced_until, 0), ${statementNow})::float8`.as('from_at'))
    .select(
      sql<number>`greatest(coalesce(paced_until, 0) - ${statementNow} - ${burstMs}::bigint, 0)::float8`.as('wait_ms'),
    )
    .forUpdate()
    .executeTakeFirst()
  if (found === undefined) return { isPlanned: true, waitMs: 0 }
  const { from_at: fromAt, wait_ms: waitMs } = found
  if (waitMs > maxWaitMs) return { isPlanned: false, waitMs }
  await tx
    .updateTable('connections')
    .set({ paced_until: fromAt + intervalMs })
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .execute()
  return { isPlanned: true, waitMs }
}

/** Lets the requests of a connection wait from now on. */
export async function holdRequests(
  tx: ServerTx,
  tenantId: TenantId,
  connectionId: string,
  waitMs: number,
): Promise<void> {
  await tx
    .updateTable('connections')
    .set({
      paced_until: sql<number>`greatest(coalesce(paced_until, 0), ${databaseNow} + ${Math.ceil(waitMs)}::bigint)`,
    })
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .execute()
}
