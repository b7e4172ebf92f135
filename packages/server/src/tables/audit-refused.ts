import { ERROR_TABLE, TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { reasonOf } from '../log/reason-of.ts'
import { type AuditEntry, insertAudit } from './audit-repository.ts'

/**
 * Notes a write that was refused for lack of a right (403) or for what it contains (422), with the code and without the
 * content; other failures are not noted. Never rejects: an entry that cannot be stored is logged, and the caller gets
 * the same answer.
 */
export async function auditRefused(
  server: Pick<ServerContext, 'database' | 'log' | 'now'>,
  { details, ...entry }: Omit<AuditEntry, 'at'>,
  thrown: unknown,
): Promise<void> {
  if (!(thrown instanceof TenonError)) return
  const { code } = thrown
  const { status } = ERROR_TABLE[code]
  if (status !== 403 && status !== 422) return
  try {
    await server.database.withTenant(entry.identity.tenantId, (tx) =>
      insertAudit(tx, { ...entry, at: server.now(), details: { ...details, code, status } }),
    )
  } catch (error) {
    server.log('error', 'audit.store_failed: a refused write is not in the audit log', {
      action: entry.action,
      resource: entry.resource,
      reason: reasonOf(error),
    })
  }
}
