import { nodeTypeKey, type WorkflowDocument, type WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry, NodeRegistry } from '@tenon/core/node'

/** Node of a document with what the checks of the server need beside it. */
export interface EnabledNode {
  readonly node: WorkflowNode
  /** Name for messages, as the validator gives it: the id of a node without a name. */
  readonly name: string
  /** Type of the node; `undefined` for one that this server lacks. */
  readonly entry: NodeManifestEntry | undefined
}

/** Returns the nodes that a run executes, in document order: all but the disabled ones. */
export function enabledNodes(
  { manifest }: Pick<NodeRegistry, 'manifest'>,
  { nodes }: Pick<WorkflowDocument, 'nodes'>,
): readonly EnabledNode[] {
  const types = new Map(manifest.nodes.map((entry) => [nodeTypeKey(entry.type, entry.version), entry]))
  return nodes
    .filter(({ disabled }) => disabled !== true)
    .map((node) => ({
      node,
      name: node.name === '' ? node.id : node.name,
      entry: types.get(nodeTypeKey(node.type, node.typeVersion)),
    }))
}
