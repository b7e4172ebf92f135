import type { NodeId } from '@tenon/core/document'
import type { FocusEvent, ReactNode } from 'react'
import { useInstance, useTranslate } from '../instance/instance-context.ts'
import { type PartState, usePart } from '../instance/use-part.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { InspectorTab } from '../store/editor-state.ts'
import { select } from '../store/editor-store.ts'
import { Callout } from '../ui/callout.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { PartTrouble } from '../ui/later-part.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { type TabItem, Tabs } from '../ui/tabs.tsx'
import { InspectorHead } from './inspector-head.tsx'
import { type LaterFields, loadFields } from './load-fields.ts'
import { SelectionPanel } from './selection-panel.tsx'
import { useFieldFocus } from './use-field-focus.ts'
import { WorkflowPanel } from './workflow-panel.tsx'

interface InspectorProps {
  /** Renders the last run of a node, by the run views; `null` if there is none. */
  readonly lastRun: ((nodeId: NodeId) => ReactNode) | null
}

/** Inspector of the selection: one node, several, or the workflow itself. */
export function Inspector({ lastRun }: InspectorProps) {
  const { t, afterPress } = useInstance()
  const { store } = useSession()
  const selected = useEditorStore((state) => state.selectedNodes)
  const deleted = useEditorStore((state) => state.deletedNode)
  const tabs = usePart(loadFields)
  const [only, ...more] = selected
  // From now on an empty field is a problem, also of a node that was just added.
  const leaveField = ({ target, relatedTarget }: FocusEvent) => {
    const field = target.closest('[data-param]')
    if (!(field instanceof HTMLElement) || field.contains(relatedTarget)) return
    const { freshNodes, freshSetting } = store.getState()
    if (freshNodes.size > 0) afterPress(() => store.setState({ freshNodes: new Set() }))
    if (field.dataset.param === freshSetting) afterPress(() => store.setState({ freshSetting: null }))
  }
  return (
    <aside className="tn-inspector" aria-label={t('inspector.label')} onBlur={leaveField}>
      {only === undefined &&
        deleted !== null &&
        within(tabs, ({ DeletedPanel }) => <DeletedPanel key={deleted.node.id} deleted={deleted} />)}
      {only === undefined && deleted === null && <WorkflowPanel />}
      {only !== undefined && more.length > 0 && <SelectionPanel nodeIds={[...selected]} />}
      {only !== undefined && more.length === 0 && <NodePanel key={only} nodeId={only} tabs={tabs} lastRun={lastRun} />}
    </aside>
  )
}

interface NodePanelProps extends InspectorProps {
  readonly nodeId: NodeId
  readonly tabs: PartState<LaterFields>
}

function NodePanel({ nodeId, tabs, lastRun }: NodePanelProps) {
  const t = useTranslate()
  const { store } = useSession()
  const node = useEditorStore((state) => state.nodesById.get(nodeId))
  const entry = useEditorStore((state) => (node === undefined ? undefined : state.manifest.entryOf(node)))
  const tab = useEditorStore((state) => state.tab)
  const body = useFieldFocus(nodeId)
  if (node === undefined) {
    return lastRun === null ? <WorkflowPanel /> : <DeletedNodeRun>{lastRun(nodeId)}</DeletedNodeRun>
  }
  const items: TabItem<InspectorTab>[] = [
    {
      id: 'setup',
      label: t('inspector.setup'),
      content: within(tabs, ({ SetupTab }) => <SetupTab node={node} entry={entry} />),
    },
    {
      id: 'policy',
      label: t('inspector.policy'),
      content: within(tabs, ({ PolicyTab }) => <PolicyTab node={node} entry={entry} />),
    },
    { id: 'input', label: t('inspector.input'), content: within(tabs, ({ InputTab }) => <InputTab nodeId={nodeId} />) },
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

/** Panel of a node that was chosen in a run and is no longer in the workflow; `children` are its data from the run. */
function DeletedNodeRun({ children }: { readonly children: ReactNode }) {
  const t = useTranslate()
  const { store } = useSession()
  return (
    <section className="tn-inspector-body" aria-label={t('inspector.notInDraft')}>
      <header className="tn-inspector-head">
        <div className="tn-inspector-title">
          <h2 className="tn-inspector-heading">{t('inspector.notInDraft')}</h2>
        </div>
        <span className="tn-inspector-close">
          <IconButton icon="close" label={t('inspector.close')} onClick={() => select(store, [])} />
        </span>
      </header>
      <div className="tn-panel-form">
        <Callout tone="waiting" title={t('inspector.notInDraftText')} />
      </div>
      {children}
    </section>
  )
}

/** Draws what is loaded, or its placeholder. */
function within({ part, tryNow }: PartState<LaterFields>, draw: (part: LaterFields) => ReactNode): ReactNode {
  return part === null ? <Waiting tryNow={tryNow} /> : draw(part)
}

function Waiting({ tryNow }: { readonly tryNow: (() => void) | null }) {
  return (
    <div className="tn-panel-form">
      {tryNow === null ? <Skeleton lines={4} height={34} /> : <PartTrouble onTry={tryNow} />}
    </div>
  )
}
