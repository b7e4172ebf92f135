import { applyNodeChanges, type NodeChange } from '@xyflow/react'
import { useCallback, useLayoutEffect, useState } from 'react'
import { useEditorStore } from '../session/session-context.tsx'
import { flowEdgesOf, flowNodesOf } from './flow-elements.ts'
import type { FlowEdge, FlowNode } from './flow-types.ts'

interface FlowElements {
  readonly nodes: readonly FlowNode[]
  readonly edges: readonly FlowEdge[]
  /** Takes measured sizes and places during a drag over; selection and removal come from the store alone. */
  readonly applyChanges: (changes: readonly NodeChange<FlowNode>[]) => void
}

const NO_NODES: readonly FlowNode[] = []
const NO_EDGES: readonly FlowEdge[] = []

/** The cards and edges of the document, kept in step with it. */
export function useFlowElements(): FlowElements {
  const document = useEditorStore((state) => state.document)
  const manifest = useEditorStore((state) => state.manifest)
  const selectedNodes = useEditorStore((state) => state.selectedNodes)
  const selectedEdges = useEditorStore((state) => state.selectedEdges)
  const [nodes, setNodes] = useState(NO_NODES)
  const [edges, setEdges] = useState(NO_EDGES)
  useLayoutEffect(() => {
    setNodes((previous) => flowNodesOf(document, manifest, selectedNodes, previous))
  }, [document, manifest, selectedNodes])
  useLayoutEffect(() => {
    setEdges((previous) => flowEdgesOf(document, manifest, selectedEdges, previous))
  }, [document, manifest, selectedEdges])
  const applyChanges = useCallback((changes: readonly NodeChange<FlowNode>[]) => {
    const own = changes.filter((change) => change.type === 'dimensions' || change.type === 'position')
    if (own.length > 0) setNodes((previous) => applyNodeChanges([...own], [...previous]))
  }, [])
  return { nodes, edges, applyChanges }
}
