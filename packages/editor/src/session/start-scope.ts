import { isJsonObject, type JsonObject } from '@tenon/core/document'
import type { ScopeSchema } from '@tenon/core/expression'
import type { EditorState } from '../store/editor-state.ts'

/**
 * Returns the scope of the keys that decide when a run starts: the input of the run, with the fields of all triggers at
 * which it can start.
 */
export function startScope({ document, manifest }: Pick<EditorState, 'document' | 'manifest'>): ScopeSchema {
  const schemas = document.nodes.flatMap(({ disabled, params, ...node }): readonly JsonObject[] => {
    const { inputSchema } = params
    const isStart = disabled !== true && manifest.entryOf(node)?.control === 'trigger'
    return isStart && isJsonObject(inputSchema) ? [inputSchema] : []
  })
  const [first, ...others] = schemas
  if (first !== undefined && others.length === 0) return { input: first }
  // Of several triggers, each field may be missing.
  const properties = schemas.flatMap((schema) => (isJsonObject(schema.properties) ? [schema.properties] : []))
  return { input: { type: 'object', properties: Object.fromEntries(properties.flatMap(Object.entries)) } }
}
