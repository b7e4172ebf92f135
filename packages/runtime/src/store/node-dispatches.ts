import { sql } from 'kysely'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { type ClaimRequest, claimRows, READY_DISPATCHES } from './claim-rows.ts'
import type { PassRef, RunRef } from './run-ref.ts'

/** A node in a task queue of its own that this worker has claimed. */
export interface NodeDispatch extends PassRef {
  /** True if it has waited too long for a worker of its queue, and fails. */
  readonly isExpired: boolean
  /** Time that it has waited, in milliseconds, if it is expired; else 0. */
  readonly waitedMs: number
}

/** Queued nodes that a poll has found for a worker. */
export interface FoundDispatches {
  /** Newly claimed ones. */
  readonly claimed: readonly NodeDispatch[]
  /** Own ones whose cancelation was requested. */
  readonly canceling: readonly PassRef[]
}

export interface DispatchClaim extends ClaimRequest {
  /** Longest time that a node waits for a worker of its queue, in milliseconds. */
  readonly queueWaitMs: number
}

interface DispatchRow {
  readonly tenant_id: string
  readonly run_id: string
  readonly node_run_id: string
  readonly pass: number
}

/** Most nodes of any queue that one poll ends, because they are canceled or no worker serves their queue. */
const OVERDUE_BATCH = 50

/**
 * Claims queued nodes: those of the worker's queues, and those of every queue that only need to be ended: canceled
 * before a worker claimed them, or expired.
 */
export async function findDispatches(tx: Tx<RuntimeTables>, request: DispatchClaim): Promise<FoundDispatches> {
  const { workerId, capabilities } = request
  const hasQueues = capabilities.some((each) => each.startsWith('queue:'))
  const served = hasQueues ? (await claimRows<DispatchRow>(tx, READY_DISPATCHES, request)).rows : []
  const overdue = await claimOverdue(tx, request)
  const canceling = await tx
    .selectFrom('node_dispatches')
    .select(['tenant_id', 'run_id', 'node_run_id', 'pass'])
    .where('worker_id', '=', workerId)
    .where('is_canceling', '=', true)
    .execute()
  return {
    claimed: [...served.map((row) => ({ ...refOf(row), isExpired: false, waitedMs: 0 })), ...overdue],
    canceling: canceling.map(refOf),
  }
}

async function claimOverdue(
  tx: Tx<RuntimeTables>,
  { schema, workerId, queueWaitMs }: DispatchClaim,
): Promise<readonly NodeDispatch[]> {
  const queued = sql.table(`${schema}.node_dispatches`)
  const now = sql`(extract(epoch from statement_timestamp()) * 1000)::bigint`
  const { rows } = await sql<DispatchRow & { readonly is_canceling: boolean; readonly waited_ms: number }>`
    with overdue as materialized (
      select tenant_id, run_id, node_run_id, pass, ${now} - ready_at as waited_ms from ${queued}
      where worker_id is null and ready_at <= ${now} - ${queueWaitMs}::bigint
      order by ready_at limit ${OVERDUE_BATCH} for update skip locked
    )
    update ${queued} t set worker_id = ${workerId} from overdue o
    where t.tenant_id = o.tenant_id and t.run_id = o.run_id and t.node_run_id = o.node_run_id and t.pass = o.pass
    returning t.tenant_id, t.run_id, t.node_run_id, t.pass, t.is_canceling, o.waited_ms`.execute(tx)
  return rows.map((row) => ({
    ...refOf(row),
    isExpired: !row.is_canceling,
    waitedMs: row.is_canceling ? 0 : row.waited_ms,
  }))
}

/** Returns the queued nodes that a worker owns. */
export async function ownedDispatches(tx: Tx<RuntimeTables>, workerId: string): Promise<readonly NodeDispatch[]> {
  const rows = await tx
    .selectFrom('node_dispatches')
    .select(['tenant_id', 'run_id', 'node_run_id', 'pass'])
    .where('worker_id', '=', workerId)
    .execute()
  return rows.map((row) => ({ ...refOf(row), isExpired: false, waitedMs: 0 }))
}

/** Gives a queued node back to its queue, not before an instant in milliseconds since the Unix epoch. */
export async function releaseDispatch(
  tx: Tx<RuntimeTables>,
  queued: PassRef,
  workerId: string,
  notBefore: number,
): Promise<void> {
  await tx
    .updateTable('node_dispatches')
    .set({
      worker_id: null,
      ready_at: sql<number>`case when is_canceling then 0 else greatest(${databaseNow}, ${notBefore}::bigint) end`,
    })
    .where('tenant_id', '=', queued.tenantId)
    .where('run_id', '=', queued.runId)
    .where('node_run_id', '=', queued.nodeRunId)
    .where('pass', '=', queued.pass)
    .where('worker_id', '=', workerId)
    .execute()
}

/**
 * Returns a queued node of a paused run to its queue, due at `notBefore`, an instant in milliseconds since the Unix
 * epoch. It is due at once if the run was resumed in between: {@link wakeDispatches} skips nodes that a worker has claimed.
 *
 * @returns False if it is due at once.
 */
export async function releasePaused(
  tx: Tx<RuntimeTables>,
  queued: PassRef,
  workerId: string,
  notBefore: number,
): Promise<boolean> {
  const run = await tx
    .selectFrom('runs')
    .select('status')
    .where('tenant_id', '=', queued.tenantId)
    .where('run_id', '=', queued.runId)
    // Waits for an append in flight that resumes the run. A later one waits for this transaction, and its worker calls
    // `wakeDispatches` after it.
    .forShare()
    .executeTakeFirst()
  const isPaused = run?.status === 'paused'
  await releaseDispatch(tx, queued, workerId, isPaused ? notBefore : 0)
  return isPaused
}

/** Makes the queued nodes of a run that no worker has claimed due now; those that are due already keep their age. */
export async function wakeDispatches(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef): Promise<void> {
  await tx
    .with('later', (with_) =>
      with_
        .selectFrom('node_dispatches')
        .select(['node_run_id', 'pass'])
        .where('tenant_id', '=', tenantId)
        .where('run_id', '=', runId)
        .where('worker_id', 'is', null)
        .where('ready_at', '>', statementNow)
        .orderBy('node_run_id')
        .orderBy('pass')
        .forUpdate(),
    )
    .updateTable('node_dispatches')
    .from('later')
    .set({ ready_at: databaseNow })
    .where('node_dispatches.tenant_id', '=', tenantId)
    .where('node_dispatches.run_id', '=', runId)
    .whereRef('node_dispatches.node_run_id', '=', 'later.node_run_id')
    .whereRef('node_dispatches.pass', '=', 'later.pass')
    .execute()
}

/** Removes a queued node whose node run has its outcome. */
export async function endDispatch(tx: Tx<RuntimeTables>, queued: PassRef, workerId: string): Promise<void> {
  await tx
    .deleteFrom('node_dispatches')
    .where('tenant_id', '=', queued.tenantId)
    .where('run_id', '=', queued.runId)
    .where('node_run_id', '=', queued.nodeRunId)
    .where('pass', '=', queued.pass)
    .where('worker_id', '=', workerId)
    .execute()
}

function refOf(row: DispatchRow): PassRef {
  return { tenantId: row.tenant_id, runId: row.run_id, nodeRunId: row.node_run_id, pass: row.pass }
}
