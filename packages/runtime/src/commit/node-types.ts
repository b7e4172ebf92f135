import type { JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { AnyNodeImplementation, NodeRegistry } from '@tenon/core/node'
import type { PlanNode } from '../interpreter/plan.ts'

/** The part of a node type that the driver needs. */
export interface NodeType {
  readonly implementation: AnyNodeImplementation
  readonly paramsSchema: JsonSchema
}

/** Finds node types by the node of a plan. */
export type FindNodeType = (node: PlanNode) => NodeType

/** Checks whether this process has the type of a node. */
export function hasNodeType(findType: FindNodeType, node: PlanNode): boolean {
  try {
    findType(node)
    return true
  } catch (error) {
    if (error instanceof TenonError && error.code === 'NODE_TYPE_UNKNOWN') return false
    throw error
  }
}

/** @throws {@link TenonError} `NODE_TYPE_UNKNOWN` from the function, for an unknown type. */
export function nodeTypesOf(registry: NodeRegistry): FindNodeType {
  const schemas = new Map(registry.manifest.nodes.map((entry) => [`${entry.type}@${entry.version}`, entry.params]))
  return ({ type, typeVersion }) => {
    const implementation = registry.get(type, typeVersion)
    if (implementation === undefined) {
      throw new TenonError('NODE_TYPE_UNKNOWN', `This server has no node type "${type}" version ${typeVersion}`)
    }
    return { implementation, paramsSchema: schemas.get(`${type}@${typeVersion}`) ?? true }
  }
}
