import type { LaneOpening } from './admit-runs.ts'
import type { LaneRef } from './read-queue.ts'

/** Reports when rates allow the next start, by one timer for each tenant. */
export interface LaneTimers {
  /** Adds openings of a tenant; a later one of the same lane replaces it. */
  add(tenantId: string, openings: readonly LaneOpening[]): void
  /** Reports nothing from now on. */
  stop(): void
}

/** Longest wait of a timer in Node.js. */
const LONGEST_MS = 2_147_483_647

interface TenantTimer {
  readonly openings: Map<string, { readonly lane: LaneRef | null; readonly at: number }>
  timer: NodeJS.Timeout | null
}

/**
 * Creates timers that only make a start prompt: the sweep of any process finds what they miss.
 *
 * @param onOpen - Called with the lanes whose rates have opened; with none if only the rate of the tenant has.
 */
export function createLaneTimers(
  onOpen: (tenantId: string, lanes: readonly LaneRef[]) => void,
  monotonicMs: () => number = () => performance.now(),
): LaneTimers {
  const tenants = new Map<string, TenantTimer>()
  let isStopped = false

  const schedule = (tenantId: string, tenant: TenantTimer): void => {
    if (tenant.timer !== null) clearTimeout(tenant.timer)
    tenant.timer = null
    if (tenant.openings.size === 0) {
      tenants.delete(tenantId)
      return
    }
    let next = Number.POSITIVE_INFINITY
    for (const { at } of tenant.openings.values()) next = Math.min(next, at)
    const inMs = Math.min(Math.max(0, Math.ceil(next - monotonicMs())), LONGEST_MS)
    tenant.timer = setTimeout(() => open(tenantId, tenant), inMs).unref()
  }
  const open = (tenantId: string, tenant: TenantTimer): void => {
    const now = monotonicMs()
    const lanes: LaneRef[] = []
    let isOpen = false
    for (const [name, { lane, at }] of tenant.openings) {
      if (at > now) continue
      tenant.openings.delete(name)
      isOpen = true
      if (lane !== null) lanes.push(lane)
    }
    schedule(tenantId, tenant)
    if (isOpen) onOpen(tenantId, lanes)
  }
  return {
    add: (tenantId, openings) => {
      if (isStopped || openings.length === 0) return
      const tenant = tenants.get(tenantId) ?? { openings: new Map(), timer: null }
      tenants.set(tenantId, tenant)
      const now = monotonicMs()
      for (const { lane, runId, inMs } of openings) tenant.openings.set(runId ?? nameOf(lane), { lane, at: now + inMs })
      schedule(tenantId, tenant)
    },
    stop: () => {
      isStopped = true
      for (const { timer } of tenants.values()) if (timer !== null) clearTimeout(timer)
      tenants.clear()
    },
  }
}

function nameOf(lane: LaneRef | null): string {
  return lane === null ? '' : `${lane.workflowId}\n${lane.group}\n${lane.rateGroup}`
}
