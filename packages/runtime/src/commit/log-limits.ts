import type { Fact } from '@tenon/core/run'
import type { FactToCommit } from './commit-types.ts'
import type { RunSession } from './session.ts'

/** Limits of the log of one run. A run that reaches one is canceled with the code `RUN_LOG_FULL`. */
export interface LogLimits {
  /** Most events, from 1,000 on. @defaultValue 5_000_000 */
  readonly maxRunEvents?: number | undefined
  /** Approximate bytes of the events with their values up to 16 kB, from 1,000,000 on. @defaultValue 2_147_483_648 */
  readonly maxRunLogBytes?: number | undefined
}

const MAX_EVENTS = 5_000_000
const MAX_BYTES = 2_147_483_648
const LOG_FULL: Fact = { type: 'cancel_requested', data: { reason: 'log_full', actor: null } }

/**
 * Puts the cancelation of a run whose log has reached a limit before the facts of a commit: what follows from them would
 * make it longer. A run that is ending already ignores it, so it can undo what it has done.
 */
export function withinLimits(
  { nextSeq, logBytes, isLogFull }: Pick<RunSession, 'nextSeq' | 'logBytes' | 'isLogFull'>,
  facts: readonly FactToCommit[],
  { maxRunEvents = MAX_EVENTS, maxRunLogBytes = MAX_BYTES }: LogLimits,
): readonly FactToCommit[] {
  const hasRoom = nextSeq <= maxRunEvents && logBytes < maxRunLogBytes
  return hasRoom || isLogFull ? facts : [{ fact: LOG_FULL }, ...facts]
}
