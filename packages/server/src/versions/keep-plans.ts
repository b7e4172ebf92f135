import type { TenantId } from '@tenon/core/document'
import type { PinnedWorkflow } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { insertPlans } from '../tables/version-repository.ts'

/**
 * Adds the plans of published versions to those of the runtime, so that runs can start runs of them. Call it outside of
 * transactions, before the version that refers to them is stored: rows of the runtime and of the server are not locked
 * together. Plans that no version refers to in the end do no harm.
 */
export async function keepPlans(
  { database }: Pick<ServerContext, 'database'>,
  tenantId: TenantId,
  workflows: Readonly<Record<string, PinnedWorkflow>>,
): Promise<void> {
  if (Object.keys(workflows).length === 0) return
  await database.withTenant(tenantId, (tx) => insertPlans(tx, tenantId, workflows))
}
