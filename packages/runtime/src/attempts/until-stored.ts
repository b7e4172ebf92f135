import { TenonError, type TenonErrorCode } from '@tenon/core/errors'
import type { RuntimeLog } from '../engine.ts'
import { pause } from '../pause.ts'
import { reasonOf } from '../reason-of.ts'
import type { StopSignal } from './stop-signal.ts'

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000
const NEVER_STORED: readonly TenonErrorCode[] = ['FACT_INVALID', 'APPEND_REFUSED', 'RUN_LOG_NEWER']

/** Dependencies of {@link untilStored}. */
export interface UntilStoredDeps {
  /**
   * Aborted when the process shuts down. A cancelation does not stop the retries, since the outcome is still worth
   * storing.
   */
  readonly shutdown: StopSignal
  readonly log: RuntimeLog
  readonly runId: string
  readonly nodeRunId: string
}

/**
 * Stores the outcome of a body, retrying while the database does not answer: the body must not run again because of an
 * outage.
 *
 * @returns Null if the process shuts down before the outcome is stored; the attempt then counts as lost.
 * @throws {@link TenonError} `FACT_INVALID`: the outcome contradicts the run; `APPEND_REFUSED`: the database refuses it
 * for good; `RUN_LOG_NEWER`: a later version has written to the log, so this version cannot add to it.
 */
export async function untilStored<Result>(
  commit: (isRepeated: boolean) => Promise<Result>,
  { shutdown, log, runId, nodeRunId }: UntilStoredDeps,
): Promise<Result | null> {
  let isRepeated = false
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await commit(isRepeated)
    } catch (error) {
      isRepeated = true
      if (error instanceof TenonError && NEVER_STORED.includes(error.code)) throw error
      if (shutdown.aborted) return null
      const reason = reasonOf(error)
      log('warn', 'node_run.store_failed: retrying', { runId, nodeRunId, reason })
      await pause(waitMs, shutdown)
    }
  }
}
