import { type NodePositionChange, type OnNodeDrag, type SelectionDragHandler, useReactFlow } from '@xyflow/react'
import { type MouseEvent as ReactMouseEvent, type TouchEvent as ReactTouchEvent, useMemo } from 'react'
import { movesBy } from '../commands/plan-loops.ts'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { usePresence } from '../contexts/presence-context.ts'
import { loopAt } from '../frames/node-boxes.ts'
import { fitsInLoop } from '../graph/containers.ts'
import { pointOfEvent } from '../instance/browser.ts'
import { useSession } from '../session/session-context.tsx'
import { useMoveToLoop } from '../session/use-move-to-loop.ts'
import type { FlowNode } from './flow-types.ts'

interface NodeDrag {
  readonly onNodeDrag: OnNodeDrag<FlowNode>
  readonly onNodeDragStop: OnNodeDrag<FlowNode>
  readonly onSelectionDrag: SelectionDragHandler<FlowNode>
  readonly onSelectionDragStop: SelectionDragHandler<FlowNode>
}

type DragEvent = MouseEvent | TouchEvent | ReactMouseEvent | ReactTouchEvent

/**
 * Writes positions when cards are dropped; during the drag they are only sent as presence. Cards that are dropped on the
 * frame of another loop, or outside of their own, move into it or out of it.
 *
 * @param applyChanges - Moves cards of the canvas, to return them after a refused drop.
 */
export function useNodeDrag(
  canvas: CanvasSlot,
  applyChanges: (changes: readonly NodePositionChange[]) => void,
): NodeDrag {
  const session = useSession()
  const presence = usePresence()
  const moveToLoop = useMoveToLoop()
  const { screenToFlowPosition } = useReactFlow()
  return useMemo(() => {
    const { store } = session
    /** Returns the level under the pointer, and whether the dragged nodes leave theirs for it. */
    const levelAt = (event: DragEvent, dragged: readonly FlowNode[]) => {
      const { document, manifest } = store.getState()
      const native = 'nativeEvent' in event ? event.nativeEvent : event
      const point = screenToFlowPosition(pointOfEvent(native as MouseEvent | TouchEvent))
      const boxes = canvas.current?.boxes() ?? new Map()
      const parentId = loopAt(document, manifest, boxes, point, new Set(dragged.map(({ id }) => id)))
      return { parentId, isNew: dragged.some((node) => (node.parentId ?? null) !== parentId) }
    }
    const share = (event: DragEvent, dragged: readonly FlowNode[]) => {
      const [first] = dragged
      if (first === undefined) return
      const by = distanceOf(first)
      presence.set({ drag: { dx: by.x, dy: by.y } })
      const { parentId, isNew } = levelAt(event, dragged)
      const isAllowed = dragged.every(({ data }) => fitsInLoop(data.entry))
      const before = store.getState().dropTarget
      const target = isNew && parentId !== null ? ({ kind: 'node', nodeId: parentId, isAllowed } as const) : null
      const isSame = before?.kind === 'node' ? before.nodeId === target?.nodeId : target === null
      if (!isSame) store.setState({ dropTarget: target })
    }
    const drop = (event: DragEvent, dragged: readonly FlowNode[]) => {
      presence.set({ drag: null })
      store.setState({ dropTarget: null })
      const [first] = dragged
      if (first === undefined) return
      const { document } = store.getState()
      const nodeIds = dragged.map(({ id }) => id)
      const by = distanceOf(first)
      const { parentId, isNew } = levelAt(event, dragged)
      const result = isNew
        ? moveToLoop({ nodeIds, parentId, by })
        : session.dispatch({ type: 'move-nodes', moves: movesBy(document, nodeIds, by) })
      if (result.ok) return
      applyChanges(dragged.map(({ id, data }) => ({ id, type: 'position', position: data.corner.relative })))
    }
    return {
      onNodeDrag: (event, _node, nodes) => share(event, nodes),
      onNodeDragStop: (event, _node, nodes) => drop(event, nodes),
      onSelectionDrag: (event, nodes) => share(event, nodes),
      onSelectionDragStop: (event, nodes) => drop(event, nodes),
    }
  }, [session, presence, moveToLoop, screenToFlowPosition, canvas, applyChanges])
}

function distanceOf({ position, data }: FlowNode) {
  const { x, y } = data.corner.relative
  return { x: Math.round(position.x - x), y: Math.round(position.y - y) }
}
