import type { NodeId } from '@tenon/core/document'
import { applyNodeChanges, type NodeChange } from '@xyflow/react'
import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import { loopsAround } from '../graph/containers.ts'
import { prefersReducedMotion } from '../instance/browser.ts'
import { useInstance } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { flowEdgesOf, flowNodesOf } from './flow-elements.ts'
import type { FlowEdge, FlowNode } from './flow-types.ts'
import { followDrags } from './follow-drags.ts'
import { glide } from './glide.ts'

interface FlowElements {
  readonly nodes: readonly FlowNode[]
  readonly edges: readonly FlowEdge[]
  /** Applies measured sizes and positions during a drag; selection and removal come from the store only. */
  readonly applyChanges: (changes: readonly NodeChange<FlowNode>[]) => void
}

const NO_NODES: readonly FlowNode[] = []
const NO_EDGES: readonly FlowEdge[] = []

/** Returns the cards and edges of the document and keeps them up to date. */
export function useFlowElements(): FlowElements {
  const document = useEditorStore((state) => state.document)
  const manifest = useEditorStore((state) => state.manifest)
  const selectedNodes = useEditorStore((state) => state.selectedNodes)
  const selectedEdges = useEditorStore((state) => state.selectedEdges)
  const collapsed = useCollapsed()
  const [nodes, setNodes] = useState(NO_NODES)
  const [edges, setEdges] = useState(NO_EDGES)
  const { store } = useSession()
  const { root } = useInstance()
  const shown = useRef(nodes)
  shown.current = nodes
  useLayoutEffect(() => {
    const { isArranging } = store.getState()
    if (!isArranging || prefersReducedMotion(root)) {
      setNodes((previous) => flowNodesOf(document, manifest, selectedNodes, previous, collapsed))
      return
    }
    store.setState({ isArranging: false })
    const before = shown.current
    return glide(before, flowNodesOf(document, manifest, selectedNodes, before, collapsed), setNodes)
  }, [document, manifest, selectedNodes, collapsed, store, root])
  useLayoutEffect(() => {
    setEdges((previous) => flowEdgesOf(document, manifest, selectedEdges, previous, collapsed))
  }, [document, manifest, selectedEdges, collapsed])
  const drags = useEditorStore((state) => state.peerDrags)
  const dragged = useRef(drags)
  useLayoutEffect(() => {
    const before = dragged.current
    dragged.current = drags
    if (before.size + drags.size > 0) setNodes((previous) => followDrags(previous, drags, before))
  }, [drags])
  const applyChanges = useCallback(
    (changes: readonly NodeChange<FlowNode>[]) => {
      const own = changes.filter((change) => change.type === 'dimensions' || change.type === 'position')
      if (own.length === 0) return
      const hasMeasured = own.some(({ type }) => type === 'dimensions')
      setNodes((previous) => {
        const next = applyNodeChanges([...own], [...previous])
        // Frames follow from the measured sizes of the cards inside.
        if (!hasMeasured || next.every(({ parentId }) => parentId === undefined)) return next
        const state = store.getState()
        return flowNodesOf(state.document, state.manifest, state.selectedNodes, next, state.collapsed)
      })
    },
    [store],
  )
  return { nodes, edges, applyChanges }
}

/** Returns the collapsed loops. A node that is selected alone, such as in the outline, expands the loops around it. */
function useCollapsed(): ReadonlySet<NodeId> {
  const { store } = useSession()
  const collapsed = useEditorStore((state) => state.collapsed)
  const selectedNodes = useEditorStore((state) => state.selectedNodes)
  useLayoutEffect(() => {
    const [only, ...more] = selectedNodes
    if (only === undefined || more.length > 0) return
    const state = store.getState()
    const around = new Set(loopsAround(state.nodesById, only))
    const kept = [...state.collapsed].filter((id) => !around.has(id))
    if (kept.length < state.collapsed.size) store.setState({ collapsed: new Set(kept) })
  }, [selectedNodes, store])
  return collapsed
}
