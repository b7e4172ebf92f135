import type { Run } from '@tenon/core/client'
import { isRunOver } from '@tenon/core/run'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { Tabs } from '../../ui/tabs.tsx'
import { CallTreePart } from '../calls/parts.tsx'
import { LogPanel } from '../log/log-panel.tsx'
import { OutputPanel } from '../output/output-panel.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { TimelinePanel } from '../timeline/timeline-panel.tsx'

export interface RunDockProps {
  readonly scope: RunScope
  readonly selectedNodeId: string | null
  readonly onSelectNode: (nodeId: string) => void
  /** Controls at the end of the tabs. */
  readonly actions?: ReactNode
}

type TabId = 'timeline' | 'log' | 'output' | 'calls'

const selectHasChildren = ({ live }: RunSnapshot) => [...live.nodeRuns.values()].some(({ child }) => child !== null)

/** Checks whether other runs have started a run, or handle its failure, or the other way around. */
function hasLinks({ parent, handles, handledBy }: Run): boolean {
  return parent !== null || handles !== null || handledBy !== null
}

const selectHasOutput = ({ live }: RunSnapshot) => isRunOver(live.status) && live.status === 'completed'

/** Timeline, log and output of a run, under its canvas. */
export function RunDock({ scope, selectedNodeId, onSelectNode, actions }: RunDockProps) {
  const { t } = useInstance()
  const [tab, setTab] = useState<TabId>('timeline')
  const [logNodeId, setLogNodeId] = useState<string | null>(null)
  const hasOutput = useRunPart(scope.store, selectHasOutput)
  const hadEnded = scope.run.value !== null && isRunOver(scope.run.value.status)
  const isOutputNew = useNews(hasOutput, tab === 'output', hadEnded)
  const { store, nodes } = scope
  const hasChildren = useRunPart(store, selectHasChildren)
  const hasCalls = hasChildren || (scope.run.value !== null && hasLinks(scope.run.value))
  return (
    <Tabs<TabId>
      className="tn-dock"
      label={t('runs.dock.label')}
      value={tab}
      onChange={setTab}
      actions={actions}
      items={[
        {
          id: 'timeline',
          label: t('runs.dock.timeline'),
          content: (
            <TimelinePanel store={store} nodes={nodes} selectedNodeId={selectedNodeId} onSelectNode={onSelectNode} />
          ),
        },
        {
          id: 'log',
          label: t('runs.dock.log'),
          content: <LogPanel scope={scope} nodeId={logNodeId} onNodeChange={setLogNodeId} />,
        },
        {
          id: 'output',
          label: t('runs.dock.output'),
          badge: isOutputNew ? <span className="tn-dot" role="img" aria-label={t('runs.dock.outputReady')} /> : null,
          content: <OutputPanel scope={scope} onSelectNode={onSelectNode} />,
        },
        ...(hasCalls
          ? [
              {
                id: 'calls' as const,
                label: t('runs.calls.tab'),
                content: <CallTreePart scope={scope} />,
              },
            ]
          : []),
      ]}
    />
  )
}

/**
 * Returns `true` if a fact became true while mounted and was not seen yet.
 *
 * @param isOld - True if it was true before; only the first value counts.
 */
function useNews(isThere: boolean, isSeen: boolean, isOld: boolean): boolean {
  const wasThere = useRef(isThere || isOld)
  const [isNew, setIsNew] = useState(false)
  useEffect(() => {
    if (isThere && !wasThere.current) setIsNew(true)
    wasThere.current ||= isThere
  }, [isThere])
  useEffect(() => {
    if (isSeen) setIsNew(false)
  }, [isSeen])
  return isNew && !isSeen
}
