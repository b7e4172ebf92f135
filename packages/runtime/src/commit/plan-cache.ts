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
  /** Returns true if this process has stored the plan within the last hour, so that no sweep has deleted it since. */
  isStored(tenantId: string, planHash: string): boolean
  /** @param at - Time of `uptimeMs` before the plan was sent to the database. */
  noteStored(tenantId: string, planHash: string, at: number): void
  /** Milliseconds since any fixed time, whatever happens to the clock of the machine. */
  uptimeMs(): number
}

/** Approximate memory of a plan and its index for each character of the plan's text, in bytes. */
const BYTES_PER_CHARACTER = 4
const MOST_STORED = 10_000
/**
 * Time for which a process relies on a plan that it has stored, in milliseconds. A sweep deletes only plans that were marked
 * for far longer, see `GRACE_MS` of the retention.
 */
const STORED_MS = 3_600_000

/** Limits of a cache of plans. */
export interface PlanCacheOptions {
  /** Approximate memory for cached plans, in bytes. @defaultValue 67_108_864 */
  readonly maxBytes?: number
  /** See {@link PlanCache.uptimeMs}. @defaultValue `performance.now` */
  readonly uptimeMs?: (() => number) | undefined
}

export function createPlanCache(
  logs: Pick<RunLogs, 'readPlan'>,
  { maxBytes = 67_108_864, uptimeMs = () => performance.now() }: PlanCacheOptions = {},
): PlanCache {
  const plans = createLru<LoadedPlan>(maxBytes, ({ bytes }) => bytes)
  const stored = createLru<number>(MOST_STORED)
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
    return plan === null ? null : put(tenantId, plan)
  }
  return {
    put,
    find,
    uptimeMs,
    isStored: (tenantId, planHash) => {
      const at = stored.get(keyOf(tenantId, planHash))
      return at !== undefined && uptimeMs() - at < STORED_MS
    },
    noteStored: (tenantId, planHash, at) => stored.set(keyOf(tenantId, planHash), at),
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
