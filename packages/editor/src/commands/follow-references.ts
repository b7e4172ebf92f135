import { mapNode, type NodeId, type WorkflowNode } from '@tenon/core/document'
import { renameNodeReferences } from '@tenon/core/expression'

/**
 * A copied node whose references to nodes name the copies: in all of its templates, and in its policy. A node that was
 * not copied along is still meant if the document has it.
 *
 * @param ids - Ids of the copies by those of the originals.
 * @param hasNode - Whether the document that takes the copy has a node.
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
