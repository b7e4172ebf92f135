import type { Graph } from '@dagrejs/dagre'
import type { NodeId } from '@tenon/core/document'
import type { LayoutGraph } from './layout-provider.ts'

/** Two members of one layer, of which `left` comes first: above the other in an arrangement from left to right. */
interface OrderConstraint {
  readonly left: string
  readonly right: string
}

/** A member of a layer in dagre's data. */
interface Member {
  readonly rank?: number
  /** Set for members that dagre has added, such as the steps of an edge that crosses layers. */
  readonly dummy?: string
  /** The edge that a step belongs to. */
  readonly edgeObj?: { readonly v: NodeId; readonly w: NodeId }
}

/**
 * Constraints under which the edges of each node leave it in the order of its ports, so that branches are arranged in
 * the order of their ports. Edges of one port may have any order.
 *
 * Only the first step of each edge is constrained. Dagre then avoids crossings, which puts the targets in the same
 * order unless other edges lead to them; targets without edges out of their own must not be constrained themselves,
 * since dagre has no weight to compare them by.
 *
 * @param layered - Graph in dagre's layers, where each edge has a step in the layer after its source.
 */
export function portConstraints(layered: Graph, edges: LayoutGraph['edges']): OrderConstraint[] {
  const memberOf = (id: string) => layered.node(id) as Member
  const firstSteps = new Map<NodeId, Map<NodeId, string>>()
  for (const id of layered.nodes()) {
    const { dummy, edgeObj, rank = 0 } = memberOf(id)
    if (dummy === undefined || edgeObj === undefined) continue
    const { v: source, w: target } = edgeObj
    if (memberOf(source).rank !== rank - 1) continue
    const steps = firstSteps.get(source) ?? new Map<NodeId, string>()
    firstSteps.set(source, steps.set(target, id))
  }
  const constraints: OrderConstraint[] = []
  for (const [source, ports] of targetsByPort(edges)) {
    const steps = firstSteps.get(source)
    if (steps === undefined || ports.size < 2) continue
    const rows = [...ports].sort(([a], [b]) => a - b).map(([, targets]) => targets.flatMap((id) => steps.get(id) ?? []))
    const taken = rows.filter((row) => row.length > 0)
    for (const [index, row] of taken.slice(1).entries()) {
      for (const left of taken[index] ?? []) for (const right of row) constraints.push({ left, right })
    }
  }
  return constraints
}

/** Targets of each node by the position of the port; a target of several ports counts for the first of them. */
function targetsByPort(edges: LayoutGraph['edges']): ReadonlyMap<NodeId, ReadonlyMap<number, readonly NodeId[]>> {
  const bySource = new Map<NodeId, Map<number, NodeId[]>>()
  const seen = new Set<string>()
  for (const { source, target, sourcePort = 0 } of [...edges].sort(byPort)) {
    const key = JSON.stringify([source, target])
    if (seen.has(key)) continue
    seen.add(key)
    const ports = bySource.get(source) ?? new Map<number, NodeId[]>()
    bySource.set(source, ports.set(sourcePort, [...(ports.get(sourcePort) ?? []), target]))
  }
  return bySource
}

/** Compares edges by the position of their port. */
export function byPort(a: LayoutGraph['edges'][number], b: LayoutGraph['edges'][number]): number {
  return (a.sourcePort ?? 0) - (b.sourcePort ?? 0)
}
