import type { NodeId } from '@tenon/core/document'
import { useContext, useMemo } from 'react'
import { CalledWorkflow } from '../canvas/called-workflow.tsx'
import { useNodeRun } from '../canvas/node-status.ts'
import { summarize } from '../canvas/node-summary.ts'
import { ScheduleSummary } from '../canvas/schedule-summary.tsx'
import { WorkflowsContext } from '../contexts/workflows-context.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useLoopItems } from '../session/use-loop-items.ts'
import { useUndoToast } from '../session/use-undo-toast.ts'
import { select } from '../store/editor-store.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { StatusMark } from '../ui/status-mark.tsx'
import type { OutlineLead } from './outline-items.ts'
import { RowFocusContext } from './use-row-focus.ts'

const UNKNOWN_ICON = 'M12 3a9 9 0 1 0 .01 0M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01'

interface OutlineRowProps {
  readonly nodeId: NodeId
  readonly hasBranches: boolean
  /** Reason why the node does not follow that of the row above; `null` if it does. */
  readonly lead: OutlineLead | null
}

/** Row of one node: select it to edit it; its buttons add a node after it, connect or delete it. */
export function OutlineRow({ nodeId, hasBranches, lead }: OutlineRowProps) {
  const t = useTranslate()
  const { store } = useSession()
  const node = useEditorStore((state) => state.nodesById.get(nodeId))
  const entry = useEditorStore((state) => (node === undefined ? undefined : state.manifest.entryOf(node)))
  const isSelected = useEditorStore((state) => state.selectedNodes.has(nodeId))
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const problems = useEditorStore((state) => state.problemCounts.get(nodeId))
  const run = useNodeRun(nodeId)
  const onRowFocus = useContext(RowFocusContext)
  const workflows = useContext(WorkflowsContext)
  const summary = useMemo(() => {
    if (node === undefined || entry === undefined) return ''
    const text = summarize(entry, node.params)
      .map((part) => part.text)
      .join('')
    return text === '' ? entry.description : text
  }, [entry, node])
  if (node === undefined) return null
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: follows the focus, also into the menu of the row
    <div
      className="tn-outline-row"
      data-selected={isSelected || undefined}
      data-disabled={node.disabled || undefined}
      data-lead={lead?.kind}
      onFocus={() => onRowFocus(nodeId)}
    >
      <button
        type="button"
        className="tn-outline-open"
        data-row={nodeId}
        aria-pressed={isSelected}
        onClick={() => select(store, [nodeId])}
      >
        <IconTile path={entry?.icon ?? UNKNOWN_ICON} category={entry?.category ?? 'flow'} />
        <span className="tn-outline-text">
          <span dir="auto">{node.name}</span>
          {lead !== null && <LeadNote lead={lead} />}
          <small dir="auto">
            {run !== null && run.label !== '' && `${run.label} · `}
            {entry?.control === 'child' && workflows !== null ? (
              <CalledWorkflow workflows={workflows} node={node} entry={entry} />
            ) : entry?.trigger === 'schedule' ? (
              <ScheduleSummary node={node} entry={entry} />
            ) : (
              summary
            )}
          </small>
        </span>
        {run !== null && run.status !== 'idle' && <StatusMark status={run.status} label={run.statusLabel} />}
        {run === null && problems !== undefined && (
          <span className="tn-card-problem" data-severity={problems.severity} title={problems.first}>
            <Icon name="warning" size={14} />
            <span className="tn-visually-hidden">{t('canvas.problems', { count: problems.count })}</span>
          </span>
        )}
      </button>
      {!isReadOnly && (
        <RowActions nodeId={nodeId} name={node.name} canAdd={!hasBranches && entry?.ports.length !== 0} />
      )}
    </div>
  )
}

/** Note that the list does not continue from the row above, as its order suggests. */
function LeadNote({ lead }: { readonly lead: OutlineLead }) {
  const t = useTranslate()
  const otherId = lead.kind === 'detached' ? '' : lead.kind === 'undo' ? lead.of : lead.to
  const name = useEditorStore((state) => state.nodesById.get(otherId)?.name ?? otherId)
  return (
    <small className="tn-outline-lead" dir="auto">
      {t(`outline.${lead.kind}`, { name })}
    </small>
  )
}

interface RowActionsProps {
  readonly nodeId: NodeId
  readonly name: string
  readonly canAdd: boolean
}

function RowActions({ nodeId, name, canAdd }: RowActionsProps) {
  const t = useTranslate()
  const { store, dispatch } = useSession()
  const undoToast = useUndoToast()
  const loopItemsOf = useLoopItems()
  const items = (): readonly MenuItem[] => {
    const loopItems = loopItemsOf([nodeId])
    return [
      {
        id: 'connect',
        label: t('inspector.connect'),
        icon: 'link',
        onSelect: () => store.setState({ connecting: nodeId }),
      },
      {
        id: 'duplicate',
        label: t('inspector.duplicate'),
        icon: 'copy',
        onSelect: () => dispatch({ type: 'duplicate', nodeIds: [nodeId] }),
      },
      ...(loopItems.length === 0 ? [] : (['separator', ...loopItems] as const)),
      'separator',
      {
        id: 'delete',
        label: t('inspector.delete'),
        icon: 'trash',
        danger: true,
        // A phone has no other way back.
        onSelect: () => {
          if (dispatch({ type: 'delete-nodes', nodeIds: [nodeId] }).ok) undoToast(t('outline.deleted', { name }))
        },
      },
    ]
  }
  return (
    <span className="tn-outline-actions">
      {canAdd && (
        <IconButton
          icon="plus"
          size="s"
          label={t('outline.addAfter', { name })}
          onClick={() => store.setState({ quickAdd: { placement: { kind: 'after', nodeId }, at: null } })}
        />
      )}
      <Menu trigger={<IconButton icon="more" size="s" label={t('outline.actions', { name })} />} items={items} />
    </span>
  )
}
