import type { EventClass, RunEventType } from './events.ts'

const EVENT_CLASSES: Readonly<Record<RunEventType, EventClass>> = Object.freeze({
  run_started: 'fact',
  outcomes_reused: 'fact',
  node_completed: 'fact',
  node_failed: 'fact',
  node_canceled: 'fact',
  node_suspended: 'fact',
  node_skipped: 'fact',
  timer_fired: 'fact',
  approval_decided: 'fact',
  event_received: 'fact',
  child_finished: 'fact',
  cancel_requested: 'fact',
  pause_requested: 'fact',
  resume_requested: 'fact',
  migrate_requested: 'fact',
  migration_withdrawn: 'fact',
  engine_change_requested: 'fact',
  compensation_skip_requested: 'fact',
  parked_resolved: 'fact',
  node_scheduled: 'decision',
  node_reused: 'decision',
  nodes_skipped: 'decision',
  join_waiting: 'decision',
  join_fired: 'decision',
  join_unsatisfied: 'decision',
  node_cancel_requested: 'decision',
  node_dropped: 'decision',
  failure_handled: 'decision',
  node_parked: 'decision',
  timer_set: 'decision',
  timer_cleared: 'decision',
  approval_needed: 'decision',
  child_requested: 'decision',
  child_cancel_requested: 'decision',
  wait_opened: 'decision',
  wait_closed: 'decision',
  call_ended: 'decision',
  iteration_started: 'decision',
  iteration_ended: 'decision',
  run_paused: 'decision',
  run_resumed: 'decision',
  run_migrated: 'decision',
  migration_refused: 'decision',
  engine_changed: 'decision',
  engine_change_refused: 'decision',
  compensation_started: 'decision',
  node_compensated: 'decision',
  compensation_ended: 'decision',
  run_completed: 'decision',
  run_error: 'decision',
  run_canceled: 'decision',
  node_started: 'observation',
  node_error: 'observation',
  attempt_lost: 'observation',
  tool_call: 'observation',
  node_log: 'observation',
  node_journaled: 'observation',
})

/** All types of events of a run log. */
export const RUN_EVENT_TYPES: readonly RunEventType[] = Object.freeze(Object.keys(EVENT_CLASSES) as RunEventType[])

/** Checks whether an event of this type ends a run; only observations may follow it. */
export function isTerminalEvent(type: RunEventType): boolean {
  return type === 'run_completed' || type === 'run_error' || type === 'run_canceled'
}

/** Returns the class of an event type. */
export function eventClassOf(type: RunEventType): EventClass {
  return EVENT_CLASSES[type]
}
