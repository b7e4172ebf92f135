import type { RunEvent } from '@tenon/core/run'
import type { Plan } from '../interpreter/plan.ts'
import type { RunReader } from '../run-store.ts'

/** Reads the plan with which a run has started, and those of the versions to which it was to move. */
export async function plansOfLog(
  reader: RunReader,
  tenantId: string,
  events: readonly RunEvent[],
): Promise<readonly [Plan, ...Plan[]]> {
  const hashes = events.flatMap((event) =>
    event.type === 'run_started' || event.type === 'migrate_requested' ? [event.data.planHash] : [],
  )
  const plans: Plan[] = []
  for (const planHash of new Set(hashes)) {
    const plan = await reader.getPlan(tenantId, planHash)
    if (plan === null) throw new Error(`The plan ${planHash} is missing`)
    plans.push(plan)
  }
  const [first, ...others] = plans
  if (first === undefined) throw new Error('The run was never started')
  return [first, ...others]
}
