import type { NodeId, WorkflowDocument } from '@tenon/core/document'
import type { ScopeSchema } from '@tenon/core/expression'
import { loadPart } from '../instance/load-part.ts'
import type { EditorStore } from '../store/editor-store.ts'

/** Returns the scope of the fields of a node, for the current draft. */
export type ScopeReader = (nodeId: NodeId) => Promise<ScopeSchema>

/** Creates a reader of scopes, which computes them on demand, once for each state of the draft. */
export function createScopeReader(store: EditorStore): ScopeReader {
  let known: { readonly document: WorkflowDocument; readonly read: (nodeId: NodeId) => ScopeSchema } | null = null
  return async (nodeId) => {
    const { createScopeSchemas } = await loadPart(() => import('@tenon/core/validate'))
    const { document, manifest } = store.getState()
    if (known?.document !== document) known = { document, read: createScopeSchemas(document, manifest.manifest) }
    return known.read(nodeId)
  }
}
