import { sql } from 'kysely'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { deleteFiles, isFileUsed } from './file-rows.ts'

/** Files that one transaction deletes: their bytes may be many. */
const PAGE = 10
/** Files of which one transaction notes their use. */
const NOTED = 500
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
  await noteUse(database, tenantId, 'used', isStopped)
  await noteUse(database, tenantId, 'unused', isStopped)
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

/**
 * Notes which files a run contains, or no longer contains. It waits for no row: one that is locked is being held or
 * deleted, and comes with the next sweep.
 */
async function noteUse(
  database: RuntimeDatabase,
  tenantId: string,
  use: 'used' | 'unused',
  isStopped: () => boolean,
): Promise<void> {
  for (let count = NOTED; count === NOTED && !isStopped(); ) {
    count = await database.withTenant(tenantId, async (tx) => {
      const rows = await tx
        .selectFrom('files')
        .select('file_id')
        .where('tenant_id', '=', tenantId)
        .where('state', '=', 'ready')
        .where((eb) =>
          use === 'used'
            ? eb.and([eb('unused_since', '<', statementNow), isFileUsed(eb)])
            : eb.and([eb('unused_since', 'is', null), eb.not(isFileUsed(eb))]),
        )
        .orderBy('file_id')
        .limit(NOTED)
        .forUpdate()
        .skipLocked()
        .execute()
      if (rows.length === 0) return 0
      await tx
        .updateTable('files')
        .set({ unused_since: use === 'used' ? null : databaseNow })
        .where('tenant_id', '=', tenantId)
        .where('file_id', '=', sql<string>`any(${rows.map((row) => row.file_id)})`)
        .execute()
      return rows.length
    })
  }
}
