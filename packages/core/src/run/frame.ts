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
