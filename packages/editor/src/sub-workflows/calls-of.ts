import type { CheckSubWorkflows, SubWorkflowCall } from '@tenon/core/client'
import type { EditorState } from '../store/editor-state.ts'

/** Returns the enabled nodes of a draft that run a workflow which is chosen already. */
function callsOf({ document, manifest }: Pick<EditorState, 'document' | 'manifest'>): readonly SubWorkflowCall[] {
  return document.nodes.flatMap((node): readonly SubWorkflowCall[] => {
    const { workflow, input = {} } = node.params
    const isCall = node.disabled !== true && manifest.entryOf(node)?.control === 'child'
    if (!isCall || typeof workflow !== 'string' || workflow === '') return []
    return [{ nodeId: node.id, name: node.name, workflowId: workflow, input }]
  })
}

/** Returns what the server checks of a draft: its calls and its error handler. */
export function referencesOf(state: Pick<EditorState, 'document' | 'manifest'>): CheckSubWorkflows {
  const { errorHandler } = state.document.settings
  return { calls: callsOf(state), ...(errorHandler === undefined ? {} : { errorHandler: errorHandler.workflow }) }
}
