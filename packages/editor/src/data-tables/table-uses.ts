import { fillParamDefaults, type JsonObject, type JsonSchema, type NodeId, tableIdOf } from '@tenon/core/document'
import type { EditorState } from '../store/editor-state.ts'

/** Node that names a data table. */
export interface TableUse {
  readonly nodeId: NodeId
  readonly tableId: string
  readonly schema: JsonSchema
  /** Params with the defaults of the node type. */
  readonly params: JsonObject
}

/** Returns the enabled nodes of a draft that name a data table. */
export function tableUsesOf({ document, manifest }: Pick<EditorState, 'document' | 'manifest'>): readonly TableUse[] {
  return document.nodes.flatMap((node) => {
    const entry = node.disabled === true ? undefined : manifest.entryOf(node)
    if (entry === undefined) return []
    const params = fillParamDefaults(entry.params, node.params)
    const tableId = tableIdOf(entry.params, params)
    return tableId === null ? [] : [{ nodeId: node.id, tableId, schema: entry.params, params }]
  })
}
