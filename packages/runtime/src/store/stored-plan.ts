import type { Plan } from '../interpreter/plan.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'

/** Stores a plan in the caller's transaction, unless the tenant has it already. */
export async function storePlan(tx: Tx<RuntimeTables>, tenantId: string, plan: Plan): Promise<void> {
  const { planHash } = plan
  // Most runs have a plan that is stored: a search is cheaper than the text of the plan.
  const known = await tx
    .selectFrom('plans')
    .select('plan_hash')
    .where('tenant_id', '=', tenantId)
    .where('plan_hash', '=', planHash)
    // A marked one is stored again, which removes the mark.
    .where('unused_at', 'is', null)
    .executeTakeFirst()
  if (known !== undefined) return
  await tx
    .insertInto('plans')
    .values({ tenant_id: tenantId, plan_hash: planHash, data: JSON.stringify(plan) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
