import type { CheckSubWorkflows, SubWorkflowCall } from '@tenon/core/client'
import { toolsOf, workflowsNamedBy } from '@tenon/core/document'
import type { EditorState } from '../store/editor-state.ts'

/** Returns the enabled nodes of a draft that run a workflow which is chosen already. */
function callsOf({ document, manifest }: Pick<EditorState, 'document' | 'manifest'>): readonly SubWorkflowCall[] {
  return document.nodes.flatMap((node): readonly SubWorkflowCall[] => {
    const entry = manifest.entryOf(node)
    if (node.disabled === true || entry === undefined) return []
    const isChild = entry.control === 'child'
    const tools = toolsOf(entry, node.params).flatMap((tool) => {
      const type = manifest.entryOf({ type: tool.nodeType, typeVersion: tool.typeVersion })
      const named = type === undefined ? [] : workflowsNamedBy(type, tool.params)
      return named.map(({ workflowId }) => ({
        ...{ nodeId: node.id, name: `${node.name}, tool "${tool.name}"`, workflowId },
        param: tool.path[0],
      }))
    })
    const own = workflowsNamedBy(entry, node.params).map(({ param, workflowId }) => ({
      ...{ nodeId: node.id, name: node.name, workflowId },
      // Only the code of a node that calls knows the input.
      ...(isChild ? { input: node.params.input ?? {} } : { param }),
    }))
    return [...own, ...tools]
  })
}

/** Returns what the server checks of a draft: its calls and its error handler. */
export function referencesOf(state: Pick<EditorState, 'document' | 'manifest'>): CheckSubWorkflows {
  const { errorHandler } = state.document.settings
  return { calls: callsOf(state), ...(errorHandler === undefined ? {} : { errorHandler: errorHandler.workflow }) }
}
