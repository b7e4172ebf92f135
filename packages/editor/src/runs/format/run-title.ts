import type { RunSummary } from '@tenon/core/client'
import type { Translate } from '../../messages/format.ts'

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

const SHORT_ID = 8

/** Formats the short id of a run, the same in lists and headers: the end of a long id, since ids begin with their time. */
export function shortRunId(runId: string): string {
  return runId.length > 2 * SHORT_ID ? runId.slice(-SHORT_ID) : runId
}

/** Formats a short name of a run: its short id, or the version that it tests. */
export function runTitle(run: NamedRun & Pick<RunSummary, 'runId'>, t: Translate, locale: string): string {
  return run.mode === 'test' ? versionTitle(run, t, locale) : shortRunId(run.runId)
}
