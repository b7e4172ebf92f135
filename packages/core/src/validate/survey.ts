import { compensationsOf } from '../document/compensations.ts'
import { documentOrder } from '../document/document-order.ts'
import { createParamFilling } from '../document/fill-param-defaults.ts'
import { policyTexts } from '../document/node-texts.ts'
import type { ParamPath } from '../document/operation.ts'
import { hasErrorPort, type ResolvedPort, resolvePorts } from '../document/ports.ts'
import type { WorkflowDocument, WorkflowEdge, WorkflowNode } from '../document/types.ts'
import { isTemplate } from '../expression/parse.ts'
import { createTemplateTable, type TemplateTable } from '../expression/template-table.ts'
import { type NodeId, nodeTypeKey } from '../ids.ts'
import type { JsonObject, JsonSchema } from '../json.ts'
import { trimmed } from '../lists.ts'
import { isContainer, type NodeManifest, type NodeManifestEntry } from '../node/definition.ts'
import { type ParamText, paramTexts } from './param-schema.ts'
import { asObject } from './schema-facts.ts'

/** A template of a node, with the schema of its value. */
export interface NodeTemplate {
  /** From the node: `['params', ...]` or `['policy', field]`. */
  readonly path: ParamPath
  /** Text as it is stored. */
  readonly text: string
  /** Schema of the param that takes the value. */
  readonly schema: JsonSchema
}

/** A node with the facts from its type, looked up once. */
export interface SurveyedNode {
  /** Node of the document. */
  readonly node: WorkflowNode
  /** Entry of its type in the manifest; `undefined` for a type or version that the manifest does not have. */
  readonly entry: NodeManifestEntry | undefined
  /** Display name: its name, or its id if it has none. */
  readonly name: string
  /** Params with the defaults of the type filled in. */
  readonly params: JsonObject
  /** Texts of the stored params, in order. */
  readonly texts: readonly ParamText[]
  /** Texts that are templates: those of the stored params, then those of the policy. */
  readonly templates: readonly NodeTemplate[]
  /** Ports for the stored params, including `error` if failures are routed. */
  readonly ports: readonly ResolvedPort[]
  /** Names of the ports. */
  readonly portNames: ReadonlySet<string>
  /** Incoming edges between two nodes of one level, in the order of the document. */
  readonly incoming: readonly WorkflowEdge[]
  /** Outgoing edges between two nodes of one level, in the order of the document. */
  readonly outgoing: readonly WorkflowEdge[]
  /** Node of the same level that the node undoes; `null` if it undoes none. */
  readonly undoes: NodeId | null
  /** Node of the same level that undoes the node; `null` without one. */
  readonly undoneBy: NodeId | null
}

/** Survey of a document, made once for all checks and for its compilation. */
export interface WorkflowSurvey {
  /** The document itself. */
  readonly document: WorkflowDocument
  /** Node types that the nodes were looked up in. */
  readonly manifest: Pick<NodeManifest, 'nodes'>
  /** Templates of the document, each text parsed once for all checks. */
  readonly templates: TemplateTable
  /** Nodes in the order of the document's `nodes`. */
  readonly nodes: readonly SurveyedNode[]
  /** Nodes by their ids; the first of those with the same id. */
  readonly byId: ReadonlyMap<NodeId, SurveyedNode>
  /** Document order, in which a loop is followed by the nodes inside it; nodes on or behind a cycle come last. */
  readonly ordered: readonly SurveyedNode[]
  /**
   * Nodes of each level in document order: those directly inside a node by its id, those outside of all others under
   * `undefined`. Edges count within a level only.
   */
  readonly levels: ReadonlyMap<NodeId | undefined, readonly SurveyedNode[]>
  /** Each cycle as the ids of its nodes; empty for a workflow that can run. */
  readonly cycles: readonly (readonly NodeId[])[]
}

/** Returns the edges between two nodes of one level; of edges with the same id the first one counts. */
function edgesWithinLevels({ nodes, edges }: WorkflowDocument): readonly WorkflowEdge[] {
  const parents = new Map<NodeId, NodeId | null>()
  for (const { id, parentId } of nodes) if (!parents.has(id)) parents.set(id, parentId ?? null)
  const seen = new Set<string>()
  return edges.filter((edge) => {
    const parent = parents.get(edge.source)
    if (parent === undefined || parent !== parents.get(edge.target) || seen.has(edge.id)) return false
    seen.add(edge.id)
    return true
  })
}

/** Groups edges by their ends. */
function groupEdges(edges: readonly WorkflowEdge[]) {
  const [incoming, outgoing] = [new Map<NodeId, WorkflowEdge[]>(), new Map<NodeId, WorkflowEdge[]>()]
  for (const edge of edges) {
    addTo(incoming, edge.target, edge)
    addTo(outgoing, edge.source, edge)
  }
  return { incoming, outgoing }
}

function addTo<Key, Member>(groups: Map<Key, Member[]>, key: Key, member: Member): void {
  const known = groups.get(key)
  if (known === undefined) groups.set(key, [member])
  else known.push(member)
}

/** Groups nodes by the node around them. */
function groupLevels(nodes: readonly SurveyedNode[]): ReadonlyMap<NodeId | undefined, readonly SurveyedNode[]> {
  const levels = new Map<NodeId | undefined, SurveyedNode[]>()
  for (const surveyed of nodes) addTo(levels, surveyed.node.parentId, surveyed)
  return levels
}

/** Orders nodes so that each is followed by those inside it; nodes inside themselves or a missing node come last. */
function nestedOrder(
  nodes: readonly SurveyedNode[],
  levels: ReadonlyMap<NodeId | undefined, readonly SurveyedNode[]>,
): readonly SurveyedNode[] {
  if (levels.size < 2) return nodes
  const ordered = new Set<SurveyedNode>()
  const open = [...(levels.get(undefined) ?? [])].reverse()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    ordered.add(next)
    open.push(...[...(levels.get(next.node.id) ?? [])].reverse())
  }
  return [...ordered, ...nodes.filter((surveyed) => !ordered.has(surveyed))]
}

/** Checks whether the nodes inside a node run again and again. */
export function isLoop({ entry }: Pick<SurveyedNode, 'entry'>): boolean {
  return entry?.control === 'loop'
}

/** Checks whether a loop repeats for the items of a list. */
export function hasItems({ entry, params }: Pick<SurveyedNode, 'entry' | 'params'>): boolean {
  return params.items !== undefined || asObject(asObject(entry?.params)?.properties)?.items !== undefined
}

/** Checks whether nodes can be inside a node. */
export function holdsNodes({ entry }: Pick<SurveyedNode, 'entry'>): boolean {
  return isContainer(entry?.control)
}

/** Returns the nodes with which an iteration of a loop begins: those without incoming edges that undo no other node. */
export function rootsWithin({ levels }: Pick<WorkflowSurvey, 'levels'>, loopId: NodeId): readonly SurveyedNode[] {
  return (levels.get(loopId) ?? []).filter(({ incoming, undoes }) => incoming.length === 0 && undoes === null)
}

const NO_EDGES: readonly WorkflowEdge[] = Object.freeze([])

const NO_TEMPLATES: readonly NodeTemplate[] = Object.freeze([])

/** Returns the templates of a node that are evaluated; those in literal params are plain text. */
function templatesOf(node: WorkflowNode, texts: readonly ParamText[]): readonly NodeTemplate[] {
  const templates: NodeTemplate[] = []
  for (const each of texts) if (!each.isLiteral && isTemplate(each.text)) templates.push(each)
  for (const { path, text } of policyTexts(node)) {
    if (isTemplate(text)) templates.push({ path, text, schema: schemaInPolicy(path) })
  }
  return templates.length === 0 ? NO_TEMPLATES : trimmed(templates)
}

/**
 * Returns the templates that a run evaluates: {@link SurveyedNode.templates}, and those in the defaults of the type.
 */
export function evaluatedTemplates({ node, entry, params, templates }: SurveyedNode): readonly NodeTemplate[] {
  if (params === node.params) return templates
  // Only known types have defaults.
  return templatesOf(node, paramTexts((entry as NodeManifestEntry).params, params))
}

/** Returns the schema of a policy's template: a boolean for conditions, else any value. */
const schemaInPolicy = ([, field]: ParamPath): JsonSchema =>
  field === 'skipIf' || field === 'retryIf' ? { type: 'boolean' } : true

/** Fills in the defaults of node types, which are listed once for each type. */
function createFilling(): (entry: NodeManifestEntry, params: JsonObject) => JsonObject {
  const fillings = new Map<NodeManifestEntry, (params: JsonObject) => JsonObject>()
  return (entry, params) => {
    const fill = fillings.get(entry) ?? createParamFilling(entry.params)
    fillings.set(entry, fill)
    return fill(params)
  }
}

type Ports = Pick<SurveyedNode, 'ports' | 'portNames'>

const NO_PORTS: Ports = { ports: [], portNames: new Set() }

/** Resolves the ports of nodes; those that only the type decides are shared by all nodes of the type. */
function createPorts(): (node: WorkflowNode, params: JsonObject, entry: NodeManifestEntry | undefined) => Ports {
  const shared = new Map<NodeManifestEntry, Ports>()
  const withNames = (ports: readonly ResolvedPort[]): Ports => ({
    ports,
    portNames: new Set(ports.map(({ name }) => name)),
  })
  return (node, params, entry) => {
    if (entry === undefined) return NO_PORTS
    const isOwn = hasErrorPort(node, entry) || entry.ports.some((port) => 'each' in port)
    if (isOwn) return withNames(resolvePorts({ ...node, params }, entry))
    const known = shared.get(entry) ?? withNames(resolvePorts({ ...node, params }, entry))
    shared.set(entry, known)
    return known
  }
}

/**
 * Surveys a document: looks up the type of each node, fills in defaults, groups edges and orders nodes. The document
 * must have a valid structure, which `parseDocument` checks; everything else may be wrong.
 */
export function surveyDocument(document: WorkflowDocument, manifest: Pick<NodeManifest, 'nodes'>): WorkflowSurvey {
  const entries = new Map(manifest.nodes.map((entry) => [nodeTypeKey(entry.type, entry.version), entry]))
  const edges = edgesWithinLevels(document)
  const { incoming, outgoing } = groupEdges(edges)
  const undoes = compensationsOf(document)
  const undoneBy = new Map([...undoes].map(([by, undone]) => [undone, by]))
  const portsOf = createPorts()
  const fill = createFilling()
  const nodes = document.nodes.map((node): SurveyedNode => {
    const entry = entries.get(nodeTypeKey(node.type, node.typeVersion))
    const params = entry === undefined ? node.params : fill(entry, node.params)
    const { ports, portNames } = portsOf(node, params, entry)
    const texts = paramTexts(entry?.params ?? true, node.params)
    return {
      node,
      entry,
      name: node.name === '' ? node.id : node.name,
      params,
      texts,
      templates: templatesOf(node, texts),
      ports,
      portNames,
      incoming: incoming.get(node.id) ?? NO_EDGES,
      outgoing: outgoing.get(node.id) ?? NO_EDGES,
      undoes: undoes.get(node.id) ?? null,
      undoneBy: undoneBy.get(node.id) ?? null,
    }
  })
  // Of two nodes with the same id the first one is used; the other is reported.
  const byId = new Map<NodeId, SurveyedNode>()
  for (const each of nodes) if (!byId.has(each.node.id)) byId.set(each.node.id, each)
  const { order, cycles } = documentOrder({ nodes: document.nodes, edges })
  const distinctOrder = byId.size === nodes.length ? order : [...new Set(order)]
  const inOrder = distinctOrder.map((id) => byId.get(id) as SurveyedNode)
  const levels = groupLevels(inOrder)
  const ordered = nestedOrder(inOrder, levels)
  return { document, manifest, templates: createTemplateTable(), nodes, byId, ordered, levels, cycles }
}
