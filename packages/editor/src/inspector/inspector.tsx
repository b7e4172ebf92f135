import type { NodeId } from '@tenon/core/document'
import type { FocusEvent, ReactNode } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { InspectorTab } from '../store/editor-state.ts'
import { select } from '../store/editor-store.ts'
import { type TabItem, Tabs } from '../ui/tabs.tsx'
import { InputTab } from './input-tab.tsx'
import { InspectorHead } from './inspector-head.tsx'
import { PolicyTab } from './policy-tab.tsx'
import { SelectionPanel } from './selection-panel.tsx'
import { SetupTab } from './setup-tab.tsx'
import { useFieldFocus } from './use-field-focus.ts'
import { WorkflowPanel } from './workflow-panel.tsx'

interface InspectorProps {
  /** What the last run did at a node; the run views fill it. */
  readonly lastRun: ((nodeId: NodeId) => ReactNode) | null
}

/** Everything about what is selected: one node, several, or the workflow itself. */
export function Inspector({ lastRun }: InspectorProps) {
  const t = useTranslate()
  const { store } = useSession()
  const selected = useEditorStore((state) => state.selectedNodes)
  const [only, ...more] = selected
  // A field that was left empty is a problem now, also of a node that was just added.
  const leaveField = ({ target }: FocusEvent) => {
    if (target.closest('[data-param]') !== null && store.getState().freshNodes.size > 0) {
      store.setState({ freshNodes: new Set() })
    }
  }
  return (
    <aside className="tn-inspector" aria-label={t('inspector.label')} onBlur={leaveField}>
      {only === undefined && <WorkflowPanel />}
      {only !== undefined && more.length > 0 && <SelectionPanel nodeIds={[...selected]} />}
      {only !== undefined && more.length === 0 && <NodePanel key={only} nodeId={only} lastRun={lastRun} />}
    </aside>
  )
}

function NodePanel({ nodeId, lastRun }: { readonly nodeId: NodeId } & InspectorProps) {
  const t = useTranslate()
  const { store } = useSession()
  const node = useEditorStore((state) => state.nodesById.get(nodeId))
  const entry = useEditorStore((state) => (node === undefined ? undefined : state.manifest.entryOf(node)))
  const tab = useEditorStore((state) => state.tab)
  const body = useFieldFocus(nodeId)
  if (node === undefined) return null
  const items: TabItem<InspectorTab>[] = [
    { id: 'setup', label: t('inspector.setup'), content: <SetupTab node={node} entry={entry} /> },
    { id: 'policy', label: t('inspector.policy'), content: <PolicyTab node={node} entry={entry} /> },
    { id: 'input', label: t('inspector.input'), content: <InputTab nodeId={nodeId} /> },
  ]
  if (lastRun !== null) items.push({ id: 'last-run', label: t('inspector.lastRun'), content: lastRun(nodeId) })
  return (
    <div ref={body} className="tn-inspector-body">
      <InspectorHead node={node} entry={entry} onClose={() => select(store, [])} />
      <Tabs
        className="tn-inspector-tabs"
        label={t('inspector.tabs')}
        items={items}
        value={items.some((item) => item.id === tab) ? tab : 'setup'}
        onChange={(next) => store.setState({ tab: next })}
      />
    </div>
  )
}
