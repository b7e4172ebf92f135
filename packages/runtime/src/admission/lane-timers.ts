import type { LaneOpening } from './admit-runs.ts'
import type { LaneRef } from './read-queue.ts'

/** Lanes of one tenant whose rates have opened; `isTenant` if the rate of the tenant has. */
export interface OpenedLanes {
  readonly lanes: readonly LaneRef[]
  readonly isTenant: boolean
}

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

/** Creates timers that only make a start prompt: the sweep of any process finds what they miss. */
export function createLaneTimers(
  onOpen: (tenantId: string, opened: OpenedLanes) => void,
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
    let isTenant = false
    for (const [name, { lane, at }] of tenant.openings) {
      if (at > now) continue
      tenant.openings.delete(name)
      if (lane === null) isTenant = true
      else lanes.push(lane)
    }
    schedule(tenantId, tenant)
    if (isTenant || lanes.length > 0) onOpen(tenantId, { lanes, isTenant })
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
