import { isRunOver } from '@tenon/core/run'
import { useMemo } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Chip } from '../../ui/chip.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ValueDocument } from '../documents/value-document.tsx'
import { ValueFiles } from '../files/value-files.tsx'
import { JsonTree } from '../json/json-tree.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart, useRunSnapshot } from '../store/use-run.ts'
import { traceFields } from './trace-fields.ts'

export interface OutputPanelProps {
  readonly scope: RunScope
  readonly onSelectNode?: (nodeId: string) => void
}

// Few runs are repeated.
const loadReruns = () => import('../again/rerun-list.tsx')

const selectIsOver = ({ live }: RunSnapshot) => isRunOver(live.status)

/** Panel of the output of a run, each field with the node that wrote it, and of the runs that repeat it. */
export function OutputPanel(props: OutputPanelProps) {
  const { scope } = props
  const isOver = useRunPart(scope.store, selectIsOver)
  return (
    <>
      <RunOutput {...props} />
      {isOver && (
        <LaterPart load={loadReruns} waiting={(trouble) => trouble}>
          {({ RerunList }) => <RerunList scope={scope} />}
        </LaterPart>
      )}
    </>
  )
}

function RunOutput({ scope, onSelectNode }: OutputPanelProps) {
  const { t } = useInstance()
  const { store, run, graph, nodes } = scope
  const { view } = useRunSnapshot(store)
  const finished = run.value !== null && isRunOver(run.value.status) ? run.value : null
  const output = finished?.output ?? null
  const owners = useMemo(() => {
    const end = view.endNodeRunId
    if (end === null || graph.value === null || output === null) return new Map<string, string>()
    return traceFields(output, view.nodeRuns.get(end)?.nodeId ?? end, view, graph.value.document)
  }, [view, graph.value, output])

  if (!isRunOver(view.status)) {
    return <EmptyState icon="clock" title={t('runs.output.pending')} description={t('runs.output.pendingWhy')} />
  }
  if (view.status === 'failed') {
    const fault = view.error === null ? null : failureTexts(view.error, t)
    return (
      <div className="tn-output">
        <Callout tone="failed" title={t('runs.output.failed')}>
          {fault?.why}
        </Callout>
        {fault !== null && fault.remedy !== '' && <p className="tn-muted">{fault.remedy}</p>}
      </div>
    )
  }
  if (view.status === 'canceled') {
    return <EmptyState icon="stop" title={t('runs.output.canceled')} description={t('runs.output.canceledWhy')} />
  }
  if (finished === null) {
    return run.error === null ? (
      <div className="tn-part-loading">
        <Skeleton lines={6} height={18} />
      </div>
    ) : (
      <ResourceError resource={run} />
    )
  }
  const isEmpty = output === null || (typeof output === 'object' && Object.keys(output).length === 0)
  return (
    <div className="tn-output">
      <div className="tn-output-head">
        <Badge tone="success">{finished.outcome ?? t('runs.status.completed')}</Badge>
        <span className="tn-output-space" />
        <CopyButton label={t('runs.output.copy')} text={() => JSON.stringify(output, null, 2)} />
      </div>
      {isEmpty ? (
        <EmptyState title={t('runs.output.empty')} description={t('runs.output.emptyWhy')} />
      ) : (
        <>
          <ValueFiles value={output} />
          <ValueDocument value={output} />
          <JsonTree
            value={output}
            label={t('runs.output.label')}
            noteOf={(key) => {
              const owner = owners.get(key)
              if (owner === undefined) return null
              return (
                <button
                  type="button"
                  className="tn-output-owner"
                  title={t('runs.output.writtenBy', { node: nodes.get(owner).name })}
                  onClick={() => onSelectNode?.(owner)}
                >
                  <Chip>{nodes.get(owner).name}</Chip>
                </button>
              )
            }}
          />
        </>
      )}
    </div>
  )
}
