import type { OnConflictBuilder } from 'kysely'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'

/**
 * Adds to an insert of payloads that one which is stored already is left as it is, but locked until the end of the
 * transaction: otherwise it could be deleted before a reference to it is stored. The append functions do the same.
 */
export function lockStoredPayload(conflict: OnConflictBuilder<RuntimeTables, 'payloads'>) {
  return conflict
    .columns(['tenant_id', 'hash'])
    .doUpdateSet((eb) => ({ size: eb.ref('excluded.size') }))
    .where(sql<boolean>`false`)
}
