import type { Run, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { ChildView } from '@tenon/core/run'
import { useCallback } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { type Resource, useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { RunStatusBadge } from '../list/run-status-badge.tsx'
import { OpenRunButton } from './open-run-button.tsx'
import { runLength } from './run-length.ts'
import { useWaitingRuns } from './use-waiting-runs.ts'

interface ChildRunProps {
  readonly client: TenonClient
  readonly child: ChildView
}

/** The run that a node has started: its workflow, status and failure as they are now, with a link. */
export function ChildRun({ client, child }: ChildRunProps) {
  const { t } = useInstance()
  const run = useShownRun(client, child.runId)
  const { value, error } = run
  return (
    <section className="tn-child-run" aria-label={t('runs.child.label')}>
      <h3 className="tn-field-label">{t('runs.child.label')}</h3>
      {value !== null && <Summary run={value} />}
      <WaitingRuns client={client} runId={child.runId} />
      {value === null && error === null && <Skeleton lines={2} height={18} />}
      {value === null &&
        error !== null &&
        (error instanceof TenonError && error.code === 'RUN_NOT_FOUND' ? (
          <p className="tn-muted">{t('runs.child.gone')}</p>
        ) : (
          <ResourceError title={t('runs.child.failed')} resource={run} />
        ))}
      {!child.isAwaited && <p className="tn-muted">{t('runs.child.notAwaited')}</p>}
    </section>
  )
}

function Summary({ run }: { readonly run: Run }) {
  const { t, locale } = useInstance()
  return (
    <>
      <p className="tn-child-line">
        <span className="tn-strong" dir="auto">
          {run.workflowName}
        </span>
        <Badge>{`v${run.version}`}</Badge>
        <RunStatusBadge status={run.status} detail={runLength(run, t, locale)} />
      </p>
      {run.error !== null && (
        <p className="tn-child-error" data-tone={run.status === 'failed' ? 'failed' : 'neutral'} dir="auto">
          {failureTexts(run.error, t).why}
        </p>
      )}
      <OpenRunButton runId={run.runId}>{t('runs.child.open')}</OpenRunButton>
    </>
  )
}

/** Most runs with a line of their own. */
const MAX_LINES = 3

/** List of what the run, and the runs below it, wait for. */
function WaitingRuns({ client, runId }: { readonly client: TenonClient; readonly runId: string }) {
  const { t } = useInstance()
  const waiting = useWaitingRuns(client, runId)
  if (waiting.length === 0) return null
  return (
    <ul className="tn-child-waiting">
      {waiting.slice(0, MAX_LINES).map((run) => (
        <li key={`${run.runId}/${run.kind}`}>
          <Badge tone={run.kind === 'parked' ? 'parked' : 'waiting'}>{t(`runs.child.${run.kind}`)}</Badge>{' '}
          {run.nodeRunId !== null && (
            <OpenRunButton runId={run.runId}>
              <span dir="auto">{run.workflowName}</span>
            </OpenRunButton>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Reads a run, and reads it again when it has changed. */
function useShownRun(client: TenonClient, runId: string): Resource<Run> {
  const run = useResource<Run>(
    useCallback((abortSignal: AbortSignal) => client.runs.get(runId, { abortSignal }), [client, runId]),
  )
  useTenantChanges({
    client,
    isRelevant: ({ kind, id }) => kind === 'run' && id === runId,
    onChange: run.refresh,
  })
  return run
}
