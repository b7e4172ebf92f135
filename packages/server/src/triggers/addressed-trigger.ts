import type { ServerContext } from '../context.ts'
import { findTrigger } from '../tables/trigger-repository.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
import { findWorkflow } from '../tables/workflow-repository.ts'
import type { OpenTest } from '../versions/start-test.ts'
import type { AddressTarget } from '../webhooks/webhook-addresses.ts'
import { rejectEvent } from './accept-event.ts'

/** Finds the trigger that an address belongs to; `null` if the address was replaced, or the workflow is deleted. */
export async function findAddressed(
  { database }: Pick<ServerContext, 'database'>,
  target: AddressTarget,
): Promise<TriggerRow | null> {
  const { row, isDeleted } = await database.withTenant(target.tenantId, async (tx) => ({
    row: await findTrigger(tx, target),
    isDeleted: (await findWorkflow(tx, target.tenantId, target.workflowId))?.deleted_at !== null,
  }))
  if (row === null || isDeleted) return null
  return target.generation === (target.mode === 'test' ? row.test_generation : row.generation) ? row : null
}

/** Returns the test of a trigger; `null` if none is open. */
export function openTestOf(row: TriggerRow, now: number): Omit<OpenTest, 'target'> | null {
  const { test_until: until, tester_id: userId, tester_name: displayName, tester_role: role } = row
  if (until === null || userId === null || displayName === null || role === null || until < now) return null
  return { identity: { tenantId: row.tenant_id, userId, displayName, role }, until }
}

/** Lists what is refused among the events of its trigger. */
export async function rejecting<Result>(
  server: ServerContext,
  { tenantId, workflowId, nodeId, mode }: AddressTarget,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    await rejectEvent(server, { tenantId, workflowId, nodeId }, mode, error)
    throw error
  }
}
