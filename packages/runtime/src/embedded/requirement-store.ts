import { createLru } from '../commit/lru.ts'
import { CURRENT_SEMANTICS } from '../interpreter/machine-types.ts'
import type { Plan } from '../interpreter/plan.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { allRequirements, runRequirements } from '../store/requirements.ts'

/** Requirements of a new run of a plan, as this process sees them. */
export interface PreparedRun {
  /** Key of its requirements, for its row in `run_ready`. */
  readonly requires: string
  /** True if this worker can drive it. */
  readonly canDrive: boolean
}

/** Requirements of the runs that this process starts. */
export interface RequirementStore {
  /**
   * Stores the requirements of runs of a plan, once for each tenant and plan in this process.
   *
   * @throws {@link TenonError} `UNAVAILABLE`, and the database's own errors.
   */
  prepare(tenantId: string, plan: Plan): Promise<PreparedRun>
}

/** Plans whose requirements a process remembers. */
const CAPACITY = 1_000

/** @param capabilities - What the worker of this process can do. */
export function createRequirementStore(database: RuntimeDatabase, capabilities: readonly string[]): RequirementStore {
  const prepared = createLru<PreparedRun>(CAPACITY)
  const own = new Set(capabilities)
  return {
    prepare: async (tenantId, plan) => {
      const name = `${tenantId}/${plan.planHash}`
      const known = prepared.get(name)
      if (known !== undefined) return known
      const run = { plan, semantics: CURRENT_SEMANTICS }
      const rows = allRequirements(run).map((each) => ({
        ...{ tenant_id: tenantId, requires_key: each.key, capabilities: each.capabilities },
      }))
      // In key order, and apart from the append: two processes that start runs of one plan do not wait for each other.
      await database.withTenant(tenantId, (tx) =>
        tx
          .insertInto('run_requirements')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      )
      const required = runRequirements(run)
      const fresh = { requires: required.key, canDrive: required.capabilities.every((each) => own.has(each)) }
      prepared.set(name, fresh)
      return fresh
    },
  }
}
