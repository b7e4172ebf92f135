import type { TenantId } from '@tenon/core/document'
import type { ClaimRoom } from '../tables/schedule-repository.ts'

/** Room of a process for schedules, or for polls. */
export interface ClockRoom {
  /** Returns what may be claimed now. */
  free(leaseMs: number): ClaimRoom
  /** Takes room for one of a tenant. */
  enter(tenantId: TenantId): void
  leave(tenantId: TenantId): void
  isFull(): boolean
  /** Returns true if enough is free: a look costs more than a claim, so some room is collected for it. */
  isWorthALook(): boolean
}

export function createClockRoom(
  of: ClaimRoom['of'],
  { most, mostOfTenant }: Pick<ClaimRoom, 'most' | 'mostOfTenant'>,
): ClockRoom {
  const inProgress = new Map<TenantId, number>()
  let taken = 0
  const change = (tenantId: TenantId, by: 1 | -1): void => {
    taken += by
    const count = (inProgress.get(tenantId) ?? 0) + by
    if (count === 0) inProgress.delete(tenantId)
    else inProgress.set(tenantId, count)
  }
  return {
    free: (leaseMs) => ({ of, most: most - taken, mostOfTenant, inProgress, leaseMs }),
    enter: (tenantId) => change(tenantId, 1),
    leave: (tenantId) => change(tenantId, -1),
    isFull: () => taken === most,
    isWorthALook: () => taken === 0 || most - taken >= most / 4,
  }
}

/** Creates a function that has so much work done at once, in the order in which it is called. */
export function createGate(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = []
  let free = most
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
