import { Graph, layout } from '@dagrejs/dagre'
import type { NodeId, Position } from '@tenon/core/document'
import type { LayoutGraph } from './layout-provider.ts'

/** Arranges in layers from left to right; deterministic for the same graph. */
export function arrangeWithDagre(graph: LayoutGraph): ReadonlyMap<NodeId, Position> {
  const dagre = new Graph({ multigraph: false })
  dagre.setGraph({ rankdir: 'LR', nodesep: 40, ranksep: 72, marginx: 0, marginy: 0 })
  dagre.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of graph.nodes) dagre.setNode(id, { width, height })
  for (const { source, target } of graph.edges) dagre.setEdge(source, target)
  layout(dagre)
  return new Map(
    graph.nodes.map(({ id, width, height }) => {
      const { x = 0, y = 0 } = dagre.node(id) as { x?: number; y?: number }
      return [id, { x: snap(x - width / 2), y: snap(y - height / 2) }]
    }),
  )
}

function snap(value: number): number {
  return Math.round(value / 10) * 10
}
