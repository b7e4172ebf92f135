import type { LoadedPlan, PlanCache } from './plan-cache.ts'

/** The plans that a run has executed since its session was loaded, and those to which it may move. */
export interface SessionPlans {
  /** Returns a plan that was loaded; `undefined` for others. */
  find(planHash: string): LoadedPlan | undefined
  /**
   * Loads a plan, before a request to move to it is applied.
   *
   * @throws {@link TenonError} `RUN_LOG_GAP` if the tenant has no such plan.
   */
  load(planHash: string): Promise<void>
}

/** @param first - Plan of the run when its session begins. */
export function createSessionPlans(first: LoadedPlan, tenantId: string, cache: Pick<PlanCache, 'get'>): SessionPlans {
  const loaded = new Map([[first.plan.planHash, first]])
  return {
    find: (planHash) => loaded.get(planHash),
    load: async (planHash) => {
      if (!loaded.has(planHash)) loaded.set(planHash, await cache.get(tenantId, planHash))
    },
  }
}
