import type { Decision, Fact, Observation, RunEvent, RunEventFrame } from './events.ts'

/** What folding a log needs of an event; a stored event is one, and so is a frame from the wire. */
export type LogEntry = { readonly seq: number; readonly at: number } & (Fact | Decision | Observation)

/** The form of an event on `/runs/{runId}/logs`: without what only the store needs. */
export function toFrame(event: RunEvent): RunEventFrame {
  const { seq, type, at, data } = event
  return 'nodeRunId' in event && event.nodeRunId !== undefined
    ? { seq, type, at, nodeRunId: event.nodeRunId, data }
    : { seq, type, at, data }
}

/** Reads a frame as an entry of the log, typed by its `type`; the sender is our own server and is trusted. */
export function fromFrame(frame: RunEventFrame): LogEntry {
  return frame as LogEntry
}
