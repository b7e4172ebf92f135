import { TenonError, type TenonErrorCode } from '@tenon/core/errors'
import type { CommitResult } from '../commit/commit-types.ts'
import type { RuntimeLog } from '../engine.ts'
import { pause } from './pause.ts'

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000
const NEVER_STORED: readonly TenonErrorCode[] = ['FACT_INVALID', 'APPEND_REFUSED']

export interface UntilStoredPorts {
  /** Aborted when the process goes. A cancelation is no reason to give up: the outcome is still the best to store. */
  readonly shutdown: AbortSignal
  readonly log: RuntimeLog
  readonly runId: string
  readonly nodeRunId: string
}

/**
 * Stores a body's outcome, again and again while the database does not answer: the body must not be repeated because
 * the store was away.
 *
 * @returns Null when the process goes before it was stored; the attempt then counts as lost.
 * @throws {@link TenonError} `FACT_INVALID`: the outcome does not fit the run, and never will; `APPEND_REFUSED`: the
 * database cannot store it, and never will.
 */
export async function untilStored(
  commit: (isRepeated: boolean) => Promise<CommitResult>,
  { shutdown, log, runId, nodeRunId }: UntilStoredPorts,
): Promise<CommitResult | null> {
  let isRepeated = false
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await commit(isRepeated)
    } catch (error) {
      isRepeated = true
      if (error instanceof TenonError && NEVER_STORED.includes(error.code)) throw error
      if (shutdown.aborted) return null
      const reason = error instanceof Error ? error.message : 'unknown'
      log('warn', 'The outcome of a node run cannot be stored yet', { runId, nodeRunId, reason })
      await pause(waitMs, shutdown)
    }
  }
}
