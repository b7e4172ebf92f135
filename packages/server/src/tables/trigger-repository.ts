import type { Identity } from '@tenon/core/api'
import type { NodeId, TenantId, WorkflowId } from '@tenon/core/document'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import type { TriggerRow } from './trigger-tables.ts'

/** Names a trigger. */
export interface TriggerRef {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
  readonly nodeId: NodeId
}

/** A trigger as a version has it. */
export type VersionTrigger = Pick<TriggerRow, 'node_id' | 'kind' | 'node_type' | 'params'>

export async function findTrigger(tx: ServerTx, ref: TriggerRef): Promise<TriggerRow | null> {
  const row = await triggerIn(tx, ref).selectAll().executeTakeFirst()
  return row ?? null
}

/** The same; no other transaction changes the trigger before this one ends. */
export async function lockTrigger(tx: ServerTx, ref: TriggerRef): Promise<TriggerRow | null> {
  const row = await triggerIn(tx, ref).selectAll().forUpdate().executeTakeFirst()
  return row ?? null
}

function triggerIn(tx: ServerTx, { tenantId, workflowId, nodeId }: TriggerRef) {
  return tx
    .selectFrom('triggers')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
}

/** Lists the triggers of the version with which runs of a workflow start, in the order of their nodes. */
export async function listTriggerRows(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
): Promise<readonly TriggerRow[]> {
  return tx
    .selectFrom('triggers')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', 'is not', null)
    .orderBy('node_id')
    .execute()
}

/**
 * Finds the triggers that an event of a type is for: of the versions with which runs start, and of drafts whose test is
 * open, which may have any type.
 *
 * @returns Mode, workflow and node of each, as one text.
 */
export async function listEventTriggers(
  tx: ServerTx,
  tenantId: TenantId,
  type: string,
  at: number,
): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('triggers')
    .select(['workflow_id', 'node_id', 'test_until'])
    .select((eb) => eb.and([eb('version', 'is not', null), eb('event_type', '=', type)]).as('is_live'))
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'event')
    .where((eb) =>
      eb.or([eb.and([eb('version', 'is not', null), eb('event_type', '=', type)]), eb('test_until', '>=', at)]),
    )
    .orderBy('workflow_id')
    .orderBy('node_id')
    .execute()
  return rows.flatMap(({ workflow_id: workflowId, node_id: nodeId, test_until: until, is_live: isLive }) => [
    ...(isLive ? [`live ${workflowId} ${nodeId}`] : []),
    ...(until !== null && until >= at ? [`test ${workflowId} ${nodeId}`] : []),
  ])
}

/**
 * Makes the triggers of a version those of its workflow; call it in the transaction that makes runs start with the
 * version, which holds the workflow. A trigger that the version lacks keeps its row, with its pause, but starts no runs.
 *
 * @param version - `null` if no runs start, as for a deleted workflow.
 */
export async function putTriggers(
  tx: ServerTx,
  { tenantId, workflowId }: Omit<TriggerRef, 'nodeId'>,
  version: string | null,
  triggers: readonly VersionTrigger[],
  at: number,
): Promise<void> {
  const kept = triggers.map(({ node_id }) => node_id)
  await tx
    .updateTable('triggers')
    .set({ version: null, updated_at: at })
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', 'is not', null)
    .where('node_id', '!=', sql<string>`all(${kept}::text[])`)
    .execute()
  if (triggers.length === 0) return
  await tx
    .insertInto('triggers')
    .values(
      triggers.map((trigger) => ({
        ...{ ...columnsOf(trigger), tenant_id: tenantId, workflow_id: workflowId, version, generation: 0 },
        updated_at: at,
        ...{ paused_at: null, pauser_id: null, pauser_name: null, ...NO_TEST },
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'workflow_id', 'node_id']).doUpdateSet((row) => ({
        kind: row.ref('excluded.kind'),
        node_type: row.ref('excluded.node_type'),
        params: row.ref('excluded.params'),
        event_type: row.ref('excluded.event_type'),
        version: row.ref('excluded.version'),
        updated_at: at,
      })),
    )
    .execute()
}

/** The type of events is a column of its own, which events are looked up by. */
function columnsOf(trigger: VersionTrigger): VersionTrigger & Pick<TriggerRow, 'event_type'> {
  const { eventType = null } = trigger.kind === 'event' ? JSON.parse(trigger.params) : {}
  return { ...trigger, event_type: eventType }
}

const NO_TEST = {
  ...{ test_until: null, test_generation: 0, test_runs: 0 },
  ...{ tester_id: null, tester_name: null, tester_role: null },
} as const

/** Changes a trigger, whose row the caller has locked. */
export async function updateTrigger(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  set: Partial<Pick<TriggerRow, 'paused_at' | 'pauser_id' | 'pauser_name' | 'updated_at'>>,
): Promise<void> {
  await tx
    .updateTable('triggers')
    .set(set)
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .execute()
}

/**
 * Opens a test of a trigger of the draft, with a new address. One that is open stays as it is, but for its end: people share
 * it.
 */
export async function openTest(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  trigger: VersionTrigger,
  test: { readonly identity: Identity; readonly until: number; readonly at: number },
): Promise<void> {
  const { userId, displayName, role } = test.identity
  const tester = { tester_id: userId, tester_name: displayName, tester_role: role }
  const opened = { ...tester, test_until: test.until, test_generation: 1, test_runs: 0 }
  const isOpen = sql<boolean>`coalesce(triggers.test_until >= ${test.at}::bigint, false)`
  await tx
    .insertInto('triggers')
    .values({
      ...{ ...columnsOf(trigger), tenant_id: tenantId, workflow_id: workflowId, node_id: nodeId },
      ...{ version: null, generation: 0 },
      ...{ updated_at: test.at, paused_at: null, pauser_id: null, pauser_name: null, ...opened },
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'workflow_id', 'node_id']).doUpdateSet({
        ...tester,
        test_until: test.until,
        test_generation: sql`triggers.test_generation + case when ${isOpen} then 0 else 1 end`,
        test_runs: sql`case when ${isOpen} then triggers.test_runs else 0 end`,
      }),
    )
    .execute()
}

/**
 * Replaces the address of a trigger and ends its test.
 *
 * @param trigger - Row to add for a trigger that was never published; `null` for one that has a row.
 */
export async function replaceGeneration(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  trigger: VersionTrigger | null,
  at: number,
): Promise<void> {
  if (trigger !== null) {
    await tx
      .insertInto('triggers')
      .values({
        ...{ ...columnsOf(trigger), tenant_id: tenantId, workflow_id: workflowId, node_id: nodeId },
        ...{ version: null, generation: 0 },
        ...{ updated_at: at, paused_at: null, pauser_id: null, pauser_name: null, ...NO_TEST },
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await tx
    .updateTable('triggers')
    .set({ generation: sql`generation + 1`, test_until: null, updated_at: at })
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .execute()
}

/**
 * Counts a test run before it is started.
 *
 * @returns False if the test has been closed or opened again, or has started `most` of them.
 */
export async function countTestRun(
  tx: ServerTx,
  ref: TriggerRef,
  { generation, most }: { readonly generation: number; readonly most: number },
): Promise<boolean> {
  const counted = await tx
    .updateTable('triggers')
    .set({ test_runs: sql`test_runs + 1` })
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('node_id', '=', ref.nodeId)
    .where('test_generation', '=', generation)
    .where('test_until', 'is not', null)
    .where('test_runs', '<', most)
    .executeTakeFirstOrThrow()
  return Number(counted.numUpdatedRows) === 1
}

/** Counts the paused triggers of the version with which runs start, by workflow; one without any is missing. */
export async function countPausedTriggers(
  tx: ServerTx,
  tenantId: TenantId,
  workflowIds: readonly WorkflowId[],
): Promise<ReadonlyMap<WorkflowId, number>> {
  const rows = await tx
    .selectFrom('triggers')
    .select((eb) => ['workflow_id', eb.fn.countAll<number>().as('count')])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', 'in', workflowIds)
    .where('paused_at', 'is not', null)
    .where('version', 'is not', null)
    .groupBy('workflow_id')
    .execute()
  return new Map(rows.map(({ workflow_id: id, count }) => [id, Number(count)]))
}
