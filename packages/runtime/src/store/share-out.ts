/** Rows of one tenant with the same requirements that wait for a worker. */
export interface WaitingGroup {
  readonly tenantId: string
  readonly requiresKey: string
  /** Rows that wait, counted up to the capacity of the claim; ≥ 1. */
  readonly waiting: number
}

export interface ShareOutOptions {
  /** Rows to distribute; ≥ 0. */
  readonly capacity: number
  /** Work that the worker holds already, by tenant. @defaultValue none */
  readonly held?: ReadonlyMap<string, number>
  /** Share of a tenant in relation to others; > 0. @defaultValue 1 for each */
  readonly weightOf?: (tenantId: string) => number
  /**
   * Most work of one tenant, including the work that the worker holds. One further row is given, so that a message to a
   * run is not held up by the bodies of the same tenant. @defaultValue no limit
   */
  readonly mostOfTenant?: number
}

/** A group with the number of rows to claim. */
export interface Quota extends WaitingGroup {
  readonly quota: number
}

interface Tenant {
  readonly tenantId: string
  readonly weight: number
  readonly groups: (WaitingGroup & { quota: number })[]
  /** Work that the worker holds, plus the rows given here. */
  load: number
  /** Rows that the tenant may still get. */
  left: number
}

/**
 * Distributes the capacity of a claim among tenants: each row goes to the tenant with the least work for its weight,
 * ties in the order of `groups`. So a tenant with one waiting row gets it in the first claim, regardless of the rows of
 * others. Within a tenant, groups take turns.
 *
 * @param groups - Groups in the order of the tenants' turns.
 * @returns The groups with a quota of at least 1, in the order of `groups`; the quotas are `capacity` together at most.
 */
export function shareOut(groups: readonly WaitingGroup[], options: ShareOutOptions): readonly Quota[] {
  const { capacity, held, weightOf = () => 1, mostOfTenant = Number.POSITIVE_INFINITY } = options
  const tenants = new Map<string, Tenant>()
  for (const group of groups) {
    const { tenantId } = group
    const load = held?.get(tenantId) ?? 0
    const left = Math.max(1, mostOfTenant - load)
    const tenant = tenants.get(tenantId) ?? { tenantId, weight: weightOf(tenantId), groups: [], load, left }
    tenant.groups.push({ ...group, quota: 0 })
    tenants.set(tenantId, tenant)
  }
  for (let left = capacity; left > 0; left -= 1) {
    const tenant = least([...tenants.values()].filter(hasMore), ({ load, weight }) => (load + 1) / weight)
    const group = tenant === undefined ? undefined : least(tenant.groups.filter(isOpen), ({ quota }) => quota)
    if (tenant === undefined || group === undefined) break
    group.quota += 1
    tenant.load += 1
    tenant.left -= 1
  }
  return [...tenants.values()].flatMap((tenant) => tenant.groups.filter(({ quota }) => quota > 0))
}

function hasMore({ groups, left }: Tenant): boolean {
  return left > 0 && groups.some(isOpen)
}

function isOpen({ quota, waiting }: WaitingGroup & { readonly quota: number }): boolean {
  return quota < waiting
}

/** Returns the first item with the smallest value. */
function least<Item>(items: readonly Item[], rank: (item: Item) => number): Item | undefined {
  let best: { readonly item: Item; readonly value: number } | undefined
  for (const item of items) {
    const value = rank(item)
    if (best === undefined || value < best.value) best = { item, value }
  }
  return best?.item
}
