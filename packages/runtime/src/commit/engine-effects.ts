import type { EngineChangeRequest } from '@tenon/core/run'
import { rankOf } from '../store/queue-entry.ts'
import { runRequirements } from '../store/requirements.ts'
import type { PendingAppend } from './pending-append.ts'
import type { RunSession } from './session.ts'

/** Time in milliseconds after which the shell of a run that has changed to Temporal is checked. */
const WATCH_MS = 10_000

/**
 * Adds the change of the engine of a run, in which no node is in progress: the old engine has only its timers and a row
 * by which it is found. Both engines change in one transaction, so that exactly one of them has the run at any time.
 *
 * @see docs/adr/0062-a-run-changes-its-engine-between-its-nodes.md
 */
export function addEngineChange(pending: PendingAppend, session: RunSession, { to }: EngineChangeRequest): void {
  const { operations } = pending
  operations.push({ op: 'engine', engine: to }, { op: 'engine_lock', isExclusive: true })
  if (to === 'temporal') {
    // The shell reads the log from its beginning, and sets the timers that are open.
    operations.push(
      { op: 'timers_end' },
      { op: 'unready' },
      { op: 'outbox', kind: 'start', delayMs: 0 },
      { op: 'outbox', kind: 'watch', delayMs: WATCH_MS },
    )
    return
  }
  for (const [timerId, dueAt] of openTimers(pending, session)) operations.push({ op: 'timer_set', timerId, dueAt })
  const { plan, identity } = session
  // Stored before the append.
  const { key: requires } = runRequirements({ plan, semantics: identity.semantics, tenantQueue: pending.tenantQueue })
  operations.push({ op: 'ready', workerId: null, requires, priority: rankOf(plan.priority) }, { op: 'outbox_clear' })
}

/** Returns the open timers of a run after the turns of an append. */
function openTimers({ events }: PendingAppend, { timers }: RunSession): ReadonlyMap<string, number> {
  const open = new Map(timers)
  for (const { body } of events) {
    if (body.type === 'timer_set') open.set(body.data.timerId, body.data.dueAt)
    if (body.type === 'timer_cleared' || body.type === 'timer_fired') open.delete(body.data.timerId)
  }
  return open
}
