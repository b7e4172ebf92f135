import type { LedgerEntry } from '@tenon/core/client'
import type { NodeRunView } from '@tenon/core/run'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useInstance, useTranslate } from '../../instance/instance-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { IconTile } from '../../ui/icon-tile.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { LogPanel } from '../log/log-panel.tsx'
import { LoopItem } from '../loop/loop-item.tsx'
import { LoopSteppers } from '../loop/loop-steppers.tsx'
import { useMissingInputText } from '../loop/missing-input.ts'
import { displayStatus } from '../store/display-status.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useNodeRunView, useRunSnapshot, useShownNodeRunId } from '../store/use-run.ts'
import { countedAttempts } from './headline.ts'
import { NodeStatusBadge } from './node-badge.tsx'
import { ResultTab } from './result-tab.tsx'
import { ValueView } from './value-view.tsx'

export interface InspectorPanelProps {
  readonly scope: RunScope
  readonly nodeId: string | null
  readonly onClose?: () => void
  /** Shows another node, also from its result; without it, the panel has no links to nodes. */
  readonly onSelectNode?: (nodeId: string) => void
  /** Request to focus the name of this node; each object is one request, `null` is none. */
  readonly focusRequest?: { readonly nodeId: string } | null
}

/** Path of the name of a node run among the rows of the editor's panel. */
export const RUN_NAME: readonly string[] = Object.freeze(['node-run', 'name'])

type TabId = 'result' | 'input' | 'log'

/** Panel with all data of one node run, beginning with its result. */
export function InspectorPanel({ nodeId, ...rest }: InspectorPanelProps) {
  const t = useTranslate()
  if (nodeId === null) {
    return <EmptyState icon="info" title={t('runs.inspector.empty')} description={t('runs.inspector.emptyWhy')} />
  }
  return <NodeInspector key={nodeId} nodeId={nodeId} {...rest} />
}

function NodeInspector(props: InspectorPanelProps & { readonly nodeId: string }) {
  const { scope, nodeId, onClose, onSelectNode, focusRequest = null } = props
  const { t } = useInstance()
  const [tab, setTab] = useState<TabId>('result')
  const { store, nodes } = scope
  const node = nodes.get(nodeId)
  const nodeRunId = useShownNodeRunId(store, nodes, nodeId)
  const nodeRun = useNodeRunView(store, nodeRunId)
  const { view } = useRunSnapshot(store)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (focusRequest?.nodeId === nodeId) heading.current?.focus()
  }, [focusRequest, nodeId])
  const subtitle = useMemo(() => {
    const counted = countedAttempts(nodeRun)
    const attempt =
      counted > 1 || (counted > 0 && nodeRun.status === 'retry')
        ? t('runs.attemptOf', { attempt: counted, maximum: node.maximumAttempts })
        : ''
    return [node.typeTitle, attempt].filter((part) => part !== '').join(' · ')
  }, [node, nodeRun, t])
  return (
    <div className="tn-inspect">
      <header className="tn-inspect-head">
        <IconTile path={node.icon} category={node.category} />
        <div className="tn-inspect-names" data-param={RUN_NAME.join('.')}>
          <h2 ref={heading} tabIndex={-1} className="tn-inspect-name" dir="auto">
            {node.name}
          </h2>
          <p className="tn-inspect-type">{subtitle}</p>
        </div>
        <NodeStatusBadge status={displayStatus(nodeRun)} />
        {onClose !== undefined && <IconButton icon="close" label={t('ui.close')} size="s" onClick={onClose} />}
      </header>
      <LoopSteppers scope={scope} nodeId={nodeId} />
      <Tabs<TabId>
        label={t('runs.inspector.label')}
        value={tab}
        onChange={setTab}
        items={[
          {
            id: 'result',
            label: t('runs.inspector.result'),
            content: <ResultTab scope={scope} nodeRun={nodeRun} node={node} onSelectNode={onSelectNode} />,
          },
          {
            id: 'input',
            label: t('runs.inspector.input'),
            content: (
              <div className="tn-inspect-body">
                {nodeRun.startedAt === null ? (
                  <EmptyState title={t('runs.inspector.noInput')} description={t('runs.inspector.noInputWhy')} />
                ) : (
                  <NodeInput scope={scope} nodeRun={nodeRun} seq={view.seq} />
                )}
              </div>
            ),
          },
          {
            id: 'log',
            label: t('runs.inspector.log'),
            content: <LogPanel scope={scope} nodeId={nodeId} nodeRunId={nodeRunId} />,
          },
        ]}
      />
    </div>
  )
}

interface NodeInputProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  /** Last event that the data must include. */
  readonly seq: number
}

/** Shows the item of the loop around a node run, and the input of the node run. */
function NodeInput({ scope, nodeRun, seq }: NodeInputProps) {
  const t = useTranslate()
  const emptyText = useMissingInputText(scope, nodeRun.nodeRunId, t('runs.inspector.inputEmpty'))
  return (
    <>
      <LoopItem scope={scope} nodeRun={nodeRun} seq={seq} />
      <ValueView
        scope={scope}
        nodeRunId={nodeRun.nodeRunId}
        title={t('runs.inspector.inputTitle')}
        value={nodeRun.input}
        pick={pickInput}
        seq={seq}
        emptyText={emptyText}
      />
    </>
  )
}

const pickInput = (entry: LedgerEntry) => entry.input
