import type { RunFilter } from '@tenon/core/api'
import type { RunId, TenantId } from '@tenon/core/document'
import type { Vote } from '@tenon/core/node'
import type { RerunFrom, RerunOf, RunFailure, RunStartedBy, RunStatus, ValueRef } from '@tenon/core/run'
import { type Selectable, sql } from 'kysely'
import { itemAt } from '../interpreter/lookup.ts'
import type { Plan } from '../interpreter/plan.ts'
import type { PayloadStore } from '../payloads/payload-store.ts'
import { createPayloadReader } from '../payloads/read-payloads.ts'
import { createStoredObjects } from '../payloads/stored-objects.ts'
import { databaseNow } from '../postgres/database-now.ts'
import { isInNoDeletedTree, isWaitOfNoDeletedTree } from '../postgres/deleted-trees.ts'
import { isListedRun, isListedWait, isTopLevelRun } from '../postgres/list-conditions.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunObstacle, RunReader, StoredParent, StoredRun } from '../run-store.ts'
import type { StoredWait } from '../stored-waits.ts'
import { cursorAfter, isRunAfter, isWaitAfter, pageSize, positionOfRun, positionOfWait } from './cursor.ts'
import { selectEventWaits } from './event-wait-rows.ts'
import { selectLiveRunIds } from './live-run-ids.ts'
import { selectNodeRunEvents } from './node-run-events.ts'
import { selectOneParked, selectParked, selectParkedGroups } from './parked-rows.ts'
import { countRuns, selectPauses, selectQueue } from './queue-reader.ts'
import { selectUsage } from './read-usage.ts'
import { createRunViews } from './run-views.ts'
import { selectRunsToMigrate } from './runs-to-migrate.ts'
import { selectRunsToPause } from './runs-to-pause.ts'
import { selectAnswer } from './select-answer.ts'
import { selectEvents } from './select-events.ts'
import { isClosedWait, isOpenWait, waitStatusOf } from './wait-status.ts'
import { selectWaitingRuns } from './waiting-runs.ts'

type RuntimeTx = Tx<RuntimeTables>

const DEFAULT_EVENTS = 1_000

/**
 * Creates a reader of the run store; every call is one transaction of one tenant.
 *
 * @param payloadStore - Store of the host for large values, as the engine has it. @defaultValue none
 */
export function postgresRunReader(database: RuntimeDatabase, payloadStore?: PayloadStore): RunReader {
  const objects = payloadStore === undefined ? null : createStoredObjects(payloadStore)
  const payloads = createPayloadReader(database, objects)
  const views = createRunViews(database)
  return {
    getRun: (tenantId, runId) => database.withTenant(tenantId, (tx) => selectRun(tx, tenantId, runId)),
    listRuns: (tenantId, filter) => database.withTenant(tenantId, (tx) => selectRuns(tx, tenantId, filter)),
    readQueue: (tenantId, runIds, limits) =>
      database.withTenant(tenantId, (tx) => selectQueue(tx, database.schema, { tenantId, runIds, limits })),
    readUsage: (tenantId) => database.withTenant(tenantId, (tx) => selectUsage(tx, tenantId)),
    countRuns: (tenantId) => database.withTenant(tenantId, (tx) => countRuns(tx, tenantId)),
    readPauses: (tenantId, workflowIds) =>
      database.withTenant(tenantId, (tx) => selectPauses(tx, tenantId, workflowIds)),
    listRunsToPause: (tenantId, filter) =>
      database.withTenant(tenantId, (tx) => selectRunsToPause(tx, tenantId, filter)),
    listRunsToChangeEngine: (tenantId, { workflowId, engine, cursor, limit = 50 }) =>
      database.withTenant(tenantId, (tx) =>
        selectLiveRunIds(tx, tenantId, { workflowId, cursor, limit }, (eb) =>
          eb.and([eb('status', 'in', ['running', 'waiting', 'paused']), eb('engine', '<>', engine)]),
        ),
      ),
    listRunsToMigrate: (tenantId, filter) =>
      database.withTenant(tenantId, (tx) => selectRunsToMigrate(tx, tenantId, filter)),
    listWaitingRuns: (tenantId, run) => database.withTenant(tenantId, (tx) => selectWaitingRuns(tx, tenantId, run)),
    readEvents: (tenantId, runId, after, limit = DEFAULT_EVENTS) =>
      database.withTenant(tenantId, (tx) => selectEvents(tx, tenantId, runId, after, limit)),
    readNodeRunEvents: (run, nodeRunId, page) =>
      database.withTenant(run.tenantId, (tx) => selectNodeRunEvents(tx, run, nodeRunId, page)),
    readAnswer: (tenantId, runId) => database.withTenant(tenantId, (tx) => selectAnswer(tx, tenantId, runId)),
    advanceView: (tenantId, runId, every) => views.advance({ tenantId, runId }, every),
    readView: (tenantId, runId) => views.read({ tenantId, runId }),
    readViewPart: (tenantId, runId, part) => views.readPart({ tenantId, runId }, part),
    loadValue: async (tenantId, ref) => itemAt(await payloads.read(tenantId, [ref]), 0),
    loadValues: (tenantId, refs) => payloads.read(tenantId, refs),
    getPlan: (tenantId, planHash) => database.withTenant(tenantId, (tx) => selectPlan(tx, tenantId, planHash)),
    listWaits: (tenantId, filter) => database.withTenant(tenantId, (tx) => selectWaits(tx, tenantId, filter)),
    readObstacles: (tenantId, runIds) => database.withTenant(tenantId, (tx) => selectObstacles(tx, tenantId, runIds)),
    listEventWaits: (tenantId, filter) => database.withTenant(tenantId, (tx) => selectEventWaits(tx, tenantId, filter)),
    listParked: (tenantId, filter) => database.withTenant(tenantId, (tx) => selectParked(tx, tenantId, filter)),
    listParkedGroups: (tenantId, filter) =>
      database.withTenant(tenantId, (tx) => selectParkedGroups(tx, tenantId, filter)),
    getParked: (tenantId, parkedId) => database.withTenant(tenantId, (tx) => selectOneParked(tx, tenantId, parkedId)),
    getWait: (tenantId, approvalId) => database.withTenant(tenantId, (tx) => selectWait(tx, tenantId, approvalId)),
  }
}

export async function selectRun(tx: RuntimeTx, tenantId: TenantId, runId: RunId): Promise<StoredRun | null> {
  const row = await tx
    .selectFrom('runs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where(isInNoDeletedTree)
    .executeTakeFirst()
  return row === undefined ? null : runOfRow(row)
}

async function selectRuns(tx: RuntimeTx, tenantId: TenantId, filter: RunFilter): ReturnType<RunReader['listRuns']> {
  const limit = pageSize(filter.limit)
  let query = tx
    .selectFrom('runs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(isListedRun)
    .where(isInNoDeletedTree)
  if (filter.workflowId !== undefined) query = query.where('workflow_id', '=', filter.workflowId)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  const { parentRunId, rootRunId, rerunOf } = filter
  if (rerunOf !== undefined) query = query.where('rerun_of', '=', rerunOf)
  if (parentRunId !== undefined) query = query.where('parent_run_id', '=', parentRunId)
  if (rootRunId !== undefined) {
    // Only the rows of other runs contain their root, so that those without a parent are in no index for it.
    query = query.where((eb) =>
      eb.or([eb('root_run_id', '=', rootRunId), eb.and([eb('run_id', '=', rootRunId), eb('root_run_id', 'is', null)])]),
    )
  }
  if (filter.topLevel === true) query = query.where(isTopLevelRun)
  const isOfRun = parentRunId !== undefined || rootRunId !== undefined || rerunOf !== undefined
  const { mode = isOfRun ? 'all' : 'live' } = filter
  if (mode !== 'all') query = query.where('mode', '=', mode)
  if (filter.cursor !== undefined) query = query.where(isRunAfter(filter.cursor))
  const rows = await query
    .orderBy('queued_at', 'desc')
    .orderBy('run_id', 'desc')
    .limit(limit + 1)
    .execute()
  return { items: rows.slice(0, limit).map(runOfRow), nextCursor: cursorAfter(rows, limit, positionOfRun) }
}

export async function selectPlan(tx: RuntimeTx, tenantId: TenantId, planHash: string): Promise<Plan | null> {
  const row = await tx
    .selectFrom('plans')
    .select('data')
    .where('tenant_id', '=', tenantId)
    .where('plan_hash', '=', planHash)
    .executeTakeFirst()
  return row === undefined ? null : (JSON.parse(row.data) as Plan)
}

async function selectWaits(
  tx: RuntimeTx,
  tenantId: TenantId,
  filter: Parameters<RunReader['listWaits']>[1],
): ReturnType<RunReader['listWaits']> {
  const limit = pageSize(filter.limit)
  let query = tx
    .selectFrom('waits')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'approval')
    .where(isListedWait)
    .where(isWaitOfNoDeletedTree)
  if (filter.status !== undefined) query = query.where(filter.status === 'open' ? isOpenWait : isClosedWait)
  if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId)
  if (filter.cursor !== undefined) query = query.where(isWaitAfter(filter.cursor))
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('approval_id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const votes = await selectVotes(
    tx,
    tenantId,
    page.map((row) => row.approval_id),
  )
  const items = page.map((row) => waitOfRow(row, votes.get(row.approval_id) ?? []))
  return { items, nextCursor: cursorAfter(rows, limit, positionOfWait) }
}

async function selectWait(tx: RuntimeTx, tenantId: TenantId, approvalId: string): Promise<StoredWait | null> {
  const row = await tx
    .selectFrom('waits')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .where('kind', '=', 'approval')
    .where(isWaitOfNoDeletedTree)
    .executeTakeFirst()
  if (row === undefined) return null
  const votes = await selectVotes(tx, tenantId, [approvalId])
  return waitOfRow(row, votes.get(approvalId) ?? [])
}

/** Time in milliseconds after which an overdue message for Temporal has no process that delivers it. */
const OVERDUE_MS = 12_000

async function selectObstacles(
  tx: RuntimeTx,
  tenantId: TenantId,
  runIds: readonly RunId[],
): Promise<ReadonlyMap<string, RunObstacle>> {
  if (runIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('outbox')
    .select((eb) => [
      'run_id',
      eb.fn.max('health').as('health'),
      sql<boolean>`min(ready_at) < ${databaseNow} - ${OVERDUE_MS}::bigint`.as('is_overdue'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', sql<string>`any(${runIds})`)
    .groupBy('run_id')
    .execute()
  return new Map(
    rows.flatMap((row) => {
      const obstacle = row.is_overdue ? 'NO_WORKER' : (row.health as RunObstacle | null)
      return obstacle === null ? [] : [[row.run_id, obstacle] as const]
    }),
  )
}

async function selectVotes(
  tx: RuntimeTx,
  tenantId: TenantId,
  approvalIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Vote[]>> {
  const votes = new Map<string, Vote[]>()
  if (approvalIds.length === 0) return votes
  const rows = await tx
    .selectFrom('wait_votes')
    .select(['approval_id', 'vote'])
    .where('tenant_id', '=', tenantId)
    .where('approval_id', 'in', approvalIds)
    .orderBy('at')
    .orderBy('user_id')
    .execute()
  for (const row of rows) {
    const list = votes.get(row.approval_id) ?? []
    list.push(JSON.parse(row.vote) as Vote)
    votes.set(row.approval_id, list)
  }
  return votes
}

/** Converts a row of `runs`. */
function runOfRow(row: Selectable<RuntimeTables['runs']>): StoredRun {
  return {
    tenantId: row.tenant_id,
    runId: row.run_id,
    workflowId: row.workflow_id,
    version: row.version,
    mode: row.mode as StoredRun['mode'],
    engine: row.engine as StoredRun['engine'],
    status: row.status as RunStatus,
    turn: row.turn,
    nextSeq: row.next_seq,
    planHash: row.plan_hash,
    semantics: row.semantics,
    traceId: row.trace_id,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    output: row.output === null ? null : (JSON.parse(row.output) as ValueRef),
    error: row.error === null ? null : (JSON.parse(row.error) as RunFailure),
    startedBy: startedByOfRow(row),
    parent: parentOfRow(row),
    rootRunId: row.root_run_id ?? row.run_id,
    depth: row.depth,
    rerunOf: rerunOfRow(row),
    handles: row.handles_run_id,
    handledBy: row.handled_by_run_id,
    first: firstVersionOf(row),
  }
}

function startedByOfRow(row: Selectable<RuntimeTables['runs']>): RunStartedBy | null {
  const { started_by: text, parent_run_id: parent, handles_run_id: handled } = row
  if (parent !== null) return { kind: 'run', runId: parent }
  if (handled !== null) return { kind: 'failure', runId: handled }
  return text === null ? null : (JSON.parse(text) as RunStartedBy)
}

function rerunOfRow({ rerun_of: runId, rerun_from: from }: Selectable<RuntimeTables['runs']>): RerunOf | null {
  return runId === null || from === null ? null : { runId, from: JSON.parse(from) as RerunFrom }
}

function firstVersionOf(row: Selectable<RuntimeTables['runs']>): StoredRun['first'] {
  const { first_version: version, first_plan_hash: planHash } = row
  return version === null || planHash === null ? null : { version, planHash }
}

function parentOfRow(row: Selectable<RuntimeTables['runs']>): StoredParent | null {
  const { parent_run_id: runId, parent_node_run_id: nodeRunId, parent_wait_id: waitId } = row
  return runId === null || nodeRunId === null ? null : { runId, nodeRunId, waitId }
}

/** Converts a row of `waits` with its votes. */
function waitOfRow(row: Selectable<RuntimeTables['waits']>, votes: readonly Vote[]): StoredWait {
  return {
    tenantId: row.tenant_id,
    runId: row.run_id,
    waitId: row.wait_id,
    approvalId: row.approval_id,
    nodeRunId: row.node_run_id,
    nodeId: row.node_id,
    workflowId: row.workflow_id,
    waitFor: JSON.parse(row.wait_for) as StoredWait['waitFor'],
    votes,
    status: waitStatusOf(row),
    openedAt: row.opened_at,
    dueAt: row.due_at,
  }
}
