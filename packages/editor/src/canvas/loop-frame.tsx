import type { NodeProps } from '@xyflow/react'
import { memo, useContext } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { select } from '../store/editor-store.ts'
import { Button } from '../ui/button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import type { FlowNode } from './flow-types.ts'
import { CardContent, CardShell, CardSummary } from './node-card.tsx'
import { NodeRunContext, useNodeRun } from './node-status.ts'

/**
 * Renders a loop as a frame around the nodes inside it, which React Flow draws above it. Its size follows from theirs.
 */
export const LoopFrame = memo(function LoopFrame({ id, data, selected = false }: NodeProps<FlowNode>) {
  return (
    <CardShell className="tn-loop" id={id} data={data} selected={selected}>
      <CardContent id={id} data={data}>
        <LoopBar id={id} data={data} />
        <div className="tn-loop-body">
          {data.isEmpty && <EmptyLoop nodeId={id} />}
          {data.hidden > 0 && <ExpandButton nodeId={id} data={data} />}
        </div>
        {!data.isEmpty && data.hidden === 0 && <CollapseButton nodeId={id} data={data} />}
      </CardContent>
    </CardShell>
  )
})

/** Renders the line below the head: what the loop repeats, or in a run the progress of its items. */
function LoopBar({ id, data }: Pick<NodeProps<FlowNode>, 'id' | 'data'>) {
  const presenter = useContext(NodeRunContext)
  const run = useNodeRun(id)
  const bar = run === null || presenter === null ? null : presenter.loopBar(id)
  return bar === null ? <CardSummary data={data} /> : <div className="tn-loop-bar nodrag nopan">{bar}</div>
}

interface CollapseProps {
  readonly nodeId: string
  readonly data: FlowNode['data']
}

/** Button that hides the nodes inside a loop from this user; it also selects the loop, since they could be selected. */
function CollapseButton({ nodeId, data }: CollapseProps) {
  const t = useTranslate()
  const { store } = useSession()
  return (
    <IconButton
      className="tn-loop-collapse nodrag nopan"
      icon="chevronDown"
      size="s"
      aria-expanded
      label={t('canvas.collapse', { name: data.node.name })}
      onClick={(event) => {
        event.stopPropagation()
        select(store, [nodeId])
        store.setState(({ collapsed }) => ({ collapsed: new Set([...collapsed, nodeId]) }))
        focusToggle(event.currentTarget)
      }}
    />
  )
}

function ExpandButton({ nodeId, data }: CollapseProps) {
  const t = useTranslate()
  const { store } = useSession()
  return (
    <Button
      className="nodrag nopan"
      size="s"
      icon="chevronRight"
      aria-expanded={false}
      onClick={(event) => {
        event.stopPropagation()
        store.setState(({ collapsed }) => ({ collapsed: new Set([...collapsed].filter((id) => id !== nodeId)) }))
        focusToggle(event.currentTarget)
      }}
    >
      {t('canvas.expand', { count: data.hidden })}
    </Button>
  )
}

/** Focuses the button that replaces a clicked one, once it is drawn. */
function focusToggle(clicked: HTMLElement): void {
  const frame = clicked.closest('.tn-loop')
  requestAnimationFrame(() => {
    const toggle = frame?.querySelector<HTMLElement>('button[aria-expanded]')
    toggle?.focus({ preventScroll: true })
  })
}

function EmptyLoop({ nodeId }: { readonly nodeId: string }) {
  const t = useTranslate()
  const { store } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  if (isReadOnly) return <p className="tn-loop-none">{t('canvas.loopEmptyReadOnly')}</p>
  return (
    <Button
      className="nodrag nopan"
      size="s"
      icon="plus"
      onClick={(event) => {
        event.stopPropagation()
        const at = { x: event.clientX, y: event.clientY }
        // A key press has no point.
        const isPointer = event.detail > 0
        store.setState({ quickAdd: { placement: { kind: 'inside', nodeId }, at: isPointer ? at : null } })
      }}
    >
      {t('canvas.loopEmptyAction')}
    </Button>
  )
}
