import type { RuntimeLog } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'
import { type Admitted, admitRuns } from './admit-runs.ts'
import type { RunLimitsOf } from './check-run-limits.ts'
import { lockQueue, tryLockQueue } from './queue-lock.ts'
import { deleteExpired, groupsOf, tenantsWithQueue } from './queue-rows.ts'
import type { LaneRef, QueueFocus } from './read-queue.ts'

/** Part of a queue to decide about: lanes, the groups of runs that have ended, or all lanes from one on. */
export interface SweepFocus {
  readonly lanes?: readonly LaneRef[]
  readonly ended?: readonly string[]
  readonly after?: LaneRef | null
}

/** Decides about queues in the background. */
export interface Sweeper {
  /** Admits what may start now in a part of a queue. Calls while the queue is swept are combined. */
  sweep(tenantId: string, focus: SweepFocus): void
  /** Sweeps a part of every queue regularly from now on. */
  start(): void
  /** Resolves when no sweep is in flight. */
  whenIdle(): Promise<void>
  /** Stops; resolves when no sweep is in flight. */
  stop(): Promise<void>
}

/** Dependencies of a sweeper. */
export interface SweeperDeps {
  readonly database: RuntimeDatabase
  readonly log: RuntimeLog
  readonly limits: RunLimitsOf
  /** Called after each sweep. */
  readonly onSwept: (tenantId: string, swept: Admitted) => void
  /** Interval between two regular sweeps, in ms. */
  readonly intervalMs: number
}

/** Queues that the regular sweep of one process decides about at the same time. */
const SWEEPS_AT_ONCE = 2
/** Interval of the deletion of expired rows, in regular sweeps. */
const SWEEPS_PER_DELETION = 60

interface Wanted {
  readonly lanes: Map<string, LaneRef>
  readonly ended: Set<string>
  after: LaneRef | null | undefined
}

/** Creates the sweeper of one process. */
export function createSweeper({ database, log, limits, onSwept, intervalMs }: SweeperDeps): Sweeper {
  const { schema } = database
  const wanted = new Map<string, Wanted>()
  const sweeping = new Map<string, Promise<void>>()
  /** Last lanes of the regular sweeps of queues that have more lanes than one slice. */
  const lastLanes = new Map<string, LaneRef>()
  let timer: NodeJS.Timeout | null = null
  let inFlight: Promise<void> = Promise.resolve()
  let isStopped = true
  let sweeps = 0

  const sweepWanted = async (tenantId: string): Promise<void> => {
    try {
      for (let part = take(wanted, tenantId); part !== null; part = take(wanted, tenantId)) {
        const { lanes, ended, after } = part
        const swept = await database.withTenant(tenantId, async (tx) => {
          await lockQueue(tx, tenantId)
          const groups = await groupsOf(tx, tenantId, [...ended])
          const focus: QueueFocus = { lanes: [...lanes.values()], groups, ...(after === undefined ? {} : { after }) }
          return admitRuns(tx, schema, { tenantId, limits: limits(tenantId), focus })
        })
        onSwept(tenantId, swept)
        // The next slice.
        if (swept.last !== null) note(wanted, tenantId, { after: swept.last })
      }
    } catch (error) {
      log('warn', 'queue.sweep_failed: retrying', { tenantId, reason: reasonOf(error) })
    } finally {
      sweeping.delete(tenantId)
    }
  }
  const sweepRegularly = async (tenantId: string): Promise<void> => {
    const after = lastLanes.get(tenantId) ?? null
    const swept = await database.withTenant(tenantId, async (tx) => {
      // Another process decides about it.
      if (!(await tryLockQueue(tx, tenantId))) return null
      return admitRuns(tx, schema, { tenantId, limits: limits(tenantId), focus: { after } })
    })
    if (swept === null) return
    if (swept.last === null) lastLanes.delete(tenantId)
    else lastLanes.set(tenantId, swept.last)
    onSwept(tenantId, swept)
  }
  const sweepQueues = async (): Promise<void> => {
    try {
      const tenants = await tenantsWithQueue(database)
      const iterator = tenants.values()
      const sweepSome = async (): Promise<void> => {
        for (const tenantId of iterator) if (!isStopped) await sweepRegularly(tenantId)
      }
      await Promise.all(Array.from({ length: SWEEPS_AT_ONCE }, sweepSome))
      if (sweeps % SWEEPS_PER_DELETION === 0) await deleteExpired(database, () => isStopped)
      sweeps += 1
    } catch (error) {
      log('warn', 'queue.read_failed: retrying', { reason: reasonOf(error) })
    }
    if (isStopped) return
    timer = setTimeout(() => {
      inFlight = sweepQueues()
    }, intervalMs).unref()
  }
  const whenIdle = async (): Promise<void> => {
    await inFlight
    await Promise.all(sweeping.values())
  }
  return {
    sweep: (tenantId, focus) => {
      note(wanted, tenantId, focus)
      if (!sweeping.has(tenantId)) sweeping.set(tenantId, sweepWanted(tenantId))
    },
    start: () => {
      if (!isStopped) return
      isStopped = false
      inFlight = sweepQueues()
    },
    whenIdle,
    stop: async () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await whenIdle()
    },
  }
}

function note(wanted: Map<string, Wanted>, tenantId: string, { lanes = [], ended = [], after }: SweepFocus): void {
  const part = wanted.get(tenantId) ?? { lanes: new Map<string, LaneRef>(), ended: new Set<string>(), after: undefined }
  wanted.set(tenantId, part)
  for (const lane of lanes) part.lanes.set(`${lane.workflowId}\n${lane.group}\n${lane.rateGroup}`, lane)
  for (const runId of ended) part.ended.add(runId)
  if (after === null || part.after === undefined) part.after = after ?? part.after
}

function take(wanted: Map<string, Wanted>, tenantId: string): Wanted | null {
  const part = wanted.get(tenantId) ?? null
  wanted.delete(tenantId)
  return part
}
