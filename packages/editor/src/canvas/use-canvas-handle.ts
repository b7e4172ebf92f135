import { getViewportForBounds, type InternalNode, type Rect, useReactFlow, useStoreApi } from '@xyflow/react'
import { type RefCallback, useCallback, useEffect, useMemo, useRef } from 'react'
import type { CanvasHandle, CanvasSlot } from '../contexts/canvas-handle.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../frames/card-size.ts'
import { nodeBoxes } from '../frames/node-boxes.ts'
import { idsInside } from '../graph/containers.ts'
import { elementsAt } from '../instance/browser.ts'
import { useSession } from '../session/session-context.tsx'
import type { FlowEdge, FlowNode } from './flow-types.ts'
import { readingViewport } from './reading-viewport.ts'
import { revealingViewport } from './revealing-viewport.ts'
import { FAR_ZOOM, ZOOM_LIMITS } from './use-zoom.ts'

const MOVE = Object.freeze({ duration: 220 })
/** Margin around the whole workflow, as a fraction of the canvas. */
const PADDING = 0.06
/** Least zoom for a revealed card, at which it is drawn in full. */
const REVEALED_ZOOM = 0.75

/** Stores the handle of the canvas in the slot and returns the ref for its element. */
export function useCanvasHandle(slot: CanvasSlot): RefCallback<HTMLElement> {
  const flow = useReactFlow<FlowNode, FlowEdge>()
  const { store } = useSession()
  const internals = useStoreApi<FlowNode, FlowEdge>()
  const element = useRef<HTMLElement | null>(null)
  const handle = useMemo<CanvasHandle>(() => {
    const center = () => {
      const box = element.current?.getBoundingClientRect()
      if (box === undefined) return { x: 0, y: 0 }
      return flow.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 2 })
    }
    const sizes = () =>
      new Map(
        internals
          .getState()
          .nodes.map((node) => [
            node.id,
            { width: node.measured?.width ?? NODE_WIDTH, height: node.measured?.height ?? NODE_HEIGHT },
          ]),
      )
    // A new node is in the document before React Flow has it.
    const boxes = () => {
      const { document, manifest, collapsed } = store.getState()
      const all = new Map(nodeBoxes(document, manifest, sizes(), collapsed))
      // Nothing is dropped into a loop that is not drawn, and nothing is fitted to it.
      for (const id of idsInside(document, collapsed)) all.delete(id)
      return all
    }
    const boxOf = (nodeId: string) => {
      const { document, manifest } = store.getState()
      // A hidden node is about to be shown.
      return boxes().get(nodeId) ?? nodeBoxes(document, manifest, sizes()).get(nodeId) ?? null
    }
    const reveal = (nodeId: string) => {
      const box = boxOf(nodeId)
      const canvas = element.current
      if (box === null || canvas === null) return
      const before = flow.getViewport()
      const zoom = before.zoom < FAR_ZOOM ? REVEALED_ZOOM : before.zoom
      const whole = canvas.getBoundingClientRect()
      const free = uncoveredBox(canvas)
      const room = { left: free.left - whole.left, right: free.right - whole.left, top: 0, bottom: whole.height }
      void flow.setViewport(revealingViewport(box, room, { ...before, zoom }, before.zoom !== zoom), MOVE)
    }
    const boundsOfAll = () => boundsOf([...boxes().values()])
    const isSeen = (box: Rect) => {
      if (element.current === null) return true
      const canvas = uncoveredBox(element.current)
      const start = flow.flowToScreenPosition({ x: box.x, y: box.y })
      const end = flow.flowToScreenPosition({ x: box.x + box.width, y: box.y + box.height })
      return start.x > canvas.left && start.y > canvas.top && end.x < canvas.right && end.y < canvas.bottom
    }
    const fit = () => {
      const bounds = boundsOfAll()
      const { width, height } = internals.getState()
      if (bounds === null) return
      void flow.setViewport(getViewportForBounds(bounds, width, height, ZOOM_LIMITS.least, 1, PADDING), MOVE)
    }
    return {
      fit,
      fitIfHidden: () => {
        const bounds = boundsOfAll()
        if (bounds !== null && !isSeen(bounds)) fit()
      },
      read: () => {
        const bounds = boundsOfAll()
        if (bounds === null) return
        void flow.setViewport(readingViewport(bounds, internals.getState()), MOVE)
      },
      zoomIn: () => void flow.zoomIn(MOVE),
      zoomOut: () => void flow.zoomOut(MOVE),
      zoomReset: () => void flow.zoomTo(1, MOVE),
      reveal,
      stopMoving: () => void flow.setViewport(flow.getViewport()),
      revealIfHidden: (nodeId) => {
        const box = boxOf(nodeId)
        if (box !== null && !isSeen(box)) reveal(nodeId)
      },
      toDocument: (point) => (isInside(element.current, point) ? flow.screenToFlowPosition(point) : null),
      center,
      edgeAt: (point) => {
        if (element.current === null) return null
        for (const hit of elementsAt(element.current, point)) {
          const edge = hit.closest('.react-flow__edge')
          if (edge !== null && element.current.contains(edge)) return edge.getAttribute('data-id')
        }
        return null
      },
      sizes,
      boxes,
      endsOf: (edge) => {
        const { nodeLookup } = internals.getState()
        const from = handleOf(nodeLookup.get(edge.source), 'source', edge.sourceHandle)
        const to = handleOf(nodeLookup.get(edge.target), 'target', edge.targetHandle)
        if (from === undefined || to === undefined) return null
        return {
          from: { x: from.x + from.width, y: from.y + from.height / 2 },
          to: { x: to.x, y: to.y + to.height / 2 },
        }
      },
      focus: () => element.current?.focus({ preventScroll: true }),
    }
  }, [flow, internals, store])
  useEffect(() => {
    slot.current = handle
    return () => {
      slot.current = null
    }
  }, [slot, handle])
  return useCallback((next: HTMLElement | null) => {
    element.current = next
  }, [])
}

function handleOf(card: InternalNode<FlowNode> | undefined, type: 'source' | 'target', name: string) {
  return card?.internals.handleBounds?.[type]?.find(({ id }) => id === name)
}

/** Returns the part of the canvas that the inspector does not cover; on narrow screens it covers one side. */
function uncoveredBox(canvas: HTMLElement) {
  const { left, right, top, bottom } = canvas.getBoundingClientRect()
  const inspector = canvas.parentElement?.querySelector(':scope > .tn-inspector')?.getBoundingClientRect()
  if (inspector === undefined || inspector.right <= left || inspector.left >= right) return { left, right, top, bottom }
  if (inspector.left > left) return { left, right: inspector.left, top, bottom }
  return { left: inspector.right, right, top, bottom }
}

function boundsOf(boxes: readonly Rect[]): Rect | null {
  if (boxes.length === 0) return null
  const x = Math.min(...boxes.map((box) => box.x))
  const y = Math.min(...boxes.map((box) => box.y))
  const right = Math.max(...boxes.map((box) => box.x + box.width))
  const bottom = Math.max(...boxes.map((box) => box.y + box.height))
  return { x, y, width: right - x, height: bottom - y }
}

function isInside(element: HTMLElement | null, point: { readonly x: number; readonly y: number }): boolean {
  const box = element?.getBoundingClientRect()
  if (box === undefined) return false
  return point.x >= box.left && point.x <= box.right && point.y >= box.top && point.y <= box.bottom
}
