import type { NoRetryReason } from './reasons.ts'
import type { RunFailure } from './values.ts'
import type { AttemptView, NodeRunView } from './view.ts'

/** The part of a node run that its attempts change. */
export type AttemptPatch = Pick<NodeRunView, 'attempt' | 'attempts' | 'startedAt' | 'nextAt'>

interface AttemptEnd {
  readonly pass: number
  readonly attempt: number
  readonly at: number
  readonly how: AttemptView['how']
  readonly error?: RunFailure
  /** Duration in milliseconds, from which the start of an attempt is computed that the log does not show. */
  readonly durationMs?: number
  readonly nextAt?: number | null
  readonly noRetry?: NoRetryReason
  readonly isHeld?: boolean
}

function indexOfAttempt(nodeRun: NodeRunView, pass: number, attempt: number): number {
  return nodeRun.attempts.findLastIndex((other) => other.pass === pass && other.attempt === attempt)
}

/** Adds the start of an attempt; an attempt that the view has already is kept. */
export function beginAttempt(nodeRun: NodeRunView, pass: number, attempt: number, at: number): AttemptPatch {
  const known = indexOfAttempt(nodeRun, pass, attempt) !== -1
  const begun: AttemptView = { attempt, pass, startedAt: at, endedAt: null, how: 'running', error: null }
  return {
    attempt,
    attempts: known ? nodeRun.attempts : [...nodeRun.attempts, begun],
    startedAt: nodeRun.startedAt ?? at,
    nextAt: null,
  }
}

/** Adds the end of an attempt; one without a start, such as one with invalid params, is added with its duration. */
export function endAttempt(nodeRun: NodeRunView, end: AttemptEnd): AttemptPatch {
  const { pass, attempt, at, how, error = null, durationMs = 0, nextAt = null, noRetry, isHeld } = end
  const index = indexOfAttempt(nodeRun, pass, attempt)
  const before = nodeRun.attempts[index] ?? { attempt, pass, startedAt: at - durationMs }
  const why = { ...(noRetry === undefined ? {} : { noRetry }), ...(isHeld === undefined ? {} : { isHeld }) }
  const ended: AttemptView = { ...before, endedAt: at, how, error, ...why }
  const attempts =
    index === -1 ? [...nodeRun.attempts, ended] : nodeRun.attempts.map((other, at) => (at === index ? ended : other))
  return { attempt, attempts, startedAt: nodeRun.startedAt ?? ended.startedAt, nextAt }
}

/** Ends all open attempts, for outcomes that name no attempt. */
export function endOpenAttempts(
  nodeRun: NodeRunView,
  at: number,
  how: AttemptView['how'],
): Pick<NodeRunView, 'attempts' | 'nextAt'> {
  const attempts = nodeRun.attempts.map((attempt) =>
    attempt.endedAt === null ? { ...attempt, endedAt: at, how } : attempt,
  )
  return { attempts, nextAt: null }
}
