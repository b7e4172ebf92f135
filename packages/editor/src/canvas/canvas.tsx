import {
  Background,
  BackgroundVariant,
  type EdgeTypes,
  type NodeMouseHandler,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useNodesInitialized,
  useReactFlow,
  useStoreApi,
  ViewportPortal,
} from '@xyflow/react'
import { type PointerEvent, type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { usePresence } from '../contexts/presence-context.ts'
import { useInstance, useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { CanvasHoverContext, createCanvasHover } from './canvas-hover.ts'
import { ConnectionLine } from './connection-line.tsx'
import { EdgeLine } from './edge-line.tsx'
import type { FlowEdge, FlowNode } from './flow-types.ts'
import { LoopFrame } from './loop-frame.tsx'
import { NodeCard } from './node-card.tsx'
import { readingViewport } from './reading-viewport.ts'
import { UndoLinks } from './undo-links.tsx'
import { useCanvasHandle } from './use-canvas-handle.ts'
import { useConnecting } from './use-connecting.ts'
import { useFar } from './use-far.ts'
import { useFlowElements } from './use-flow-elements.ts'
import { useNodeDrag } from './use-node-drag.ts'
import { useSelectionChanges } from './use-selection-changes.ts'
import { useCardDetail, useZoom, ZOOM_LIMITS } from './use-zoom.ts'
import { NO_VIEWPORT_MEMORY, type RememberedViewport, type ViewportMemory } from './viewport-memory.ts'

const NODE_TYPES: NodeTypes = Object.freeze({ tenon: NodeCard, loop: LoopFrame })
const EDGE_TYPES: EdgeTypes = Object.freeze({ tenon: EdgeLine })
const WITH_MARK = Object.freeze({ hideAttribution: false })
const WITHOUT_MARK = Object.freeze({ hideAttribution: true })
const SNAP: [number, number] = [10, 10]

interface CanvasProps {
  readonly slot: CanvasSlot
  /** Node that is in view at first. @defaultValue none: the beginning of the workflow is in view */
  readonly firstNodeId?: string | null
  /** Storage of the viewport. @defaultValue the viewport is not stored */
  readonly memory?: ViewportMemory
  /** Controls and messages above the canvas. */
  readonly children?: ReactNode
}

/** The drawing surface of one editor. */
export function Canvas({ slot, firstNodeId = null, memory = NO_VIEWPORT_MEMORY, children }: CanvasProps): ReactNode {
  const hover = useMemo(createCanvasHover, [])
  return (
    <ReactFlowProvider>
      <CanvasHoverContext.Provider value={hover}>
        <Surface slot={slot} firstNodeId={firstNodeId} memory={memory}>
          {children}
        </Surface>
      </CanvasHoverContext.Provider>
    </ReactFlowProvider>
  )
}

function Surface({ slot, firstNodeId, memory, children }: Required<CanvasProps>): ReactNode {
  // An editor may show a second canvas in a dialog.
  const id = useId()
  const { hasAttribution } = useInstance()
  const t = useTranslate()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const { nodes, edges, applyChanges } = useFlowElements()
  const selection = useSelectionChanges()
  const connecting = useConnecting()
  const drag = useNodeDrag(slot, applyChanges)
  const pointer = usePointerMode()
  const presence = usePresencePointer()
  const detail = useCardDetail()
  const far = useFar()
  const surface = useCanvasHandle(slot)
  // The inspector that opens may cover the card, and so may a view that still moves. The function is stable, since a new one
  // would re-render every card.
  const showClicked = useCallback<NodeMouseHandler<FlowNode>>(
    (_event, node) =>
      void requestAnimationFrame(() => {
        slot.current?.stopMoving()
        slot.current?.revealIfHidden(node.id)
      }),
    [slot],
  )
  useFirstFit(firstNodeId, memory)
  return (
    <div
      ref={surface}
      role="application"
      className="tn-canvas"
      aria-label={t('canvas.label')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is interactive; its keys need the focus
      tabIndex={0}
      data-detail={detail}
      style={{ ['--tn-far' as string]: far }}
      data-marquee={pointer.isMarquee || undefined}
      onPointerMove={(event) => {
        pointer.onPointerMove(event)
        presence.onPointerMove(event)
      }}
      onPointerDownCapture={pointer.onPointerDownCapture}
      onPointerLeave={presence.onPointerLeave}
    >
      <ReactFlow<FlowNode, FlowEdge>
        id={id}
        nodes={nodes as FlowNode[]}
        edges={edges as FlowEdge[]}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={(changes) => {
          applyChanges(changes)
          selection.nodes(changes)
        }}
        onEdgesChange={selection.edges}
        onNodeClick={showClicked}
        onMoveEnd={(_event, viewport) => memory.write(viewport)}
        {...connecting}
        {...drag}
        connectionLineComponent={ConnectionLine}
        connectionRadius={24}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        nodesFocusable={false}
        edgesFocusable={false}
        edgesReconnectable={!isReadOnly}
        elevateNodesOnSelect={false}
        snapToGrid
        snapGrid={SNAP}
        minZoom={ZOOM_LIMITS.least}
        maxZoom={ZOOM_LIMITS.most}
        panOnScroll
        panOnDrag={pointer.isMarquee ? PAN_BUTTONS : true}
        selectionOnDrag={pointer.isMarquee}
        selectionMode={SelectionMode.Partial}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={nodes.length > 80}
        attributionPosition="top-center"
        proOptions={hasAttribution ? WITH_MARK : WITHOUT_MARK}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomActivationKeyCode={null}
        disableKeyboardA11y
        onError={ignoreFlowWarning}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.6} />
        <UndoLinks />
        <RemoteCursors />
      </ReactFlow>
      {children}
    </div>
  )
}

const PAN_BUTTONS: number[] = [1, 2]

// React Flow warns about handles that are not yet measured, so edges without measured ends are not passed to it.
function ignoreFlowWarning(): void {}

/** Renders the pointers of other users, at the same size at every zoom. */
function RemoteCursors() {
  const peers = useEditorStore((state) => state.peers)
  const zoom = useZoom()
  const shown = peers.filter((peer) => peer.cursor !== null)
  if (shown.length === 0) return null
  return (
    <ViewportPortal>
      {shown.map((peer) => (
        <span
          key={peer.clientId}
          className="tn-cursor"
          aria-hidden="true"
          style={{
            transform: `translate(${peer.cursor?.x ?? 0}px, ${peer.cursor?.y ?? 0}px) scale(${1 / zoom})`,
            backgroundColor: peer.color,
          }}
        >
          {peer.displayName}
        </span>
      ))}
    </ViewportPortal>
  )
}

interface PointerMode {
  /** True while Shift is held: dragging on the empty canvas draws a selection rectangle instead of moving the view. */
  readonly isMarquee: boolean
  readonly onPointerMove: (event: PointerEvent) => void
  readonly onPointerDownCapture: (event: PointerEvent) => void
}

/**
 * Reads the modifier keys from pointer events. React Flow would bind them to the window, where they would react to keys
 * for the host or for another editor.
 */
function usePointerMode(): PointerMode {
  const flow = useStoreApi()
  const [isMarquee, setIsMarquee] = useState(false)
  const onPointerMove = useCallback((event: PointerEvent) => {
    if (event.buttons === 0) setIsMarquee(event.shiftKey)
  }, [])
  const onPointerDownCapture = useCallback(
    (event: PointerEvent) => {
      flow.setState({ multiSelectionActive: event.shiftKey || event.metaKey || event.ctrlKey })
    },
    [flow],
  )
  return { isMarquee, onPointerMove, onPointerDownCapture }
}

interface PresencePointer {
  readonly onPointerMove: (event: PointerEvent) => void
  readonly onPointerLeave: () => void
}

/** Sends the position of the pointer to other users, in the coordinates of the document. */
function usePresencePointer(): PresencePointer {
  const presence = usePresence()
  const { screenToFlowPosition } = useReactFlow()
  const onPointerMove = useCallback(
    (event: PointerEvent) => {
      if (event.pointerType !== 'mouse') return
      const { x, y } = screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false })
      presence.set({ cursor: { x: Math.round(x), y: Math.round(y) } })
    },
    [presence, screenToFlowPosition],
  )
  const onPointerLeave = useCallback(() => presence.set({ cursor: null }), [presence])
  return { onPointerMove, onPointerLeave }
}

/**
 * Sets the first viewport once the cards are measured: the stored one, else one with the given node in view. Later only
 * the person changes it.
 */
function useFirstFit(nodeId: string | null, memory: ViewportMemory): void {
  const isMeasured = useNodesInitialized()
  const { getNode, getNodes, getNodesBounds, setViewport } = useReactFlow()
  const flow = useStoreApi()
  const isDone = useRef(false)
  useEffect(() => {
    if (!isMeasured || isDone.current) return
    isDone.current = true
    const size = flow.getState()
    const left = memory.read()
    // Nodes may have moved, and the size of the window may have changed.
    const isSeen = (viewport: RememberedViewport) =>
      getNodes().some(({ position, parentId }) => {
        if (parentId !== undefined) return false
        const x = position.x * viewport.zoom + viewport.x
        const y = position.y * viewport.zoom + viewport.y
        return x >= 0 && y >= 0 && x < size.width && y < size.height
      })
    if (left !== null && isSeen(left)) {
      void setViewport(left)
      return
    }
    const card = nodeId === null ? undefined : getNode(nodeId)
    const box = card === undefined ? null : getNodesBounds([card])
    const middle = box === null ? null : { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    void setViewport(readingViewport(getNodesBounds(getNodes()), size, middle))
  }, [isMeasured, nodeId, memory, getNode, getNodes, getNodesBounds, setViewport, flow])
}
