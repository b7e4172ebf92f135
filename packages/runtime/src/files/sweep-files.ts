import { sql } from 'kysely'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { deleteFiles, isFileUsed } from './file-rows.ts'

/** Files that one transaction deletes: their bytes may be many. */
const PAGE = 10
/** Time for which a file is kept that no run contains any more, or not yet. */
const KEPT_MS = 86_400_000
/** Time after its last part from which an upload counts as left. */
const LEFT_MS = 3_600_000

/**
 * Deletes uploads that were left, such as by a process that died, and files that no run has contained for a day. A run that
 * is about to start with a file has held it before, so that it is not deleted under it.
 *
 * @param isStopped - Checked between transactions.
 * @returns The number of deleted files.
 */
export async function sweepFiles(
  database: RuntimeDatabase,
  tenantId: string,
  isStopped: () => boolean = () => false,
): Promise<number> {
  await database.withTenant(tenantId, async (tx) => {
    const ready = tx.updateTable('files').where('tenant_id', '=', tenantId).where('state', '=', 'ready')
    await ready
      .set({ unused_since: null })
      .where('unused_since', 'is not', null)
      .where('unused_since', '<', statementNow)
      .where(isFileUsed)
      .execute()
    await ready
      .set({ unused_since: databaseNow })
      .where('unused_since', 'is', null)
      .where((eb) => eb.not(isFileUsed(eb)))
      .execute()
  })
  for (let deleted = 0; ; ) {
    if (isStopped()) return deleted
    const count = await database.withTenant(tenantId, async (tx) => {
      const rows = await tx
        .selectFrom('files')
        .select('file_id')
        .where('tenant_id', '=', tenantId)
        .where((eb) => {
          const olderThan = (ms: number) => eb('unused_since', '<', sql<number>`${databaseNow} - ${sql.lit(ms)}`)
          return eb.or([
            eb.and([eb('state', '=', 'uploading'), olderThan(LEFT_MS)]),
            eb.and([eb('state', '=', 'ready'), olderThan(KEPT_MS), eb.not(isFileUsed(eb))]),
          ])
        })
        .orderBy('file_id')
        .limit(PAGE)
        .forUpdate()
        .skipLocked()
        .execute()
      await deleteFiles(
        tx,
        tenantId,
        rows.map((row) => row.file_id),
      )
      return rows.length
    })
    deleted += count
    if (count < PAGE) return deleted
  }
}
