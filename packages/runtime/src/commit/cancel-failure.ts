import type { TenonErrorCode } from '@tenon/core/errors'
import { ERROR_TABLE } from '@tenon/core/errors'
import type { Actor, CancelReason, RunFailure } from '@tenon/core/run'

/** Facts about the end of a canceled run, besides its reason. */
export interface CancelCause {
  /** User who canceled; null if it was not a person, or is no longer known. */
  readonly actor: Actor | null
  /** Time limit of the run in milliseconds; null if it has none. */
  readonly timeoutMs: number | null
}

/** Returns the failure of a canceled run for its row, lists and the API: who canceled it, or which limit. */
export function cancelFailure(reason: CancelReason, { actor, timeoutMs }: CancelCause): RunFailure {
  switch (reason) {
    case 'timeout': {
      const message = timeoutMs === null ? 'Timed out' : `Timed out after ${shortDuration(timeoutMs)}`
      const details = { reason, ...(timeoutMs === null ? {} : { limit: 'run', timeoutMs }) }
      return failure('RUN_TIMEOUT', message, details)
    }
    case 'user': {
      const message = actor === null ? 'Canceled by a user' : `Canceled by ${actor.displayName}`
      return failure('RUN_CANCELED', message, { reason, ...(actor === null ? {} : { userId: actor.userId }) })
    }
    case 'operator':
      return failure('RUN_CANCELED', 'Canceled by an operator of the engine', { reason })
    case 'parent':
      return failure('RUN_CANCELED', 'Canceled with the run that started it', { reason })
    case 'log_full':
      return failure('RUN_LOG_FULL', 'Canceled: the log of the run has reached its limit', { reason })
    case 'refused':
      return failure('APPEND_REFUSED', 'Canceled: the database refuses the events of the run', { reason })
  }
}

function failure(
  code: TenonErrorCode,
  message: string,
  details: Readonly<Record<string, string | number>>,
): RunFailure {
  return { code, message, remedy: ERROR_TABLE[code].remedy, details }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const

/** Formats a duration with its two largest units: `2m`, `1h 30m`, `250ms`. */
function shortDuration(lengthMs: number): string {
  const parts: string[] = []
  let restMs = lengthMs
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(restMs / unitMs)
    restMs -= count * unitMs
    if (count > 0) parts.push(`${count}${unit}`)
  }
  return parts.length === 0 ? '0ms' : parts.slice(0, 2).join(' ')
}
