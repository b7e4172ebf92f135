import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunKey } from '../store/run-key.ts'
import { type NodeTask, ownedTasks } from './node-tasks.ts'

/** State of a worker in the database at the renewal of its lease. */
export interface RenewedLease {
  /** False after the lease had expired: other workers may have taken its runs. */
  readonly wasValid: boolean
  /** The runs that this worker owns, known to it or not. */
  readonly owned: readonly RunKey[]
  /** The tasks of nodes that this worker owns. */
  readonly ownedTasks: readonly NodeTask[]
  /** Workers with a valid lease, this one included; ≥ 1. */
  readonly workers: number
}

/** A worker as the other processes see it. */
export interface WorkerRow {
  readonly workerId: string
  /** What it can do, so that the processes without a worker know which runs have none. */
  readonly capabilities: readonly string[]
}

/**
 * Renews the lease of a worker, frees the runs of workers whose lease has expired, and reads back what this one owns.
 *
 * A worker frees others' runs only if its own lease has been valid for a whole lease: after an outage, when every lease
 * has expired, none is freed too early.
 */
export async function renewLease(
  tx: Tx<RuntimeTables>,
  { workerId, capabilities }: WorkerRow,
  leaseMs: number,
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
  await removeExpired(tx, workerId, leaseMs)
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
    ownedTasks: await ownedTasks(tx, workerId),
  }
}

async function removeExpired(tx: Tx<RuntimeTables>, workerId: string, leaseMs: number): Promise<void> {
  await tx
    .deleteFrom('workers')
    .where('lease_until', '<', databaseNow)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('workers as me')
          .select('me.worker_id')
          .where('me.worker_id', '=', workerId)
          .where('me.started_at', '<=', sql<number>`${databaseNow} - ${leaseMs}::bigint`),
      ),
    )
    .execute()
}

/**
 * Frees the rows of workers that are gone. Rows that an append holds are left for the next renewal: waiting for several
 * locks in any order would deadlock.
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
    .set({ worker_id: null, poked: true })
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
