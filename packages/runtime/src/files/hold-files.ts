import type { FileId } from '@tenon/core/document'
import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { type StoredFile, toStoredFile } from './file-rows.ts'

/**
 * Notes that files were used just now, before a value with them is stored: the retention deletes no file that was used
 * within a day.
 *
 * @param until - Time until which they are kept, in milliseconds since the Unix epoch. @defaultValue a day from now
 */
export async function holdFiles(
  database: RuntimeDatabase,
  tenantId: string,
  fileIds: readonly FileId[],
  until = 0,
): Promise<readonly StoredFile[]> {
  if (fileIds.length === 0) return []
  const rows = await database.withTenant(tenantId, async (tx) => {
    // In one order, so that two requests with the same files do not wait for each other.
    await tx
      .selectFrom('files')
      .select('file_id')
      .where('tenant_id', '=', tenantId)
      .where('file_id', '=', sql<string>`any(${[...new Set(fileIds)]})`)
      .orderBy('file_id')
      .forUpdate()
      .execute()
    return tx
      .updateTable('files')
      .set({ unused_since: sql<number>`greatest(unused_since, ${databaseNow}, ${until}::bigint)` })
      .where('tenant_id', '=', tenantId)
      .where('file_id', '=', sql<string>`any(${[...new Set(fileIds)]})`)
      .where('state', '=', 'ready')
      .returningAll()
      .execute()
  })
  return rows.map(toStoredFile)
}
