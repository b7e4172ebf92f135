import type { Translate } from '../../messages/format.ts'
import { formatDuration } from './duration.ts'
import { formatMoment } from './instant.ts'

/** Formats a due time: `Due in 3 h 12 min`, `Due tomorrow`, `Overdue by 4 min`. */
export function formatDue(dueAt: number, now: number, t: Translate, locale: string): string {
  if (dueAt <= now) return t('runs.approval.overdue', { time: formatDuration(wholeMinutes(now - dueAt), t, locale) })
  const days = calendarDays(now, dueAt)
  if (days === 1 && dueAt - now > 12 * 3_600_000) return t('runs.approval.dueTomorrow')
  if (days > 1) return t('runs.approval.dueOn', { time: formatMoment(dueAt, locale) })
  return t('runs.approval.dueIn', { time: formatDuration(wholeMinutes(dueAt - now), t, locale) })
}

/** Rounds to minutes, except in the last minute. */
function wholeMinutes(ms: number): number {
  return ms < 60_000 ? ms : ms - (ms % 60_000)
}

function calendarDays(from: number, to: number): number {
  const day = (at: number) => new Date(at).setHours(0, 0, 0, 0)
  return Math.round((day(to) - day(from)) / 86_400_000)
}
