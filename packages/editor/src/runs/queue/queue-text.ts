import type { RunQueue } from '@tenon/core/client'
import type { Translate } from '../../messages/format.ts'
import { formatInterval } from '../../messages/format-span.ts'
import { formatMoment } from '../format/instant.ts'

/** Formats why a run waits to start, its position, and the time of its start if it is known. */
export function queueText(queue: RunQueue, t: Translate, locale: string): string {
  const { reason, position, inProgress, limit, intervalMs, startsAt, collected, key, priority } = queue
  const values = { position, count: inProgress ?? limit ?? collected ?? 0, limit: limit ?? 0, key: key ?? '' }
  const interval = intervalMs === null ? '' : formatInterval(intervalMs, locale)
  const isKeyed = key !== null && (reason === 'workflow_limit' || reason === 'workflow_rate')
  const text = t(isKeyed ? `queue.reason.${reason}_key` : `queue.reason.${reason}`, { ...values, interval })
  const timeKey =
    reason === 'debounce' || reason === 'batching' ? (`queue.startsAt.${reason}` as const) : 'queue.startsAt'
  const timed = startsAt === null ? text : t(timeKey, { text, time: formatMoment(Date.parse(startsAt), locale) })
  return priority === 'normal' ? timed : t(`queue.priority.${priority}`, { text: timed })
}
