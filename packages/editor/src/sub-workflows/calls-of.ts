import type { CheckSubWorkflows, SubWorkflowCall } from '@tenon/core/client'
import { workflowsNamedBy } from '@tenon/core/document'
import type { EditorState } from '../store/editor-state.ts'

/** Returns the enabled nodes of a draft that run a workflow which is chosen already. */
function callsOf({ document, manifest }: Pick<EditorState, 'document' | 'manifest'>): readonly SubWorkflowCall[] {
  return document.nodes.flatMap((node): readonly SubWorkflowCall[] => {
    const entry = manifest.entryOf(node)
    if (node.disabled === true || entry === undefined) return []
    const isChild = entry.control === 'child'
    return workflowsNamedBy(entry, node.params).map(({ param, workflowId }) => ({
      ...{ nodeId: node.id, name: node.name, workflowId },
      // Only the code of a node that calls knows the input.
      ...(isChild ? { input: node.params.input ?? {} } : { param }),
    }))
  })
}

/** Returns what the server checks of a draft: its calls and its error handler. */
export function referencesOf(state: Pick<EditorState, 'document' | 'manifest'>): CheckSubWorkflows {
  const { errorHandler } = state.document.settings
  return { calls: callsOf(state), ...(errorHandler === undefined ? {} : { errorHandler: errorHandler.workflow }) }
}
