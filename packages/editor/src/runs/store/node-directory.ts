import {
  type JsonSchema,
  type NodeId,
  resolvePorts,
  type WorkflowDocument,
  type WorkflowNode,
} from '@tenon/core/document'
import type { NodeCategory, NodeManifest, NodeManifestEntry } from '@tenon/core/node'
import { type LoopKind, loopKindOf } from '../../graph/containers.ts'
import { createManifestIndex } from '../../manifest/manifest-index.ts'

/** Data of a node that the run views show besides its run. */
export interface NodeInfo {
  readonly nodeId: NodeId
  readonly name: string
  /** Title of the node type. */
  readonly typeTitle: string
  /** SVG path data on a 24 grid. */
  readonly icon: string
  readonly category: NodeCategory
  readonly isInline: boolean
  /** Way in which it runs the nodes inside it; `null` for a node that holds none. */
  readonly loop: LoopKind | null
  /** Attempts that the policy allows, the first included. */
  readonly maximumAttempts: number
  /** Port that the run takes at a skipped node; `null` if the node has none. */
  readonly firstPort: string | null
  /** Node that the run executes; `null` for an unknown id. */
  readonly node: WorkflowNode | null
  /** Type of the node; `null` for an unknown one. */
  readonly entry: NodeManifestEntry | null
  /** Schema of its params. */
  readonly params: JsonSchema
}

/** The nodes of the version that a run executes, by id; an unknown id gets its id as its name. */
export interface NodeDirectory {
  readonly get: (nodeId: NodeId) => NodeInfo
  readonly all: readonly NodeInfo[]
}

const DEFAULT_ATTEMPTS = 3
const UNKNOWN_ICON = 'M12 3a9 9 0 1 0 .01 0M9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.6.3-1 .8-1 1.700M12 17h.01'

export function createNodeDirectory(document: WorkflowDocument, manifest: NodeManifest): NodeDirectory {
  const index = createManifestIndex(manifest)
  const infos = new Map<NodeId, NodeInfo>()
  for (const node of document.nodes) {
    const entry = index.entryOf(node)
    infos.set(node.id, {
      nodeId: node.id,
      name: node.name === '' ? node.id : node.name,
      typeTitle: entry?.title ?? node.type,
      icon: entry?.icon ?? UNKNOWN_ICON,
      category: entry?.category ?? 'flow',
      isInline: entry?.inline ?? false,
      loop: loopKindOf(entry),
      maximumAttempts: node.policy?.retry?.maximumAttempts ?? entry?.policy?.retry?.maximumAttempts ?? DEFAULT_ATTEMPTS,
      firstPort: entry === undefined ? null : (resolvePorts(node, entry)[0]?.name ?? null),
      node,
      entry: entry ?? null,
      params: entry?.params ?? {},
    })
  }
  return {
    all: [...infos.values()],
    get: (nodeId) => infos.get(nodeId) ?? { ...UNKNOWN, nodeId, name: nodeId },
  }
}

const UNKNOWN: Omit<NodeInfo, 'nodeId' | 'name'> = Object.freeze({
  typeTitle: '',
  icon: UNKNOWN_ICON,
  category: 'flow',
  isInline: false,
  loop: null,
  maximumAttempts: DEFAULT_ATTEMPTS,
  firstPort: null,
  node: null,
  entry: null,
  params: {},
})
