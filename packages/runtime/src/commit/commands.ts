import type { NodeResume, RunEngine, RunEvent } from '@tenon/core/run'

/**
 * A command that an engine executes. Each follows from one decision and has its `seq` as id, so that a repeated execution
 * can be recognized.
 */
export type Command =
  | {
      readonly kind: 'start_node'
      readonly id: number
      readonly nodeRunId: string
      readonly pass: number
      readonly queue: string | null
      readonly resume: NodeResume | null
    }
  | { readonly kind: 'cancel_node'; readonly id: number; readonly nodeRunId: string; readonly pass: number }
  | { readonly kind: 'set_timer'; readonly id: number; readonly timerId: string; readonly dueAt: number }
  | { readonly kind: 'clear_timer'; readonly id: number; readonly timerId: string }
  | { readonly kind: 'open_wait'; readonly id: number; readonly nodeRunId: string; readonly waitId: string }
  | { readonly kind: 'close_wait'; readonly id: number; readonly nodeRunId: string; readonly waitId: string }
  /** The commands that follow are for another engine. */
  | { readonly kind: 'change_engine'; readonly id: number; readonly engine: RunEngine }
  | { readonly kind: 'close_run'; readonly id: number; readonly status: 'completed' | 'failed' | 'canceled' }

/** Returns the command that follows from an event, or null if none does: facts, inline nodes, joins. */
function commandOf(event: RunEvent): Command | null {
  const id = event.seq
  switch (event.type) {
    case 'node_scheduled': {
      const { pass, mode, queue, resume } = event.data
      return mode === 'inline' ? null : { kind: 'start_node', id, nodeRunId: event.nodeRunId, pass, queue, resume }
    }
    case 'node_cancel_requested':
      return { kind: 'cancel_node', id, nodeRunId: event.nodeRunId, pass: event.data.pass }
    case 'timer_set':
      return { kind: 'set_timer', id, timerId: event.data.timerId, dueAt: event.data.dueAt }
    case 'timer_cleared':
      return { kind: 'clear_timer', id, timerId: event.data.timerId }
    case 'approval_needed':
    case 'node_parked':
    case 'wait_opened':
      return { kind: 'open_wait', id, nodeRunId: event.nodeRunId, waitId: event.data.waitId }
    case 'wait_closed':
      return { kind: 'close_wait', id, nodeRunId: event.nodeRunId, waitId: event.data.waitId }
    case 'engine_changed':
      return { kind: 'change_engine', id, engine: event.data.to }
    case 'run_completed':
      return { kind: 'close_run', id, status: 'completed' }
    case 'run_error':
      return { kind: 'close_run', id, status: 'failed' }
    case 'run_canceled':
      return { kind: 'close_run', id, status: 'canceled' }
    default:
      return null
  }
}

/** Returns the commands of a part of the log, in order. */
export function commandsOf(events: readonly RunEvent[]): readonly Command[] {
  return events.map(commandOf).filter((command) => command !== null)
}
