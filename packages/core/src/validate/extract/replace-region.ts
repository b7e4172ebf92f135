import type { DocumentOperation } from '../../document/operation.ts'
import type { WorkflowDocument, WorkflowEdge, WorkflowNode } from '../../document/types.ts'
import { type ChangedTemplate, textOperations } from './changed-templates.ts'
import { edgeOf, inputOf } from './extracted-workflow.ts'
import type { ExtractionTypes } from './extraction-types.ts'
import type { Region } from './find-region.ts'

/** Returns the operations that replace a region by a node, and change what later nodes read. */
export function replaceRegion(
  { nodes }: WorkflowDocument,
  region: Region,
  call: WorkflowNode,
  types: ExtractionTypes,
  changes: readonly ChangedTemplate[],
): readonly DocumentOperation[] {
  const edges: readonly WorkflowEdge[] = [
    ...region.into.map(({ source, sourceHandle }) =>
      edgeOf({ source, sourceHandle, target: call.id, targetHandle: inputOf(types.call) }),
    ),
    ...region.outOf.map(({ target, targetHandle }) =>
      edgeOf({ source: call.id, sourceHandle: types.callPort, target, targetHandle }),
    ),
  ]
  const distinct = new Map(edges.map((edge) => [edge.id, edge]))
  // The order of the document decides which fields of `input` hide earlier ones. Other nodes keep theirs if the new node
  // takes the position of the last extracted one, since nodes behind the region wait for that one.
  const last = nodes.findLastIndex(({ id }) => region.ids.has(id))
  return [
    ...region.nodes.map(({ node }) => ({ op: 'remove_node', nodeId: node.id }) as const),
    { op: 'add_node', node: call },
    { op: 'place_node', nodeId: call.id, before: nodes[last + 1]?.id ?? null },
    ...[...distinct.values()].map((edge) => ({ op: 'add_edge', edge }) as const),
    ...textOperations(changes),
  ]
}
