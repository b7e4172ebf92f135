import type { Run } from '@tenon/core/client'
import { isRunOver, type PauseView, type RunView, runDurationMs } from '@tenon/core/run'
import type { ReactNode } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import type { Translate } from '../../messages/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { HostSlot } from '../../ui/boundary.tsx'
import { Button } from '../../ui/button.tsx'
import { LaterPart } from '../../ui/later-part.tsx'
import { StartedByPart } from '../calls/parts.tsx'
import { formatDuration, formatGrowing } from '../format/duration.ts'
import { formatMoment } from '../format/instant.ts'
import { versionTitle } from '../format/run-title.ts'
import { shortRunId } from '../format/short-run-id.ts'
import { HealthBadge } from '../list/health-badge.tsx'
import { StarterNote } from '../starter/starter.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunMoment, useRunSnapshot } from '../store/use-run.ts'
import { RunControls } from './run-controls.tsx'
import { RunStateBadge } from './run-state-badge.tsx'

export interface RunHeaderProps {
  readonly scope: RunScope
  /** Element before the name, such as a breadcrumb. */
  readonly start?: ReactNode
  /** Element before the buttons. */
  readonly end?: ReactNode
  readonly onOpenRun: ((runId: string) => void) | undefined
  readonly onOpenWorkflow: ((workflowId: string) => void) | undefined
  /** Called after the run was deleted; without it, no button deletes it. */
  readonly onDeleted?: (() => void) | undefined
}

// Most runs finish on the version with which they start.
const loadMoved = () => import('../migration/moved-note.tsx')
// Most runs repeat none.
const loadRerunOf = () => import('../again/rerun-of.tsx')
// Most runs handle none, and are handled by none.
const loadHandlers = () => import('../handlers/handler-links.tsx')
// An open run cannot be run again, so the buttons are loaded with the first ended one.
const loadAgain = () => import('../again/run-again.tsx')
// Nor can it be deleted.
const loadDelete = () => import('../data/delete-run.tsx')

/** Header of a run: its name, its status, and buttons to pause and to cancel it. */
export function RunHeader({ scope, start, end, onOpenRun, onOpenWorkflow, onDeleted }: RunHeaderProps) {
  const { t, locale } = useInstance()
  const { store, run } = scope
  const badgeText = (value: Run) => {
    const which = versionTitle(value, t, locale)
    return value.mode === 'test' ? which : t('runs.header.run', { which, run: shortRunId(scope.runId) })
  }
  const { view, live, stream, cursor } = useRunSnapshot(store)
  const moment = useRunMoment(store, 200)
  const durationMs = runDurationMs(view, moment)
  const format = isRunOver(view.status) ? formatDuration : formatGrowing
  return (
    <div className="tn-run-head">
      {start !== undefined && (
        <span className="tn-topbar-crumb">
          <HostSlot>{start}</HostSlot>
        </span>
      )}
      <h1 className="tn-run-name" dir="auto">
        {run.value?.workflowName}
      </h1>
      {run.value !== null && <Badge>{badgeText(run.value)}</Badge>}
      <RunStateBadge view={view} detail={durationMs === null ? '' : format(durationMs, t, locale)} />
      {run.value !== null && <StarterNote run={run.value} />}
      {run.value !== null && run.value.parent !== null && (
        <StartedByPart client={scope.client} parent={run.value.parent} />
      )}
      {run.value !== null && run.value.rerunOf !== null && (
        <LaterPart load={loadRerunOf} waiting={(trouble) => trouble}>
          {({ RerunOf }) => run.value?.rerunOf != null && <RerunOf rerunOf={run.value.rerunOf} nodes={scope.nodes} />}
        </LaterPart>
      )}
      {run.value !== null && (run.value.handles !== null || run.value.handledBy !== null) && (
        <LaterPart load={loadHandlers} waiting={(trouble) => trouble}>
          {({ HandlerLinks }) => run.value !== null && <HandlerLinks run={run.value} />}
        </LaterPart>
      )}
      {view.migrations.length > 0 && (
        <LaterPart load={loadMoved} waiting={(trouble) => trouble}>
          {({ MovedNote }) => <MovedNote view={view} nodes={scope.nodes} movedFrom={run.value?.movedFrom ?? null} />}
        </LaterPart>
      )}
      <PauseNote view={view} />
      {run.value?.health !== undefined && !isRunOver(live.status) && <HealthBadge health={run.value.health} />}
      {stream === 'retrying' && cursor === null && <Badge tone="waiting">{t('runs.header.reconnecting')}</Badge>}
      <span className="tn-output-space" />
      {end !== undefined && <HostSlot>{end}</HostSlot>}
      {onOpenWorkflow !== undefined && run.value !== null && (
        <Button icon="external" onClick={() => onOpenWorkflow(run.value?.workflowId ?? '')}>
          {t('runs.header.openWorkflow')}
        </Button>
      )}
      {onOpenRun !== undefined && isRunOver(live.status) && (
        <LaterPart load={loadAgain} waiting={(trouble) => trouble}>
          {({ RunAgain }) => <RunAgain scope={scope} onStarted={onOpenRun} />}
        </LaterPart>
      )}
      {onDeleted !== undefined && isRunOver(live.status) && (
        <LaterPart load={loadDelete} waiting={(trouble) => trouble}>
          {({ DeleteRun }) => run.value !== null && <DeleteRun scope={scope} run={run.value} onDeleted={onDeleted} />}
        </LaterPart>
      )}
      {!isRunOver(live.status) && <RunControls scope={scope} />}
    </div>
  )
}

/** Formats who paused a run and since when. */
function pauseText({ pausedAt, pausedBy }: PauseView, t: Translate, locale: string): string {
  const time = formatMoment(pausedAt, locale)
  return pausedBy === null
    ? t('runs.pause.since', { time })
    : t('runs.pause.by', { person: pausedBy.displayName, time })
}

/** Note of a paused run: who paused it, since when, and how many nodes are still running. */
function PauseNote({ view }: { readonly view: RunView }) {
  const { t, locale } = useInstance()
  const pause = view.pauses.at(-1)
  if (view.status !== 'paused' || pause === undefined) return null
  const count = [...view.nodeRuns.values()].filter(({ status }) => status === 'running').length
  const since = pauseText(pause, t, locale)
  const text = count === 0 ? since : `${since} · ${t('runs.pause.finishing', { count })}`
  return (
    <span className="tn-run-pause" dir="auto" title={text}>
      {text}
    </span>
  )
}
