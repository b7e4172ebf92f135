import { sql } from 'kysely'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'

type RuntimeTx = Tx<RuntimeTables>

/** Values that one transaction checks, whose rows it locks. */
const VALUES = 500

/**
 * Deletes those of the values to which nothing refers, after the transaction has deleted references to them. Values that
 * other transactions have locked are noted for {@link collectPayloads}: what holds the lock may be rolled back, or may
 * delete the last reference at the same time.
 */
export async function deleteUnusedPayloads(tx: RuntimeTx, tenantId: string, hashes: readonly string[]): Promise<void> {
  const skipped = await deleteUnused(tx, tenantId, hashes)
  await notePayloads(tx, tenantId, skipped)
}

/** Notes values whose references the transaction deletes, so that they are checked when it is stored. */
async function notePayloads(tx: RuntimeTx, tenantId: string, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return
  await tx
    .insertInto('payload_checks')
    .values(hashes.map((hash) => ({ tenant_id: tenantId, hash })))
    .execute()
}

/**
 * Deletes references of runs, and notes their values.
 *
 * @param limit - References that are deleted at most. @defaultValue all
 * @returns The number of deleted references.
 */
export async function deleteRefs(
  tx: RuntimeTx,
  {
    tenantId,
    runIds,
    limit,
  }: { readonly tenantId: string; readonly runIds: readonly string[]; readonly limit?: number },
): Promise<number> {
  const { numInsertedOrUpdatedRows } = await tx
    .with('gone', (db) =>
      db
        .deleteFrom('payload_refs')
        .where('tenant_id', '=', tenantId)
        .where((eb) => {
          if (limit === undefined) return eb('run_id', 'in', runIds)
          const some = eb
            .selectFrom('payload_refs as some')
            .select(['some.run_id', 'some.hash'])
            .where('some.tenant_id', '=', tenantId)
            .where('some.run_id', 'in', runIds)
            .limit(limit)
          return eb(eb.refTuple('run_id', 'hash'), 'in', some.$asTuple('run_id', 'hash'))
        })
        .returning(['tenant_id', 'hash']),
    )
    .insertInto('payload_checks')
    .columns(['tenant_id', 'hash'])
    .expression((eb) => eb.selectFrom('gone').select(['tenant_id', 'hash']))
    .executeTakeFirstOrThrow()
  return Number(numInsertedOrUpdatedRows)
}

/**
 * Checks the values of a tenant that were noted, in transactions that lock few of them for a short time. A value that
 * another transaction has locked stays noted for the next call.
 *
 * @param isStopped - Checked between transactions. @defaultValue never
 */
export async function collectPayloads(
  database: RuntimeDatabase,
  tenantId: string,
  isStopped: () => boolean = () => false,
): Promise<void> {
  for (let after: number | null = 0; after !== null && !isStopped(); ) {
    const from: number = after
    after = await database.withTenant(tenantId, (tx) => checkSome(tx, tenantId, from))
  }
}

/** Checks some values that were noted; returns the last note, or null if there are no others. */
async function checkSome(tx: RuntimeTx, tenantId: string, after: number): Promise<number | null> {
  // One check of a tenant at a time: two would skip what the other has locked.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenantId} payload_checks`}, 0))`.execute(tx)
  const notes = await tx
    .selectFrom('payload_checks')
    .select(['check_id', 'hash'])
    .where('tenant_id', '=', tenantId)
    .where('check_id', '>', after)
    .orderBy('check_id')
    .limit(VALUES)
    .execute()
  const last = notes.at(-1)
  if (last === undefined) return null
  const skipped = await deleteUnused(tx, tenantId, [...new Set(notes.map(({ hash }) => hash))])
  const done = notes.filter(({ hash }) => !skipped.includes(hash)).map(({ check_id: id }) => id)
  if (done.length > 0) {
    await tx.deleteFrom('payload_checks').where('tenant_id', '=', tenantId).where('check_id', 'in', done).execute()
  }
  return last.check_id
}

/**
 * Deletes those of the values to which nothing refers, and notes their objects in the store of the host. Returns those that
 * other transactions have locked.
 */
async function deleteUnused(tx: RuntimeTx, tenantId: string, hashes: readonly string[]): Promise<readonly string[]> {
  if (hashes.length === 0) return []
  const rows = await tx
    .selectFrom('payloads')
    .select('hash')
    .where('tenant_id', '=', tenantId)
    .where('hash', 'in', hashes)
    .orderBy('hash')
    .forUpdate()
    .skipLocked()
    .execute()
  const locked = rows.map(({ hash }) => hash)
  // Read after the locks: a transaction that stored a payload again holds its lock until its reference is stored, too.
  if (locked.length > 0) {
    const deleted = await tx
      .deleteFrom('payloads')
      .where('tenant_id', '=', tenantId)
      .where('hash', 'in', locked)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('payload_refs')
              .select('payload_refs.hash')
              .where('payload_refs.tenant_id', '=', tenantId)
              .whereRef('payload_refs.hash', '=', 'payloads.hash'),
          ),
        ),
      )
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('event_buffer')
              .select('event_buffer.payload_hash')
              .where('event_buffer.tenant_id', '=', tenantId)
              .whereRef('event_buffer.payload_hash', '=', 'payloads.hash'),
          ),
        ),
      )
      .returning('location')
      .execute()
    const garbage = deleted.flatMap(({ location }) => (location === null ? [] : [{ tenant_id: tenantId, location }]))
    if (garbage.length > 0) await tx.insertInto('payload_garbage').values(garbage).execute()
  }
  const others = hashes.filter((hash) => !locked.includes(hash))
  if (others.length === 0) return []
  const skipped = await tx
    .selectFrom('payloads')
    .select('hash')
    .where('tenant_id', '=', tenantId)
    .where('hash', 'in', others)
    .execute()
  return skipped.map(({ hash }) => hash)
}
