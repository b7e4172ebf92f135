import { isNodeRunOpen, isRunOver } from '@tenon/core/run'
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react'
import { NodeRunContext } from '../../canvas/node-status.ts'
import { ReadOnlyCanvas } from '../../canvas/read-only-canvas.tsx'
import { ResourceError } from '../../client/resource-error.tsx'
import { useTenantWorkflows } from '../../contexts/use-tenant-workflows.ts'
import { WorkflowsContext } from '../../contexts/workflows-context.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { useCloseOnBack } from '../../instance/use-close-on-back.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useWaitingBelow } from '../calls/use-waiting-below.ts'
import { InspectorPanel } from '../inspector/inspector-panel.tsx'
import { RunSummary } from '../inspector/run-summary.tsx'
import { OpenQueue } from '../queue/open-queue.tsx'
import { Scrubber } from '../scrubber/scrubber.tsx'
import { RunLinksContext } from '../store/run-links.ts'
import { RunReady } from '../store/run-part.tsx'
import { createRunPresenter } from '../store/run-presenter.ts'
import { type RunIdentity, RunProvider, type RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { OpenApprovals } from './open-approvals.tsx'
import { OpenBelow } from './open-below.tsx'
import { OpenParked } from './open-parked.tsx'
import { OpenUndo } from './open-undo.tsx'
import { OpenWaits } from './open-waits.tsx'
import { RunDock } from './run-dock.tsx'
import { RunHeader } from './run-header.tsx'

/** Props of the whole view of one run: canvas, timeline, log and inspector. */
export interface RunViewerProps extends InstanceProps, RunIdentity {
  /** Element before the name of the workflow, such as a link back. */
  readonly start?: ReactNode
  /** Element before the buttons at the end of the header. */
  readonly end?: ReactNode
  /** Opens a run that was started by "Run again"; without it, the button is hidden. */
  readonly onOpenRun?: (runId: string) => void
  /** Opens the workflow of the run; without it, "Open in editor" is hidden. */
  readonly onOpenWorkflow?: (workflowId: string) => void
  /** Called after an admin has deleted the run, to show something else; without it, the button is hidden. */
  readonly onDeleted?: () => void
  /** Opens the list of approvals; without it, a run that waits for a decision has no link to that list. */
  readonly onOpenApprovals?: () => void
}

/** View of a run, live and at every moment of its past: canvas, timeline, log, output, and details of each node. */
export function RunViewer({ client, runId, ...rest }: RunViewerProps) {
  const { start, end, onOpenRun, onOpenWorkflow, onDeleted, onOpenApprovals, ...instance } = rest
  return (
    <EnsureInstance {...instance}>
      <RunProvider client={client} runId={runId}>
        {(scope) => (
          <RunReady scope={scope} skeleton={<ViewerSkeleton />} back={start}>
            {(ready) => (
              <Viewer
                scope={ready}
                start={start}
                end={end}
                onOpenRun={onOpenRun}
                onOpenWorkflow={onOpenWorkflow}
                onDeleted={onDeleted}
                onOpenApprovals={onOpenApprovals}
              />
            )}
          </RunReady>
        )}
      </RunProvider>
    </EnsureInstance>
  )
}

interface ViewerProps {
  readonly scope: RunScope
  readonly start: ReactNode
  readonly end: ReactNode
  readonly onOpenRun: ((runId: string) => void) | undefined
  readonly onOpenWorkflow: ((workflowId: string) => void) | undefined
  readonly onDeleted: (() => void) | undefined
  readonly onOpenApprovals: (() => void) | undefined
}

/** Selects the first node run that has not ended. */
const selectOpenNode = ({ live }: RunSnapshot) => [...live.nodeRuns.values()].find(isNodeRunOpen)?.nodeId ?? null

// The picture is fitted once: before the events of a run have arrived, its open node is not known.
const selectHasEvents = ({ lastSeq, stream }: RunSnapshot) =>
  lastSeq > 0 || stream === 'retrying' || stream === 'closed'

function Viewer({ scope, start, end, onOpenRun, onOpenWorkflow, onDeleted, onOpenApprovals }: ViewerProps) {
  const { t, locale } = useInstance()
  const { client, store, nodes, graph } = scope
  const workflows = useTenantWorkflows({ client, workflowId: scope.run.value?.workflowId ?? '', onOpenWorkflow })
  const [nodeId, setNodeId] = useState<string | null>(null)
  // A link above the canvas leads to the panel, so the focus follows it there.
  const [focusRequest, setFocusRequest] = useState<{ readonly nodeId: string } | null>(null)
  const lead = (to: string) => {
    setNodeId(to)
    setFocusRequest({ nodeId: to })
  }
  const show = useCallback((to: string | null) => {
    setNodeId(to)
    setFocusRequest(null)
  }, [])
  const { below, readBelow } = useWaitingBelow(scope)
  const presenter = useMemo(
    () => createRunPresenter({ store, nodes, below: readBelow, t, locale }),
    [store, nodes, readBelow, t, locale],
  )
  const openNodeId = useRunPart(store, selectOpenNode)
  const hasEvents = useRunPart(store, selectHasEvents)
  const isOver = scope.run.value !== null && isRunOver(scope.run.value.status)
  const isLate = useLater(CANVAS_MS)
  const isReady = hasEvents || isOver || isLate || scope.run.value?.startedAt === null
  const links = useMemo(() => ({ onOpenRun: onOpenRun ?? null }), [onOpenRun])
  const close = useCallback(() => show(null), [show])
  useCloseOnBack(nodeId !== null, close)
  return (
    <NodeRunContext.Provider value={presenter}>
      <RunLinksContext.Provider value={links}>
        <RunFrame>
          <RunHeader
            scope={scope}
            start={start}
            end={end}
            onOpenRun={onOpenRun}
            onOpenWorkflow={onOpenWorkflow}
            onDeleted={onDeleted}
          />
          <div className="tn-run-stage">
            <OpenQueue scope={scope} />
            <OpenUndo scope={scope} />
            <OpenParked scope={scope} onSelectNode={lead} />
            <OpenBelow scope={scope} below={below} />
            <OpenApprovals scope={scope} onSelectNode={lead} onOpenApprovals={onOpenApprovals} />
            <OpenWaits scope={scope} onSelectNode={lead} />
            <div className="tn-run-canvas">
              {graph.value === null ? (
                <ResourceError title={t('runs.graphFailed')} resource={graph} />
              ) : (
                isReady && (
                  <WorkflowsContext.Provider value={workflows}>
                    <ReadOnlyCanvas
                      document={graph.value.document}
                      manifest={graph.value.manifest}
                      selectedNodeId={nodeId}
                      firstNodeId={openNodeId}
                      onSelectNode={show}
                    />
                  </WorkflowsContext.Provider>
                )
              )}
              <Scrubber store={store} nodes={nodes} />
            </div>
          </div>
          <aside className="tn-run-side" aria-label={t('runs.inspector.label')}>
            {nodeId === null ? (
              <RunSummary scope={scope} onSelectNode={lead} />
            ) : (
              <InspectorPanel
                scope={scope}
                nodeId={nodeId}
                onClose={close}
                onSelectNode={lead}
                focusRequest={focusRequest}
              />
            )}
          </aside>
          <RunDock scope={scope} selectedNodeId={nodeId} onSelectNode={show} />
        </RunFrame>
      </RunLinksContext.Provider>
    </NodeRunContext.Provider>
  )
}

/** Time in milliseconds after which the canvas is shown although the log of the run is still being read. */
const CANVAS_MS = 800

/** Returns true once the component has been mounted for so long. */
function useLater(ms: number): boolean {
  const [isLater, setIsLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsLater(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return isLater
}

function ViewerSkeleton() {
  return (
    <RunFrame>
      <div className="tn-run-head">
        <Skeleton width="220px" height={20} />
      </div>
      <div className="tn-run-stage" />
      <div className="tn-run-side">
        <div className="tn-part-loading">
          <Skeleton lines={6} height={18} />
        </div>
      </div>
      <div className="tn-dock">
        <div className="tn-part-loading">
          <Skeleton lines={4} height={18} />
        </div>
      </div>
    </RunFrame>
  )
}

/** The outer box is the container for the size queries of the inner one. */
function RunFrame({ children }: { readonly children: ReactNode }) {
  return (
    <div className="tn-run-frame">
      <div className="tn-run">{children}</div>
    </div>
  )
}
