import { useContext } from 'react'
import { WorkflowsContext } from '../contexts/workflows-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'

/** Problems with a workflow that a node or the error handler runs which are solved in that workflow. */
const SOLVED_THERE = [
  'SUBWORKFLOW_NOT_PUBLISHED',
  'SUBWORKFLOW_NO_TRIGGER',
  'SUBWORKFLOW_CYCLE',
  'SUBWORKFLOW_TOO_DEEP',
  'SUBWORKFLOW_INPUT_INVALID',
]

/**
 * Returns a function that opens the workflow that a problem is about; `null` for other problems, and if the host has no
 * page for workflows.
 */
export function useOpenWorkflow({ code, nodeId }: EditorProblem): (() => void) | null {
  const onOpen = useContext(WorkflowsContext)?.onOpen ?? null
  const workflowId = useEditorStore((state) =>
    nodeId === null ? state.document.settings.errorHandler?.workflow : state.nodesById.get(nodeId)?.params.workflow,
  )
  if (onOpen === null || typeof workflowId !== 'string' || !SOLVED_THERE.includes(code)) return null
  return () => onOpen(workflowId)
}
