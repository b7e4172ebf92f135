import {
  type DocumentOperation,
  ERROR_PORT,
  edgeId,
  isJsonObject,
  isPointerWithin,
  type Json,
  jsonEqual,
  type KeyOrder,
  type NodeId,
  type ParamPath,
  PORT_NAME_PATTERN,
  paramPointer,
  type WorkflowNode,
  writtenKeyOrder,
} from '@tenon/core/document'
import { fieldsOf, resolveSchema } from '../manifest/param-field.ts'
import { valueAt } from '../manifest/ports.ts'
import { type PlanContext, type Planner, refuse } from './command.ts'
import { edgeOperation } from './plan-edges.ts'

export const planSetParam: Planner<'set-param'> = ({ nodeId, path, value, isAsWritten = false }, context) => ({
  operations: [
    ...groundFor(context, nodeId, path),
    { op: 'set_param', nodeId, path, value },
    ...(isAsWritten ? keepWrittenOrder(nodeOf(context, nodeId), path, value) : []),
  ],
  message: null,
})

function keepWrittenOrder(node: WorkflowNode | undefined, path: ParamPath, value: Json): DocumentOperation[] {
  return node === undefined ? [] : replaceKeyOrders(node, path, writtenKeyOrder(value, path))
}

/**
 * Returns the operations that move the key orders of a value, and of all objects in it, with the value to another
 * path; the orders of what was at that path are removed.
 */
export function moveKeyOrders(node: WorkflowNode | undefined, from: ParamPath, to: ParamPath): DocumentOperation[] {
  if (node === undefined) return []
  const [source, target] = [paramPointer(from), paramPointer(to)]
  const moved = Object.entries(node.keyOrder ?? {})
    .filter(([pointer]) => isPointerWithin(pointer, source))
    .map(([pointer, keys]) => [target + pointer.slice(source.length), keys])
  return replaceKeyOrders(node, to, Object.fromEntries(moved))
}

/**
 * Returns the operations that set the key orders of the objects in a new value, and remove those of the replaced
 * objects.
 */
function replaceKeyOrders(node: WorkflowNode, path: ParamPath, after: KeyOrder): DocumentOperation[] {
  const before = node.keyOrder ?? {}
  const at = paramPointer(path)
  const inside = Object.keys(before).filter((pointer) => isPointerWithin(pointer, at))
  return [...new Set([...inside, ...Object.keys(after)])]
    .filter((pointer) => !jsonEqual(before[pointer], after[pointer]))
    .map((pointer) => ({ op: 'set_key_order', nodeId: node.id, pointer, keys: after[pointer] ?? null }))
}

export const planUnsetParam: Planner<'unset-param'> = ({ nodeId, path }, context) => ({
  operations: valueAt(paramsOf(context, nodeId), path) === undefined ? [] : [{ op: 'unset_param', nodeId, path }],
  message: null,
})

export const planInsertItem: Planner<'insert-item'> = ({ nodeId, path, value }, context) => ({
  operations: [...groundFor(context, nodeId, path), { op: 'insert_param_item', nodeId, path, value }],
  message: { key: 'command.itemAdded' },
})

export const planRemoveItem: Planner<'remove-item'> = ({ nodeId, path }, context) => ({
  operations: [...groundFor(context, nodeId, path), { op: 'remove_param_item', nodeId, path }],
  message: { key: 'command.itemRemoved' },
})

/** Plans a new name for a port that is defined in the params, and moves its edges. */
export const planRenamePort: Planner<'rename-port'> = ({ nodeId, path, to }, context) => {
  const ground = groundFor(context, nodeId, path)
  const [first] = ground
  const params = paramsOf(context, nodeId)
  const known = first !== undefined ? { ...params, [String(first.path[0])]: first.value } : params
  const from = valueAt(known, path)
  if (from === to) return { operations: [], message: null }
  if (!PORT_NAME_PATTERN.test(to) || to === ERROR_PORT) return refuse('command.portName')
  const moved = context.document.edges.filter((edge) => edge.source === nodeId && edge.sourceHandle === from)
  const operations: DocumentOperation[] = [...ground, { op: 'set_param', nodeId, path, value: to }]
  for (const { id, source, target, targetHandle, points } of moved) {
    const added = { source, sourceHandle: to, target, targetHandle }
    operations.push({ op: 'remove_edge', edgeId: id }, edgeOperation(added))
    if (points !== undefined) operations.push({ op: 'set_edge_points', edgeId: edgeId(added), points })
  }
  return { operations, message: { key: 'command.renamed', values: { name: to } } }
}

type SetParam = Extract<DocumentOperation, { readonly op: 'set_param' }>

/**
 * Returns the operations that create the parents of a path in the params: the default that is shown while no value is
 * stored, and empty objects and lists.
 */
export function groundFor(context: PlanContext, nodeId: NodeId, path: ParamPath): SetParam[] {
  const operations: SetParam[] = []
  let at: Json | undefined = paramsOf(context, nodeId)
  for (let depth = 0; depth < path.length - 1; depth += 1) {
    const next = valueAt(at, path.slice(depth, depth + 1))
    if (next !== undefined || !isJsonObject(at)) {
      at = next
      continue
    }
    const empty: Json = typeof path[depth + 1] === 'number' ? [] : {}
    at = (depth === 0 ? defaultOf(context, nodeId, path[0]) : undefined) ?? empty
    operations.push({ op: 'set_param', nodeId, path: path.slice(0, depth + 1), value: at })
  }
  return operations
}

function defaultOf(context: PlanContext, nodeId: NodeId, name: string | number | undefined) {
  const node = nodeOf(context, nodeId)
  const entry = node === undefined ? undefined : context.manifest.entryOf(node)
  if (entry === undefined) return undefined
  const fields = fieldsOf(entry.params, resolveSchema(entry.params, entry.params))
  return fields.find((field) => field.name === name)?.schema.default
}

export function nodeOf({ document }: PlanContext, nodeId: NodeId): WorkflowNode | undefined {
  return document.nodes.find((candidate) => candidate.id === nodeId)
}

function paramsOf(context: PlanContext, nodeId: NodeId) {
  return nodeOf(context, nodeId)?.params
}
