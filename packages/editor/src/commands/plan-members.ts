import {
  type DocumentOperation,
  isJsonObject,
  isSorted,
  type JsonObject,
  type NodeId,
  orderedKeys,
  type ParamPath,
  paramPointer,
  setParam,
} from '@tenon/core/document'
import { valueAt } from '../manifest/ports.ts'
import type { PlanContext, Planner } from './command.ts'
import { groundFor, moveKeyOrders, nodeOf } from './plan-params.ts'
import { type FieldRename, renameFieldReferences } from './rename-field-references.ts'

export const planAddMember: Planner<'add-member'> = ({ nodeId, path, name, value }, context) => {
  const { ground, names, arrange } = openMembers(context, nodeId, [...path, name])
  return {
    operations: [
      ...ground,
      { op: 'set_param', nodeId, path: [...path, name], value },
      ...arrange([...names.filter((other) => other !== name), name]),
    ],
    message: null,
  }
}

/**
 * Gives a member another name. It keeps its position and the order of the keys inside it; the other members are not
 * written. If it is a field of the
 * output, references follow.
 */
export const planRenameMember: Planner<'rename-member'> = ({ nodeId, path, from, to }, context) => {
  const { ground, members, names, arrange } = openMembers(context, nodeId, [...path, from])
  const value = Object.hasOwn(members, from) ? members[from] : undefined
  if (value === undefined || from === to) return { operations: [], message: null }
  const references = followField(context, nodeId, path, { from, to })
  return {
    operations: [
      ...ground,
      { op: 'set_param', nodeId, path: [...path, to], value },
      { op: 'unset_param', nodeId, path: [...path, from] },
      ...moveKeyOrders(nodeOf(context, nodeId), [...path, from], [...path, to]),
      ...arrange(names.filter((other) => other !== to).map((name) => (name === from ? to : name))),
      ...references.operations,
    ],
    message: { key: 'command.fieldRenamed', values: { name: to, count: references.count } },
  }
}

/** Writes a schema in which a field has another name, and lets the references to the field follow. */
export const planRenameField: Planner<'rename-field'> = ({ nodeId, path, from, to, schema }, context) => {
  const references = followField(context, nodeId, path, { from, to })
  return {
    operations: [
      ...groundFor(context, nodeId, path),
      { op: 'set_param', nodeId, path, value: schema },
      ...moveKeyOrders(nodeOf(context, nodeId), [...path, 'properties', from], [...path, 'properties', to]),
      ...references.operations,
    ],
    message: { key: 'command.fieldRenamed', values: { name: to, count: references.count } },
  }
}

/** Only a param as a whole describes an output. */
function followField(context: PlanContext, nodeId: NodeId, path: ParamPath, names: Pick<FieldRename, 'from' | 'to'>) {
  const [param, ...inside] = path
  if (typeof param !== 'string' || inside.length > 0) return { operations: [], count: 0 }
  return renameFieldReferences(context, { nodeId, param, ...names })
}

export const planMoveMember: Planner<'move-member'> = ({ nodeId, path, name, to }, context) => {
  const { ground, names, arrange } = openMembers(context, nodeId, [...path, name])
  if (!names.includes(name)) return { operations: [], message: null }
  const moved = names.filter((other) => other !== name)
  moved.splice(Math.max(0, Math.min(moved.length, to)), 0, name)
  return { operations: [...ground, ...arrange(moved)], message: null }
}

interface OpenMembers {
  /** Operations that store the object, if it is only a default so far. */
  readonly ground: readonly DocumentOperation[]
  readonly members: JsonObject
  /** Names of the members in their order. */
  readonly names: readonly string[]
  /** Operations that arrange the members; none if they are in this order without them. */
  readonly arrange: (names: readonly string[]) => DocumentOperation[]
}

/** @param path - Path of a member. */
function openMembers(context: PlanContext, nodeId: NodeId, path: ParamPath): OpenMembers {
  const at = path.slice(0, -1)
  const pointer = paramPointer(at)
  const node = nodeOf(context, nodeId)
  const ground = groundFor(context, nodeId, path)
  const params = ground.reduce((now, { path: written, value }) => setParam(now, written, value), node?.params ?? {})
  const value = valueAt(params, at)
  const members = isJsonObject(value) ? value : {}
  const stored = node?.keyOrder?.[pointer]
  return {
    ground,
    members,
    names: orderedKeys(members, stored),
    arrange: (names) =>
      stored === undefined && isSorted(names) ? [] : [{ op: 'set_key_order', nodeId, pointer, keys: names }],
  }
}
