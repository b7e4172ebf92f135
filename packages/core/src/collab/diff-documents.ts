import { canonicalDocument } from '../document/canonical-document.ts'
import { jsonEqual } from '../document/json-values.ts'
import { type KeyOrder, keyOrderAfter } from '../document/key-order.ts'
import type { DocumentOperation, NodeFields, NodeMove } from '../document/operation.ts'
import type {
  NodePolicy,
  WorkflowDocument,
  WorkflowEdge,
  WorkflowNode,
  WorkflowSettings,
  WorkflowVariable,
} from '../document/types.ts'
import type { NodeId } from '../ids.ts'
import type { Json } from '../json.ts'
import { diffParams } from './diff-params.ts'
import { longestAscending } from './longest-run.ts'

const keysOf = <Target extends object>(...objects: readonly Target[]): (keyof Target)[] => [
  ...new Set(objects.flatMap((object) => Object.keys(object) as (keyof Target)[])),
]

function diffEdges(from: readonly WorkflowEdge[], to: readonly WorkflowEdge[]) {
  const before = new Map(from.map((edge) => [edge.id, edge]))
  const after = new Set(to.map(({ id }) => id))
  const removed: DocumentOperation[] = from
    .filter(({ id }) => !after.has(id))
    .map(({ id }) => ({ op: 'remove_edge', edgeId: id }))
  const written = to.flatMap((edge): DocumentOperation[] => {
    const old = before.get(edge.id)
    if (old === undefined) return [{ op: 'add_edge', edge }]
    if (jsonEqual(old.points, edge.points)) return []
    return [{ op: 'set_edge_points', edgeId: edge.id, points: edge.points ?? null }]
  })
  return { removed, written }
}

function diffFields(from: WorkflowNode, to: WorkflowNode): DocumentOperation[] {
  const set: NodeFields = {
    ...(from.name === to.name ? {} : { name: to.name }),
    ...(from.typeVersion === to.typeVersion ? {} : { typeVersion: to.typeVersion }),
    ...(from.disabled === to.disabled ? {} : { disabled: to.disabled ?? null }),
    ...(from.locked === to.locked ? {} : { locked: to.locked ?? null }),
    ...(from.notes === to.notes ? {} : { notes: to.notes ?? null }),
  }
  return Object.keys(set).length === 0 ? [] : [{ op: 'update_node', nodeId: to.id, set }]
}

function diffPolicy(nodeId: NodeId, from: NodePolicy = {}, to: NodePolicy = {}): DocumentOperation[] {
  return keysOf(from, to)
    .filter((field) => !jsonEqual(from[field], to[field]))
    .map((field) => ({ op: 'set_policy', nodeId, field, value: (to[field] ?? null) as Json }))
}

/** Compares params first, since a key order moves with the list item that contains its object. */
function diffArrangedParams(from: WorkflowNode, to: WorkflowNode): DocumentOperation[] {
  const params = diffParams(to.id, from.params, to.params)
  const moved = params.reduce<KeyOrder>(keyOrderAfter, from.keyOrder ?? {})
  const wanted = to.keyOrder ?? {}
  const orders = keysOf(moved, wanted)
    .filter((pointer) => !jsonEqual(moved[pointer], wanted[pointer]))
    .map(
      (pointer): DocumentOperation => ({ op: 'set_key_order', nodeId: to.id, pointer, keys: wanted[pointer] ?? null }),
    )
  return [...params, ...orders]
}

function diffMove(from: WorkflowNode, to: WorkflowNode): NodeMove[] {
  if (jsonEqual(from.position, to.position) && jsonEqual(from.size, to.size)) return []
  return [{ nodeId: to.id, position: to.position, size: to.size ?? null }]
}

interface NodeSets {
  readonly before: ReadonlyMap<NodeId, WorkflowNode>
  readonly after: ReadonlyMap<NodeId, WorkflowNode>
  /** Nodes in both documents with the same type. The type of a node is final, so another type is another node. */
  readonly kept: ReadonlySet<NodeId>
}

/** Moves kept nodes out of containers that are removed or changed, before anything is removed. */
function liftKept({ before, after, kept }: NodeSets): DocumentOperation[] {
  return [...kept].flatMap((nodeId): DocumentOperation[] => {
    const parentId = before.get(nodeId)?.parentId
    if (parentId === undefined || (parentId === after.get(nodeId)?.parentId && kept.has(parentId))) return []
    return [{ op: 'update_node', nodeId, set: { parentId: null } }]
  })
}

/** Removes nodes. Removing a container removes the nodes inside it, so only the outermost are named. */
function removeNodes({ before, kept }: NodeSets): DocumentOperation[] {
  return [...before.values()]
    .filter(({ id, parentId }) => !kept.has(id) && (parentId === undefined || kept.has(parentId)))
    .map(({ id }) => ({ op: 'remove_node', nodeId: id }))
}

function addNodes({ after, kept }: NodeSets): DocumentOperation[] {
  return [...after.values()]
    .filter(({ id }) => !kept.has(id))
    .map(({ parentId: _, ...node }) => ({ op: 'add_node', node }))
}

function enterParents({ before, after, kept }: NodeSets): DocumentOperation[] {
  return [...after.values()].flatMap(({ id, parentId }): DocumentOperation[] => {
    const stayed = kept.has(id) && before.get(id)?.parentId === parentId && parentId !== undefined && kept.has(parentId)
    return parentId === undefined || stayed ? [] : [{ op: 'update_node', nodeId: id, set: { parentId } }]
  })
}

/** Moves as few nodes as possible to get from the order after removing and adding to the target order. */
function placeNodes({ before, after, kept }: NodeSets): DocumentOperation[] {
  const target = [...after.keys()]
  const rank = new Map(target.map((id, index) => [id, index]))
  const current = [...[...before.keys()].filter((id) => kept.has(id)), ...target.filter((id) => !kept.has(id))]
  const staying = longestAscending(current.map((id) => rank.get(id) as number))
  const stays = new Set([...staying].map((index) => current[index]))
  return target
    .map((id, index): DocumentOperation => ({ op: 'place_node', nodeId: id, before: target[index + 1] ?? null }))
    .filter((_, index) => !stays.has(target[index]))
    .reverse()
}

/** Compares variables. Those that keep their index are the longest prefix of `to` that has the same order in `from`. */
function diffVariables(from: readonly WorkflowVariable[], to: readonly WorkflowVariable[]): DocumentOperation[] {
  const before = new Map(from.map((variable) => [variable.name, variable]))
  const ranks = to.map(({ name }) => from.findIndex((variable) => variable.name === name))
  const moved = ranks.findIndex((rank, index) => rank === -1 || rank < (ranks[index - 1] ?? -1))
  const kept = new Set(to.slice(0, moved === -1 ? to.length : moved).map(({ name }) => name))
  const removed = from
    .filter(({ name }) => !kept.has(name))
    .map(({ name }): DocumentOperation => ({ op: 'set_variable', name, variable: null }))
  const written = to
    .filter((variable) => !kept.has(variable.name) || !jsonEqual(before.get(variable.name), variable))
    .map((variable): DocumentOperation => ({ op: 'set_variable', name: variable.name, variable }))
  return [...removed, ...written]
}

function diffAnnotations(from: WorkflowDocument, to: WorkflowDocument): DocumentOperation[] {
  const before = new Map(from.annotations.map((annotation) => [annotation.id, annotation]))
  const after = new Set(to.annotations.map(({ id }) => id))
  return [
    ...from.annotations
      .filter(({ id }) => !after.has(id))
      .map(({ id }): DocumentOperation => ({ op: 'set_annotation', id, annotation: null })),
    ...to.annotations
      .filter((annotation) => !jsonEqual(before.get(annotation.id), annotation))
      .map((annotation): DocumentOperation => ({ op: 'set_annotation', id: annotation.id, annotation })),
  ]
}

function diffSettings(from: WorkflowSettings, to: WorkflowSettings): DocumentOperation[] {
  return keysOf(from, to)
    .filter((key) => !jsonEqual(from[key], to[key]))
    .map((key) => ({ op: 'set_setting', key, value: (to[key] ?? null) as Json }))
}

/**
 * Returns the operations that turn one document into another, as few and as small as can be found quickly. Equal texts,
 * list items and fields are not named, so that concurrent changes to them are kept.
 *
 * Both are read in canonical form; applying the result to `from` gives a document whose canonical form is that
 * of `to`. Equal documents give an empty list.
 */
export function diffDocuments(from: WorkflowDocument, to: WorkflowDocument): DocumentOperation[] {
  const [source, target] = [canonicalDocument(from), canonicalDocument(to)]
  const before = new Map(source.nodes.map((node) => [node.id, node]))
  const after = new Map(target.nodes.map((node) => [node.id, node]))
  const kept = new Set(target.nodes.filter(({ id, type }) => before.get(id)?.type === type).map(({ id }) => id))
  const sets: NodeSets = { before, after, kept }
  const pairs = [...kept].map((id) => [before.get(id), after.get(id)] as [WorkflowNode, WorkflowNode])
  const staying = source.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target))
  const edges = diffEdges(staying, target.edges)
  const moves = pairs.flatMap(([old, next]) => diffMove(old, next))
  return [
    ...edges.removed,
    ...liftKept(sets),
    ...removeNodes(sets),
    ...addNodes(sets),
    ...enterParents(sets),
    ...placeNodes(sets),
    ...pairs.flatMap(([old, next]) => [
      ...diffFields(old, next),
      ...diffPolicy(next.id, old.policy, next.policy),
      ...diffArrangedParams(old, next),
    ]),
    ...(moves.length === 0 ? [] : [{ op: 'move_nodes', moves } as const]),
    ...edges.written,
    ...diffVariables(source.variables, target.variables),
    ...diffAnnotations(source, target),
    ...diffSettings(source.settings, target.settings),
  ]
}
