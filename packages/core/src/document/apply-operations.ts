import type { NodeId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import { malformed } from './faults.ts'
import { type KeyOrder, keyOrderAfter, type ParamOperation } from './key-order.ts'
import { DOCUMENT_LIMITS } from './limits.ts'
import type { DocumentOperation, NodeFields } from './operation.ts'
import { operationShape, withIndex } from './operation-shape.ts'
import { insertParamItem, removeParamItem, setParam, unsetParam } from './param-path.ts'
import * as shape from './shape.ts'
import { edgeId, type WorkflowDocument, type WorkflowEdge, type WorkflowNode } from './types.ts'
import {
  closeDocument,
  edgeIn,
  edgesAt,
  nodeIn,
  nodesInside,
  openDocument,
  type WorkingDocument,
} from './working-document.ts'

type Handler<Op extends DocumentOperation['op']> = (
  working: WorkingDocument,
  operation: Extract<DocumentOperation, { op: Op }>,
) => void

/** Returns a copy with the changes applied; `null` removes a key. */
function patched<Target extends object>(target: Target, changes: Readonly<Record<string, unknown>>): Target {
  const merged = Object.entries({ ...target, ...changes }).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(merged) as Target
}

function refuseOverflow(size: number, max: number, what: string): void {
  if (size >= max) malformed([], `has ${max} ${what} already`)
}

function checkParent(working: WorkingDocument, nodeId: NodeId, parentId: NodeId): void {
  for (let at: NodeId | undefined = parentId; at !== undefined; at = nodeIn(working, at, 'parentId').parentId) {
    if (at === nodeId) malformed(['parentId'], `would put "${nodeId}" inside itself`)
  }
}

function removeNode(working: WorkingDocument, nodeId: NodeId): void {
  const gone = nodesInside(working, nodeId)
  for (const id of edgesAt(working, gone)) working.edges.delete(id)
  for (const id of gone) working.nodes.delete(id)
}

function changeParams(
  working: WorkingDocument,
  operation: ParamOperation,
  change: (params: JsonObject) => JsonObject,
): void {
  const node = nodeIn(working, operation.nodeId)
  const params = change(node.params)
  shape.params(params, ['params'])
  working.nodes.set(node.id, withKeyOrder({ ...node, params }, keyOrderAfter(node.keyOrder ?? {}, operation)))
}

function withKeyOrder(node: WorkflowNode, keyOrder: KeyOrder): WorkflowNode {
  return patched(node, { keyOrder: Object.keys(keyOrder).length === 0 ? null : keyOrder })
}

function addEdge(working: WorkingDocument, edge: WorkflowEdge): void {
  refuseOverflow(working.edges.size, DOCUMENT_LIMITS.edges, 'edges')
  if (edge.id !== edgeId(edge)) malformed(['edge', 'id'], `must be "${edgeId(edge)}"`)
  if (working.edges.has(edge.id)) malformed(['edge', 'id'], `already exists: "${edge.id}"`)
  nodeIn(working, edge.source, 'edge.source')
  nodeIn(working, edge.target, 'edge.target')
  working.edges.set(edge.id, edge)
}

function addNode(working: WorkingDocument, node: WorkflowNode): void {
  refuseOverflow(working.nodes.size, DOCUMENT_LIMITS.nodes, 'nodes')
  if (working.nodes.has(node.id)) malformed(['node', 'id'], `already exists: "${node.id}"`)
  if (node.parentId !== undefined) checkParent(working, node.id, node.parentId)
  working.nodes.set(node.id, node)
}

function updateNode(working: WorkingDocument, nodeId: NodeId, set: NodeFields): void {
  const node = nodeIn(working, nodeId)
  if (set.parentId !== undefined && set.parentId !== null) checkParent(working, nodeId, set.parentId)
  working.nodes.set(nodeId, patched(node, { ...set }))
}

function placeNode(working: WorkingDocument, nodeId: NodeId, before: NodeId | null): void {
  const node = nodeIn(working, nodeId)
  if (before === nodeId) malformed(['before'], 'is the node itself')
  if (before !== null) nodeIn(working, before, 'before')
  const others = [...working.nodes.values()].filter((each) => each.id !== nodeId)
  working.nodes.clear()
  for (const each of others) {
    if (each.id === before) working.nodes.set(nodeId, node)
    working.nodes.set(each.id, each)
  }
  working.nodes.set(nodeId, node)
}

function setNamed<Value>(
  entries: Map<string, Value>,
  name: string,
  value: Value | null,
  max: number,
  what: string,
): void {
  if (value === null) entries.delete(name)
  else {
    if (!entries.has(name)) refuseOverflow(entries.size, max, what)
    entries.set(name, value)
  }
}

function checkName(given: string, own: string, field: string): void {
  if (given !== own) malformed([field], `must be "${given}"`)
}

const handlers: { readonly [Op in DocumentOperation['op']]: Handler<Op> } = {
  add_node: (working, { node }) => addNode(working, node),
  remove_node: (working, { nodeId }) => {
    nodeIn(working, nodeId)
    removeNode(working, nodeId)
  },
  update_node: (working, { nodeId, set }) => updateNode(working, nodeId, set),
  set_param: (working, operation) =>
    changeParams(working, operation, (params) => setParam(params, operation.path, operation.value)),
  unset_param: (working, operation) => changeParams(working, operation, (params) => unsetParam(params, operation.path)),
  insert_param_item: (working, operation) =>
    changeParams(working, operation, (params) => insertParamItem(params, operation.path, operation.value)),
  remove_param_item: (working, operation) =>
    changeParams(working, operation, (params) => removeParamItem(params, operation.path)),
  set_key_order: (working, { nodeId, pointer, keys }) => {
    const node = nodeIn(working, nodeId)
    const keyOrder = shape.keyOrder(patched(node.keyOrder ?? {}, { [pointer]: keys }), ['keyOrder'])
    working.nodes.set(nodeId, withKeyOrder(node, keyOrder))
  },
  set_policy: (working, { nodeId, field, value }) => {
    const node = nodeIn(working, nodeId)
    const policy = shape.policy(patched(node.policy ?? {}, { [field]: value }), ['policy'])
    working.nodes.set(nodeId, patched(node, { policy: Object.keys(policy).length === 0 ? null : policy }))
  },
  place_node: (working, { nodeId, before }) => placeNode(working, nodeId, before),
  move_nodes: (working, { moves }) => {
    for (const { nodeId, position, size } of moves) {
      const node = nodeIn(working, nodeId)
      working.nodes.set(nodeId, patched(node, { position, size: size === undefined ? node.size : size }))
    }
  },
  add_edge: (working, { edge }) => addEdge(working, edge),
  remove_edge: (working, { edgeId: id }) => {
    edgeIn(working, id)
    working.edges.delete(id)
  },
  set_edge_points: (working, { edgeId: id, points }) => {
    working.edges.set(id, patched(edgeIn(working, id), { points }))
  },
  set_variable: (working, { name, variable }) => {
    if (variable !== null) checkName(name, variable.name, 'variable.name')
    setNamed(working.variables, name, variable, DOCUMENT_LIMITS.variables, 'variables')
  },
  set_annotation: (working, { id, annotation }) => {
    if (annotation !== null) checkName(id, annotation.id, 'annotation.id')
    setNamed(working.annotations, id, annotation, DOCUMENT_LIMITS.annotations, 'annotations')
  },
  set_setting: (working, { key, value }) => {
    const changes: Record<string, Json> = { [key]: value }
    working.settings = shape.settings(patched(working.settings, changes), ['settings'])
  },
  // Kept as it is: a document holds readable content only.
  drop_unreadable: () => {},
}

function applyOne<Op extends DocumentOperation['op']>(
  working: WorkingDocument,
  operation: Extract<DocumentOperation, { op: Op }>,
): void {
  const handler: Handler<Op> = handlers[operation.op as Op]
  handler(working, operation)
}

/**
 * Applies one operation in place; `OPERATION_INVALID` with its index if it is invalid for the document.
 *
 * @returns The parsed operation: a copy with known fields only.
 */
export function applyInPlace(working: WorkingDocument, operation: DocumentOperation, index: number): DocumentOperation {
  return withIndex(index, String(operation.op), () => {
    const read = operationShape(operation, [])
    applyOne(working, read)
    return read
  })
}

/**
 * Applies a list of operations to a document, all or none: one invalid operation refuses the list.
 *
 * The argument is not changed; the result shares the nodes, edges and params that no operation names.
 *
 * @throws {@link TenonError} `OPERATION_INVALID` with `details.index` (of the operation) and `details.path` (the
 * position inside it).
 *
 * @example
 * ```ts
 * const next = applyOperations(document, [{ op: 'set_param', nodeId: 'mail', path: ['to'], value: '{{ input.email }}' }])
 * ```
 */
export function applyOperations(
  document: WorkflowDocument,
  operations: readonly DocumentOperation[],
): WorkflowDocument {
  const working = openDocument(document)
  for (const [index, operation] of operations.entries()) applyInPlace(working, operation, index)
  return closeDocument(working)
}

/** {@link applyOperations} for a single operation. */
export function applyOperation(document: WorkflowDocument, operation: DocumentOperation): WorkflowDocument {
  return applyOperations(document, [operation])
}
