import type { NodeId, WorkflowDocument, WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { valueAt } from '../manifest/ports.ts'

type Nodes = Pick<WorkflowDocument, 'nodes'>

/** Groups the nodes of a document by their loop; those outside of all loops have the key `null`. */
export function nodesByParent({ nodes }: Nodes): ReadonlyMap<NodeId | null, readonly WorkflowNode[]> {
  const groups = new Map<NodeId | null, WorkflowNode[]>()
  for (const node of nodes) {
    const group = groups.get(node.parentId ?? null)
    if (group === undefined) groups.set(node.parentId ?? null, [node])
    else group.push(node)
  }
  return groups
}

/** Returns the nodes in an order in which each loop is directly before the nodes inside it. The depth has no limit. */
export function parentsFirst({ nodes }: Nodes): readonly WorkflowNode[] {
  if (nodes.every(({ parentId }) => parentId === undefined)) return nodes
  const groups = nodesByParent({ nodes })
  const ids = new Set(nodes.map(({ id }) => id))
  const open = nodes.filter(({ parentId }) => parentId === undefined || !ids.has(parentId)).reverse()
  const ordered: WorkflowNode[] = []
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    ordered.push(node)
    for (const child of [...(groups.get(node.id) ?? [])].reverse()) open.push(child)
  }
  return ordered
}

/** Returns the ids of all nodes inside these nodes, at every depth, without the nodes themselves. */
export function idsInside(document: Nodes, nodeIds: Iterable<NodeId>): ReadonlySet<NodeId> {
  const groups = nodesByParent(document)
  const found = new Set<NodeId>()
  const open = [...nodeIds]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const child of groups.get(id) ?? []) {
      if (found.has(child.id)) continue
      found.add(child.id)
      open.push(child.id)
    }
  }
  return found
}

/** Returns the ids of the locked nodes and of the loops around them: removing such a loop would remove a locked node. */
export function idsHeldByLocks({ nodes }: Nodes): ReadonlySet<NodeId> {
  const parents = new Map(nodes.map(({ id, parentId }) => [id, parentId]))
  const held = new Set<NodeId>()
  for (const node of nodes) {
    if (node.locked !== true) continue
    for (let id: NodeId | undefined = node.id; id !== undefined && !held.has(id); id = parents.get(id)) held.add(id)
  }
  return held
}

/** Returns those of the nodes that are inside none of the others: what moves or goes takes its content along. */
export function outermost(document: Nodes, nodeIds: Iterable<NodeId>): readonly NodeId[] {
  const ids = [...nodeIds]
  const inside = idsInside(document, ids)
  return ids.filter((id) => !inside.has(id))
}

/** Returns the loops around a node, the innermost first. */
export function loopsAround(nodesById: ReadonlyMap<NodeId, WorkflowNode>, nodeId: NodeId): readonly NodeId[] {
  const around = new Set<NodeId>()
  let at = nodesById.get(nodeId)?.parentId
  while (at !== undefined && !around.has(at)) {
    around.add(at)
    at = nodesById.get(at)?.parentId
  }
  return [...around]
}

// Not from the core, of which the node types would bring all of their checks into the first script.
const CONTAINERS: ReadonlySet<string | undefined> = new Set(['loop', 'scope'])

/** Checks for a node type that holds nodes: a loop, or a scope, which runs them once. */
export function isContainer(entry: Pick<NodeManifestEntry, 'control'> | undefined): boolean {
  return CONTAINERS.has(entry?.control)
}

/**
 * Way in which a node type runs the nodes inside it: once for each item of a list, in rounds until a condition ends them,
 * or once.
 */
export type LoopKind = 'list' | 'rounds' | 'once'

/** Returns the way in which a node type runs the nodes inside it; `null` for a type that holds none. */
export function loopKindOf(entry: Pick<NodeManifestEntry, 'control' | 'params'> | undefined): LoopKind | null {
  if (entry?.control === 'scope') return 'once'
  if (entry?.control !== 'loop') return null
  return valueAt(entry.params, ['properties', 'items']) === undefined ? 'rounds' : 'list'
}

/** Checks for a node type that repeats the nodes inside it. */
export function isLoop(entry: Pick<NodeManifestEntry, 'control'> | undefined): boolean {
  return entry?.control === 'loop'
}

/** Checks whether nodes of a type may be inside a loop: a run starts and ends outside of it. */
export function fitsInLoop(entry: Pick<NodeManifestEntry, 'control'> | undefined): boolean {
  return entry?.control !== 'trigger' && entry?.control !== 'end'
}

/** Checks for a node type that ends an iteration, and so belongs into a loop. */
export function endsIteration(entry: Pick<NodeManifestEntry, 'control'> | undefined): boolean {
  return entry?.control === 'break' || entry?.control === 'continue'
}

/** Returns the loops that nodes may be moved into, in document order: none of them, around them or inside them. */
export function loopsFor(
  document: Nodes,
  manifest: ManifestIndex,
  nodeIds: readonly NodeId[],
): readonly WorkflowNode[] {
  const moved = document.nodes.filter(({ id }) => nodeIds.includes(id))
  if (moved.length === 0 || moved.some((node) => node.locked === true || !fitsInLoop(manifest.entryOf(node)))) return []
  const nodesById = new Map(document.nodes.map((node) => [node.id, node]))
  const around = nodeIds.flatMap((id) => loopsAround(nodesById, id))
  const excluded = new Set([...nodeIds, ...idsInside(document, nodeIds), ...around])
  return document.nodes.filter((node) => isContainer(manifest.entryOf(node)) && !excluded.has(node.id))
}
