import { Graph, layout } from '@dagrejs/dagre'
import type { NodeId, Position } from '@tenon/core/document'
import type { LayoutGraph } from './layout-provider.ts'
import { byPort, portConstraints } from './port-order.ts'
import { wrapRows } from './wrap-rows.ts'

const ROW_GAP = 32

/**
 * Arranges in layers from left to right, branches from top to bottom in the order of their ports, and long graphs in
 * rows; deterministic for the same graph.
 */
export function arrangeWithDagre(graph: LayoutGraph): ReadonlyMap<NodeId, Position> {
  const dagre = new Graph({ multigraph: false })
  const heights = graph.nodes.map((node) => node.height)
  const unevenness = heights.length === 0 ? 0 : (Math.max(...heights) - Math.min(...heights)) / 2
  dagre.setGraph({ rankdir: 'LR', nodesep: ROW_GAP + unevenness, edgesep: 64, ranksep: 72, marginx: 0, marginy: 0 })
  dagre.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of graph.nodes) dagre.setNode(id, { width, height })
  for (const { source, target } of [...graph.edges].sort(byPort)) dagre.setEdge(source, target)
  layout(dagre, {
    customOrder: (layered, order) => order(layered, { constraints: portConstraints(layered, graph.edges) }),
  })
  const positions = new Map(
    graph.nodes.map(({ id, width }): [NodeId, Position] => {
      const { x = 0, y = 0 } = dagre.node(id) as { x?: number; y?: number }
      // Cards are aligned by their headers, at which edges arrive, not by their centers, so that a chain is a straight
      // line.
      return [id, { x: snap(x - width / 2), y: snap(y) }]
    }),
  )
  return wrapRows(graph, positions)
}

function snap(value: number): number {
  return Math.round(value / 10) * 10
}
