import type { NodeId, WorkflowDocument } from '@tenon/core/document'
import type { ScopeSchema } from '@tenon/core/expression'
import { loadPart } from '../instance/load-part.ts'
import type { EditorStore } from '../store/editor-store.ts'

/** What the fields of a node may read, for the draft as it is now. */
export type ScopeReader = (nodeId: NodeId) => Promise<ScopeSchema>

/** Works the scopes of a draft out once for each state of it, when somebody asks. */
export function createScopeReader(store: EditorStore): ScopeReader {
  let known: { readonly document: WorkflowDocument; readonly read: (nodeId: NodeId) => ScopeSchema } | null = null
  return async (nodeId) => {
    const { createScopeSchemas } = await loadPart(() => import('@tenon/core/validate'))
    const { document, manifest } = store.getState()
    if (known?.document !== document) known = { document, read: createScopeSchemas(document, manifest.manifest) }
    return known.read(nodeId)
  }
}
