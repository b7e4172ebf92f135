import type { TenonClient } from '@tenon/core/client'
import type { NodeId, RunId } from '@tenon/core/document'
import { isRunOver } from '@tenon/core/run'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import type { NodeRunPresenter } from '../canvas/node-status.ts'
import { useInstance } from '../instance/instance-context.ts'
import { useWaitingBelow } from '../runs/calls/use-waiting-below.ts'
import { InspectorPanel, RUN_NAME } from '../runs/inspector/inspector-panel.tsx'
import { OpenQueue } from '../runs/queue/open-queue.tsx'
import { type RunLinks, RunLinksContext } from '../runs/store/run-links.ts'
import { RunReady } from '../runs/store/run-part.tsx'
import { createRunPresenter } from '../runs/store/run-presenter.ts'
import { RunProvider, type RunScope } from '../runs/store/run-scope.tsx'
import { useRunSnapshot } from '../runs/store/use-run.ts'
import { OpenApprovals } from '../runs/viewer/open-approvals.tsx'
import { OpenBelow } from '../runs/viewer/open-below.tsx'
import { OpenParked } from '../runs/viewer/open-parked.tsx'
import { OpenUndo } from '../runs/viewer/open-undo.tsx'
import { RunControls } from '../runs/viewer/run-controls.tsx'
import { RunDock } from '../runs/viewer/run-dock.tsx'
import { RunFault } from '../runs/viewer/run-fault.tsx'
import { RunStateBadge } from '../runs/viewer/run-state-badge.tsx'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { RunTexts } from '../shell/run-texts.tsx'
import { select } from '../store/editor-store.ts'
import { Button } from '../ui/button.tsx'
import { IconButton } from '../ui/icon-button.tsx'

/** Parts of a run that other parts of the editor show. */
export interface RunLayer {
  readonly presenter: NodeRunPresenter
  /** Renders the run of one node. */
  readonly inspect: (nodeId: NodeId) => ReactNode
}

interface LiveRunProps {
  readonly client: TenonClient
  readonly runId: RunId
  readonly onLayer: (layer: RunLayer | null) => void
  readonly onClose: () => void
  /** Called when the panel of the run has opened and the canvas has become smaller. */
  readonly onOpened: () => void
  /** Called when a node was chosen in a run view. */
  readonly onShow: (nodeId: NodeId) => void
  readonly onOpenRun: ((runId: RunId) => void) | undefined
  readonly onOpenApprovals: (() => void) | undefined
}

/** Panel of a run under the canvas: timeline, log and output; the canvas shows the status of its nodes. */
export function LiveRun({ client, runId, ...rest }: LiveRunProps): ReactNode {
  return (
    <RunTexts>
      <RunProvider client={client} runId={runId}>
        {(scope) => (
          <section className="tn-live-run">
            <RunReady scope={scope}>{(ready) => <Dock scope={ready} runId={runId} {...rest} />}</RunReady>
          </section>
        )}
      </RunProvider>
    </RunTexts>
  )
}

type DockProps = Omit<LiveRunProps, 'client'> & { readonly scope: RunScope }

function Dock({ scope, runId, onLayer, onClose, onOpened, onShow, onOpenRun, onOpenApprovals }: DockProps): ReactNode {
  const { t, locale } = useInstance()
  const session = useSession()
  const { store, nodes } = scope
  const [only = null] = useEditorStore((state) => state.selectedNodes)
  const { live } = useRunSnapshot(store)
  const { below, readBelow } = useWaitingBelow(scope)
  const presenter = useMemo(
    () => createRunPresenter({ store, nodes, below: readBelow, t, locale }),
    [store, nodes, readBelow, t, locale],
  )
  const latest = useRef(onOpenRun)
  latest.current = onOpenRun
  const canOpen = onOpenRun !== undefined
  // The layer of the editor changes with the links, so it does not depend on a function that a host writes inline.
  const links = useMemo<RunLinks>(() => ({ onOpenRun: canOpen ? (id) => latest.current?.(id) : null }), [canOpen])
  const show = (nodeId: NodeId) => {
    select(session.store, [nodeId])
    session.store.setState({ tab: 'last-run' })
    onShow(nodeId)
  }
  // A link in this panel leads to the panel of the node, so the focus follows it there.
  const lead = (nodeId: NodeId) => {
    show(nodeId)
    session.store.setState({ fieldFocus: { nodeId, path: RUN_NAME } })
  }
  const latestLead = useRef(lead)
  latestLead.current = lead
  useEffect(() => {
    onLayer({
      presenter,
      // The inspector of the editor renders it.
      inspect: (nodeId) => (
        <RunTexts>
          <RunLinksContext.Provider value={links}>
            <InspectorPanel scope={scope} nodeId={nodeId} onSelectNode={(id) => latestLead.current(id)} />
          </RunLinksContext.Provider>
        </RunTexts>
      ),
    })
    return () => onLayer(null)
  }, [presenter, scope, links, onLayer])
  const opened = useRef(onOpened)
  useEffect(() => opened.current(), [])
  return (
    <RunLinksContext.Provider value={links}>
      <RunFault scope={scope} onSelectNode={lead} />
      <OpenQueue scope={scope} />
      <OpenUndo scope={scope} />
      <OpenParked scope={scope} onSelectNode={lead} />
      <OpenBelow scope={scope} below={below} />
      <OpenApprovals scope={scope} onSelectNode={lead} onOpenApprovals={onOpenApprovals} />
      <RunDock
        scope={scope}
        selectedNodeId={only}
        onSelectNode={show}
        actions={
          <>
            <RunStateBadge view={live} />
            {!isRunOver(live.status) && <RunControls scope={scope} size="s" />}
            {onOpenRun !== undefined && (
              <Button size="s" variant="ghost" icon="external" onClick={() => onOpenRun(runId)}>
                {t('run.open')}
              </Button>
            )}
            <IconButton icon="close" size="s" label={t('run.hide')} onClick={onClose} />
          </>
        }
      />
    </RunLinksContext.Provider>
  )
}
