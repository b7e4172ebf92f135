import { nodeTypeKey, toolsOf, type WorkflowDocument, type WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry, NodeRegistry } from '@tenon/core/node'

/** Node of a document with what the checks of the server need beside it. */
export interface EnabledNode {
  readonly node: WorkflowNode
  /** Name for messages, as the validator gives it: the id of a node without a name. */
  readonly name: string
  /** Type of the node; `undefined` for one that this server lacks. */
  readonly entry: NodeManifestEntry | undefined
  /** Path of the params in the document. */
  readonly paramsAt: readonly (string | number)[]
  /** Params that a model gives; empty for a node of the document. */
  readonly open: readonly string[]
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
      paramsAt: ['nodes', node.id, 'params'],
      open: [],
    }))
}

/**
 * Returns the nodes that a run executes, each followed by its tools as nodes of their types: a tool uses connections, tables
 * and workflows like a node. Params that are left to the model are absent.
 */
export function nodesAndTools(
  registry: Pick<NodeRegistry, 'manifest'>,
  document: Pick<WorkflowDocument, 'nodes'>,
): readonly EnabledNode[] {
  return enabledNodes(registry, document).flatMap((each) => {
    const { node, name, entry } = each
    const tools = entry === undefined ? [] : toolsOf(entry, node.params)
    const asNodes = tools.map((tool): EnabledNode => {
      const { nodeType: type, typeVersion, params } = tool
      const found = registry.manifest.nodes.find((other) => other.type === type && other.version === typeVersion)
      return {
        ...{ node: { ...node, type, typeVersion, params }, name: `${name}, tool "${tool.name}"`, entry: found },
        paramsAt: [...each.paramsAt, ...tool.path, 'params'],
        open: tool.open,
      }
    })
    return [each, ...asNodes]
  })
}
