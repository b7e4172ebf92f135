import { resolvePorts, type WorkflowNode } from '@tenon/core/document'
import { fillParamDefaults, type NodeManifestEntry } from '@tenon/core/node'
import type { EdgesAtNode } from './compile-edges.ts'
import type { IssueList } from './compile-issues.ts'
import { compilePolicy } from './compile-policy.ts'
import { itemAt } from './lookup.ts'
import type { PlanEdge, PlanNode } from './plan.ts'
import { ERROR_PORT } from './settle.ts'

/** One node as the machine runs it, with the defaults of its type filled in. */
export function compileNode(
  node: WorkflowNode,
  entry: NodeManifestEntry,
  { incoming, outgoing }: EdgesAtNode,
  edges: readonly PlanEdge[],
  issues: IssueList,
): PlanNode {
  const params = fillParamDefaults(entry.params, node.params)
  return {
    id: node.id,
    type: node.type,
    typeVersion: node.typeVersion,
    name: node.name,
    params,
    control: entry.control ?? null,
    mode: entry.inline ? 'inline' : 'dispatch',
    effect: entry.effect,
    ports: resolvePorts({ params }, entry)
      .filter(({ isError }) => !isError)
      .map(({ name }) => name),
    disabled: node.disabled ?? false,
    ...compilePolicy(node.policy, entry, issues, ['nodes', node.id, 'policy']),
    hasErrorEdge: outgoing.some((edge) => itemAt(edges, edge).sourceHandle === ERROR_PORT),
    incoming,
    outgoing,
  }
}
