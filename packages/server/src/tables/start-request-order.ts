import type { TenantId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import type { StartRequestQueueRow } from './trigger-tables.ts'

interface KeyedRow extends Pick<StartRequestQueueRow, 'tenant_id' | 'order_key'> {
  readonly seq: string
}

/** Time after which an entry is looked at again whose order key another transaction holds. */
const HELD_MS = 100

/**
 * Takes the due time of claimed entries that are not the first with their order key.
 *
 * @returns Their `seq`.
 */
export async function holdFollowers(tx: ServerTx, rows: readonly KeyedRow[]): Promise<ReadonlySet<string>> {
  const keyed = rows.filter(({ order_key }) => order_key !== null)
  const seqs = keyed.map(({ seq }) => seq)
  if (keyed.length === 0) return new Set()
  // The first entry leaves while its key is locked, so one that is held is always seen by its predecessor. It waits for
  // rows of this transaction with the lock, which is only tried here.
  const { rows: locks } = await sql<{ readonly seq: string }>`
    select seq::text as seq from unnest(${seqs}::bigint[], ${keyed.map(lockOf)}::text[]) as given (seq, name)
      where pg_try_advisory_xact_lock(hashtextextended(name, ${ORDER_LOCK}))`.execute(tx)
  const locked = new Set(locks.map(({ seq }) => seq))
  // A statement of its own, which sees what was committed before the locks.
  const followers = await tx
    .selectFrom('start_request_queue as later')
    .select(sql<string>`later.seq::text`.as('seq'))
    .where('later.seq', '=', sql<string>`any(${seqs}::bigint[])`)
    .where('later.order_key', '=', sql<string>`any(${keyed.map(({ order_key }) => order_key)}::text[])`)
    .where((later) =>
      later.exists(
        later
          .selectFrom('start_request_queue as earlier')
          .select('earlier.seq')
          .whereRef('earlier.order_key', '=', 'later.order_key')
          .whereRef('earlier.tenant_id', '=', 'later.tenant_id')
          .whereRef('earlier.seq', '<', 'later.seq'),
      ),
    )
    .execute()
  const waiting = new Set(followers.map(({ seq }) => seq))
  const isHeld = new Set<string>()
  for (const row of keyed.filter(({ seq }) => waiting.has(seq))) {
    const name = lockOf(row)
    if (!locked.has(row.seq)) await lookLater(tx, row)
    else if (!isHeld.has(name)) {
      await holdAll(
        tx,
        row,
        keyed.filter((other) => waiting.has(other.seq) && lockOf(other) === name).map(({ seq }) => seq),
      )
    }
    isHeld.add(name)
  }
  return waiting
}

/** Entries of one key that a claim takes out of its way at once. */
const HELD_AT_ONCE = 1_000

/** Holds claimed entries of a key, and those after them that are due. */
async function holdAll(tx: ServerTx, { tenant_id, order_key }: KeyedRow, seqs: readonly string[]): Promise<void> {
  await tx
    .with(
      // Read once, whatever the plan of the join is.
      (cte) => cte('held').materialized(),
      (db) =>
        db
          .selectFrom('start_request_queue')
          .select(['tenant_id', 'request_id', 'target'])
          .where('tenant_id', '=', tenant_id)
          .where('order_key', '=', order_key)
          .where('seq', '>=', sql<string>`(select min(seq) from unnest(${seqs}::bigint[]) as claimed (seq))`)
          .where(sql<boolean>`(seq = any(${seqs}::bigint[]) or due_at <= ${statementNow})`)
          .orderBy('seq')
          .limit(sql.lit(HELD_AT_ONCE))
          .forUpdate()
          .skipLocked(),
    )
    .updateTable('start_request_queue as entry')
    .from('held')
    .set({ due_at: null })
    .whereRef('entry.tenant_id', '=', 'held.tenant_id')
    .whereRef('entry.request_id', '=', 'held.request_id')
    .whereRef('entry.target', '=', 'held.target')
    .execute()
}

async function lookLater(tx: ServerTx, { tenant_id: tenantId, order_key: key, seq }: KeyedRow): Promise<void> {
  await tx
    .updateTable('start_request_queue')
    .set({ due_at: sql<number>`${databaseNow} + ${sql.lit(HELD_MS)}::bigint` })
    .where('tenant_id', '=', tenantId)
    .where('order_key', '=', key)
    .where('seq', '=', seq)
    .execute()
}

/** Key of the advisory locks of order keys. */
const ORDER_LOCK = 83

function lockOf({ tenant_id, order_key }: Pick<StartRequestQueueRow, 'tenant_id' | 'order_key'>): string {
  return `${tenant_id} ${order_key}`
}

/** Locks the order of a key, before one of its entries leaves the queue. */
export async function lockOrder(tx: ServerTx, tenant_id: TenantId, order_key: string): Promise<void> {
  const name = lockOf({ tenant_id, order_key })
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, ${ORDER_LOCK}))`.execute(tx)
}

/** Makes the next entry of a key due, whose order this transaction has locked. */
export async function releaseNext(tx: ServerTx, tenantId: TenantId, key: string): Promise<void> {
  await tx
    .updateTable('start_request_queue')
    .set({ due_at: sql<number>`${databaseNow}` })
    .where('tenant_id', '=', tenantId)
    .where('order_key', '=', key)
    .where('due_at', 'is', null)
    .where('seq', '=', (eb) =>
      eb
        .selectFrom('start_request_queue')
        .select('seq')
        .where('tenant_id', '=', tenantId)
        .where('order_key', '=', key)
        .orderBy('seq')
        .limit(1),
    )
    .execute()
}
