import type { AttemptView, NodeRunView, RunView } from './view.ts'

function between(from: number | null, to: number | null | undefined): number | null {
  // Clocks of two workers may differ by some milliseconds; a duration is never negative.
  return from === null || to === null || to === undefined ? null : Math.max(0, to - from)
}

/**
 * Returns the duration of a node run, including waits; an inline one counts from its `node_scheduled`.
 *
 * @param now - Milliseconds since the Unix epoch, for a node run that is still open.
 * @returns Whole milliseconds; `null` before its start, and for an open one without `now`.
 */
export function nodeRunDurationMs(nodeRun: NodeRunView, now?: number): number | null {
  return between(nodeRun.startedAt, nodeRun.endedAt ?? now)
}

/** Returns the duration of one attempt in milliseconds; `null` for an open one without `now`. */
export function attemptDurationMs(attempt: AttemptView, now?: number): number | null {
  return between(attempt.startedAt, attempt.endedAt ?? now)
}

/** Returns the duration of a run from its start to its end in milliseconds; `null` for an open one without `now`. */
export function runDurationMs(run: RunView, now?: number): number | null {
  return between(run.startedAt, run.finishedAt ?? now)
}
