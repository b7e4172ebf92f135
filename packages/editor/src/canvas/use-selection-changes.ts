import type { EdgeChange, NodeChange } from '@xyflow/react'
import { useCallback } from 'react'
import { useSession } from '../session/session-context.tsx'
import { select } from '../store/editor-store.ts'
import type { FlowEdge, FlowNode } from './flow-types.ts'

/** Applies selections of React Flow by pointer to the selection of the editor. */
export function useSelectionChanges(): {
  readonly nodes: (changes: readonly NodeChange<FlowNode>[]) => void
  readonly edges: (changes: readonly EdgeChange<FlowEdge>[]) => void
} {
  const { store } = useSession()
  const nodes = useCallback(
    (changes: readonly NodeChange<FlowNode>[]) => {
      const { selectedNodes, selectedEdges } = store.getState()
      const next = applySelection(selectedNodes, changes)
      if (next !== selectedNodes) select(store, next, selectedEdges)
    },
    [store],
  )
  const edges = useCallback(
    (changes: readonly EdgeChange<FlowEdge>[]) => {
      const { selectedNodes, selectedEdges } = store.getState()
      const next = applySelection(selectedEdges, changes)
      if (next !== selectedEdges) select(store, selectedNodes, next)
    },
    [store],
  )
  return { nodes, edges }
}

function applySelection(
  before: ReadonlySet<string>,
  changes: readonly (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[],
): ReadonlySet<string> {
  const picks = changes.filter((change) => change.type === 'select')
  if (picks.length === 0) return before
  const next = new Set(before)
  for (const pick of picks) {
    if (pick.selected) next.add(pick.id)
    else next.delete(pick.id)
  }
  return next
}
