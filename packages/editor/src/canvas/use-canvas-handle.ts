import { getViewportForBounds, type Rect, useReactFlow, useStoreApi } from '@xyflow/react'
import { type RefCallback, useCallback, useEffect, useMemo, useRef } from 'react'
import { NODE_HEIGHT, NODE_WIDTH } from '../commands/new-node.ts'
import { elementsAt } from '../instance/place.ts'
import { useSession } from '../session/session-context.tsx'
import type { CanvasHandle, CanvasSlot } from './canvas-handle.ts'
import type { FlowEdge, FlowNode } from './flow-types.ts'
import { readingViewport } from './reading-viewport.ts'
import { FAR_ZOOM } from './use-zoom.ts'

const MOVE = Object.freeze({ duration: 220 })
/** As far out as the canvas goes. */
const LEAST_ZOOM = 0.1
const PADDING = 0.12

/** Leaves the canvas' handle in the slot and gives the ref for its element. */
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
    // A node that was just added is in the document before React Flow knows of it.
    const boxOf = (nodeId: string) => {
      const node = store.getState().nodesById.get(nodeId)
      const height = flow.getNode(nodeId)?.measured?.height ?? NODE_HEIGHT
      return node === undefined ? null : { ...node.position, width: NODE_WIDTH, height }
    }
    const reveal = (nodeId: string) => {
      const box = boxOf(nodeId)
      if (box === null) return
      const zoom = Math.max(flow.getZoom(), FAR_ZOOM * 1.8)
      const covered = element.current === null ? 0 : coveredShift(element.current)
      void flow.setCenter(box.x + box.width / 2 + covered / zoom, box.y + box.height / 2, { zoom, ...MOVE })
    }
    const boundsOfAll = () => boundsOf([...store.getState().nodesById.keys()].map(boxOf))
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
      void flow.setViewport(getViewportForBounds(bounds, width, height, LEAST_ZOOM, 1, PADDING), MOVE)
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
        const { isReadOnly } = store.getState()
        void flow.setViewport(readingViewport(bounds, internals.getState(), isReadOnly), MOVE)
      },
      zoomIn: () => void flow.zoomIn(MOVE),
      zoomOut: () => void flow.zoomOut(MOVE),
      zoomReset: () => void flow.zoomTo(1, MOVE),
      reveal,
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
      sizes: () =>
        new Map(
          internals
            .getState()
            .nodes.map((node) => [
              node.id,
              { width: node.measured?.width ?? NODE_WIDTH, height: node.measured?.height ?? NODE_HEIGHT },
            ]),
        ),
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

/** The part of the canvas over which no inspector lies: on narrow screens it covers one side. */
function uncoveredBox(canvas: HTMLElement) {
  const { left, right, top, bottom } = canvas.getBoundingClientRect()
  const inspector = canvas.parentElement?.querySelector(':scope > .tn-inspector')?.getBoundingClientRect()
  if (inspector === undefined || inspector.right <= left || inspector.left >= right) return { left, right, top, bottom }
  if (inspector.left > left) return { left, right: inspector.left, top, bottom }
  return { left: inspector.right, right, top, bottom }
}

/** How far the middle of the canvas lies to the right of the middle of its uncovered part, in pixels. */
function coveredShift(canvas: HTMLElement): number {
  const whole = canvas.getBoundingClientRect()
  const free = uncoveredBox(canvas)
  return (whole.left + whole.right - free.left - free.right) / 2
}

function boundsOf(boxes: readonly (Rect | null)[]): Rect | null {
  const known = boxes.filter((box) => box !== null)
  if (known.length === 0) return null
  const x = Math.min(...known.map((box) => box.x))
  const y = Math.min(...known.map((box) => box.y))
  const right = Math.max(...known.map((box) => box.x + box.width))
  const bottom = Math.max(...known.map((box) => box.y + box.height))
  return { x, y, width: right - x, height: bottom - y }
}

function isInside(element: HTMLElement | null, point: { readonly x: number; readonly y: number }): boolean {
  const box = element?.getBoundingClientRect()
  if (box === undefined) return false
  return point.x >= box.left && point.x <= box.right && point.y >= box.top && point.y <= box.bottom
}
