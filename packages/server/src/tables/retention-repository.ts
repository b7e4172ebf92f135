import type { TenantId, WorkflowId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import { IDEMPOTENCY_MS } from './idempotency-repository.ts'
import { deleteRowsOfDeletedRuns } from './rollout-runs-repository.ts'
import type { ServerTx } from './server-tables.ts'
import { deleteExpiredRequests } from './start-request-repository.ts'
import { deleteExpiredEvents } from './trigger-event-repository.ts'
import { deleteExpiredDeliveries } from './webhook-delivery-repository.ts'

const DAY_MS = 86_400_000
/** Rows of each table that one transaction deletes. */
const ROWS = 1_000

/** Reads the days for which the latest versions of workflows keep runs, of those that have the setting. */
export async function readKeptDays(tx: ServerTx, tenantId: TenantId): Promise<ReadonlyMap<WorkflowId, number>> {
  const rows = await tx
    .selectFrom('workflows')
    .innerJoin('versions', (join) =>
      join
        .onRef('versions.tenant_id', '=', 'workflows.tenant_id')
        .onRef('versions.workflow_id', '=', 'workflows.workflow_id')
        .onRef('versions.number', '=', 'workflows.latest_version'),
    )
    .select([
      'workflows.workflow_id',
      sql<number | null>`(versions.document::json -> 'settings' ->> 'keepRunsDays')::integer`.as('days'),
    ])
    .where('workflows.tenant_id', '=', tenantId)
    // Few have it, and most documents need not be parsed then.
    .where('versions.document', 'like', '%"keepRunsDays"%')
    .execute()
  return new Map(rows.flatMap(({ workflow_id: id, days }) => (days === null ? [] : [[id, days] as const])))
}

/**
 * Deletes idempotency keys, socket tickets, events of triggers, deliveries and entries of the audit log that have expired, and what
 * rollouts know of deleted runs.
 *
 * @param auditDays - Days for which entries of the audit log are kept; `null` keeps them.
 * @returns True if more may be left.
 */
export async function deleteExpiredRows(tx: ServerTx, tenantId: TenantId, auditDays: number | null): Promise<boolean> {
  const keys = await tx
    .deleteFrom('idempotency_keys')
    .where('tenant_id', '=', tenantId)
    .where((eb) =>
      eb(
        eb.refTuple('route', 'key'),
        'in',
        eb
          .selectFrom('idempotency_keys as old')
          .select(['old.route', 'old.key'])
          .where('old.tenant_id', '=', tenantId)
          .where('old.created_at', '<', sql<number>`${databaseNow} - ${sql.lit(IDEMPOTENCY_MS)}::bigint`)
          .limit(sql.lit(ROWS))
          .$asTuple('route', 'key'),
      ),
    )
    .executeTakeFirstOrThrow()
  await deleteRowsOfDeletedRuns(tx, tenantId)
  await tx
    .deleteFrom('socket_tickets')
    .where('tenant_id', '=', tenantId)
    .where('expires_at', '<', statementNow)
    .execute()
  const events = await deleteExpiredEvents(tx, tenantId, ROWS)
  const requests = await deleteExpiredRequests(tx, tenantId, ROWS)
  const deliveries = await deleteExpiredDeliveries(tx, tenantId, ROWS)
  const hasMore = [Number(keys.numDeletedRows), events, requests, deliveries].includes(ROWS)
  if (auditDays === null) return hasMore
  const entries = await tx
    .deleteFrom('audit_log')
    .where('tenant_id', '=', tenantId)
    .where('audit_id', 'in', (eb) =>
      eb
        .selectFrom('audit_log as old')
        .select('old.audit_id')
        .where('old.tenant_id', '=', tenantId)
        .where('old.at', '<', sql<number>`${databaseNow} - ${auditDays * DAY_MS}::bigint`)
        .limit(sql.lit(ROWS)),
    )
    .executeTakeFirstOrThrow()
  return hasMore || Number(entries.numDeletedRows) === ROWS
}
