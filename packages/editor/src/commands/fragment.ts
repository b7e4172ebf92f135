import {
  edgeId,
  isJsonObject,
  type NodeId,
  type Position,
  parseDocument,
  secretParamsOf,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
  withoutSecrets,
} from '@tenon/core/document'
import { parseJson } from '@tenon/core/text'
import { idsInside } from '../graph/containers.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { followReferences } from './follow-references.ts'
import { unusedId, unusedName } from './new-node.ts'

/** Copied nodes with the edges between them, as stored in the clipboard. */
export interface Fragment {
  readonly tenon: 'fragment'
  readonly version: 1
  readonly nodes: readonly WorkflowNode[]
  readonly edges: readonly WorkflowEdge[]
}

/** Copies nodes of a document for the clipboard, with what is inside them, without secret params. */
export function copyFragment(
  document: WorkflowDocument,
  manifest: ManifestIndex,
  chosen: ReadonlySet<NodeId>,
): Fragment {
  const nodeIds = new Set([...chosen, ...idsInside(document, chosen)])
  const nodes = document.nodes
    .filter((node) => nodeIds.has(node.id))
    .map((node) => withoutOuterParent(copiedParams(node, manifest), nodeIds))
  const edges = document.edges.filter((edge) => nodeIds.has(edge.source) && nodeIds.has(edge.target))
  return { tenon: 'fragment', version: 1, nodes, edges }
}

/** Parses a fragment from clipboard text, with all checks of a document; `null` for other texts. */
export function parseFragment(text: string): Fragment | null {
  if (!text.includes('"tenon"')) return null
  const reading = parseJson(text, { onLoss: 'refuse' })
  if (!reading.ok) return null
  try {
    const { value } = reading
    if (!isJsonObject(value) || value.tenon !== 'fragment' || value.version !== 1) return null
    const rest = { schemaVersion: 1, variables: [], annotations: [], settings: {} }
    const { nodes, edges } = parseDocument({ ...rest, nodes: value.nodes, edges: value.edges })
    return { tenon: 'fragment', version: 1, nodes, edges }
  } catch {
    return null
  }
}

/** Assigns new ids and names to copied nodes, moves them, and updates the references between them. */
export function renewFragment(
  fragment: Fragment,
  document: WorkflowDocument,
  shift: Position,
): { readonly nodes: readonly WorkflowNode[]; readonly edges: readonly WorkflowEdge[] } {
  const ids = new Map<NodeId, NodeId>()
  const nodes: WorkflowNode[] = []
  for (const node of fragment.nodes) {
    const known = { nodes: [...document.nodes, ...nodes] }
    const id = unusedId(known, node.type)
    ids.set(node.id, id)
    const position = { x: node.position.x + shift.x, y: node.position.y + shift.y }
    nodes.push({ ...node, id, name: unusedName(known, node.name), position })
  }
  const present = new Set(document.nodes.map((node) => node.id))
  const renewed = nodes.map((copy) => {
    const { parentId, ...node } = followReferences(copy, ids, (id) => present.has(id))
    const parent = parentId === undefined ? undefined : ids.get(parentId)
    return parent === undefined ? node : { ...node, parentId: parent }
  })
  const edges = fragment.edges.flatMap((edge) => {
    const source = ids.get(edge.source)
    const target = ids.get(edge.target)
    if (source === undefined || target === undefined) return []
    const ends = { source, sourceHandle: edge.sourceHandle, target, targetHandle: edge.targetHandle }
    return [{ id: edgeId(ends), ...ends }]
  })
  return { nodes: renewed, edges }
}

function withoutOuterParent(node: WorkflowNode, nodeIds: ReadonlySet<NodeId>): WorkflowNode {
  const { parentId, ...rest } = node
  return parentId === undefined || nodeIds.has(parentId) ? node : rest
}

function copiedParams(node: WorkflowNode, manifest: ManifestIndex): WorkflowNode {
  const entry = manifest.entryOf(node)
  const params = withoutSecrets(node.params, entry === undefined ? [] : secretParamsOf(entry.params))
  return params === node.params ? node : { ...node, params }
}
