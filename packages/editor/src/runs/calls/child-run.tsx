import type { Run, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { ChildView } from '@tenon/core/run'
import { ResourceError } from '../../client/resource-error.tsx'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { RunStatusBadge } from '../list/run-status-badge.tsx'
import { OpenRunButton } from './open-run-button.tsx'
import { runLength } from './run-length.ts'
import { useShownRun } from './use-shown-run.ts'

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
