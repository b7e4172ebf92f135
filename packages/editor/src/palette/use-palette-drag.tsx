import type { Position } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../frames/card-size.ts'
import { loopAt } from '../frames/node-boxes.ts'
import { fitsInLoop } from '../graph/containers.ts'
import { useInstance } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { IconTile } from '../ui/icon-tile.tsx'

interface Ghost {
  readonly entry: NodeManifestEntry
  readonly x: number
  readonly y: number
}

const THRESHOLD = 4

interface PaletteDrag {
  readonly begin: (event: PointerEvent<HTMLElement>, entry: NodeManifestEntry) => void
  /** Card at the pointer during a drag; `null` otherwise. */
  readonly ghost: ReactNode
}

/**
 * Drags a node type with the mouse to the canvas: on an edge it is inserted, on a loop it is added inside, elsewhere it is
 * added at that point.
 */
export function usePaletteDrag(canvas: CanvasSlot): PaletteDrag {
  const { store, dispatch } = useSession()
  const { portal } = useInstance()
  const [ghost, setGhost] = useState<Ghost | null>(null)
  const isDragging = useRef(false)

  const loopTarget = (entry: NodeManifestEntry, at: Position) => {
    const { document, manifest } = store.getState()
    const handle = canvas.current
    const point = handle?.toDocument(at) ?? null
    const nodeId = handle === null || point === null ? null : loopAt(document, manifest, handle.boxes(), point)
    return nodeId === null ? null : ({ kind: 'node', nodeId, isAllowed: fitsInLoop(entry) } as const)
  }

  const begin = (start: PointerEvent<HTMLElement>, entry: NodeManifestEntry) => {
    // Touch scrolls the list; a tap adds the node type.
    if (start.button !== 0 || start.pointerType === 'touch' || store.getState().isReadOnly) return
    const item = start.currentTarget
    const from = { x: start.clientX, y: start.clientY }
    isDragging.current = false
    // Captured at once, since a fast pointer leaves the item before the drag begins.
    item.setPointerCapture(start.pointerId)
    const onMove = (event: globalThis.PointerEvent) => {
      const at = { x: event.clientX, y: event.clientY }
      if (!isDragging.current && Math.hypot(at.x - from.x, at.y - from.y) < THRESHOLD) return
      isDragging.current = true
      item.dataset.dragged = ''
      setGhost({ entry, ...at })
      const edgeId = canvas.current?.edgeAt(at) ?? null
      store.setState({ dropTarget: edgeId === null ? loopTarget(entry, at) : { kind: 'edge', edgeId } })
    }
    const end = () => {
      item.removeEventListener('pointermove', onMove)
      item.removeEventListener('pointerup', onUp)
      item.removeEventListener('pointercancel', end)
      isDragging.current = false
      setGhost(null)
      store.setState({ dropTarget: null })
    }
    const onUp = (event: globalThis.PointerEvent) => {
      const wasDragging = isDragging.current
      const at = { x: event.clientX, y: event.clientY }
      const edgeId = canvas.current?.edgeAt(at) ?? null
      end()
      const point = wasDragging ? (canvas.current?.toDocument(at) ?? null) : null
      if (point === null) return
      const position = { x: point.x - NODE_WIDTH / 2, y: point.y - NODE_HEIGHT / 4 }
      const loop = loopTarget(entry, at)
      const inLoop = loop?.isAllowed === true ? { parentId: loop.nodeId } : {}
      dispatch({
        type: 'add-node',
        nodeType: entry.type,
        placement: edgeId === null ? { kind: 'at', position, ...inLoop } : { kind: 'on-edge', edgeId, position },
      })
      canvas.current?.focus()
    }
    item.addEventListener('pointermove', onMove)
    item.addEventListener('pointerup', onUp)
    item.addEventListener('pointercancel', end)
  }

  return { begin, ghost: ghost === null ? null : createPortal(<GhostCard {...ghost} />, portal) }
}

function GhostCard({ entry, x, y }: Ghost) {
  return (
    <div className="tn-ghost" style={{ transform: `translate(${x}px, ${y}px)` }} aria-hidden="true">
      <IconTile path={entry.icon} category={entry.category} />
      <b dir="auto">{entry.title}</b>
    </div>
  )
}
