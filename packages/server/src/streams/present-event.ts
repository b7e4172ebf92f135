import { maskCredentials } from '@tenon/core/mask'
import { type RunEvent, type RunEventFrame, type RunEventType, toFrame } from '@tenon/core/run'

type EventOf<Type extends RunEventType> = Extract<RunEvent, { readonly type: Type }>
type Present<Type extends RunEventType> = (data: EventOf<Type>['data']) => EventOf<Type>['data']

const masked = <Data>(data: Data): Data => maskCredentials(data)

/** Presentation of each type of event: a new type does not compile before it is decided here. */
const PRESENTED: { readonly [Type in RunEventType]: Present<Type> } = {
  run_started: masked,
  outcomes_reused: masked,
  node_reused: masked,
  node_completed: masked,
  node_failed: masked,
  node_canceled: masked,
  node_suspended: masked,
  node_skipped: masked,
  timer_fired: masked,
  approval_decided: masked,
  event_received: masked,
  child_finished: masked,
  cancel_requested: masked,
  pause_requested: masked,
  resume_requested: masked,
  migrate_requested: masked,
  migration_withdrawn: masked,
  parked_resolved: masked,
  compensation_skip_requested: masked,
  node_scheduled: masked,
  nodes_skipped: masked,
  join_waiting: masked,
  join_fired: masked,
  join_unsatisfied: masked,
  node_cancel_requested: masked,
  node_dropped: masked,
  failure_handled: masked,
  node_parked: masked,
  timer_set: masked,
  timer_cleared: masked,
  approval_needed: masked,
  child_requested: masked,
  child_cancel_requested: masked,
  wait_opened: masked,
  wait_closed: masked,
  call_ended: masked,
  iteration_started: masked,
  iteration_ended: masked,
  run_paused: masked,
  run_resumed: masked,
  run_migrated: masked,
  engine_change_requested: masked,
  engine_changed: masked,
  engine_change_refused: masked,
  migration_refused: masked,
  compensation_started: masked,
  node_compensated: masked,
  compensation_ended: masked,
  run_completed: masked,
  run_error: masked,
  run_canceled: masked,
  node_started: masked,
  node_error: masked,
  attempt_lost: masked,
  tool_call: masked,
  node_log: masked,
  // The value is for the next attempt of the node alone; hash and size stay.
  node_journaled: (data) => {
    const { inline: _inline, ...value } = data.value
    return masked({ ...data, value })
  },
}

/**
 * Returns an event as people may see it: with credentials masked, and without the values that node bodies keep for
 * their next attempt. Of a type that only a newer process knows, nothing but the type is shown, so that `seq` has no
 * gap.
 */
export function presentEvent(event: RunEvent): RunEventFrame {
  const frame = toFrame(event)
  const present = Object.hasOwn(PRESENTED, event.type) ? (PRESENTED[event.type] as Present<RunEventType>) : null
  return { ...frame, data: present === null ? ({} as RunEvent['data']) : present(frame.data) }
}
