import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { hashOfKey, type StoredObjects } from './stored-objects.ts'

/** Objects that are deleted between two transactions. */
const PAGE = 50
/** Age from which an object without a row belongs to no append in flight. */
const ORPHAN_MS = 86_400_000
/** Time between two looks for objects without a row. */
const LOOK_MS = 86_400_000

/**
 * Deletes the objects of values to which nothing refers any more. Their keys are stored by the transaction that deletes
 * the values, and are deleted after the objects: so none is forgotten when a process dies.
 *
 * @param isStopped - Checked before each page. @defaultValue never
 */
export async function collectObjects(
  database: RuntimeDatabase,
  objects: StoredObjects,
  tenantId: string,
  isStopped: () => boolean = () => false,
): Promise<void> {
  while (!isStopped()) {
    const keys = await database.withTenant(tenantId, async (tx) => {
      const rows = await tx
        .selectFrom('payload_garbage')
        .select('location')
        .where('tenant_id', '=', tenantId)
        .limit(PAGE)
        .execute()
      return rows.map(({ location }) => location)
    })
    if (keys.length === 0) return
    await Promise.all(keys.map((key) => objects.delete(key)))
    await database.withTenant(tenantId, (tx) =>
      tx.deleteFrom('payload_garbage').where('tenant_id', '=', tenantId).where('location', 'in', keys).execute(),
    )
  }
}

/**
 * Deletes objects of a tenant without a row, once a day: uploads for appends that were not stored.
 *
 * @param isStopped - Checked before each page; the next day it looks again. @defaultValue never
 */
export async function collectOrphans(
  database: RuntimeDatabase,
  objects: StoredObjects,
  {
    tenantId,
    now = Date.now,
    isStopped = () => false,
  }: { readonly tenantId: string; readonly now?: () => number; readonly isStopped?: () => boolean },
): Promise<void> {
  if (!(await claimLook(database, tenantId))) return
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<StoredObjects['list']>> = await objects.list(tenantId, cursor)
    // A host may keep other objects below the same prefix.
    const ours = page.items.filter(({ key }) => hashOfKey(key) !== null)
    const old = ours.filter(({ storedAt }) => storedAt < now() - ORPHAN_MS).map(({ key }) => key)
    const used = await keysInUse(database, tenantId, old)
    for (let from = 0; from < old.length; from += PAGE) {
      const unused = old.slice(from, from + PAGE).filter((key) => !used.has(key))
      await Promise.all(unused.map((key) => objects.delete(key)))
    }
    cursor = page.nextCursor
  } while (cursor !== null && !isStopped())
}

async function claimLook(database: RuntimeDatabase, tenantId: string): Promise<boolean> {
  const claimed = await database.withTenant(tenantId, (tx) =>
    tx
      .updateTable('retention_sweeps')
      .set({ objects_at: databaseNow })
      .where('tenant_id', '=', tenantId)
      .where('objects_at', '<', sql<number>`${databaseNow} - ${sql.lit(LOOK_MS)}`)
      .returning('tenant_id')
      .executeTakeFirst(),
  )
  return claimed !== undefined
}

async function keysInUse(
  database: RuntimeDatabase,
  tenantId: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const hashes = [...new Set(keys.map(hashOfKey).filter((hash) => hash !== null))]
  if (hashes.length === 0) return new Set()
  const rows = await database.withTenant(tenantId, (tx) =>
    tx
      .selectFrom('payloads')
      .select('location')
      .where('tenant_id', '=', tenantId)
      .where('hash', '=', sql<string>`any(${hashes})`)
      .where('location', 'is not', null)
      .execute(),
  )
  return new Set(rows.flatMap(({ location }) => (location === null ? [] : [location])))
}
