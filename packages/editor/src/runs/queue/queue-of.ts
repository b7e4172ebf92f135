import type { Run, RunQueue, RunSummary } from '@tenon/core/client'

/** Interval in milliseconds at which positions in a queue are loaded again, since other runs change them. */
export const QUEUE_REFRESH_MS = 5_000

/** Returns the position of a run in its queue, with the reason why it waits; `null` for a run that does not wait to start. */
export function queueOf(run: Run | RunSummary | null): RunQueue | null {
  return run?.status === 'queued' ? (run.queue ?? null) : null
}
