import { sql } from 'kysely'
import { isListedWait, isSizedPayload } from '../postgres/list-conditions.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { StoredUsage } from '../run-store.ts'

/** Reads how much a tenant stores. */
export async function selectUsage(tx: Tx<RuntimeTables>, tenantId: string): Promise<StoredUsage> {
  const { bytes } = await tx
    .selectFrom('payloads')
    .select((eb) => eb.fn.coalesce(eb.fn.sum('size'), sql<number>`0`).as('bytes'))
    .where('tenant_id', '=', tenantId)
    .where(isSizedPayload)
    .executeTakeFirstOrThrow()
  const files = await tx
    .selectFrom('files')
    .select((eb) => eb.fn.coalesce(eb.fn.sum('size'), sql<number>`0`).as('bytes'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  const tables = await tx
    .selectFrom('data_tables')
    .select((eb) => eb.fn.coalesce(eb.fn.sum('bytes'), sql<number>`0`).as('bytes'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  const keys = await tx
    .selectFrom('key_values')
    .select(sql<number>`coalesce(sum(octet_length(value)), 0)`.as('bytes'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  const { waits } = await tx
    .selectFrom('waits')
    .select((eb) => eb.fn.countAll().as('waits'))
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'open')
    .where('kind', 'in', ['approval', 'parked', 'event', 'callback', 'connection'])
    .where(isListedWait)
    .executeTakeFirstOrThrow()
  const dataBytes = Number(tables.bytes) + Number(keys.bytes)
  return { payloadBytes: Number(bytes), fileBytes: Number(files.bytes), dataBytes, openWaits: Number(waits) }
}
