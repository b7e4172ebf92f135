import { canonicalText, type Json } from '@tenon/core/document'
import type { Plan, PlanLevel, PlanNode } from '../interpreter/plan.ts'
import type { PlanIndex } from '../interpreter/plan-index.ts'

/**
 * Returns the nodes that differ between two plans in what their outcome depends on: type, params, conditions, incoming
 * edges, and for a loop the nodes inside. Names, retries and time limits do not count, since a recorded outcome no longer
 * depends on them.
 *
 * @param nodeIds - Nodes outside of loops, of the first plan.
 */
export function changedNodes(before: PlanIndex, after: PlanIndex, nodeIds: Iterable<string>): readonly string[] {
  return [...nodeIds].filter((nodeId) => textOf(before.plan, before, nodeId) !== textOf(after.plan, after, nodeId))
}

function textOf(plan: Plan, index: PlanIndex, nodeId: string): string | null {
  const position = index.indexOf(nodeId)
  return position === undefined ? null : canonicalText(behaviorOf(plan, plan.nodes[position] as PlanNode))
}

function behaviorOf(level: PlanLevel, node: PlanNode): Json {
  const { id, type, typeVersion, params, control, ports, disabled, skipIf, join, children } = node
  return {
    ...{ id, type, typeVersion, control, disabled, skipIf },
    params: params as Json,
    ports: [...ports],
    join: typeof join === 'string' ? join : { ...join },
    incoming: node.incoming.map((edge) => edgeOf(level, edge)).sort(),
    children: children === undefined ? null : children.nodes.map((child) => behaviorOf(children, child)),
  }
}

function edgeOf(level: PlanLevel, edge: number): string {
  const { source, sourceHandle, targetHandle } = level.edges[edge] as PlanLevel['edges'][number]
  return JSON.stringify([level.nodes[source]?.id, sourceHandle, targetHandle])
}
