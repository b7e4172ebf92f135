import type { FileId, FileRef } from '@tenon/core/document'
import type { Actor } from '@tenon/core/run'
import { type ExpressionBuilder, sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { FilesTable, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { fileMark } from './file-marks.ts'

type RuntimeTx = Tx<RuntimeTables>

/** A file that can be read. */
export interface StoredFile {
  /** Reference to the file. */
  readonly ref: FileRef
  /** SHA-256 of the content, 64 hex digits. */
  readonly hash: string
  /** Time of its upload, in milliseconds since the Unix epoch. */
  readonly createdAt: number
  /** Person who has uploaded it; `null` if a run has stored it. */
  readonly createdBy: Actor | null
}

export function toStoredFile(row: FilesTable): StoredFile {
  return {
    ref: { file: row.file_id, name: row.name, type: row.type, size: Number(row.size) },
    hash: row.hash,
    createdAt: Number(row.created_at),
    createdBy: row.created_by === null ? null : (JSON.parse(row.created_by) as Actor),
  }
}

/** Adds a file whose bytes are yet to come. */
export async function insertFile(
  tx: RuntimeTx,
  tenantId: string,
  file: { readonly fileId: FileId; readonly name: string; readonly type: string; readonly createdBy: Actor | null },
): Promise<void> {
  await tx
    .insertInto('files')
    .values({
      tenant_id: tenantId,
      file_id: file.fileId,
      state: 'uploading',
      name: file.name,
      type: file.type,
      size: 0,
      hash: '',
      created_at: databaseNow,
      created_by: file.createdBy === null ? null : JSON.stringify(file.createdBy),
      mark: fileMark(file.fileId).hash,
      unused_since: databaseNow,
    })
    .execute()
  // The retention looks at tenants with a row; otherwise the first run of the tenant adds it.
  await tx
    .insertInto('retention_sweeps')
    .values({ tenant_id: tenantId, due_at: databaseNow })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Adds the next bytes of a file. Returns `false` if the file was deleted meanwhile. */
export async function insertChunk(
  tx: RuntimeTx,
  { tenantId, fileId }: FileKey,
  chunk: { readonly position: number; readonly start: number; readonly bytes: Uint8Array },
): Promise<boolean> {
  const touched = await tx
    .updateTable('files')
    .set({ size: chunk.start + chunk.bytes.byteLength, unused_since: databaseNow })
    .where('tenant_id', '=', tenantId)
    .where('file_id', '=', fileId)
    .where('state', '=', 'uploading')
    .returning('file_id')
    .executeTakeFirst()
  if (touched === undefined) return false
  await tx
    .insertInto('file_chunks')
    .values({ tenant_id: tenantId, file_id: fileId, ...chunk })
    .execute()
  return true
}

/** Names a file. */
export interface FileKey {
  readonly tenantId: string
  readonly fileId: FileId
}

/** Lets a file be read. Returns `null` if it was deleted meanwhile. */
export async function finishFile(
  tx: RuntimeTx,
  { tenantId, fileId }: FileKey,
  hash: string,
): Promise<StoredFile | null> {
  const row = await tx
    .updateTable('files')
    .set({ state: 'ready', hash, unused_since: databaseNow })
    .where('tenant_id', '=', tenantId)
    .where('file_id', '=', fileId)
    .where('state', '=', 'uploading')
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toStoredFile(row)
}

export async function findFile(tx: RuntimeTx, { tenantId, fileId }: FileKey): Promise<StoredFile | null> {
  const row = await tx
    .selectFrom('files')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('file_id', '=', fileId)
    .where('state', '=', 'ready')
    .executeTakeFirst()
  return row === undefined ? null : toStoredFile(row)
}

/**
 * Measures the bytes of all files of a tenant that are whole, under a lock that lasts as long as the transaction. So of
 * uploads that do not fit together, those that end first are kept.
 */
export async function lockTotal(tx: RuntimeTx, tenantId: string): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenantId} files`}, 0))`.execute(tx)
  const { bytes } = await tx
    .selectFrom('files')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('size'), sql<number>`0`).as('bytes'))
    .where('tenant_id', '=', tenantId)
    .where('state', '=', 'ready')
    .executeTakeFirstOrThrow()
  return Number(bytes)
}

/** Reads the part of a file that contains the byte at `at`; `null` if there is none. */
export async function readChunk(
  tx: RuntimeTx,
  { tenantId, fileId }: FileKey,
  at: number,
): Promise<{ readonly start: number; readonly bytes: Uint8Array } | null> {
  const row = await tx
    .selectFrom('file_chunks')
    .select(['start', 'bytes'])
    .where('tenant_id', '=', tenantId)
    .where('file_id', '=', fileId)
    .where('start', '<=', at)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : { start: Number(row.start), bytes: row.bytes }
}

/** Returns the condition on a row of `files` that a run refers to it. */
export function isFileUsed({ exists, selectFrom }: ExpressionBuilder<RuntimeTables, 'files'>) {
  return exists(
    selectFrom('payloads')
      .select('payloads.hash')
      .whereRef('payloads.tenant_id', '=', 'files.tenant_id')
      .whereRef('payloads.hash', '=', 'files.mark'),
  )
}

/** Deletes files with their bytes. */
export async function deleteFiles(tx: RuntimeTx, tenantId: string, fileIds: readonly FileId[]): Promise<void> {
  if (fileIds.length === 0) return
  for (const table of ['file_chunks', 'files'] as const) {
    await tx.deleteFrom(table).where('tenant_id', '=', tenantId).where('file_id', 'in', fileIds).execute()
  }
}
