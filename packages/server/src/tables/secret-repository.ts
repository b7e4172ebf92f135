import type { TenantId, WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { sql } from 'kysely'
import type { DraftRef } from './draft-repository.ts'
import type { SecretRow, TenantKeyRow } from './secret-tables.ts'
import type { ServerTx } from './server-tables.ts'

/** Seed of the hash that names the lock, so that it differs from other locks for the same tenant. */
const QUOTA_LOCK = 7_302

/**
 * Stores values of one tenant, within its quota.
 *
 * @param most - Values that the tenant may have in workflows that are not deleted; `Infinity` for no limit.
 * @throws {@link TenonError} `QUOTA_EXCEEDED` (details: `limit`) when there would be more.
 */
export async function insertSecrets(tx: ServerTx, rows: readonly SecretRow[], most: number): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  if (most !== Number.POSITIVE_INFINITY) await reserveSecrets(tx, first.tenant_id, { count: rows.length, most })
  await tx
    .insertInto('secrets')
    .values([...rows])
    .execute()
}

/** Transactions of a tenant that add secrets wait here for each other: each of them could find the last free room. */
async function reserveSecrets(
  tx: ServerTx,
  tenantId: TenantId,
  { count, most }: { readonly count: number; readonly most: number },
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, ${QUOTA_LOCK}))`.execute(tx)
  const stored = await tx
    .selectFrom('secrets')
    .innerJoin('workflows', (join) =>
      join
        .onRef('workflows.tenant_id', '=', 'secrets.tenant_id')
        .onRef('workflows.workflow_id', '=', 'secrets.workflow_id'),
    )
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('secrets.tenant_id', '=', tenantId)
    .where('workflows.deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (Number(stored.count) + count <= most) return
  throw new TenonError('QUOTA_EXCEEDED', `The tenant has reached its limit of ${most} secrets`, {
    remedy: 'Delete workflows that are not needed any more, or ask the host for a larger quota.',
    details: { limit: most },
  })
}

/** Keeps secrets for good, since a version refers to them. Waits for a deletion of them that is in progress. */
export async function keepForVersion(tx: ServerTx, ref: DraftRef, secretIds: readonly string[]): Promise<void> {
  if (secretIds.length === 0) return
  await tx
    .updateTable('secrets')
    .set({ in_version: true })
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('secret_id', 'in', [...secretIds])
    .where('in_version', '=', false)
    .execute()
}

/** Ids of a workflow's secrets that no version refers to and that were set before an instant (milliseconds). */
export async function listUnversionedSecrets(tx: ServerTx, ref: DraftRef, before: number): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('secrets')
    .select('secret_id')
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('in_version', '=', false)
    .where('set_at', '<', before)
    .execute()
  return rows.map((row) => row.secret_id)
}

/** Deletes those of the secrets that no version refers to. @returns Number of deleted secrets. */
export async function deleteUnversionedSecrets(
  tx: ServerTx,
  ref: DraftRef,
  secretIds: readonly string[],
): Promise<number> {
  if (secretIds.length === 0) return 0
  const { numDeletedRows } = await tx
    .deleteFrom('secrets')
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('in_version', '=', false)
    .where('secret_id', 'in', [...secretIds])
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

export async function findSecret(tx: ServerTx, tenantId: TenantId, secretId: string): Promise<SecretRow | null> {
  const row = await tx
    .selectFrom('secrets')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('secret_id', '=', secretId)
    .executeTakeFirst()
  return row ?? null
}

/** The field of each secret of a workflow, by its id. */
export async function secretFieldsOf(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
  secretIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (secretIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('secrets')
    .select(['secret_id', 'field'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('secret_id', 'in', [...secretIds])
    .execute()
  return new Map(rows.map((row) => [row.secret_id, row.field]))
}

/** Lists the data keys of a tenant, the latest first. */
export async function listTenantKeys(tx: ServerTx, tenantId: TenantId): Promise<readonly TenantKeyRow[]> {
  return tx
    .selectFrom('secret_keys')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy(sql`key_id::integer`, 'desc')
    .execute()
}

/** Keeps the key that was stored first; the database has its tenant take part in rotations. @returns That one. */
export async function keepTenantKey(tx: ServerTx, row: TenantKeyRow): Promise<TenantKeyRow> {
  await tx
    .insertInto('secret_keys')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const kept = await tx
    .selectFrom('secret_keys')
    .selectAll()
    .where('tenant_id', '=', row.tenant_id)
    .where('key_id', '=', row.key_id)
    .executeTakeFirst()
  return kept ?? row
}
