import type { RunFilter, RunSummary } from '@tenon/core/client'
import { useMemo } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useInstance } from '../../instance/instance-context.ts'
import { RerunTexts } from '../../shell/rerun-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { OpenRunButton } from '../calls/open-run-button.tsx'
import { runLength } from '../calls/run-length.ts'
import { formatMoment } from '../format/instant.ts'
import { shortRunId } from '../format/short-run-id.ts'
import { RunStatusBadge } from '../list/run-status-badge.tsx'
import { useRunPages } from '../list/use-run-pages.ts'
import type { NodeDirectory } from '../store/node-directory.ts'
import type { RunScope } from '../store/run-scope.tsx'

/** Runs of one page. */
const PAGE_SIZE = 20

interface RerunListProps {
  readonly scope: RunScope
}

/** The runs that repeat a run, newest first and live; nothing if there are none. */
export function RerunList(props: RerunListProps) {
  return (
    <RerunTexts>
      <Reruns {...props} />
    </RerunTexts>
  )
}

function Reruns({ scope }: RerunListProps) {
  const { t } = useInstance()
  const { client, runId, nodes } = scope
  const filter = useMemo<RunFilter>(() => ({ rerunOf: runId, mode: 'all', limit: PAGE_SIZE }), [runId])
  const pages = useRunPages(client, filter)
  if (pages.error !== null && pages.items.length === 0) {
    return <ResourceError title={t('runs.reruns.loadFailed')} resource={pages} />
  }
  if (pages.items.length === 0) return null
  return (
    <section className="tn-output" aria-label={t('runs.reruns.label')}>
      <h3 className="tn-settings-title">{t('runs.reruns.label')}</h3>
      <ul className="tn-child-waiting">
        {pages.items.map((run) => (
          <Rerun key={run.runId} run={run} nodes={nodes} />
        ))}
      </ul>
      {pages.hasMore && (
        <Button size="s" variant="ghost" busy={pages.isLoadingMore} onClick={pages.loadMore}>
          {t('ui.loadMore')}
        </Button>
      )}
    </section>
  )
}

function Rerun({ run, nodes }: { readonly run: RunSummary; readonly nodes: NodeDirectory }) {
  const { t, locale } = useInstance()
  const from = run.rerunOf?.from ?? 'start'
  return (
    <li className="tn-child-line">
      <OpenRunButton runId={run.runId}>{shortRunId(run.runId)}</OpenRunButton>
      <span className="tn-muted tn-truncate" dir="auto">
        {typeof from === 'string'
          ? t(`runs.reruns.${from}`)
          : t('runs.reruns.node', { node: nodes.get(from.nodeId).name })}
      </span>
      <span className="tn-output-space" />
      <time className="tn-muted" dateTime={run.queuedAt}>
        {formatMoment(Date.parse(run.queuedAt), locale)}
      </time>
      <RunStatusBadge status={run.status} detail={runLength(run, t, locale)} />
    </li>
  )
}
