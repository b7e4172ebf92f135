import { sql } from 'kysely'
import type { FactToCommit } from '../commit/commit-types.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { readMessages } from '../store/run-inbox.ts'
import { claimReadyRuns } from './claim-runs.ts'

export interface RunKey {
  readonly tenantId: string
  readonly runId: string
}

/** What a look into the dispatch tables has found for this worker. */
export interface FoundWork {
  /** Runs to drive: newly claimed ones, and own ones that were woken. */
  readonly runs: readonly RunKey[]
  /** Milliseconds until the next timer of any run is due, or until a run that was locked is to be tried again. */
  readonly nextInMs: number | null
  /** Tenant that was served last: where the next round begins. */
  readonly lastTenant: string | null
}

/** A run that this worker owns, as the database sees it at one moment. */
export interface AcquiredRun {
  /** Messages that the run has yet to apply, oldest first. */
  readonly messages: readonly FactToCommit[]
  /** Time of the database, in milliseconds since the Unix epoch: which timers are due. */
  readonly at: number
  /** Timers of the run that were due at `at`. */
  readonly dueTimers: readonly string[]
}

/** State of a worker in the database at the renewal of its lease. */
export interface RenewedLease {
  /** False after the lease had expired: other workers may have taken its runs. */
  readonly wasValid: boolean
  /** The runs that this worker owns, known to it or not. */
  readonly owned: readonly RunKey[]
}

/** The embedded engine's side of the dispatch tables; nothing here decides, it only records which worker owns which run. */
export interface DispatchStore {
  /** Makes runs with due timers ready, and claims what is free, tenant by tenant in turn. */
  findWork(capacity: number, afterTenant: string): Promise<FoundWork>
  /**
   * Acquires a run, or verifies that this worker owns it, before the worker drives it.
   *
   * @returns `null` if another worker owns the run, or the run has ended.
   */
  acquire(run: RunKey): Promise<AcquiredRun | null>
  /** Deletes timers of a run that nothing waits for any more. */
  clearTimers(run: RunKey, timerIds: readonly string[]): Promise<void>
  /** Releases a run. False when it was woken meanwhile: drive it again. */
  release(run: RunKey): Promise<boolean>
  /**
   * Renews the lease of this worker. A worker whose own lease has been valid for a whole lease also frees the runs of
   * workers whose lease has expired; after an outage, when every lease has expired, none is freed too early.
   */
  renewLease(leaseMs: number): Promise<RenewedLease>
  /** Frees the runs of all workers of other processes: for PGlite, which one process has alone. */
  freeOthers(processPrefix: string): Promise<void>
  /** Releases all runs and removes the worker. */
  leave(): Promise<void>
}

/** Timers that were seen are looked at again after so long, in case nobody has come to take them. */
const TIMER_RETRY_MS = 30_000
const TIMER_BATCH = 500
const SKIPPED_RETRY_MS = 20

export function createDispatchStore(database: RuntimeDatabase, workerId: string): DispatchStore {
  return {
    findWork: (capacity, afterTenant) =>
      database.withSystem(async (tx) => {
        await readyDueRuns(tx)
        const poked = await takePoked(tx, workerId)
        const claimed =
          capacity > 0 ? await claimReadyRuns(tx, { schema: database.schema, workerId, capacity, afterTenant }) : []
        const next = await tx
          .selectFrom('timers')
          .select(sql<number>`greatest(fire_at - ${databaseNow}, 0)`.as('in_ms'))
          .orderBy('fire_at')
          .limit(1)
          .executeTakeFirst()
        const skipped = await tx
          .selectFrom('run_ready')
          .select('run_id')
          .where('worker_id', '=', workerId)
          .where('poked', '=', true)
          .limit(1)
          .executeTakeFirst()
        return {
          runs: [...poked, ...claimed].map((row) => ({ tenantId: row.tenant_id, runId: row.run_id })),
          nextInMs: skipped === undefined ? (next?.in_ms ?? null) : SKIPPED_RETRY_MS,
          lastTenant: claimed.at(-1)?.tenant_id ?? null,
        }
      }),
    acquire: ({ tenantId, runId }) =>
      database.withTenant(tenantId, async (tx) => {
        const found = await acquireRun(tx, database.schema, { tenantId, runId }, workerId)
        if (!found.acquired) return null
        const { at, due_timers: dueTimers } = found
        if (dueTimers.length > 0) await lockDueWaits(tx, { tenantId, runId }, at)
        return { messages: await readMessages(tx, { tenantId, runId }), at, dueTimers }
      }),
    clearTimers: async ({ tenantId, runId }, timerIds) => {
      await database.withTenant(tenantId, (tx) =>
        tx
          .deleteFrom('timers')
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('timer_id', 'in', timerIds)
          .execute(),
      )
    },
    release: ({ tenantId, runId }) =>
      database.withTenant(tenantId, async (tx) => {
        await tx
          .deleteFrom('run_ready')
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('worker_id', '=', workerId)
          .where('poked', '=', false)
          .execute()
        const left = await tx
          .selectFrom('run_ready')
          .select('run_id')
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('worker_id', '=', workerId)
          .executeTakeFirst()
        return left === undefined
      }),
    renewLease: (leaseMs) => database.withSystem((tx) => renew(tx, workerId, leaseMs)),
    freeOthers: async (processPrefix) => {
      await database.withSystem(async (tx) => {
        await tx.deleteFrom('workers').where('worker_id', 'not like', `${processPrefix}%`).execute()
        await freeOrphans(tx)
      })
    },
    leave: async () => {
      await database.withSystem(async (tx) => {
        await tx.deleteFrom('workers').where('worker_id', '=', workerId).execute()
        await tx
          .updateTable('run_ready')
          .set({ worker_id: null, poked: false })
          .where('worker_id', '=', workerId)
          .execute()
      })
    },
  }
}

/** Rows that an append holds are left for the next look: waiting for several in any order would deadlock. */
function takePoked(tx: Tx<RuntimeTables>, workerId: string) {
  return tx
    .with('poked', (with_) =>
      with_
        .selectFrom('run_ready')
        .select(['tenant_id', 'run_id'])
        .where('worker_id', '=', workerId)
        .where('poked', '=', true)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('run_ready')
    .from('poked')
    .set({ poked: false })
    .whereRef('run_ready.tenant_id', '=', 'poked.tenant_id')
    .whereRef('run_ready.run_id', '=', 'poked.run_id')
    .returning(['run_ready.tenant_id', 'run_ready.run_id'])
    .execute()
}

async function readyDueRuns(tx: Tx<RuntimeTables>): Promise<void> {
  const due = await tx
    .with('due', (with_) =>
      with_
        .selectFrom('timers')
        .select(['tenant_id', 'run_id', 'timer_id'])
        .where('fire_at', '<=', databaseNow)
        .orderBy('fire_at')
        .limit(TIMER_BATCH)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('timers')
    .from('due')
    .set({ fire_at: sql<number>`${databaseNow} + ${TIMER_RETRY_MS}::bigint` })
    .whereRef('timers.tenant_id', '=', 'due.tenant_id')
    .whereRef('timers.run_id', '=', 'due.run_id')
    .whereRef('timers.timer_id', '=', 'due.timer_id')
    .returning(['timers.tenant_id', 'timers.run_id'])
    .execute()
  const runs = new Map(due.map((row) => [`${row.tenant_id}/${row.run_id}`, row]))
  if (runs.size === 0) return
  await tx
    .insertInto('run_ready')
    .values(
      inKeyOrder([...runs.values()]).map((row) => ({
        tenant_id: row.tenant_id,
        run_id: row.run_id,
        ready_at: databaseNow,
      })),
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'run_id']).doUpdateSet({ poked: true }))
    .execute()
}

interface AcquireRow {
  readonly acquired: boolean
  readonly at: number
  readonly due_timers: readonly string[]
}

/**
 * Takes a run that no worker owns, or verifies that it is this worker's. Writes only if something changes: a run that
 * is owned already costs one lookup.
 */
async function acquireRun(
  tx: Tx<RuntimeTables>,
  schema: string,
  { tenantId, runId }: RunKey,
  workerId: string,
): Promise<AcquireRow> {
  const ready = sql.table(`${schema}.run_ready`)
  const runs = sql.table(`${schema}.runs`)
  const timers = sql.table(`${schema}.timers`)
  const { rows } = await sql<AcquireRow>`
    with clock as materialized (select ${databaseNow} as at),
    owned as (
      select poked from ${ready} where tenant_id = ${tenantId} and run_id = ${runId} and worker_id = ${workerId}
    ),
    seen as (
      update ${ready} set poked = false
      where tenant_id = ${tenantId} and run_id = ${runId} and worker_id = ${workerId} and poked
    ),
    taken as (
      insert into ${ready} as r (tenant_id, run_id, ready_at, worker_id, poked)
      select tenant_id, run_id, ${databaseNow}, ${workerId}, false from ${runs}
      where tenant_id = ${tenantId} and run_id = ${runId} and finished_at is null and not exists (select 1 from owned)
      on conflict (tenant_id, run_id) do update set worker_id = excluded.worker_id, poked = false
        where r.worker_id is null
      returning r.run_id
    )
    select exists (select 1 from owned) or exists (select 1 from taken) as acquired, clock.at,
      array(
        select timer_id from ${timers} where tenant_id = ${tenantId} and run_id = ${runId} and due_at <= clock.at
      ) as due_timers
    from clock`.execute(tx)
  return rows[0] ?? { acquired: false, at: 0, due_timers: [] }
}

/**
 * Waits for votes that are under way on waits that are due. A vote counts if it has the lock of its wait before the due
 * date, so the messages are read behind it; a later vote is answered `closed`.
 */
async function lockDueWaits(tx: Tx<RuntimeTables>, { tenantId, runId }: RunKey, at: number): Promise<void> {
  await tx
    .selectFrom('waits')
    .select('approval_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('status', '=', 'open')
    .where('due_at', '<=', at)
    .orderBy('approval_id')
    .forUpdate()
    .execute()
}

async function renew(tx: Tx<RuntimeTables>, workerId: string, leaseMs: number): Promise<RenewedLease> {
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
    .values({ worker_id: workerId, started_at: databaseNow, lease_until: until })
    .onConflict((conflict) =>
      conflict
        .column('worker_id')
        .doUpdateSet({ lease_until: until, ...(wasValid ? {} : { started_at: databaseNow }) }),
    )
    .execute()
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
  await freeOrphans(tx)
  const owned = await tx
    .selectFrom('run_ready')
    .select(['tenant_id', 'run_id'])
    .where('worker_id', '=', workerId)
    .execute()
  return { wasValid, owned: owned.map((row) => ({ tenantId: row.tenant_id, runId: row.run_id })) }
}

async function freeOrphans(tx: Tx<RuntimeTables>): Promise<void> {
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
    .set({ worker_id: null, poked: false })
    .whereRef('run_ready.tenant_id', '=', 'orphans.tenant_id')
    .whereRef('run_ready.run_id', '=', 'orphans.run_id')
    .execute()
}

function inKeyOrder<Key extends { readonly tenant_id: string; readonly run_id: string }>(rows: readonly Key[]): Key[] {
  const keyOf = (row: Key) => `${row.tenant_id}/${row.run_id}`
  return [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}
