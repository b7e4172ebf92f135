import { isJsonObject } from '@tenon/core/document'
import { type AttemptView, attemptDurationMs, type RunFailure } from '@tenon/core/run'
import { Fragment } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { StatusMark } from '../../ui/status-mark.tsx'
import { formatDuration } from '../format/duration.ts'
import { formatClock } from '../format/instant.ts'

const MARKS = {
  running: 'running',
  success: 'success',
  failed: 'failed',
  lost: 'failed',
  canceled: 'canceled',
  waiting: 'waiting',
} as const

/** Returns the failure of an attempt; if its retry condition failed, the failure that the condition was to check comes first. */
function failuresOf({ error }: AttemptView): readonly RunFailure[] {
  if (error === null) return []
  const judged =
    error.code === 'RETRY_CONDITION_FAILED' && isJsonObject(error.details) ? error.details['error'] : undefined
  if (!isJsonObject(judged)) return [error]
  const { code, message } = judged
  return typeof code === 'string' && typeof message === 'string' ? [{ ...error, code, message }, error] : [error]
}

/** List of the attempts of a node run, each with its duration and failure. */
export function AttemptList({
  attempts,
  moment,
}: {
  readonly attempts: readonly AttemptView[]
  readonly moment: number
}) {
  const { t, locale } = useInstance()
  // The attempts of each pass are counted from 1.
  const hasPasses = attempts.some(({ pass }) => pass > 1)
  return (
    <section className="tn-value">
      <h3 className="tn-field-label">{t('runs.inspector.attempts')}</h3>
      <ol className="tn-attempts">
        {attempts.map((attempt) => (
          <li key={`${attempt.pass}-${attempt.attempt}`} className="tn-attempt">
            <StatusMark status={MARKS[attempt.how]} size={14} label={t(`runs.attemptHow.${attempt.how}`)} />
            <span className="tn-attempt-text">
              {hasPasses
                ? t('runs.attemptOfPass', { pass: attempt.pass, attempt: attempt.attempt })
                : t('runs.attempt', { attempt: attempt.attempt })}
              {failuresOf(attempt).map((failure) => (
                <Fragment key={failure.code}>
                  <span className="tn-attempt-error" dir="auto">
                    {failureTexts(failure, t).why}
                  </span>
                  <code className="tn-error-code">{failure.code}</code>
                </Fragment>
              ))}
            </span>
            <span className="tn-attempt-time">
              {formatClock(attempt.startedAt, locale)}
              <br />
              {formatDuration(attemptDurationMs(attempt, moment) ?? 0, t, locale)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
