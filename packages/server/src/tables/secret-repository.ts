import type { TenantId, WorkflowId } from '@tenon/core/document'
import type { SecretRow, ServerTx, TenantKeyRow } from './server-tables.ts'

export async function insertSecrets(tx: ServerTx, rows: readonly SecretRow[]): Promise<void> {
  if (rows.length > 0)
    await tx
      .insertInto('secrets')
      .values([...rows])
      .execute()
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

export async function findTenantKey(tx: ServerTx, tenantId: TenantId, keyId: string): Promise<TenantKeyRow | null> {
  const row = await tx
    .selectFrom('secret_keys')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('key_id', '=', keyId)
    .executeTakeFirst()
  return row ?? null
}

/** Keeps the key that was stored first. @returns That one. */
export async function keepTenantKey(tx: ServerTx, row: TenantKeyRow): Promise<TenantKeyRow> {
  await tx
    .insertInto('secret_keys')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await findTenantKey(tx, row.tenant_id, row.key_id)) ?? row
}
