import type { Decision } from './decisions.ts'
import type { RunEvent, RunEventFrame } from './events.ts'
import type { Fact } from './facts.ts'
import type { Observation } from './observations.ts'

/** The part of an event that folding needs; stored events and frames from the wire have it. */
export type LogEntry = { readonly seq: number; readonly at: number } & (Fact | Decision | Observation)

/** Converts an event to its form on `/runs/{runId}/logs`, without the fields of the store. */
export function toFrame(event: RunEvent): RunEventFrame {
  const { seq, type, at, data } = event
  return 'nodeRunId' in event && event.nodeRunId !== undefined
    ? { seq, type, at, nodeRunId: event.nodeRunId, data }
    : { seq, type, at, data }
}

/**
 * Converts a frame to an entry of the log, typed by its `type`. Frames come from Tenon's own server and are not
 * checked.
 */
export function fromFrame(frame: RunEventFrame): LogEntry {
  return frame as LogEntry
}

/** A page of the events of one node run, oldest first. */
export interface NodeRunEvents {
  /** Last event of the run log that was looked at for this page; events of the node run up to it are in this page or earlier ones. */
  readonly seq: number
  /** Events of the node run; their numbers have gaps, since those of other node runs are left out. */
  readonly events: readonly RunEventFrame[]
  /** True if the log has more events: read on after `seq`. */
  readonly hasMore: boolean
}
