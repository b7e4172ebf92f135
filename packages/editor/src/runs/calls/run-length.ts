import type { RunSummary } from '@tenon/core/client'
import type { Translate } from '../../messages/format.ts'
import { formatDuration } from '../format/duration.ts'

/** Formats the duration of a run that has ended; empty for an open one. */
export function runLength({ startedAt, finishedAt }: RunSummary, t: Translate, locale: string): string {
  if (startedAt === null || finishedAt === null) return ''
  return formatDuration(Date.parse(finishedAt) - Date.parse(startedAt), t, locale)
}
