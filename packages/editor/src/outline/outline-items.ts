import { compensationsOf, documentOrder, type NodeId, resolvePorts, type WorkflowDocument } from '@tenon/core/document'
import { isContainer, nodesByParent, parentsFirst } from '../graph/containers.ts'
import { edgesInto, edgesOutOf, type Graph, graphOf } from '../graph/graph.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { isPlainPort } from '../manifest/ports.ts'

/** One item of the outline with the items below it. */
export type OutlineItem =
  | {
      readonly kind: 'node'
      readonly nodeId: NodeId
      readonly branches: readonly OutlineBranch[]
      /** Items of the nodes inside a loop; `null` for other nodes. */
      readonly inside: readonly OutlineItem[] | null
      /** Reason why it does not follow the item above it; `null` if it does, or begins a path in a usual way. */
      readonly lead: OutlineLead | null
    }
  /** The path continues at a node that is listed elsewhere. */
  | { readonly kind: 'link'; readonly nodeId: NodeId }

/** Begin of a path at a node that is no trigger, that undoes another one, or to which a port leads beside another one. */
export type OutlineLead =
  | { readonly kind: 'detached' }
  | { readonly kind: 'undo'; readonly of: NodeId }
  | { readonly kind: 'parallel'; readonly to: NodeId }

export interface OutlineBranch {
  readonly port: string
  readonly title: string
  readonly isError: boolean
  readonly items: readonly OutlineItem[]
}

/**
 * Converts a workflow to nested lists: successive nodes are listed in order, branches are indented, and the node that
 * joins all of them is at the level of the node that split them. The nodes inside a loop are listed below it. Each node is
 * listed once; other paths to it are links. Lists have a greatest depth: deeper loops have their nodes beside them, and
 * deeper branches continue in the list of their loop.
 */
export function buildOutline(document: WorkflowDocument, manifest: ManifestIndex): readonly OutlineItem[] {
  const levels = shownLevels(document)
  // An edge across the border of a loop is reported as a problem; as a link it would lead into or out of the list.
  const edges = document.edges.filter(({ source, target }) => levels.get(source) === levels.get(target))
  const graph = graphOf({ edges })
  const { order } = documentOrder(document)
  const meetings = findMeetings(order, graph)
  const byId = new Map(document.nodes.map((node) => [node.id, node]))
  const groups = nodesByParent(document)
  const undoneBy = compensationsOf(document)
  const listed = new Set<NodeId>()
  /** Nodes of branches that are too deep, to which links lead. */
  const continued = new Set<NodeId>()
  let branchDepth = 0

  const entryOf = (id: NodeId) => {
    const node = byId.get(id)
    return node === undefined ? undefined : manifest.entryOf(node)
  }
  // The role of an unknown type is not known.
  const mayStart = (id: NodeId) => {
    const entry = entryOf(id)
    return entry === undefined || entry.control === 'trigger'
  }

  function sequence(start: NodeId | undefined, stop: NodeId | null, lead: OutlineLead | null = null): OutlineItem[] {
    const items: OutlineItem[] = []
    for (let id = start; id !== undefined && id !== stop; ) {
      if (listed.has(id)) {
        items.push({ kind: 'link', nodeId: id })
        break
      }
      listed.add(id)
      const { branches, next } = goOn(id, stop)
      items.push({ kind: 'node', nodeId: id, branches, inside: insideOf(id), lead: id === start ? lead : null })
      id = next
    }
    return items
  }

  // A branch that leads straight to the node where it joins the others contains no node, but it is connected.
  function branchTo(target: NodeId, stop: NodeId | null, first: NodeId | undefined): OutlineItem[] {
    if (target === stop) return [{ kind: 'link', nodeId: target }]
    if (branchDepth === MAX_BRANCH_DEPTH) {
      continued.add(target)
      return [{ kind: 'link', nodeId: target }]
    }
    branchDepth += 1
    const lead = first === undefined || first === target ? null : ({ kind: 'parallel', to: first } as const)
    const items = sequence(target, stop, lead)
    branchDepth -= 1
    return items
  }

  function goOn(id: NodeId, stop: NodeId | null): { branches: readonly OutlineBranch[]; next: NodeId | undefined } {
    const node = byId.get(id)
    const entry = entryOf(id)
    const out = edgesOutOf(graph, id)
    const known = node === undefined || entry === undefined ? [] : resolvePorts(node, entry)
    const ports = known.length > 0 ? known : [...new Set(out.map((edge) => edge.sourceHandle))].map(nameless)
    const [first, ...more] = ports
    const isPlain = first !== undefined && isPlainPort(first, ports) && more.every((port) => !hasEdge(port.name))
    if (isPlain) {
      const [target, ...others] = out.filter((edge) => edge.sourceHandle === first.name).map((edge) => edge.target)
      if (others.length === 0) return { branches: [], next: target }
    }
    const isParted = new Set(out.map((edge) => edge.sourceHandle)).size > 1
    const meeting = isParted ? (meetings.get(id) ?? null) : null
    const isShown = (port: { readonly name: string; readonly isError: boolean }) => !port.isError || hasEdge(port.name)
    const branches = ports.filter(isShown).map((port) => ({
      port: port.name,
      title: port.title,
      isError: port.isError,
      items: out
        .filter((edge) => edge.sourceHandle === port.name)
        .flatMap((edge, _index, [first]) => branchTo(edge.target, meeting ?? stop, first?.target)),
    }))
    const isMet = meeting !== null && !listed.has(meeting)
    return { branches, next: isMet ? meeting : undefined }

    function hasEdge(port: string): boolean {
      return out.some((edge) => edge.sourceHandle === port)
    }
  }

  function insideOf(id: NodeId): readonly OutlineItem[] | null {
    const inside = groups.get(id)
    if (inside === undefined && !isContainer(entryOf(id))) return null
    // The nodes of a loop at the greatest depth are listed beside it.
    if (inside?.some((node) => levels.get(node.id) !== id) === true) return null
    const depth = branchDepth
    branchDepth = 0
    const items = itemsOf(id)
    branchDepth = depth
    return items
  }

  function itemsOf(level: NodeId | null): OutlineItem[] {
    // An iteration begins at each node that nothing leads to, a run at triggers.
    const isBegin = (id: NodeId) => level !== null || mayStart(id)
    const ids = order.filter((id) => levels.get(id) === level)
    const roots = ids.filter((id) => edgesInto(graph, id).every((edge) => !byId.has(edge.source)))
    const items = roots.filter(isBegin).flatMap((id) => sequence(id, null, undoOf(id)))
    // The rest begins at no trigger. Nodes on a cycle have no beginning.
    for (const id of [...roots, ...ids]) {
      if (listed.has(id)) continue
      const isConnected = isBegin(id) || continued.has(id)
      items.push(...sequence(id, null, undoOf(id) ?? (isConnected ? null : DETACHED)))
    }
    return items
  }

  function undoOf(id: NodeId): OutlineLead | null {
    const undone = undoneBy.get(id)
    return undone === undefined ? null : { kind: 'undo', of: undone }
  }

  return itemsOf(null)
}

/** Greatest depth of lists inside lists of loops, that of a valid workflow; drafts may be deeper. */
const MAX_LOOP_DEPTH = 10

/** Greatest depth of branches inside branches in the list of one loop, so that any draft can be listed and drawn. */
const MAX_BRANCH_DEPTH = 32

/** Returns the loop in whose list each node is; `null` for the outermost list. */
function shownLevels(document: WorkflowDocument): ReadonlyMap<NodeId, NodeId | null> {
  const levels = new Map<NodeId, NodeId | null>()
  const depths = new Map<NodeId, number>()
  for (const { id, parentId } of parentsFirst(document)) {
    const depth = parentId === undefined ? undefined : depths.get(parentId)
    if (parentId === undefined || depth === undefined) {
      levels.set(id, null)
      depths.set(id, 0)
    } else if (depth < MAX_LOOP_DEPTH) {
      levels.set(id, parentId)
      depths.set(id, depth + 1)
    } else {
      levels.set(id, levels.get(parentId) ?? null)
      depths.set(id, depth)
    }
  }
  return levels
}

const DETACHED = Object.freeze({ kind: 'detached' } as const)

function nameless(name: string) {
  return { name, title: name, isError: false }
}

/** Returns the immediate post-dominator of each node: the first node on every path from it. */
function findMeetings(order: readonly NodeId[], graph: Graph): ReadonlyMap<NodeId, NodeId | null> {
  const meeting = new Map<NodeId, NodeId | null>()
  const depth = new Map<NodeId, number>()
  for (const id of [...order].reverse()) {
    const targets = [...new Set(edgesOutOf(graph, id).map((edge) => edge.target))]
    const met = targets.length === 0 || targets.some((target) => !depth.has(target)) ? null : meetAll(targets)
    meeting.set(id, met)
    depth.set(id, met === null ? 1 : (depth.get(met) ?? 0) + 1)
  }
  return meeting

  function meetAll(targets: readonly NodeId[]): NodeId | null {
    return targets.reduce<NodeId | null>((a, b) => meet(a, b), targets[0] ?? null)
  }

  function meet(a: NodeId | null, b: NodeId | null): NodeId | null {
    let [left, right] = [a, b]
    while (left !== right) {
      if (left === null || right === null) return null
      if ((depth.get(left) ?? 0) >= (depth.get(right) ?? 0)) left = meeting.get(left) ?? null
      else right = meeting.get(right) ?? null
    }
    return left
  }
}
