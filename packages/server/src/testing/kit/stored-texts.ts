import type { TenantId } from '@tenon/core/document'
import { sql } from 'kysely'
import type { ServerDatabase } from '../../tables/server-tables.ts'

/** Returns everything that is stored of a tenant and of no tenant, as texts by table: all tables that the catalog names. */
export async function storedTexts(
  database: ServerDatabase,
  tenantId: TenantId,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = await sql<{ name: string; is_of_tenant: boolean }>`select relname as name,
    exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id') as is_of_tenant
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'tenon'
    where relkind in ('r', 'p') and not relispartition`.execute(database.owner)
  const texts = new Map<string, readonly string[]>()
  for (const { name, is_of_tenant: isOfTenant } of tables.rows) {
    const query = sql<Record<string, unknown>>`select * from ${sql.table(`tenon.${name}`)}`
    const { rows } = isOfTenant
      ? await database.withTenant(tenantId, (tx) => query.execute(tx))
      : await query.execute(database.owner)
    texts.set(name, rows.flatMap((row) => Object.values(row)).map(textOf))
  }
  return texts
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
