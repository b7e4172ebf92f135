import { mapNode, type NodeId, type WorkflowNode } from '@tenon/core/document'
import { renameNodeReferences } from '@tenon/core/expression'

/**
 * Replaces the references of a copied node by those to the copies, in all of its templates and in its policy.
 * References to nodes that were not copied are kept if the document has the node.
 *
 * @param ids - Ids of the copies by the ids of the originals.
 * @param hasNode - Checks whether the target document has a node.
 */
export function followReferences(
  node: WorkflowNode,
  ids: ReadonlyMap<NodeId, NodeId>,
  hasNode: (nodeId: NodeId) => boolean,
): WorkflowNode {
  return mapNode(node, {
    text: (text) => renameNodeReferences(text, (id) => ids.get(id) ?? id),
    nodeId: (id) => ids.get(id) ?? (hasNode(id) ? id : null),
  })
}
