import type { RunFilter, RunSummary, TenonClient } from '@tenon/core/client'
import { RUN_STATUSES, type RunStatus } from '@tenon/core/run'
import { useMemo, useState } from 'react'
import { EnsureInstance } from '../../instance/ensure-instance.tsx'
import { useInstance } from '../../instance/instance-context.ts'
import type { InstanceProps } from '../../instance/instance-root.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { RunRow } from './run-row.tsx'
import { useRunPages } from './use-run-pages.ts'

/** Props of the list of runs of a tenant or of one workflow. */
export interface RunListProps extends InstanceProps {
  /** Kept by the host outside of its render functions. */
  readonly client: TenonClient
  /** Runs of one workflow only. */
  readonly workflowId?: string
  /** Live runs, or runs of tried drafts. @defaultValue live runs first, the others by a filter */
  readonly mode?: 'live' | 'test'
  readonly onOpenRun: (runId: string) => void
  /** Address of a run, so that it can be opened in a tab of its own. */
  readonly hrefOf?: (runId: string) => string
  /** Runs a page. @defaultValue 50 */
  readonly pageSize?: number
}

/** The runs of a tenant or of one workflow, newest first. */
export function RunList({ client, workflowId, mode, onOpenRun, hrefOf, pageSize, ...instance }: RunListProps) {
  return (
    <EnsureInstance {...instance}>
      <List
        client={client}
        onOpenRun={onOpenRun}
        {...(workflowId === undefined ? {} : { workflowId })}
        {...(mode === undefined ? {} : { mode })}
        {...(hrefOf === undefined ? {} : { hrefOf })}
        {...(pageSize === undefined ? {} : { pageSize })}
      />
    </EnsureInstance>
  )
}

const ANY = 'any'
type Any = typeof ANY

function List({ client, workflowId, mode, onOpenRun, hrefOf, pageSize = 50 }: Omit<RunListProps, keyof InstanceProps>) {
  const { t } = useInstance()
  const [status, setStatus] = useState<RunStatus | Any>(ANY)
  const [chosenMode, setChosenMode] = useState<'live' | 'test'>('live')
  const wantedMode = mode ?? chosenMode
  const filter = useMemo<RunFilter>(
    () => ({
      limit: pageSize,
      ...(workflowId === undefined ? {} : { workflowId }),
      ...(status === ANY ? {} : { status }),
      mode: wantedMode,
    }),
    [workflowId, status, wantedMode, pageSize],
  )
  const pages = useRunPages(client, filter)
  const isFiltered = status !== ANY || (mode === undefined && chosenMode !== 'live')
  const clear = () => {
    setStatus(ANY)
    setChosenMode('live')
  }
  return (
    <section className="tn-runs" aria-label={t('runs.list.label')}>
      <div className="tn-runs-bar">
        <Select<RunStatus | Any>
          aria-label={t('runs.list.status')}
          value={status}
          onChange={setStatus}
          options={[
            { value: ANY, label: t('runs.list.anyStatus') },
            ...RUN_STATUSES.map((value) => ({ value, label: t(`runs.status.${value}`) })),
          ]}
        />
        {mode === undefined && (
          <Select<'live' | 'test'>
            aria-label={t('runs.list.mode')}
            value={chosenMode}
            onChange={setChosenMode}
            options={[
              { value: 'live', label: t('runs.list.live') },
              { value: 'test', label: t('runs.list.test') },
            ]}
          />
        )}
        <span className="tn-output-space" />
        <IconButton icon="retry" label={t('runs.list.reload')} onClick={pages.reload} />
      </div>
      <Body
        pages={pages}
        isFiltered={isFiltered}
        onClear={clear}
        hasWorkflow={workflowId === undefined}
        onOpenRun={onOpenRun}
        hrefOf={hrefOf}
      />
    </section>
  )
}

interface BodyProps {
  readonly pages: ReturnType<typeof useRunPages>
  readonly isFiltered: boolean
  readonly onClear: () => void
  readonly hasWorkflow: boolean
  readonly onOpenRun: (runId: string) => void
  readonly hrefOf: ((runId: string) => string) | undefined
}

function Body({ pages, isFiltered, onClear, hasWorkflow, onOpenRun, hrefOf }: BodyProps) {
  const { t } = useInstance()
  const { runs, error, isLoading, reload } = pages
  if (error !== null && runs.length === 0) {
    return <ErrorState title={t('runs.list.failed')} error={error} onRetry={reload} />
  }
  if (isLoading && runs.length === 0) {
    return (
      <div className="tn-runs-loading">
        <Skeleton lines={8} height={36} />
      </div>
    )
  }
  if (runs.length === 0) {
    return isFiltered ? (
      <EmptyState
        icon="search"
        title={t('runs.list.noMatch')}
        description={t('runs.list.noMatchWhy')}
        action={<Button onClick={onClear}>{t('runs.list.clear')}</Button>}
      />
    ) : (
      <EmptyState icon="play" title={t('runs.list.empty')} description={t('runs.list.emptyWhy')} />
    )
  }
  return (
    <>
      <table className="tn-runs-table">
        <thead>
          <tr>
            <th scope="col">{t('runs.list.status')}</th>
            {hasWorkflow && <th scope="col">{t('runs.list.workflow')}</th>}
            <th scope="col">{t('runs.fact.runId')}</th>
            <th scope="col">{t('runs.fact.version')}</th>
            <th scope="col">{t('runs.fact.started')}</th>
            <th scope="col">{t('runs.fact.duration')}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run: RunSummary) => (
            <RunRow key={run.runId} run={run} hasWorkflow={hasWorkflow} onOpenRun={onOpenRun} hrefOf={hrefOf} />
          ))}
        </tbody>
      </table>
      {error !== null && <ErrorState title={t('runs.list.failed')} error={error} onRetry={reload} />}
      {pages.hasMore && (
        <div className="tn-runs-more">
          <Button busy={pages.isLoadingMore} onClick={pages.loadMore}>
            {t('ui.loadMore')}
          </Button>
        </div>
      )}
    </>
  )
}
