import {
  connectionParamOf,
  isJsonObject,
  type JsonObject,
  type JsonSchema,
  nodeTypeKey,
  secretParamsOf,
} from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type AnyNodeImplementation,
  fillParamDefaults,
  type NodeManifestEntry,
  type NodeRegistry,
} from '@tenon/core/node'
import type { PlanNode } from '../interpreter/plan.ts'

/** The part of a node type that the driver needs; the same object for every node of the type. */
export interface NodeType {
  readonly implementation: AnyNodeImplementation
  readonly paramsSchema: JsonSchema
  /** Names of the params that are kept as they are, even if they look like templates. */
  readonly literalParams: ReadonlySet<string>
  /** Names of the params that a condition may make absent in the first pass of a node. */
  readonly lateParams: ReadonlySet<string>
  /** Names of the secret params. */
  readonly secretParams: readonly string[]
  /** Name of the param that names a connection; `null` without one. */
  readonly connectionParam: string | null
  /** Name of the param that lists tools; `null` without one. */
  readonly toolsParam: string | null
  /** Finds the types of tools; `undefined` for one that this process lacks. */
  readonly typeOf: (type: string, version: number) => NodeType | undefined
  /** Entry of the type in the manifest. */
  readonly entry: NodeManifestEntry
}

/**
 * Returns the id of the connection that the document names for a node; empty without one. A called node has that of the
 * tool which it is a call of.
 */
export function plannedConnection(node: PlanNode, { connectionParam, paramsSchema }: NodeType): string {
  if (connectionParam === null) return ''
  if (node.called !== undefined) return node.connection ?? ''
  const connectionId = fillParamDefaults(paramsSchema, node.params as JsonObject)[connectionParam]
  return typeof connectionId === 'string' ? connectionId : ''
}

/**
 * Finds node types by the node of a plan.
 *
 * @throws {@link TenonError} `NODE_TYPE_UNKNOWN` if this process lacks the type.
 */
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

export function nodeTypesOf(registry: NodeRegistry): FindNodeType {
  const entries = new Map(registry.manifest.nodes.map((entry) => [nodeTypeKey(entry.type, entry.version), entry]))
  const types = new Map<string, NodeType>()
  /** By node, since a type is looked up several times in each attempt. */
  const byNode = new WeakMap<PlanNode, NodeType>()

  function typeOf(type: string, version: number): NodeType | undefined {
    const name = nodeTypeKey(type, version)
    const known = types.get(name)
    if (known !== undefined) return known
    const implementation = registry.get(type, version)
    const entry = entries.get(name)
    if (implementation === undefined || entry === undefined) return undefined
    const found = describeType(implementation, entry, typeOf)
    types.set(name, found)
    return found
  }

  return (node) => {
    const known = byNode.get(node)
    if (known !== undefined) return known
    const { type, typeVersion } = node
    const found = typeOf(type, typeVersion)
    if (found === undefined)
      throw new TenonError('NODE_TYPE_UNKNOWN', `This server has no node type "${type}" version ${typeVersion}`)
    byNode.set(node, found)
    return found
  }
}

function describeType(
  implementation: AnyNodeImplementation,
  entry: NodeManifestEntry,
  typeOf: NodeType['typeOf'],
): NodeType {
  const { params: paramsSchema, callsFrom = null } = entry
  const properties = isJsonObject(paramsSchema) && isJsonObject(paramsSchema.properties) ? paramsSchema.properties : {}
  const namesWith = (field: string) =>
    new Set(Object.keys(properties).filter((name) => isJsonObject(properties[name]) && field in properties[name]))
  return {
    implementation,
    paramsSchema,
    literalParams: namesWith('literal'),
    lateParams: namesWith('late'),
    secretParams: secretParamsOf(paramsSchema),
    connectionParam: connectionParamOf(paramsSchema),
    toolsParam: callsFrom,
    typeOf,
    entry,
  }
}
