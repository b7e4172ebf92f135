import { sql } from 'kysely'
import type { FactToCommit } from '../commit/commit-types.ts'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { claimRows, READY_DISPATCHES, READY_RUNS } from './claim-rows.ts'
import { lockOpenWaits, readInbox } from './inbox.ts'
import {
  type DispatchClaim,
  endDispatch,
  type FoundDispatches,
  findDispatches,
  releaseDispatch,
  releasePaused,
  wakeDispatches,
} from './node-dispatches.ts'
import { releaseToReaders } from './release-to-readers.ts'
import { freeOrphans, type RenewedLease, renewLease, type WorkerRow } from './renew-lease.ts'
import { type PassRef, type RunRef, runKey } from './run-ref.ts'

/** Work of this worker that a poll has found. */
export interface FoundWork {
  /** Runs to drive: newly claimed ones, and own ones that were woken. */
  readonly runs: readonly RunRef[]
  /** Milliseconds until the next timer of any run is due, or until a locked run is retried. */
  readonly nextInMs: number | null
  /** Tenant that was served last; the next round begins after it. */
  readonly lastTenant: string | null
  /** Nodes in task queues of their own. */
  readonly dispatches: FoundDispatches
}

/** State of an owned run in the database at one moment. */
export interface AcquiredRun {
  /** Messages that the run has yet to apply, oldest first. */
  readonly messages: readonly FactToCommit[]
  /** Time of the database, in milliseconds since the Unix epoch, by which timers are due. */
  readonly at: number
  /** Timers of the run that were due at `at`. */
  readonly dueTimers: readonly string[]
  /** `seq` of the next event of the run, ≥ 1, when its messages were read; null for a run that was just deleted. */
  readonly nextSeq: number | null
}

/** Free capacity of this worker. */
export type ClaimLimits = Omit<DispatchClaim, 'schema' | 'workerId' | 'capabilities'>

/**
 * Access of the embedded engine to the dispatch tables. It makes no decisions and only records which worker owns which
 * run.
 */
export interface DispatchStore {
  /** Makes runs with due timers ready, and claims free ones that this worker can drive, tenant by tenant in turn. */
  findWork(claim: ClaimLimits): Promise<FoundWork>
  /**
   * Acquires a run, or verifies that this worker owns it, before the worker drives it.
   *
   * @param isUncertain - True after an acquisition or a release without an answer: waits for it first, since its commit
   * may be in flight. Otherwise the worker would continue a run that no worker owns afterwards, and that no other would
   * find, or leave one that it owns. @defaultValue false
   * @returns `null` if another worker owns the run, or the run has ended.
   */
  acquire(run: RunRef, isUncertain?: boolean): Promise<AcquiredRun | null>
  /** Deletes unused timers of a run. */
  clearTimers(run: RunRef, timerIds: readonly string[]): Promise<void>
  /** Releases a run. Returns `false` if it was woken meanwhile: drive it again. */
  release(run: RunRef): Promise<boolean>
  /** Releases a run with a fact in its log that this worker cannot read, and adds the requirement to read it. */
  releaseToReaders(run: RunRef, factType: string): Promise<void>
  /** Releases a queued node of such a run. */
  releaseDispatchToReaders(queued: PassRef, factType: string): Promise<void>
  /** Returns a queued node to its queue, not before an instant in milliseconds since the Unix epoch. */
  releaseDispatch(queued: PassRef, notBefore: number): Promise<void>
  /** Returns a queued node of a paused run to its queue. Returns `false` if the run was resumed: it is due at once. */
  releasePaused(queued: PassRef, notBefore: number): Promise<boolean>
  /** Makes the queued nodes of a run that no worker has claimed due now. */
  wakeDispatches(run: RunRef): Promise<void>
  /** Removes a queued node whose node run has its outcome. */
  endDispatch(queued: PassRef): Promise<void>
  /** Renews the lease of this worker like {@link renewLease}. */
  renewLease(leaseMs: number): Promise<RenewedLease>
  /** Frees the runs of all workers of other processes: for PGlite, which only one process uses. */
  freeOthers(processPrefix: string): Promise<void>
  /** Releases all runs and removes the worker. */
  leave(): Promise<void>
}

/** Time in milliseconds after which a timer wakes its run again, in case no worker has driven it. */
const TIMER_RETRY_MS = 30_000
const TIMER_BATCH = 500
const SKIPPED_RETRY_MS = 20

/** Opens the dispatch tables for one worker. */
export function createDispatchStore(database: RuntimeDatabase, worker: WorkerRow): DispatchStore {
  const { schema } = database
  const { workerId, capabilities } = worker
  return {
    findWork: (limits) =>
      database.withSystem(async (tx) => {
        await readyDueRuns(tx)
        const woken = await findWoken(tx, workerId)
        const request = { ...limits, schema, workerId, capabilities }
        const claimed = await claimRows<{ tenant_id: string; run_id: string }>(tx, READY_RUNS, request)
        const next = await tx
          .selectFrom('timers')
          .select(sql<number>`greatest(fire_at - ${databaseNow}, 0)`.as('in_ms'))
          .orderBy('fire_at')
          .limit(1)
          .executeTakeFirst()
        return {
          runs: [...woken, ...claimed.rows].map((row) => ({ tenantId: row.tenant_id, runId: row.run_id })),
          nextInMs: claimed.isShort ? SKIPPED_RETRY_MS : (next?.in_ms ?? null),
          lastTenant: claimed.lastTenant,
          dispatches: await findDispatches(tx, request),
        }
      }),
    acquire: ({ tenantId, runId }, isUncertain = false) =>
      database.withTenant(tenantId, async (tx) => {
        if (isUncertain) await lockReady(tx, { tenantId, runId })
        const found = await acquireRun(tx, schema, { tenantId, runId }, worker)
        if (!found.acquired) return null
        const { at, due_timers: dueTimers } = found
        // Waits for votes in flight on due waits: a vote counts if it has the lock of its wait before the due date, so
        // the messages are read after it; a later vote gets `closed`.
        if (dueTimers.length > 0) await lockOpenWaits(tx, { tenantId, runId }, at)
        return { ...(await readInbox(tx, { tenantId, runId })), at, dueTimers }
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
          .updateTable('run_ready')
          .set({ worker_id: null })
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('worker_id', '=', workerId)
          .where('woken', '=', false)
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
    releaseToReaders: (run, factType) => {
      const key = [run.tenantId, run.runId]
      return releaseToReaders(database, READY_RUNS, { ...run, key, workerId }, factType)
    },
    releaseDispatchToReaders: (queued, factType) => {
      const key = [queued.tenantId, queued.runId, queued.nodeRunId, queued.pass]
      return releaseToReaders(database, READY_DISPATCHES, { ...queued, key, workerId }, factType)
    },
    releaseDispatch: (queued, notBefore) =>
      database.withTenant(queued.tenantId, (tx) => releaseDispatch(tx, queued, workerId, notBefore)),
    releasePaused: (queued, notBefore) =>
      database.withTenant(queued.tenantId, (tx) => releasePaused(tx, queued, workerId, notBefore)),
    wakeDispatches: (run) => database.withTenant(run.tenantId, (tx) => wakeDispatches(tx, run)),
    endDispatch: (queued) => database.withTenant(queued.tenantId, (tx) => endDispatch(tx, queued, workerId)),
    renewLease: (leaseMs) => database.withSystem((tx) => renewLease(tx, worker, leaseMs, schema)),
    freeOthers: async (processPrefix) => {
      await database.withSystem(async (tx) => {
        await tx.deleteFrom('workers').where('worker_id', 'not like', `${processPrefix}%`).execute()
        await freeOrphans(tx)
      })
    },
    leave: async () => {
      await database.withSystem(async (tx) => {
        await tx.deleteFrom('workers').where('worker_id', '=', workerId).execute()
        // Rows that an append has locked are freed by the next renewal of any worker.
        await freeOrphans(tx)
      })
    },
  }
}

/** Waits for transactions in flight that change the row of a run. */
async function lockReady(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef): Promise<void> {
  await tx
    .selectFrom('run_ready')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .forUpdate()
    .execute()
}

/**
 * Finds own runs that were woken. The mark stays until the run is acquired, so that a release of the run in between does not
 * free it: without the mark no worker would find it if this one dies, or if the answer to the poll is lost.
 */
function findWoken(tx: Tx<RuntimeTables>, workerId: string) {
  return tx
    .selectFrom('run_ready')
    .select(['tenant_id', 'run_id'])
    .where('worker_id', '=', workerId)
    .where('woken', '=', true)
    .execute()
}

async function readyDueRuns(tx: Tx<RuntimeTables>): Promise<void> {
  const due = await tx
    .with('due', (with_) =>
      with_
        .selectFrom('timers')
        .select(['tenant_id', 'run_id', 'timer_id'])
        .where('fire_at', '<=', statementNow)
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
  const runs = new Map(due.map((row) => [keyOfRow(row), row]))
  if (runs.size === 0) return
  await tx
    .insertInto('run_ready')
    .values(
      inKeyOrder([...runs.values()]).map((row) => ({
        tenant_id: row.tenant_id,
        run_id: row.run_id,
        ready_at: databaseNow,
        woken: true,
      })),
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'run_id']).doUpdateSet({ woken: true }))
    .execute()
}

interface AcquireRow {
  readonly acquired: boolean
  readonly at: number
  readonly due_timers: readonly string[]
}

/**
 * Acquires a free run that this worker can drive, or verifies that this worker owns it. Writes only changes: for an
 * owned run it is one lookup.
 */
async function acquireRun(
  tx: Tx<RuntimeTables>,
  schema: string,
  { tenantId, runId }: RunRef,
  { workerId, capabilities }: WorkerRow,
): Promise<AcquireRow> {
  const ready = sql.table(`${schema}.run_ready`)
  const timers = sql.table(`${schema}.timers`)
  const requirements = sql.table(`${schema}.run_requirements`)
  const { rows } = await sql<AcquireRow>`
    with clock as materialized (select ${databaseNow} as at),
    owned as (
      select from ${ready} where tenant_id = ${tenantId} and run_id = ${runId} and worker_id = ${workerId}
    ),
    taken as (
      update ${ready} r set worker_id = ${workerId}, woken = false
      where tenant_id = ${tenantId} and run_id = ${runId} and (
        (worker_id = ${workerId} and woken)
        or worker_id is null and (requires_key = '' or exists (
          select from ${requirements} q
          where q.tenant_id = r.tenant_id and q.requires_key = r.requires_key
            and q.capabilities <@ ${capabilities}::text[]
        ))
      )
      returning run_id
    )
    select exists (select from owned) or exists (select from taken) as acquired, clock.at,
      array(
        select timer_id from ${timers} where tenant_id = ${tenantId} and run_id = ${runId} and due_at <= clock.at
      ) as due_timers
    from clock`.execute(tx)
  return rows[0] ?? { acquired: false, at: 0, due_timers: [] }
}

interface RunRow {
  readonly tenant_id: string
  readonly run_id: string
}

function keyOfRow({ tenant_id: tenantId, run_id: runId }: RunRow): string {
  return runKey({ tenantId, runId })
}

function inKeyOrder<Row extends RunRow>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => (keyOfRow(a) < keyOfRow(b) ? -1 : 1))
}
