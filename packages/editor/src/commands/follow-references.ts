import { isJsonObject, type Json, type JsonObject, type NodeId } from '@tenon/core/document'
import { renameNodeReferences } from '@tenon/core/expression'

/** Params whose references to nodes name the new ids; all text that is no reference stays as it is. */
export function followReferences(params: JsonObject, ids: ReadonlyMap<NodeId, NodeId>): JsonObject {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, followIn(value, ids)]))
}

function followIn(value: Json, ids: ReadonlyMap<NodeId, NodeId>): Json {
  if (typeof value === 'string') return renameNodeReferences(value, (id) => ids.get(id) ?? id)
  if (Array.isArray(value)) return value.map((item: Json) => followIn(item, ids))
  return isJsonObject(value) ? followReferences(value, ids) : value
}
