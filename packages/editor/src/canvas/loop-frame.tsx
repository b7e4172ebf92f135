import type { NodeProps } from '@xyflow/react'
import { memo, useContext } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
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
        <div className="tn-loop-body">{data.isEmpty && <EmptyLoop nodeId={id} />}</div>
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
