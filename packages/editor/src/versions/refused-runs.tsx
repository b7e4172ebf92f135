import type { MigrationRefusedRun, Rollout, TenonClient } from '@tenon/core/client'
import { useCallback, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { usePages } from '../client/use-pages.ts'
import { callHost } from '../instance/call-host.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { shortRunId } from '../runs/format/short-run-id.ts'
import { Button } from '../ui/button.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

interface RefusedRunsProps {
  readonly client: TenonClient
  readonly rollout: Rollout
  /** Opens a run; absent where the host has no page for it. */
  readonly onOpenRun: ((runId: string) => void) | undefined
}

const MOST = 20
const runIdOf = ({ runId }: MigrationRefusedRun) => runId

/** Button that lists the runs that stay on their version, each with its reason and a link. */
export function RefusedRuns(props: RefusedRunsProps) {
  const t = useTranslate()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <Button size="s" variant="ghost" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {t(isOpen ? 'rollout.hideRuns' : 'rollout.showRuns')}
      </Button>
      {isOpen && <RunList {...props} />}
    </>
  )
}

function RunList({ client, rollout: { workflowId, version }, onOpenRun }: RefusedRunsProps) {
  const t = useTranslate()
  const pages = usePages(
    useCallback(
      (cursor: string | null, abortSignal?: AbortSignal) =>
        client.rollouts.refusedRuns(
          workflowId,
          version,
          cursor === null ? { limit: MOST } : { limit: MOST, cursor },
          abortSignal === undefined ? {} : { abortSignal },
        ),
      [client, workflowId, version],
    ),
    runIdOf,
  )
  if (pages.items.length === 0) {
    if (pages.error !== null) return <ResourceError title={t('rollout.runsFailed')} resource={pages} />
    return <Skeleton lines={2} height={20} />
  }
  return (
    <>
      <ul>
        {pages.items.map(({ runId, message }) => (
          <li key={runId} dir="auto">
            {onOpenRun === undefined ? (
              <span className="tn-mono">{shortRunId(runId)}</span>
            ) : (
              <Button size="s" variant="ghost" icon="external" onClick={() => callHost(onOpenRun, runId)}>
                {shortRunId(runId)}
              </Button>
            )}{' '}
            {message}
          </li>
        ))}
      </ul>
      {pages.moreError !== null && (
        <ErrorState title={t('rollout.runsFailed')} error={pages.moreError} onRetry={pages.loadMore} />
      )}
      {pages.hasMore && pages.moreError === null && (
        <Button size="s" busy={pages.isLoadingMore} onClick={pages.loadMore}>
          {t('ui.loadMore')}
        </Button>
      )}
    </>
  )
}
