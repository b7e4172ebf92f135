import type { RunFilter, RunSummary, TenonClient } from '@tenon/core/client'
import { RUN_FILTER_STATUSES, type RunFilterStatus } from '@tenon/core/run'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useResource } from '../../client/use-resource.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Switch } from '../../ui/switch.tsx'
import { KeptDays } from '../data/kept-days.tsx'
import { TenantPaused } from '../queue/tenant-paused.tsx'
import { RunRow } from './run-row.tsx'
import { useRunPages } from './use-run-pages.ts'

/** Filters of a list of runs, chosen by the user. */
export interface RunListFilter {
  /** Status of the runs to list. @defaultValue every status */
  readonly status?: RunFilterStatus
  /** Includes test runs. @defaultValue false */
  readonly showTests?: boolean
  /** Hides runs that nodes of other runs have started. @defaultValue false */
  readonly hideCalled?: boolean
}

/** Props of the list of runs of a tenant or of one workflow. */
export interface RunListProps extends InstanceProps {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
  /** Runs of one workflow only. */
  readonly workflowId?: string
  /** Only live runs, or only runs of tried drafts. @defaultValue live runs, test runs by a switch */
  readonly mode?: 'live' | 'test'
  /** Filters, controlled by the host, for example in its URL; without it the list is uncontrolled. */
  readonly filter?: RunListFilter
  /** Called with the new filter when the reader changes it. */
  readonly onFilterChange?: (filter: RunListFilter) => void
  /** Opens a run when the reader picks its row. */
  readonly onOpenRun: (runId: string) => void
  /** Returns the URL of a run, so that it can be opened in another tab. */
  readonly hrefOf?: (runId: string) => string
  /** Runs per page. @defaultValue 50 */
  readonly pageSize?: number
}

/** List of the runs of a tenant or of one workflow, newest first. */
export function RunList(props: RunListProps) {
  const { client, workflowId, mode, filter, onFilterChange, onOpenRun, hrefOf, pageSize, ...instance } = props
  return (
    <EnsureInstance {...instance}>
      <List
        client={client}
        onOpenRun={onOpenRun}
        {...(workflowId === undefined ? {} : { workflowId })}
        {...(mode === undefined ? {} : { mode })}
        {...(filter === undefined ? {} : { filter })}
        {...(onFilterChange === undefined ? {} : { onFilterChange })}
        {...(hrefOf === undefined ? {} : { hrefOf })}
        {...(pageSize === undefined ? {} : { pageSize })}
      />
    </EnsureInstance>
  )
}

const ANY = 'any'
type Any = typeof ANY

const NO_FILTER: RunListFilter = Object.freeze({})

interface ChangedFilter extends Omit<RunListFilter, 'status'> {
  readonly status?: RunFilterStatus | undefined
}

function withoutDefaults({ status, showTests = false, hideCalled = false }: ChangedFilter): RunListFilter {
  return {
    ...(status === undefined ? {} : { status }),
    ...(showTests ? { showTests } : {}),
    ...(hideCalled ? { hideCalled } : {}),
  }
}

function List(props: Omit<RunListProps, keyof InstanceProps>) {
  const { client, workflowId, mode, filter, onFilterChange, onOpenRun, hrefOf, pageSize = 50 } = props
  const { t } = useInstance()
  const [own, setOwn] = useState(NO_FILTER)
  const { status, showTests = false, hideCalled = false } = filter ?? own
  const replace = (next: RunListFilter) => {
    setOwn(next)
    onFilterChange?.(next)
  }
  const change = (part: ChangedFilter) => replace(withoutDefaults({ status, showTests, hideCalled, ...part }))
  const wantedMode = mode ?? (showTests ? 'all' : 'live')
  const query = useMemo<RunFilter>(
    () => ({
      limit: pageSize,
      ...(workflowId === undefined ? {} : { workflowId }),
      ...(status === undefined ? {} : { status }),
      ...(hideCalled ? { topLevel: true } : {}),
      mode: wantedMode,
    }),
    [workflowId, status, hideCalled, wantedMode, pageSize],
  )
  const pages = useRunPages(client, query)
  return (
    <section className="tn-runs" aria-label={t('runs.list.label')}>
      <div className="tn-runs-bar">
        <Select<RunFilterStatus | Any>
          aria-label={t('runs.list.status')}
          value={status ?? ANY}
          onChange={(next) => change({ status: next === ANY ? undefined : next })}
          options={[
            { value: ANY, label: t('runs.list.anyStatus') },
            ...RUN_FILTER_STATUSES.map((value) => ({ value, label: t(`runs.status.${value}`) })),
          ]}
        />
        {mode === undefined && (
          <Switch
            label={t('runs.list.showTests')}
            checked={showTests}
            onChange={(next) => change({ showTests: next })}
          />
        )}
        <Switch
          label={t('runs.list.hideCalled')}
          checked={hideCalled}
          onChange={(next) => change({ hideCalled: next })}
        />
        <span className="tn-output-space" />
        <IconButton icon="retry" label={t('runs.list.reload')} onClick={pages.reload} />
      </div>
      <TenantPaused client={client} />
      <Body
        pages={pages}
        empty={
          status === undefined && !hideCalled ? (
            <NoRuns
              client={client}
              workflowId={workflowId}
              onShowTests={wantedMode === 'live' && mode === undefined ? () => change({ showTests: true }) : null}
            />
          ) : (
            <EmptyState
              icon="search"
              title={t('runs.list.noMatch')}
              description={t('runs.list.noMatchWhy')}
              action={<Button onClick={() => replace(NO_FILTER)}>{t('runs.list.clear')}</Button>}
            />
          )
        }
        hasWorkflow={workflowId === undefined}
        onOpenRun={onOpenRun}
        hrefOf={hrefOf}
      />
      <KeptDays client={client} />
    </section>
  )
}

interface BodyProps {
  readonly pages: ReturnType<typeof useRunPages>
  readonly empty: ReactNode
  readonly hasWorkflow: boolean
  readonly onOpenRun: (runId: string) => void
  readonly hrefOf: ((runId: string) => string) | undefined
}

function Body({ pages, empty, hasWorkflow, onOpenRun, hrefOf }: BodyProps) {
  const { t } = useInstance()
  const { items: runs, error, isLoading } = pages
  if (error !== null && runs.length === 0) {
    return <ResourceError title={t('runs.list.failed')} resource={pages} />
  }
  if (isLoading && runs.length === 0) {
    return (
      <div className="tn-runs-loading">
        <Skeleton lines={8} height={36} />
      </div>
    )
  }
  if (runs.length === 0) return empty
  return (
    <>
      <table className="tn-runs-table">
        <thead>
          <tr>
            <th scope="col">{t('runs.list.status')}</th>
            {hasWorkflow && <th scope="col">{t('runs.list.workflow')}</th>}
            <th scope="col">{t('runs.fact.runId')}</th>
            <th scope="col">{t('runs.fact.version')}</th>
            <th scope="col">{t('runs.fact.startedBy')}</th>
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
      {error !== null && <ResourceError title={t('runs.list.failed')} resource={pages} />}
      {pages.moreError !== null && (
        <ErrorState title={t('runs.list.failed')} error={pages.moreError} onRetry={pages.loadMore} />
      )}
      {pages.hasMore && pages.moreError === null && (
        <div className="tn-runs-more">
          <Button busy={pages.isLoadingMore} onClick={pages.loadMore}>
            {t('ui.loadMore')}
          </Button>
        </div>
      )}
    </>
  )
}

interface NoRunsProps {
  readonly client: TenonClient
  readonly workflowId: string | undefined
  /** Shows test runs; `null` if they are shown already or never. */
  readonly onShowTests: (() => void) | null
}

/** Message for an empty list, which also mentions hidden test runs. */
function NoRuns({ client, workflowId, onShowTests }: NoRunsProps) {
  const { t } = useInstance()
  const canShow = onShowTests !== null
  const load = useCallback(
    async (abortSignal: AbortSignal) => {
      if (!canShow) return false
      const filter: RunFilter = { mode: 'test', limit: 1, ...(workflowId === undefined ? {} : { workflowId }) }
      return (await client.runs.list(filter, { abortSignal })).items.length > 0
    },
    [client, workflowId, canShow],
  )
  const hasTests = useResource(load).value === true
  if (hasTests && onShowTests !== null) {
    return (
      <EmptyState
        icon="play"
        title={t('runs.list.onlyTests')}
        description={t('runs.list.onlyTestsWhy')}
        action={<Button onClick={onShowTests}>{t('runs.list.showTests')}</Button>}
      />
    )
  }
  return <EmptyState icon="play" title={t('runs.list.empty')} description={t('runs.list.emptyWhy')} />
}
