import type { RunSummary } from '@tenon/core/client'
import type { Translate } from '../../messages/format.ts'
import { shortRunId } from './short-run-id.ts'

type NamedRun = Pick<RunSummary, 'mode' | 'version' | 'queuedAt'>

/**
 * Formats the version that a run executes: `v4`, or `Test of draft · 12:03` for a tried draft, whose version has only
 * an id.
 */
export function versionTitle(run: NamedRun, t: Translate, locale: string): string {
  if (run.mode === 'live') return t('runs.header.version', { version: run.version })
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return t('runs.testTitle', { time: time.format(Date.parse(run.queuedAt)) })
}

/** Formats a short name of a run: its short id, or the version that it tests. */
export function runTitle(run: NamedRun & Pick<RunSummary, 'runId'>, t: Translate, locale: string): string {
  return run.mode === 'test' ? versionTitle(run, t, locale) : shortRunId(run.runId)
}
