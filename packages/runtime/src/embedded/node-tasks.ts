import { sql } from 'kysely'
import type { PassPlace } from '../executor/index.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { type ClaimRequest, claimRows, READY_TASKS } from './claim-rows.ts'

/** A node in a task queue of its own that this worker has claimed. */
export interface NodeTask extends PassPlace {
  /** It has waited too long for a worker of its queue, and fails. */
  readonly isExpired: boolean
  /** Time that it has waited, in milliseconds, if it is expired; else 0. */
  readonly waitedMs: number
}

/** Tasks that a poll has found for a worker. */
export interface FoundTasks {
  /** Newly claimed ones. */
  readonly claimed: readonly NodeTask[]
  /** Own ones whose cancelation was requested. */
  readonly canceling: readonly PassPlace[]
}

export interface TaskRequest extends ClaimRequest {
  /** Longest time that a node waits for a worker of its queue, in milliseconds. */
  readonly queueWaitMs: number
}

interface TaskRow {
  readonly tenant_id: string
  readonly run_id: string
  readonly node_run_id: string
  readonly pass: number
}

/** Tasks of other queues that one poll ends, because they are canceled or nobody serves their queue. */
const OVERDUE_BATCH = 50

/** Names a task within its database. */
export function taskName({ tenantId, runId, nodeRunId, pass }: PassPlace): string {
  return JSON.stringify([tenantId, runId, nodeRunId, pass])
}

/**
 * Claims tasks: those of the worker's queues, and of every queue those that only have to be ended: canceled before a
 * worker took them, or waiting for longer than a node may.
 */
export async function findTasks(tx: Tx<RuntimeTables>, request: TaskRequest): Promise<FoundTasks> {
  const { workerId, capabilities } = request
  const hasQueues = capabilities.some((each) => each.startsWith('queue:'))
  const served = hasQueues ? (await claimRows<TaskRow>(tx, READY_TASKS, request)).rows : []
  const overdue = await claimOverdue(tx, request)
  const canceling = await tx
    .selectFrom('node_dispatches')
    .select(['tenant_id', 'run_id', 'node_run_id', 'pass'])
    .where('worker_id', '=', workerId)
    .where('is_canceling', '=', true)
    .execute()
  return {
    claimed: [...served.map((row) => ({ ...placeOf(row), isExpired: false, waitedMs: 0 })), ...overdue],
    canceling: canceling.map(placeOf),
  }
}

async function claimOverdue(
  tx: Tx<RuntimeTables>,
  { schema, workerId, queueWaitMs }: TaskRequest,
): Promise<readonly NodeTask[]> {
  const tasks = sql.table(`${schema}.node_dispatches`)
  const now = sql`(extract(epoch from statement_timestamp()) * 1000)::bigint`
  const { rows } = await sql<TaskRow & { readonly is_canceling: boolean; readonly waited_ms: number }>`
    with overdue as materialized (
      select tenant_id, run_id, node_run_id, pass, ${now} - ready_at as waited_ms from ${tasks}
      where worker_id is null and ready_at <= ${now} - ${queueWaitMs}::bigint
      order by ready_at limit ${OVERDUE_BATCH} for update skip locked
    )
    update ${tasks} t set worker_id = ${workerId} from overdue o
    where t.tenant_id = o.tenant_id and t.run_id = o.run_id and t.node_run_id = o.node_run_id and t.pass = o.pass
    returning t.tenant_id, t.run_id, t.node_run_id, t.pass, t.is_canceling, o.waited_ms`.execute(tx)
  return rows.map((row) => ({
    ...placeOf(row),
    isExpired: !row.is_canceling,
    waitedMs: row.is_canceling ? 0 : row.waited_ms,
  }))
}

/** Lists the tasks that a worker owns. */
export async function ownedTasks(tx: Tx<RuntimeTables>, workerId: string): Promise<readonly NodeTask[]> {
  const rows = await tx
    .selectFrom('node_dispatches')
    .select(['tenant_id', 'run_id', 'node_run_id', 'pass'])
    .where('worker_id', '=', workerId)
    .execute()
  return rows.map((row) => ({ ...placeOf(row), isExpired: false, waitedMs: 0 }))
}

/** Gives a task back to its queue, not before an instant in milliseconds since the Unix epoch. */
export async function releaseTask(
  tx: Tx<RuntimeTables>,
  task: PassPlace,
  workerId: string,
  notBefore: number,
): Promise<void> {
  await tx
    .updateTable('node_dispatches')
    .set({
      worker_id: null,
      ready_at: sql<number>`case when is_canceling then 0 else greatest(${databaseNow}, ${notBefore}::bigint) end`,
    })
    .where('tenant_id', '=', task.tenantId)
    .where('run_id', '=', task.runId)
    .where('node_run_id', '=', task.nodeRunId)
    .where('pass', '=', task.pass)
    .where('worker_id', '=', workerId)
    .execute()
}

/** Removes a task whose node run has its outcome. */
export async function endTask(tx: Tx<RuntimeTables>, task: PassPlace, workerId: string): Promise<void> {
  await tx
    .deleteFrom('node_dispatches')
    .where('tenant_id', '=', task.tenantId)
    .where('run_id', '=', task.runId)
    .where('node_run_id', '=', task.nodeRunId)
    .where('pass', '=', task.pass)
    .where('worker_id', '=', workerId)
    .execute()
}

function placeOf(row: TaskRow): PassPlace {
  return { tenantId: row.tenant_id, runId: row.run_id, nodeRunId: row.node_run_id, pass: row.pass }
}
