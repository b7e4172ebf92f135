import { TenonError } from '@tenon/core/errors'
import { type AnyNodeImplementation, type Connector, GENERIC_CONNECTORS } from '@tenon/core/node'
import type { WorkflowServerOptions } from '../options.ts'

/**
 * Returns the connectors of a server: those of the host, then the generic ones.
 *
 * @throws {@link TenonError} `CONNECTOR_INVALID` if two have the same id.
 */
export function connectorsOf({ connectors = [] }: Pick<WorkflowServerOptions, 'connectors'>): readonly Connector[] {
  const all = [...connectors, ...GENERIC_CONNECTORS]
  const ids = new Set<string>()
  for (const { id } of all) {
    if (ids.has(id)) {
      throw new TenonError('CONNECTOR_INVALID', `Two connectors have the id "${id}"`, { details: { connector: id } })
    }
    ids.add(id)
  }
  return all
}

/** Returns the node types of a server or a worker: those of the host, and those of its connectors. */
export function nodesOf({
  nodes,
  connectors = [],
}: Pick<WorkflowServerOptions, 'nodes' | 'connectors'>): readonly AnyNodeImplementation[] {
  return [...nodes, ...connectors.flatMap((connector) => connector.nodes ?? [])]
}
