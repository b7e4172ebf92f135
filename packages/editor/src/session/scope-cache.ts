import type { NodeId, ParamPath } from '@tenon/core/document'
import type { ScopeSchema } from '@tenon/core/expression'
import { loadPart } from '../instance/load-part.ts'
import type { EditorState } from '../store/editor-state.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { startScope } from './start-scope.ts'
import { withRunOutputs } from './with-run-outputs.ts'

/** Returns the scope of the fields of a node, of one of them, or of the settings, for the current draft. */
export type ScopeReader = (nodeId: NodeId | null, field?: ParamPath | 'notes') => Promise<ScopeSchema>

/** Creates a reader of scopes, which computes them on demand, once for each state of the draft. */
export function createScopeReader(store: EditorStore): ScopeReader {
  let known:
    | (Pick<EditorState, 'document' | 'runOutputs'> & {
        readonly read: (nodeId: NodeId, field?: ParamPath) => ScopeSchema
      })
    | null = null
  return async (nodeId, field) => {
    if (nodeId === null) return startScope(store.getState())
    const { createScopeSchemas } = await loadPart(() => import('@tenon/core/validate'))
    const state = store.getState()
    const { document, runOutputs } = state
    if (known?.document !== document || known.runOutputs !== runOutputs) {
      const typed = withRunOutputs(state)
      known = { document, runOutputs, read: createScopeSchemas(typed.document, typed.manifest) }
    }
    return known.read(nodeId, field === 'notes' ? undefined : field)
  }
}
