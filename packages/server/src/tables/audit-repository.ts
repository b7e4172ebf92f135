import type { Identity } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { cutText, repairText } from '@tenon/core/text'
import type { ExpiredRun, TransactionHook } from '@tenon/runtime'
import { sql } from 'kysely'
import type { AuditRow, ServerTables, ServerTx } from './server-tables.ts'

export const AUDIT_ACTIONS = [
  'workflow.create',
  'workflow.update',
  'workflow.delete',
  'workflow.restore',
  'workflow.pause',
  'workflow.resume',
  'tenant.pause',
  'tenant.resume',
  'version.publish',
  'rollout.start',
  'rollout.promote',
  'rollout.roll_back',
  'rollout.stop',
  'secret.set',
  'connection.create',
  'connection.update',
  'connection.delete',
  'connection.reconnect',
  'connection.needs_reauth',
  'file.delete',
  'file.link',
  'data_table.create',
  'data_table.update',
  'data_table.delete',
  'data_row.create',
  'data_row.update',
  'data_row.delete',
  'key_value.set',
  'key_value.delete',
  'trigger.pause',
  'trigger.resume',
  'trigger.open_test',
  'trigger.replace_address',
  'trigger.allow_unsigned',
  'trigger.backfill',
  'webhook.create',
  'webhook.update',
  'webhook.delete',
  'webhook.show_secret',
  'webhook.rotate_secret',
  'webhook.test',
  'webhook.replay',
  'webhook.disable',
  'run.cancel',
  'run.skip_compensation',
  'run.pause',
  'run.resume',
  'run.migrate',
  'run.withdraw_migration',
  'run.change_engine',
  'run.delete',
  'retention.delete_runs',
  'parked.resolve',
  'event.send',
  'approval.decide',
  'approval.override',
  'draft.update_refused',
  'request.refused',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** Characters of a resource that the log keeps. */
const MAX_RESOURCE = 400

export interface AuditEntry {
  readonly identity: Identity
  readonly action: AuditAction
  /** Id of what was acted on. */
  readonly resource: string
  readonly at: number
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

/** Notes who did what, in the transaction that does it. */
export async function insertAudit(tx: ServerTx, entry: AuditEntry): Promise<void> {
  await tx.insertInto('audit_log').values(rowOf(entry)).execute()
}

/** Notes what no user has asked for, in the transaction that does it. */
export async function insertSystemAudit(
  tx: ServerTx,
  { tenantId, ...entry }: Omit<AuditEntry, 'identity'> & { readonly tenantId: TenantId },
): Promise<void> {
  const system: Identity = { tenantId, userId: 'system', displayName: 'System', role: 'admin' }
  await tx
    .insertInto('audit_log')
    .values({ ...rowOf({ ...entry, identity: system }), actor_role: 'system' })
    .execute()
}

/** Notes who did what, in the transaction in which the engine takes it in. */
export function auditHook(entry: AuditEntry): TransactionHook {
  return async (tx) => {
    const view = tx.withTables<Pick<ServerTables, 'audit_log'>>()
    await view.insertInto('audit_log').values(rowOf(entry)).execute()
  }
}

function rowOf({ identity, action, resource, at, details = {} }: AuditEntry): AuditRow {
  return {
    tenant_id: identity.tenantId,
    audit_id: crypto.randomUUID(),
    at,
    actor_id: identity.userId,
    actor_name: identity.displayName,
    actor_role: identity.role,
    action,
    // Of a refused write it is what the path of the request said, whatever that was.
    resource: repairText(cutText(resource, MAX_RESOURCE)),
    details: JSON.stringify(details),
  }
}

/**
 * Notes, in the transaction that does it, that a run was deleted because it has expired: one entry for each day, with the
 * number of runs and the time before which all of them had ended.
 */
export async function recordExpired(
  tx: Parameters<TransactionHook>[0],
  tenantId: TenantId,
  { endedBefore }: ExpiredRun,
): Promise<void> {
  const at = Date.now()
  const details = { runs: 1, endedBefore: new Date(endedBefore).toISOString() }
  await tx
    .withTables<Pick<ServerTables, 'audit_log'>>()
    .insertInto('audit_log')
    .values({
      ...{ tenant_id: tenantId, audit_id: `retention-${new Date(at).toISOString().slice(0, 10)}`, at },
      ...{ actor_id: 'retention', actor_name: 'Retention', actor_role: 'system' as const },
      ...{ action: 'retention.delete_runs', resource: tenantId, details: JSON.stringify(details) },
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'audit_id']).doUpdateSet({
        at,
        details: sql<string>`json_build_object('runs', (audit_log.details::json ->> 'runs')::integer + 1,
          'endedBefore', greatest(audit_log.details::json ->> 'endedBefore', excluded.details::json ->> 'endedBefore'))::text`,
      }),
    )
    .execute()
}
