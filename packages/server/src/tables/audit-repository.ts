import type { Identity } from '@tenon/core/api'
import type { ServerTx } from './server-tables.ts'

export const AUDIT_ACTIONS = [
  'workflow.create',
  'workflow.update',
  'workflow.delete',
  'workflow.restore',
  'version.publish',
  'run.cancel',
  'approval.decide',
  'approval.override',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

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
  const { identity } = entry
  await tx
    .insertInto('audit_log')
    .values({
      tenant_id: identity.tenantId,
      audit_id: crypto.randomUUID(),
      at: entry.at,
      actor_id: identity.userId,
      actor_name: identity.displayName,
      actor_role: identity.role,
      action: entry.action,
      resource: entry.resource,
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute()
}
