import { compensationsOf, type NodeId } from '@tenon/core/document'
import { type ReactFlowState, useStore, ViewportPortal } from '@xyflow/react'
import { useMemo } from 'react'
import { useEditorStore } from '../session/session-context.tsx'

/** Dashed lines from nodes to those that undo them. No edges lead there, so these lines cannot be selected. */
export function UndoLinks() {
  const document = useEditorStore((state) => state.document)
  const pairs = useMemo(() => [...compensationsOf(document)], [document])
  if (pairs.length === 0) return null
  return (
    <ViewportPortal>
      <svg className="tn-undo-links" aria-hidden="true">
        {pairs.map(([by, undone]) => (
          <UndoLink key={by} by={by} undone={undone} />
        ))}
      </svg>
    </ViewportPortal>
  )
}

interface UndoLinkProps {
  readonly by: NodeId
  readonly undone: NodeId
}

function UndoLink({ by, undone }: UndoLinkProps) {
  const path = useStore((state) => pathBetween(boxOf(state, undone), boxOf(state, by)))
  return path === null ? null : <path d={path} />
}

interface DrawnBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function boxOf({ nodeLookup }: ReactFlowState, nodeId: NodeId): DrawnBox | null {
  const card = nodeLookup.get(nodeId)
  const { width, height } = card?.measured ?? {}
  if (card === undefined || width === undefined || height === undefined) return null
  return { ...card.internals.positionAbsolute, width, height }
}

/** Returns a line between the sides of two cards that face each other, above or below. */
function pathBetween(from: DrawnBox | null, to: DrawnBox | null): string | null {
  if (from === null || to === null) return null
  const isBelow = to.y >= from.y
  const start = { x: from.x + from.width / 2, y: isBelow ? from.y + from.height : from.y }
  const end = { x: to.x + to.width / 2, y: isBelow ? to.y : to.y + to.height }
  return `M${start.x} ${start.y}L${end.x} ${end.y}`
}
