import { jsonEqual } from '../document/json-values.ts'
import type { ParamOperation } from '../document/key-order.ts'
import type { ParamPath } from '../document/operation.ts'
import type { NodeId } from '../ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { commonEnds } from './write-value.ts'

function diffValue(nodeId: NodeId, path: ParamPath, from: Json, to: Json): ParamOperation[] {
  if (jsonEqual(from, to)) return []
  if (isJsonObject(from) && isJsonObject(to)) return diffMembers(nodeId, path, from, to)
  if (Array.isArray(from) && Array.isArray(to)) return diffItems(nodeId, path, from, to)
  return [{ op: 'set_param', nodeId, path, value: to }]
}

function diffMembers(nodeId: NodeId, path: ParamPath, from: JsonObject, to: JsonObject): ParamOperation[] {
  const operations: ParamOperation[] = []
  for (const key of Object.keys(from)) {
    if (to[key] === undefined) operations.push({ op: 'unset_param', nodeId, path: [...path, key] })
  }
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined
    if (before === undefined) operations.push({ op: 'set_param', nodeId, path: [...path, key], value })
    else operations.push(...diffValue(nodeId, [...path, key], before, value))
  }
  return operations
}

function diffItems(nodeId: NodeId, path: ParamPath, from: readonly Json[], to: readonly Json[]): ParamOperation[] {
  const { start, end } = commonEnds(from, to)
  const shared = Math.min(from.length, to.length) - end
  const operations: ParamOperation[] = []
  for (let index = start; index < shared; index++) {
    operations.push(...diffValue(nodeId, [...path, index], from[index] as Json, to[index] as Json))
  }
  for (let index = from.length - end - 1; index >= shared; index--) {
    operations.push({ op: 'remove_param_item', nodeId, path: [...path, index] })
  }
  for (let index = shared; index < to.length - end; index++) {
    operations.push({ op: 'insert_param_item', nodeId, path: [...path, index], value: to[index] as Json })
  }
  return operations
}

/** Returns the operations that turn the params of a node into others, for the differing values only. */
export function diffParams(nodeId: NodeId, from: JsonObject, to: JsonObject): ParamOperation[] {
  return diffMembers(nodeId, [], from, to)
}
