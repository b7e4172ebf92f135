import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { type NodeDispatch, ownedDispatches } from './node-dispatches.ts'
import type { RunRef } from './run-ref.ts'

/** State of a worker in the database at the renewal of its lease. */
export interface RenewedLease {
  /** False after the lease had expired: other workers may have taken its runs. */
  readonly wasValid: boolean
  /** The runs that this worker owns, known to it or not. */
  readonly owned: readonly RunRef[]
  /** The queued nodes of nodes that this worker owns. */
  readonly ownedDispatches: readonly NodeDispatch[]
  /** Workers with a valid lease, this one included; ≥ 1. */
  readonly workers: number
}

/** Row of a worker, which other processes read. */
export interface WorkerRow {
  readonly workerId: string
  /**
   * Longest time that a worker keeps its runs while it is connected and does not renew its lease, in milliseconds:
   * because a body computes, and the lease is renewed on the same thread.
   */
  readonly busyGraceMs: number
  /** Capabilities of the worker, so that processes without a worker can find runs that no worker can execute. */
  readonly capabilities: readonly string[]
}

/**
 * Renews the lease of a worker, frees the runs of workers whose lease has expired, and reads back what this one owns.
 *
 * A worker frees others' runs only if its own lease has been valid for a whole lease, or if another worker has seen a whole
 * lease ago that theirs had expired: after an outage, when every lease has expired, none is freed too early. A worker that
 * is still connected keeps its runs for `busyGraceMs` longer.
 *
 * @see docs/adr/0026-a-busy-worker-keeps-its-runs.md
 * @see docs/adr/0099-a-tick-is-a-short-worker.md
 */
export async function renewLease(
  tx: Tx<RuntimeTables>,
  { workerId, capabilities, busyGraceMs }: WorkerRow,
  leaseMs: number,
  schema: string,
): Promise<RenewedLease> {
  const until = sql<number>`${databaseNow} + ${leaseMs}::bigint`
  const before = await tx
    .selectFrom('workers')
    .select(['started_at', sql<boolean>`lease_until >= ${databaseNow}`.as('is_valid')])
    .where('worker_id', '=', workerId)
    .forUpdate()
    .executeTakeFirst()
  const wasValid = before?.is_valid === true
  // started_at is when the lease began to be valid without a gap.
  await tx
    .insertInto('workers')
    .values({
      worker_id: workerId,
      started_at: databaseNow,
      lease_until: until,
      capabilities: sql<string[]>`${capabilities}::text[]`,
    })
    .onConflict((conflict) =>
      conflict
        .column('worker_id')
        .doUpdateSet({ lease_until: until, ...(wasValid ? {} : { started_at: databaseNow }) }),
    )
    .execute()
  await suspectExpired(tx, before?.is_valid === false)
  await removeExpired(tx, { workerId, leaseMs, busyGraceMs, schema })
  await freeOrphans(tx)
  const owned = await tx
    .selectFrom('run_ready')
    .select(['tenant_id', 'run_id'])
    .where('worker_id', '=', workerId)
    .execute()
  const { workers } = await tx
    .selectFrom('workers')
    .select(sql<number>`count(*)::integer`.as('workers'))
    .where('lease_until', '>=', databaseNow)
    .executeTakeFirstOrThrow()
  return {
    wasValid,
    workers,
    owned: owned.map((row) => ({ tenantId: row.tenant_id, runId: row.run_id })),
    ownedDispatches: await ownedDispatches(tx, workerId),
  }
}

/** Space of the locks by which the workers of a schema show that they are connected. */
export function presenceSpace(schema: string): string {
  return `tenon.worker.${schema}`
}

interface Expiry {
  readonly workerId: string
  readonly leaseMs: number
  readonly busyGraceMs: number
  readonly schema: string
}

/**
 * Notes which leases have expired, for workers that do not live for a whole lease themselves.
 *
 * @param isAfterOutage - True if the lease of this worker has expired as well: what was noted before counts no longer, since
 * the others could not renew theirs either.
 */
async function suspectExpired(tx: Tx<RuntimeTables>, isAfterOutage: boolean): Promise<void> {
  await tx
    .with('expired', (with_) =>
      with_
        .selectFrom('workers')
        .select('worker_id')
        .where('lease_until', '<', databaseNow)
        .where(sql<SqlBool>`(${isAfterOutage}::boolean or coalesce(suspected_at, 0) <= lease_until)`)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('workers')
    .from('expired')
    .set({ suspected_at: databaseNow })
    .whereRef('workers.worker_id', '=', 'expired.worker_id')
    .execute()
}

async function removeExpired(tx: Tx<RuntimeTables>, { workerId, leaseMs, busyGraceMs, schema }: Expiry): Promise<void> {
  // `pg_locks` shows both keys of an advisory lock as unsigned.
  const key = (text: RawBuilder<unknown>) => sql`(hashtext(${text})::bigint & 4294967295)::oid`
  const isConnected = sql<SqlBool>`exists (
    select from pg_catalog.pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
      and l.classid = ${key(sql`${presenceSpace(schema)}::text`)} and l.objid = ${key(sql`workers.worker_id`)}
  )`
  const expired = await tx
    .selectFrom('workers')
    .select('worker_id')
    .where('lease_until', '<', databaseNow)
    .where(({ or, not, eb }) =>
      or([eb('lease_until', '<', sql<number>`${databaseNow} - ${busyGraceMs}::bigint`), not(isConnected)]),
    )
    .where(({ or, exists, selectFrom }) =>
      or([
        sql<SqlBool>`suspected_at > lease_until and suspected_at <= ${databaseNow} - ${leaseMs}::bigint`,
        exists(
          selectFrom('workers as me')
            .select('me.worker_id')
            .where('me.worker_id', '=', workerId)
            .where('me.started_at', '<=', sql<number>`${databaseNow} - ${leaseMs}::bigint`),
        ),
      ]),
    )
    .forUpdate()
    // A worker that is renewing, or was suspended during it, keeps its row.
    .skipLocked()
    .execute()
  if (expired.length === 0) return
  await tx
    .deleteFrom('workers')
    .where(
      'worker_id',
      'in',
      expired.map((row) => row.worker_id),
    )
    .execute()
}

/**
 * Frees the rows of dead workers. Rows that an append has locked are skipped until the next renewal, since waiting for
 * several locks in any order could deadlock.
 */
export async function freeOrphans(tx: Tx<RuntimeTables>): Promise<void> {
  await tx
    .with('orphans', (with_) =>
      with_
        .selectFrom('run_ready')
        .select(['tenant_id', 'run_id'])
        .where('worker_id', 'is not', null)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(selectFrom('workers').select('worker_id').whereRef('workers.worker_id', '=', 'run_ready.worker_id')),
          ),
        )
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('run_ready')
    .from('orphans')
    .set({ worker_id: null, woken: true })
    .whereRef('run_ready.tenant_id', '=', 'orphans.tenant_id')
    .whereRef('run_ready.run_id', '=', 'orphans.run_id')
    .execute()
  await tx
    .with('orphans', (with_) =>
      with_
        .selectFrom('node_dispatches')
        .select(['tenant_id', 'run_id', 'node_run_id', 'pass'])
        .where('worker_id', 'is not', null)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('workers').select('worker_id').whereRef('workers.worker_id', '=', 'node_dispatches.worker_id'),
            ),
          ),
        )
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('node_dispatches')
    .from('orphans')
    .set({ worker_id: null })
    .whereRef('node_dispatches.tenant_id', '=', 'orphans.tenant_id')
    .whereRef('node_dispatches.run_id', '=', 'orphans.run_id')
    .whereRef('node_dispatches.node_run_id', '=', 'orphans.node_run_id')
    .whereRef('node_dispatches.pass', '=', 'orphans.pass')
    .execute()
}
