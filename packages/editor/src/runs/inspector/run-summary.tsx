import type { ModelSpend } from '@tenon/core/node'
import { isRunOver, type NodeRunView, type RunView, runDurationMs } from '@tenon/core/run'
import { useInstance, useTranslate } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import type { Translate } from '../../messages/format.ts'
import { Callout } from '../../ui/callout.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { formatDuration } from '../format/duration.ts'
import { formatMoment } from '../format/instant.ts'
import { nodeRunName } from '../format/node-run-name.ts'
import { versionTitle } from '../format/run-title.ts'
import { Starter } from '../starter/starter.tsx'
import type { NodeDirectory } from '../store/node-directory.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunMoment, useRunSnapshot } from '../store/use-run.ts'
import { RunStateBadge } from '../viewer/run-state-badge.tsx'
import { NodeApprovals } from './node-approvals.tsx'
import { UndoList } from './undo-list.tsx'
import { usageFacts } from './usage-facts.ts'

/** Names that the warning has at most. */
const MOST_NAMES = 5

export interface RunSummaryProps {
  readonly scope: RunScope
  readonly onSelectNode: (nodeId: string) => void
}

/** Summary of the run in the inspector, while no node is selected. */
export function RunSummary({ scope, onSelectNode }: RunSummaryProps) {
  const { t, locale } = useInstance()
  const { store, run, nodes } = scope
  const { view } = useRunSnapshot(store)
  const moment = useRunMoment(store, 500)
  const durationMs = runDurationMs(view, moment)
  const failed = [...view.nodeRuns.values()].find((nodeRun) => nodeRun.status === 'failed' && nodeRun.port === null)
  const facts: Fact[] = [
    { label: t('runs.fact.runId'), value: <Copyable text={scope.runId} /> },
    ...(run.value === null ? [] : [{ label: t('runs.fact.version'), value: versionTitle(run.value, t, locale) }]),
    ...(view.startedAt === null
      ? run.value === null
        ? []
        : [{ label: t('runs.fact.requested'), value: formatMoment(Date.parse(run.value.queuedAt), locale) }]
      : [{ label: t('runs.fact.started'), value: formatMoment(view.startedAt, locale) }]),
    ...(run.value?.startedBy == null
      ? []
      : [{ label: t('runs.fact.startedBy'), value: <Starter startedBy={run.value.startedBy} /> }]),
    ...(durationMs === null ? [] : [{ label: t('runs.fact.duration'), value: formatDuration(durationMs, t, locale) }]),
    ...(view.outcome === null ? [] : [{ label: t('runs.fact.outcome'), value: view.outcome }]),
    ...(run.value?.modelUsage === undefined ? [] : modelFacts(run.value.modelUsage, t, locale)),
    ...(run.value === null
      ? []
      : [
          { label: t('runs.fact.engine'), value: run.value.engine },
          { label: t('runs.fact.trace'), value: <Copyable text={run.value.traceId} /> },
        ]),
  ]
  const fault = view.error === null ? null : failureTexts(view.error, t)
  return (
    <div className="tn-inspect" data-summary>
      <header className="tn-inspect-head">
        <div className="tn-inspect-names">
          <h2 className="tn-inspect-name" dir="auto">
            {run.value?.workflowName ?? t('runs.summary.title')}
          </h2>
          <p className="tn-inspect-type">{t('runs.summary.title')}</p>
        </div>
        <RunStateBadge view={view} />
      </header>
      <div className="tn-inspect-body">
        {view.status === 'failed' && (
          <Callout tone="failed" title={fault?.why ?? t('runs.output.failed')}>
            {fault?.remedy}
            {failed !== undefined && (
              <button type="button" className="tn-text-button" onClick={() => onSelectNode(failed.nodeId)}>
                {t('runs.summary.openFailed', { node: nodes.get(failed.nodeId).name })}
              </button>
            )}
          </Callout>
        )}
        {view.status === 'canceled' && run.value?.error != null && (
          <Callout tone="neutral" title={failureTexts(run.value.error, t).why}>
            {failureTexts(run.value.error, t).remedy}
          </Callout>
        )}
        {run.value?.health !== undefined && !isRunOver(view.status) && (
          <Callout tone="failed" title={failureTexts(run.value.health, t).why}>
            {failureTexts(run.value.health, t).remedy}
          </Callout>
        )}
        <NotUndone view={view} nodes={nodes} />
        <UndoList view={view} nodes={nodes} onSelectNode={onSelectNode} />
        <NodeApprovals scope={scope} nodeRunId={null} />
        <Facts facts={facts} />
        {!isRunOver(view.status) && <p className="tn-muted">{t('runs.inspector.emptyWhy')}</p>}
      </div>
    </div>
  )
}

/** Facts about the calls of models by all nodes of a run. */
function modelFacts({ calls, costUsd, ...tokens }: ModelSpend, t: Translate, locale: string): Fact[] {
  // The sum of models without prices says nothing about their cost.
  const use = { ...tokens, costUsd: costUsd > 0 ? costUsd : undefined }
  return [
    { label: t('runs.fact.modelCalls'), value: new Intl.NumberFormat(locale).format(calls) },
    ...usageFacts(use, t, locale),
  ]
}

function Copyable({ text }: { readonly text: string }) {
  return (
    <span className="tn-copyable">
      <code className="tn-mono tn-truncate" title={text}>
        {text}
      </code>
      <CopyButton text={() => text} />
    </span>
  )
}

interface NotUndoneProps {
  readonly view: RunView
  readonly nodes: NodeDirectory
}

/** Warning that a run has ended without undoing all that it should; nothing for other runs. */
function NotUndone({ view, nodes }: NotUndoneProps) {
  const t = useTranslate()
  const left = notUndone(view, nodes)
  if (left.length === 0) return null
  const names = left.slice(0, MOST_NAMES).map(({ nodeRunId }) => nodeRunName(nodes, nodeRunId, t))
  return (
    <Callout
      tone="waiting"
      title={t('runs.undo.left', { names: names.join(', '), more: left.length - names.length })}
    />
  )
}

/** Returns the node runs whose work remains, though other nodes should have undone it. */
function notUndone({ compensation, nodeRuns }: RunView, nodes: NodeDirectory): readonly NodeRunView[] {
  if (compensation === null || compensation.endedAt === null || compensation.undone === compensation.count) return []
  const all = [...nodeRuns.values()]
  // A node run that was canceled may have completed nevertheless, which only its undo step shows.
  const tried = new Set(all.flatMap(({ undoes }) => (undoes === null ? [] : [undoes])))
  return all.filter(({ nodeRunId, nodeId, status }) => {
    const isDone = status === 'success' && nodes.get(nodeId).node?.policy?.compensation !== undefined
    return status !== 'compensated' && (isDone || tried.has(nodeRunId))
  })
}
