import type { TenantId } from '@tenon/core/document'
import { type Selectable, sql } from 'kysely'
import { isInNoDeletedTree } from '../postgres/deleted-trees.ts'
import { isListedWait, isOpenParked } from '../postgres/list-conditions.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunReader } from '../run-store.ts'
import type { ParkedFilter, StoredParked } from '../stored-waits.ts'
import { cursorAfter, isWaitAfter, pageSize, positionOfWait } from './cursor.ts'
import type { StoredResolution } from './put-resolution.ts'
import { isClosedWait } from './wait-status.ts'

/** Content of `wait_for` in the row of a parked node run. */
export type ParkedRow = Pick<StoredParked, 'error' | 'resolutions' | 'call'>

type RuntimeTx = Tx<RuntimeTables>

type Row = Pick<
  Selectable<RuntimeTables['waits']>,
  | 'approval_id'
  | 'run_id'
  | 'wait_id'
  | 'node_run_id'
  | 'node_id'
  | 'workflow_id'
  | 'status'
  | 'wait_for'
  | 'opened_at'
  | 'fingerprint'
  | 'resolution'
> &
  Pick<Selectable<RuntimeTables['runs']>, 'version' | 'plan_hash'>

const COLUMNS = [
  'approval_id',
  'waits.run_id',
  'wait_id',
  'node_run_id',
  'node_id',
  'waits.workflow_id',
  'waits.status',
  'wait_for',
  'opened_at',
  'fingerprint',
  'resolution',
  'version',
  'plan_hash',
] as const

function parkedWaits(tx: RuntimeTx, tenantId: TenantId) {
  return tx
    .selectFrom('waits')
    .innerJoin('runs', (join) =>
      join.onRef('runs.tenant_id', '=', 'waits.tenant_id').onRef('runs.run_id', '=', 'waits.run_id'),
    )
    .where('waits.tenant_id', '=', tenantId)
    .where('kind', '=', 'parked')
    .where(isInNoDeletedTree)
}

/** Selects a page of parked node runs, newest first. */
export async function selectParked(
  tx: RuntimeTx,
  tenantId: TenantId,
  { workflowId, fingerprint, runId, status, cursor, limit }: ParkedFilter,
): ReturnType<RunReader['listParked']> {
  const size = pageSize(limit)
  let query = parkedWaits(tx, tenantId).select(COLUMNS).where(isListedWait)
  if (status !== undefined) query = query.where(status === 'open' ? isOpenParked : isClosedWait)
  if (workflowId !== undefined) query = query.where('waits.workflow_id', '=', workflowId)
  if (fingerprint !== undefined) query = query.where('fingerprint', '=', fingerprint)
  if (runId !== undefined) query = query.where('waits.run_id', '=', runId)
  if (cursor !== undefined) query = query.where(isWaitAfter(cursor))
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('approval_id', 'desc')
    .limit(size + 1)
    .execute()
  const items = rows.slice(0, size).map((row) => parkedOfRow(tenantId, row))
  return { items, nextCursor: cursorAfter(rows, size, positionOfWait) }
}

/** Selects a page of groups of open parked node runs, the one with the newest node run first. */
export async function selectParkedGroups(
  tx: RuntimeTx,
  tenantId: TenantId,
  { workflowId, cursor, limit }: Parameters<RunReader['listParkedGroups']>[1],
): ReturnType<RunReader['listParkedGroups']> {
  const size = pageSize(limit)
  let members = tx
    .selectFrom('waits')
    .select(['workflow_id', 'fingerprint'])
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('opened_at').as('first_at'),
      // The newest member: ids have one length, so that the order of the texts is that of the pairs.
      sql<string>`max(lpad(opened_at::text, 16, '0') || approval_id)`.as('newest'),
    ])
    .where('tenant_id', '=', tenantId)
    .where(isOpenParked)
    .groupBy(['workflow_id', 'fingerprint'])
  if (workflowId !== undefined) members = members.where('workflow_id', '=', workflowId)
  let query = tx
    .with('members', () => members)
    .selectFrom('members')
    .innerJoin('waits', (join) =>
      join.on('waits.tenant_id', '=', tenantId).on('approval_id', '=', sql<string>`substr(newest, 17)`),
    )
    .innerJoin('runs', (join) =>
      join.onRef('runs.tenant_id', '=', 'waits.tenant_id').onRef('runs.run_id', '=', 'waits.run_id'),
    )
    .select(COLUMNS.map((column) => (column === 'fingerprint' ? 'waits.fingerprint' : column)))
    .select(['count', 'first_at'])
  if (cursor !== undefined) query = query.where(isWaitAfter(cursor))
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('approval_id', 'desc')
    .limit(size + 1)
    .execute()
  const items = rows.slice(0, size).map((row) => ({
    count: Number(row.count),
    firstAt: Number(row.first_at),
    newest: parkedOfRow(tenantId, row),
  }))
  return { items, nextCursor: cursorAfter(rows, size, positionOfWait) }
}

/** Selects one parked node run; null if the tenant has none with this id. */
export async function selectOneParked(
  tx: RuntimeTx,
  tenantId: TenantId,
  parkedId: string,
): Promise<StoredParked | null> {
  const row = await parkedWaits(tx, tenantId).select(COLUMNS).where('approval_id', '=', parkedId).executeTakeFirst()
  return row === undefined ? null : parkedOfRow(tenantId, row)
}

function parkedOfRow(tenantId: TenantId, row: Row): StoredParked {
  const { error, resolutions, call } = JSON.parse(row.wait_for) as ParkedRow
  const resolution = row.resolution === null ? null : (JSON.parse(row.resolution) as StoredResolution)
  return {
    tenantId,
    runId: row.run_id,
    waitId: row.wait_id,
    parkedId: row.approval_id,
    nodeRunId: row.node_run_id,
    nodeId: row.node_id,
    workflowId: row.workflow_id,
    version: row.version,
    planHash: row.plan_hash,
    fingerprint: row.fingerprint ?? '',
    error,
    resolutions,
    ...(call === undefined ? {} : { call }),
    parkedAt: row.opened_at,
    // An accepted resolution that the run has yet to apply counts; one that the end of the run has overtaken does not.
    status: row.status === 'canceled' ? 'canceled' : resolution === null ? 'open' : 'resolved',
    resolution: resolution === null ? null : shownResolution(resolution),
  }
}

function shownResolution({ requestId, kind, actor, at }: StoredResolution): NonNullable<StoredParked['resolution']> {
  return { requestId, kind, actor, at }
}
