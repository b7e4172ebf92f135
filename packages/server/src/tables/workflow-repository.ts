import type { TenantId, WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { sql } from 'kysely'
import { LISTED_WORKFLOW, type ServerTx, type WorkflowRow } from './server-tables.ts'

export interface WorkflowPage {
  readonly deleted: boolean
  readonly limit: number
  /** The last row of the page before. */
  readonly after: { readonly at: number; readonly id: string } | null
}

export async function insertWorkflow(tx: ServerTx, row: WorkflowRow): Promise<void> {
  await tx.insertInto('workflows').values(row).execute()
}

export async function findWorkflow(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
): Promise<WorkflowRow | null> {
  const row = await workflowIn(tx, tenantId, workflowId).executeTakeFirst()
  return row ?? null
}

function workflowIn(tx: ServerTx, tenantId: TenantId, workflowId: WorkflowId) {
  return tx.selectFrom('workflows').selectAll().where('tenant_id', '=', tenantId).where('workflow_id', '=', workflowId)
}

/** Names by id, of deleted workflows too. */
export async function workflowNames(
  tx: ServerTx,
  tenantId: TenantId,
  workflowIds: readonly WorkflowId[],
): Promise<ReadonlyMap<string, string>> {
  if (workflowIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('workflows')
    .select(['workflow_id', 'name'])
    .where('tenant_id', '=', tenantId)
    // One parameter, whatever their number: a query has at most 65,535.
    .where('workflow_id', '=', sql<string>`any(${[...new Set(workflowIds)]})`)
    .execute()
  return new Map(rows.map((row) => [row.workflow_id, row.name]))
}

/** Last changed first; one more than the limit, if there is one. */
export async function listWorkflowRows(tx: ServerTx, tenantId: TenantId, page: WorkflowPage): Promise<WorkflowRow[]> {
  const { after } = page
  return tx
    .selectFrom('workflows')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(sql.raw<boolean>(LISTED_WORKFLOW))
    .where('deleted_at', page.deleted ? 'is not' : 'is', null)
    .$if(after !== null, (query) =>
      query.where((where) =>
        where.or([
          where('updated_at', '<', after?.at ?? 0),
          where.and([where('updated_at', '=', after?.at ?? 0), where('workflow_id', '<', after?.id ?? '')]),
        ]),
      ),
    )
    .orderBy('updated_at', 'desc')
    .orderBy('workflow_id', 'desc')
    .limit(page.limit + 1)
    .execute()
}

/** @returns The row as it is now, or null if the tenant has no such workflow. */
export async function updateWorkflowRow(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
  set: Partial<Omit<WorkflowRow, 'tenant_id' | 'workflow_id' | 'created_at'>>,
): Promise<WorkflowRow | null> {
  const row = await tx
    .updateTable('workflows')
    .set(set)
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

/** Holds the workflow until the transaction ends, so that two publications get two numbers. */
export async function lockWorkflow(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
): Promise<WorkflowRow | null> {
  // Not the key: rows that refer to the workflow may be added meanwhile.
  const row = await workflowIn(tx, tenantId, workflowId).forNoKeyUpdate().executeTakeFirst()
  return row ?? null
}

/** Seed of the hash that names the lock, so that it differs from locks of the host for the same text. */
const QUOTA_LOCK = 7_301

/**
 * Reserves room for one more workflow that is not deleted. Requests of a tenant that add one wait here for each other,
 * until the transaction ends: a count alone would let each of them find the last free room.
 *
 * @param most - `Infinity` for no limit.
 * @throws {@link TenonError} `QUOTA_EXCEEDED` when the tenant has `most` workflows.
 */
export async function reserveWorkflow(tx: ServerTx, tenantId: TenantId, most: number): Promise<void> {
  if (most === Number.POSITIVE_INFINITY) return
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, ${QUOTA_LOCK}))`.execute(tx)
  const { count } = await tx
    .selectFrom('workflows')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (Number(count) < most) return
  throw new TenonError('QUOTA_EXCEEDED', `The tenant has reached its limit of ${most} workflows`, {
    details: { limit: most },
  })
}
