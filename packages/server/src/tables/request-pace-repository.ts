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
 * Plans a request of a connection, or says when it is its turn. Those that are refused get different times, so that they come
 * back one after the other. A connection that was deleted has no limit: the attempts that have opened it end.
 */
export async function planRequest(
  tx: ServerTx,
  tenantId: TenantId,
  connectionId: string,
  { intervalMs, burstMs, maxWaitMs }: PacePlan,
): Promise<{ readonly isPlanned: boolean; readonly waitMs: number }> {
  const found = await tx
    .selectFrom('connections')
    .select([
      sql<number>`${statementNow}::float8`.as('now'),
      sql<number>`greatest(coalesce(paced_until, 0), ${statementNow})::float8`.as('from_at'),
      sql<number>`greatest(coalesce(refused_until, 0), coalesce(paced_until, 0), ${statementNow})::float8`.as(
        'turn_at',
      ),
    ])
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .forUpdate()
    .executeTakeFirst()
  if (found === undefined) return { isPlanned: true, waitMs: 0 }
  const { now, from_at: fromAt, turn_at: turnAt } = found
  const waitMs = Math.max(fromAt - now - burstMs, 0)
  const isPlanned = waitMs <= maxWaitMs
  await tx
    .updateTable('connections')
    .set(isPlanned ? { paced_until: fromAt + intervalMs } : { refused_until: turnAt + intervalMs })
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .execute()
  return { isPlanned, waitMs: isPlanned ? waitMs : turnAt - now - burstMs }
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

/** Ends what holds the requests of a connection, such as the limit of an account that is not used any more. */
export async function releaseRequests(tx: ServerTx, tenantId: TenantId, connectionId: string): Promise<void> {
  await tx
    .updateTable('connections')
    .set({ paced_until: null, refused_until: null })
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .execute()
}
