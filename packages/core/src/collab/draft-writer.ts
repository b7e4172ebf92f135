import * as Y from 'yjs'
import { jsonEqual } from '../document/json-values.ts'
import { keyOrderAfter, type ParamOperation } from '../document/key-order.ts'
import type { DocumentOperation, DraftPart, NodeFields, NodeMove } from '../document/operation.ts'
import type { Annotation, WorkflowEdge, WorkflowNode } from '../document/types.ts'
import { edgesAt, nodesInside, type WorkingDocument } from '../document/working-document.ts'
import type { NodeId } from '../ids.ts'
import { mapRoot, positionsRoot } from './draft-roots.ts'
import { type OrderBook, openOrderBook, orderedEntries } from './order-keys.ts'
import { clearParam, deleteItem, insertItem, writeParam } from './param-writer.ts'
import { isPlainObject } from './plain-value.ts'
import { allLosses } from './read-draft.ts'
import { updateText } from './shared-text.ts'
import { type TextFields, type TextPaths, textPathsOf } from './text-fields.ts'
import {
  edgeEntry,
  plainCopy,
  positionEntry,
  sharedAnnotation,
  sharedKeyOrder,
  sharedNode,
  variableEntry,
} from './write-document.ts'
import { setMember } from './write-value.ts'

const idOf = (entry: unknown): unknown => (Array.isArray(entry) ? entry[0] : undefined)

/**
 * Writes one operation into a Y.Doc, inside a transaction of the caller.
 *
 * @param working - The document before the operation, for which the operation was checked.
 */
export type DraftWriter = (operation: DocumentOperation, working: WorkingDocument) => void

interface Target {
  readonly ydoc: Y.Doc
  readonly fields: TextFields
  readonly nodeOrder: () => OrderBook
  readonly variableOrder: () => OrderBook
  readonly positions: () => PositionsWriter
  /** Returns the keys of entries with unreadable content, by part. */
  readonly unreadable: () => ReadonlyMap<DraftPart, ReadonlySet<string>>
}

type Handler<Op extends DocumentOperation['op']> = (
  target: Target,
  operation: Extract<DocumentOperation, { op: Op }>,
  working: WorkingDocument,
) => void

type VariableEntry = Record<string, unknown>

const isSharedNode = (entry: unknown): entry is Y.Map<unknown> => entry instanceof Y.Map

function sharedNodeIn({ ydoc }: Target, nodeId: NodeId): Y.Map<unknown> {
  return mapRoot(ydoc, 'nodes').get(nodeId) as Y.Map<unknown>
}

function textsOf({ fields }: Target, working: WorkingDocument, nodeId: NodeId): TextPaths {
  const { type, typeVersion } = working.nodes.get(nodeId) as WorkflowNode
  return textPathsOf(fields, type, typeVersion)
}

function setField(map: Y.Map<unknown>, field: string, value: unknown): void {
  if (value === null) map.delete(field)
  else if (!jsonEqual(map.get(field), value)) map.set(field, plainCopy(value))
}

/** Writes a text that is edited by character: changes it in place, or creates it if the field holds something else. */
function writeText(map: Y.Map<unknown>, field: string, next: string): void {
  const existing = map.get(field)
  if (existing instanceof Y.Text) updateText(existing, next)
  else map.set(field, new Y.Text(next))
}

function updateNode(target: Target, nodeId: NodeId, { notes, ...set }: NodeFields): void {
  const node = sharedNodeIn(target, nodeId)
  for (const [field, value] of Object.entries(set)) setField(node, field, value)
  if (notes !== undefined) writeText(node, 'notes', notes ?? '')
}

function removeNode(target: Target, nodeId: NodeId, working: WorkingDocument): void {
  const gone = nodesInside(working, nodeId)
  const edges = mapRoot(target.ydoc, 'edges')
  for (const id of edgesAt(working, gone)) edges.delete(id)
  const nodes = mapRoot(target.ydoc, 'nodes')
  for (const id of gone) {
    nodes.delete(id)
    target.nodeOrder().remove(id)
  }
  target.positions().remove(gone)
}

/** Returns the key order of a node; nodes of older drafts get one when it is first written. */
function keyOrderIn(node: Y.Map<unknown>): Y.Map<unknown> {
  const keyOrder = node.get('keyOrder')
  return keyOrder instanceof Y.Map ? keyOrder : node.set('keyOrder', sharedKeyOrder())
}

function moveKeyOrder(target: Target, operation: ParamOperation, working: WorkingDocument): void {
  const before = working.nodes.get(operation.nodeId)?.keyOrder
  if (before === undefined) return
  const after = keyOrderAfter(before, operation)
  if (after === before) return
  const shared = keyOrderIn(sharedNodeIn(target, operation.nodeId))
  for (const pointer of new Set([...Object.keys(before), ...Object.keys(after)])) {
    setField(shared, pointer, after[pointer] ?? null)
  }
}

/** Computes the positions after the moves; a later move of a node starts from the earlier one. */
function movedNodes(
  working: WorkingDocument,
  moves: readonly NodeMove[],
): Pick<WorkflowNode, 'id' | 'position' | 'size'>[] {
  const sizes = new Map(moves.map(({ nodeId }) => [nodeId, working.nodes.get(nodeId)?.size ?? null]))
  for (const { nodeId, size } of moves) if (size !== undefined) sizes.set(nodeId, size)
  const positions = new Map(moves.map(({ nodeId, position }) => [nodeId, position]))
  return [...positions].map(([id, position]) => {
    const size = sizes.get(id)
    return { id, position, ...(size ? { size } : {}) }
  })
}

function writeAnnotation(ydoc: Y.Doc, id: string, annotation: Annotation | null): void {
  const annotations = mapRoot(ydoc, 'annotations')
  const existing = annotations.get(id)
  if (annotation === null) annotations.delete(id)
  else if (existing instanceof Y.Map) {
    setField(existing, 'kind', annotation.kind)
    setField(existing, 'rect', annotation.rect)
    setField(existing, 'color', annotation.color ?? null)
    writeText(existing, 'text', annotation.text)
  } else annotations.set(id, sharedAnnotation(annotation))
}

/** Reduces the params, the policy and the key order of a node to their readable parts and keeps the other fields. */
function keepReadableNode(target: Target, entry: Y.Map<unknown>, node: WorkflowNode): void {
  setMember(entry, 'params', node.params, textPathsOf(target.fields, node.type, node.typeVersion))
  entry.set('policy', new Y.Map(Object.entries(plainCopy(node.policy ?? {}))))
  entry.set('keyOrder', sharedKeyOrder(node.keyOrder))
}

function dropUnreadableIn(target: Target, part: DraftPart, key: string, working: WorkingDocument): void {
  const root = mapRoot(target.ydoc, part)
  const entry = root.get(key)
  const node = part === 'nodes' ? working.nodes.get(key) : undefined
  const variable = part === 'variables' ? working.variables.get(key) : undefined
  if (node !== undefined && entry instanceof Y.Map) keepReadableNode(target, entry, node)
  else if (variable !== undefined) {
    const order = isPlainObject(entry) ? entry.order : target.variableOrder().insert(key, null)
    root.set(key, variableEntry(variable, order))
  } else {
    // Edges, annotations and settings are readable whole or not at all.
    root.delete(key)
    if (part === 'nodes') target.positions().remove(new Set([key]))
  }
}

const handlers: { readonly [Op in DocumentOperation['op']]: Handler<Op> } = {
  add_node: (target, { node }) => {
    const order = target.nodeOrder().insert(node.id, null)
    mapRoot(target.ydoc, 'nodes').set(node.id, sharedNode(node, order, target.fields))
    target.positions().set([node])
  },
  remove_node: (target, { nodeId }, working) => removeNode(target, nodeId, working),
  update_node: (target, { nodeId, set }) => updateNode(target, nodeId, set),
  set_param: (target, operation, working) => {
    const { nodeId, path, value } = operation
    writeParam(sharedNodeIn(target, nodeId), path, value, textsOf(target, working, nodeId))
    moveKeyOrder(target, operation, working)
  },
  unset_param: (target, operation, working) => {
    const { nodeId, path } = operation
    clearParam(sharedNodeIn(target, nodeId), path, textsOf(target, working, nodeId))
    moveKeyOrder(target, operation, working)
  },
  insert_param_item: (target, operation, working) => {
    const { nodeId, path, value } = operation
    insertItem(sharedNodeIn(target, nodeId), path, value, textsOf(target, working, nodeId))
    moveKeyOrder(target, operation, working)
  },
  remove_param_item: (target, operation, working) => {
    const { nodeId, path } = operation
    deleteItem(sharedNodeIn(target, nodeId), path, textsOf(target, working, nodeId))
    moveKeyOrder(target, operation, working)
  },
  set_key_order: (target, { nodeId, pointer, keys }) => {
    setField(keyOrderIn(sharedNodeIn(target, nodeId)), pointer, keys)
  },
  set_policy: (target, { nodeId, field, value }) => {
    const node = sharedNodeIn(target, nodeId)
    const policy = node.get('policy')
    setField(policy instanceof Y.Map ? policy : node.set('policy', new Y.Map<unknown>()), field, value)
  },
  place_node: (target, { nodeId, before }) => {
    const order = target.nodeOrder().insert(nodeId, before)
    sharedNodeIn(target, nodeId).set('order', order)
  },
  move_nodes: (target, { moves }, working) => target.positions().set(movedNodes(working, moves)),
  add_edge: ({ ydoc }, { edge }) => {
    mapRoot(ydoc, 'edges').set(edge.id, edgeEntry(edge))
  },
  remove_edge: ({ ydoc }, { edgeId }) => mapRoot(ydoc, 'edges').delete(edgeId),
  set_edge_points: ({ ydoc }, { edgeId, points }, working) => {
    const edge = working.edges.get(edgeId) as WorkflowEdge
    mapRoot(ydoc, 'edges').set(edgeId, edgeEntry({ ...edge, points: points ?? [] }))
  },
  set_variable: (target, { name, variable }) => {
    const variables = mapRoot(target.ydoc, 'variables')
    if (variable === null) {
      variables.delete(name)
      target.variableOrder().remove(name)
      return
    }
    const existing = variables.get(name)
    const order = isPlainObject(existing) ? existing.order : target.variableOrder().insert(name, null)
    variables.set(name, variableEntry(variable, order))
  },
  set_annotation: ({ ydoc }, { id, annotation }) => writeAnnotation(ydoc, id, annotation),
  set_setting: ({ ydoc }, { key, value }) => setField(mapRoot(ydoc, 'settings'), key, value),
  drop_unreadable: (target, { part, key }, working) => {
    for (const lossy of target.unreadable().get(part) ?? []) {
      if (key === null || key === lossy) dropUnreadableIn(target, part, lossy, working)
    }
  },
}

/** Opens a Y.Doc for a list of operations; shared data (orders, positions) is read once, on first use. */
export function createDraftWriter(ydoc: Y.Doc, fields: TextFields): DraftWriter {
  const lazily = <Value>(make: () => Value): (() => Value) => {
    let made: Value | undefined
    return () => {
      made ??= make()
      return made
    }
  }
  const target: Target = {
    ydoc,
    fields,
    nodeOrder: lazily(() => {
      const nodes = mapRoot(ydoc, 'nodes')
      const entries = orderedEntries(nodes, isSharedNode, (node) => node.get('order'))
      return openOrderBook(entries, (id, key) => (nodes.get(id) as Y.Map<unknown>).set('order', key))
    }),
    variableOrder: lazily(() => {
      const variables = mapRoot(ydoc, 'variables')
      const entries = orderedEntries(variables, isPlainObject, ({ order }) => order)
      return openOrderBook(entries, (id, order) =>
        variables.set(id, { ...(variables.get(id) as VariableEntry), order }),
      )
    }),
    positions: lazily(() => createPositionsWriter(positionsRoot(ydoc))),
    unreadable: lazily(() => {
      const byPart = new Map<DraftPart, Set<string>>()
      for (const { part, key } of allLosses(ydoc)) {
        const keys = byPart.get(part) ?? new Set()
        byPart.set(part, keys.add(key))
      }
      return byPart
    }),
  }
  return <Op extends DocumentOperation['op']>(
    operation: Extract<DocumentOperation, { op: Op }>,
    working: WorkingDocument,
  ) => {
    const handler: Handler<Op> = handlers[operation.op as Op]
    handler(target, operation, working)
  }
}

/** Writes positions with one entry per node: the old one is deleted, the new one appended. */
interface PositionsWriter {
  set(nodes: readonly Pick<WorkflowNode, 'id' | 'position' | 'size'>[]): void
  remove(ids: ReadonlySet<unknown>): void
}

/** Reads the list once, so that adding many nodes does not scan it for each. */
function createPositionsWriter(positions: Y.Array<unknown>): PositionsWriter {
  const known = new Set(positions.toArray().map(idOf))
  const remove = (ids: ReadonlySet<unknown>): void => {
    if (![...ids].some((id) => known.has(id))) return
    const entries = positions.toArray()
    for (let index = entries.length - 1; index >= 0; index--) if (ids.has(idOf(entries[index]))) positions.delete(index)
    for (const id of ids) known.delete(id)
  }
  return {
    remove,
    set(nodes) {
      remove(new Set(nodes.map(({ id }) => id)))
      positions.push(nodes.map(positionEntry))
      for (const { id } of nodes) known.add(id)
    },
  }
}
