import { type DocumentGraph, documentGraph, documentOrder } from '../document/document-order.ts'
import { type ResolvedPort, resolvePorts } from '../document/ports.ts'
import type { WorkflowDocument, WorkflowEdge, WorkflowNode } from '../document/types.ts'
import type { NodeId } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import type { NodeManifest, NodeManifestEntry } from '../node/definition.ts'
import { fillParamDefaults } from '../node/fill-param-defaults.ts'

/** A node with what its type says of it, looked up once. */
export interface SurveyedNode {
  readonly node: WorkflowNode
  /** `undefined` for a type or version that the manifest does not have. */
  readonly entry: NodeManifestEntry | undefined
  /** What people call it: its name, or its id if it has none. */
  readonly name: string
  /** With the defaults of the type. */
  readonly params: JsonObject
  readonly ports: readonly ResolvedPort[]
  readonly portNames: ReadonlySet<string>
  /** Edges whose two ends exist, in the order of the document. */
  readonly incoming: readonly WorkflowEdge[]
  readonly outgoing: readonly WorkflowEdge[]
}

/** A document looked over once, for all checks. */
export interface Survey {
  readonly document: WorkflowDocument
  readonly manifest: Pick<NodeManifest, 'nodes'>
  /** In the order of the document's `nodes`. */
  readonly nodes: readonly SurveyedNode[]
  readonly byId: ReadonlyMap<NodeId, SurveyedNode>
  readonly graph: DocumentGraph
  /** Document order; nodes on or behind a cycle come last. */
  readonly ordered: readonly SurveyedNode[]
  readonly cycles: readonly (readonly NodeId[])[]
}

/** How the manifest is searched. */
export const typeKey = (type: string, version: number): string => `${type}@${version}`

function groupEdges(document: WorkflowDocument, ids: ReadonlySet<NodeId>, end: 'source' | 'target') {
  const groups = new Map<NodeId, WorkflowEdge[]>()
  const seen = new Set<string>()
  for (const edge of document.edges) {
    if (!ids.has(edge.source) || !ids.has(edge.target) || seen.has(edge.id)) continue
    seen.add(edge.id)
    const group = groups.get(edge[end])
    if (group === undefined) groups.set(edge[end], [edge])
    else group.push(edge)
  }
  return groups
}

/** Looks a document over; nothing in it is taken for granted but its structure. */
export function surveyDocument(document: WorkflowDocument, manifest: Pick<NodeManifest, 'nodes'>): Survey {
  const entries = new Map(manifest.nodes.map((entry) => [typeKey(entry.type, entry.version), entry]))
  const ids = new Set(document.nodes.map(({ id }) => id))
  const incoming = groupEdges(document, ids, 'target')
  const outgoing = groupEdges(document, ids, 'source')
  const nodes = document.nodes.map((node): SurveyedNode => {
    const entry = entries.get(typeKey(node.type, node.typeVersion))
    const ports = entry === undefined ? [] : resolvePorts(node, entry)
    return {
      node,
      entry,
      name: node.name === '' ? node.id : node.name,
      params: entry === undefined ? node.params : fillParamDefaults(entry.params, node.params),
      ports,
      portNames: new Set(ports.map((port) => port.name)),
      incoming: incoming.get(node.id) ?? [],
      outgoing: outgoing.get(node.id) ?? [],
    }
  })
  // The first of two nodes with one id stands for both; the other one is reported.
  const byId = new Map([...nodes].reverse().map((each) => [each.node.id, each]))
  const graph = documentGraph(document)
  const { order, cycles } = documentOrder(document, graph)
  const ordered = [...new Set(order)].map((id) => byId.get(id) as SurveyedNode)
  return { document, manifest, nodes, byId, graph, ordered, cycles }
}
