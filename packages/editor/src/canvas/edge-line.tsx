import { BaseEdge, type EdgeProps, type InternalNode, useStore } from '@xyflow/react'
import { memo } from 'react'
import { edgePath } from '../edges/edge-path.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Boundary } from '../ui/boundary.tsx'
import { useChangeMark } from './change-marks.ts'
import type { FlowEdge, FlowNode } from './flow-types.ts'
import { useEdgeRun } from './node-status.ts'

/** Renders one edge: a curve, colored by the run, with a button that inserts a node. */
export const EdgeLine = memo(function EdgeLine(props: EdgeProps<FlowEdge>) {
  return (
    <Boundary resetKey={props.data} fallback={() => null}>
      <Edge {...props} />
    </Boundary>
  )
})

function Edge(props: EdgeProps<FlowEdge>) {
  const { id, source, sourceHandleId, target, selected = false, data } = props
  const change = useChangeMark(id)
  const run = useEdgeRun(source, sourceHandleId ?? '', target)
  const isDropTarget = useEditorStore(({ dropTarget }) => dropTarget?.kind === 'edge' && dropTarget.edgeId === id)
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  // Bend points belong to the positions in the document: while a card is dragged, its edges are curves.
  const isMoving = useStore(({ nodeLookup }) => {
    return (
      data?.points !== undefined &&
      [source, target].some((end) => isAway(nodeLookup.get(end) as InternalNode<FlowNode> | undefined))
    )
  })
  const [path, labelX, labelY] = edgePath(props, isMoving ? [] : data?.points)
  return (
    <g
      className="tn-edge"
      data-run={run}
      data-change={change}
      data-selected={selected || undefined}
      data-drop={isDropTarget || undefined}
    >
      {/* No id: two editors may show the same workflow on one page. */}
      <BaseEdge path={path} interactionWidth={24} />
      {!isReadOnly && <InsertButton edgeId={id} from={data?.from ?? ''} to={data?.to ?? ''} x={labelX} y={labelY} />}
    </g>
  )
}

/** Checks if a card is drawn elsewhere than in the document. A drop rounds to whole pixels. */
function isAway(card: InternalNode<FlowNode> | undefined): boolean {
  if (card === undefined) return false
  const { x, y } = card.data.corner.absolute
  const drawn = card.internals.positionAbsolute
  return Math.abs(drawn.x - x) > 1 || Math.abs(drawn.y - y) > 1
}

interface InsertButtonProps {
  readonly edgeId: string
  readonly from: string
  readonly to: string
  readonly x: number
  readonly y: number
}

function InsertButton({ edgeId, from, to, x, y }: InsertButtonProps) {
  const t = useTranslate()
  const { store } = useSession()
  const open = () => store.setState({ quickAdd: { placement: { kind: 'on-edge', edgeId }, at: null } })
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG cannot contain HTML buttons
    <g
      className="tn-edge-insert"
      transform={`translate(${x} ${y})`}
      role="button"
      tabIndex={-1}
      aria-label={t('canvas.insertBetween', { from, to })}
      onClick={(event) => {
        event.stopPropagation()
        open()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') open()
      }}
    >
      <circle r={16} className="tn-edge-insert-target" />
      <circle r={10} className="tn-edge-insert-disc" />
      <path d="M-4 0H4M0-4V4" />
    </g>
  )
}
