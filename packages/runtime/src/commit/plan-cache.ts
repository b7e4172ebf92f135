import { TenonError } from '@tenon/core/errors'
import type { Plan } from '../interpreter/plan.ts'
import { createPlanIndex, type PlanIndex } from '../interpreter/plan-index.ts'
import { createLru } from '../lru.ts'
import type { RunLogs } from '../store/run-logs.ts'
import { createNodeTemplates, type NodeTemplatesTable } from './node-templates.ts'

/** A plan with the index that all of its runs share. */
export interface LoadedPlan {
  readonly plan: Plan
  readonly index: PlanIndex
  readonly templates: NodeTemplatesTable
  /** Approximate memory in bytes. */
  readonly bytes: number
}

/** Plans by their hash; a tenant gets only plans of its own table or its own request. */
export interface PlanCache {
  /** @throws {@link TenonError} `RUN_LOG_GAP` if the tenant has no such plan. */
  get(tenantId: string, planHash: string): Promise<LoadedPlan>
  /** Returns `null` if the tenant has no such plan. */
  find(tenantId: string, planHash: string): Promise<LoadedPlan | null>
  put(tenantId: string, plan: Plan): LoadedPlan
  /** Returns true if this process knows that the tenant's table has the plan. */
  isStored(tenantId: string, planHash: string): boolean
  noteStored(tenantId: string, planHash: string): void
}

/** Approximate memory of a plan and its index for each character of the plan's text, in bytes. */
const BYTES_PER_CHARACTER = 4
const MOST_STORED = 10_000

/** @param maxBytes - Approximate memory for cached plans, in bytes. */
export function createPlanCache(logs: Pick<RunLogs, 'readPlan'>, maxBytes = 67_108_864): PlanCache {
  const plans = createLru<LoadedPlan>(maxBytes, ({ bytes }) => bytes)
  const stored = createLru<true>(MOST_STORED)
  const keyOf = (tenantId: string, planHash: string) => `${tenantId}/${planHash}`
  const put = (tenantId: string, plan: Plan): LoadedPlan => {
    const key = keyOf(tenantId, plan.planHash)
    const loaded = plans.get(key) ?? loadPlan(plan)
    plans.set(key, loaded)
    return loaded
  }
  const find: PlanCache['find'] = async (tenantId, planHash) => {
    const known = plans.get(keyOf(tenantId, planHash))
    if (known !== undefined) return known
    const plan = await logs.readPlan(tenantId, planHash)
    if (plan === null) return null
    stored.set(keyOf(tenantId, planHash), true)
    return put(tenantId, plan)
  }
  return {
    put,
    find,
    isStored: (tenantId, planHash) => stored.get(keyOf(tenantId, planHash)) ?? false,
    noteStored: (tenantId, planHash) => stored.set(keyOf(tenantId, planHash), true),
    get: async (tenantId, planHash) => {
      const found = await find(tenantId, planHash)
      if (found !== null) return found
      throw new TenonError('RUN_LOG_GAP', 'The plan of the run is missing', { details: { planHash } })
    },
  }
}

function loadPlan(plan: Plan): LoadedPlan {
  const index = createPlanIndex(plan)
  const bytes = BYTES_PER_CHARACTER * JSON.stringify(plan).length
  return { plan, index, templates: createNodeTemplates(index.templates), bytes }
}
