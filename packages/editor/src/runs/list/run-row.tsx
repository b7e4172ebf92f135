import type { RunSummary } from '@tenon/core/client'
import type { MouseEvent } from 'react'
import { addressOf } from '../../instance/address-of.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { formatDuration } from '../format/duration.ts'
import { formatMoment } from '../format/instant.ts'
import { runTitle } from '../format/run-title.ts'
import { RowQueue } from '../queue/row-queue.tsx'
import { Starter } from '../starter/starter.tsx'
import { HealthBadge } from './health-badge.tsx'
import { RunStatusBadge } from './run-status-badge.tsx'

export interface RunRowProps {
  readonly run: RunSummary
  readonly hasWorkflow: boolean
  readonly onOpenRun: (runId: string) => void
  readonly hrefOf: ((runId: string) => string) | undefined
}

/** Row of one run in a list; a click on the row opens it. */
export function RunRow({ run, hasWorkflow, onOpenRun, hrefOf }: RunRowProps) {
  const { t, locale } = useInstance()
  // Without an address the run can be opened, but not in another tab.
  const href = addressOf(run.runId, hrefOf)
  const durationMs =
    run.startedAt !== null && run.finishedAt !== null ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null
  const name = runTitle(run, t, locale)
  const label = t('runs.list.open', { run: name, workflow: run.workflowName })
  const open = (event: MouseEvent) => {
    // The browser handles a click that opens another tab.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    onOpenRun(run.runId)
  }
  return (
    <tr className="tn-runs-row">
      <td>
        <RunStatusBadge status={run.status} />
        {run.health !== undefined && <HealthBadge health={run.health} />}
      </td>
      {hasWorkflow && (
        <td className="tn-runs-workflow" dir="auto">
          {run.workflowName}
        </td>
      )}
      <td className="tn-runs-id">
        {href === undefined ? (
          <button
            type="button"
            className="tn-runs-open"
            aria-label={label}
            title={run.runId}
            onClick={() => onOpenRun(run.runId)}
          >
            {name}
          </button>
        ) : (
          <a className="tn-runs-open" aria-label={label} title={run.runId} href={href} onClick={open}>
            {name}
          </a>
        )}
        {run.parent !== null && (
          <span className="tn-runs-called" title={t('runs.list.calledWhy')}>
            <Badge>{t('runs.list.called')}</Badge>
          </span>
        )}
        {run.status === 'queued' && run.queue !== undefined && <RowQueue queue={run.queue} />}
        {run.error !== null && (
          <span className="tn-runs-error" data-tone={run.status === 'failed' ? 'failed' : 'neutral'} dir="auto">
            {failureTexts(run.error, t).why}
          </span>
        )}
      </td>
      <td className="tn-runs-version">
        {run.mode === 'test' ? <Badge>{t('runs.list.testRun')}</Badge> : `v${run.version}`}
      </td>
      <td className="tn-runs-starter">{run.startedBy === null ? '–' : <Starter startedBy={run.startedBy} />}</td>
      <td className="tn-runs-time">
        {run.startedAt === null ? (
          '–'
        ) : (
          <time dateTime={run.startedAt}>{formatMoment(Date.parse(run.startedAt), locale)}</time>
        )}
      </td>
      <td className="tn-runs-time">{durationMs === null ? '–' : formatDuration(durationMs, t, locale)}</td>
    </tr>
  )
}
