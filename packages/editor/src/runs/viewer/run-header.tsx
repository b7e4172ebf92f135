import { isRunOver, runDurationMs } from '@tenon/core/run'
import type { ReactNode } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { Badge } from '../../ui/badge.tsx'
import { formatDuration, formatGrowing } from '../format/duration.ts'
import { RunStatusBadge } from '../list/run-status-badge.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunMoment, useRunSnapshot } from '../store/use-run.ts'
import { CancelRun } from './cancel-run.tsx'

export interface RunHeaderProps {
  readonly scope: RunScope
  /** Stands before the name: where the reader is. */
  readonly start?: ReactNode
  /** Stands before the buttons. */
  readonly end?: ReactNode
}

/** Which run this is, how it stands, and how to stop it. */
export function RunHeader({ scope, start, end }: RunHeaderProps) {
  const { t, locale } = useInstance()
  const { store, run } = scope
  const { view, live, stream, cursor } = useRunSnapshot(store)
  const moment = useRunMoment(store, 200)
  const durationMs = runDurationMs(view, moment)
  const format = isRunOver(view.status) ? formatDuration : formatGrowing
  const version = run.value?.version ?? ''
  const which = run.value?.mode === 'test' ? t('runs.header.test') : t('runs.header.version', { version })
  return (
    <div className="tn-run-head">
      {start !== undefined && <span className="tn-topbar-crumb">{start}</span>}
      <h1 className="tn-run-name">{run.value?.workflowName}</h1>
      <Badge>{t('runs.header.run', { which, run: scope.runId.slice(-4) })}</Badge>
      <RunStatusBadge status={view.status} detail={durationMs === null ? '' : format(durationMs, t, locale)} />
      {stream === 'retrying' && cursor === null && <Badge tone="waiting">{t('runs.header.reconnecting')}</Badge>}
      <span className="tn-output-space" />
      {end}
      {!isRunOver(live.status) && <CancelRun scope={scope} />}
    </div>
  )
}
