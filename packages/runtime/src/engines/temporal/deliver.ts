import type { Committer } from '../../commit/commit-types.ts'
import type { RunReader } from '../../run-store.ts'
import type { Outbox } from '../../store/outbox.ts'
import { rankOf } from '../../store/queue-entry.ts'
import type { Delivered, OutboxEntry } from './outbox-relay.ts'
import type { ShellClient } from './shell-client.ts'

const LONGEST_RECONCILE_MS = 10 * 60_000
/**
 * Interval in milliseconds at which a run with work at Temporal is checked, so that its obstacle is known within 30 s.
 */
const BUSY_MS = 15_000
/** First interval in milliseconds for a run that is or may be held up; it doubles. */
const SUSPICIOUS_MS = 5_000
/**
 * Longest interval for a run that is held up. Checks of many such runs are work as well: at 5 s each, they would keep a busy
 * process from what holds the runs up.
 */
const LONGEST_SUSPICIOUS_MS = 30_000
/** Time in milliseconds after a message or a timer within which a worker should have taken the task. */
const SETTLED_MS = 10_000

/** Dependencies of the delivery of messages. */
export interface DeliverDeps {
  readonly client: ShellClient
  readonly reader: Pick<RunReader, 'getRun'>
  readonly committer: Pick<Committer, 'commit' | 'withSession'>
  readonly outbox: Pick<Outbox, 'hasten'>
  readonly now: () => number
  /** Time until the shell of a waiting run is checked the second time, in ms; it then increases. */
  readonly reconcileMs: number
}

/**
 * Creates the delivery of messages of the outbox: a message starts the shell of a run, wakes it, or checks it. A
 * missing shell of an open run is started again, since the log has all of its commands; a shell that an operator has
 * ended cancels its run. A check also finds the obstacle of a run: while Temporal has a task for it, it is checked
 * every 15 s, one that is held up after 5 s and then up to every 30 s; a waiting run less and less often, and soon after
 * its next timer.
 */
export function createDeliver({ client, reader, committer, outbox, now, reconcileMs }: DeliverDeps) {
  const idleMs = async ({ tenantId, runId, attempts }: OutboxEntry): Promise<number> => {
    const timerAt = await committer.withSession({ tenantId, runId, isStale: true }, ({ timers }) =>
      Math.min(...timers.values()),
    )
    const afterTimer = Math.max(0, (timerAt ?? Number.POSITIVE_INFINITY) - now()) + SETTLED_MS
    return Math.min(LONGEST_RECONCILE_MS, reconcileMs * 2 ** Math.min(attempts, 10), afterTimer)
  }
  // A run that this process cannot read is started nevertheless: a worker with a later version may be able to.
  const priorityOfRun = async ({ tenantId, runId }: OutboxEntry): Promise<number> =>
    (await committer.withSession({ tenantId, runId }, ({ plan }) => rankOf(plan.priority)).catch(() => undefined)) ?? 0
  return async (entry: OutboxEntry): Promise<Delivered> => {
    const { tenantId, runId, kind } = entry
    if (kind === 'wake' && (await client.wake(runId))) {
      await outbox.hasten({ tenantId, runId }, SETTLED_MS)
      return 'done'
    }
    const run = await reader.getRun(tenantId, runId)
    if (run === null || run.finishedAt !== null || run.engine !== 'temporal') return 'done'
    const found = kind === 'start' ? { state: 'gone' as const } : await client.find(runId)
    if (found.state === 'stopped') {
      const fact = { type: 'cancel_requested', data: { reason: 'operator', actor: null } } as const
      await committer.commit({ tenantId, runId, facts: [{ fact }], isStale: true })
    }
    if (found.state !== 'running') {
      const { workflowId } = run
      await client.start({ tenantId, runId, workflowId, priority: await priorityOfRun(entry) })
      // A shell that ends by itself before its run does will do so again.
      const hasFailed = kind === 'watch' && found.state === 'gone' && entry.attempts > 0
      return kind === 'watch' ? { againMs: reconcileMs, health: hasFailed ? 'STUCK' : null } : 'done'
    }
    if (kind !== 'watch') return 'done'
    const { obstacle, isIdle } = found.health
    if (isIdle) return { againMs: await idleMs(entry), health: null }
    // Between two checks a task may wait too long.
    const isSuspicious = obstacle !== null || entry.attempts === 0
    return { againMs: isSuspicious ? suspiciousMs(entry) : BUSY_MS, health: obstacle }
  }
}

function suspiciousMs({ attempts }: OutboxEntry): number {
  return Math.min(LONGEST_SUSPICIOUS_MS, SUSPICIOUS_MS * 2 ** Math.min(Math.max(0, attempts - 1), 10))
}
