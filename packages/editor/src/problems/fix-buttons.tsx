import type { ParamPath } from '@tenon/core/document'
import { useContext } from 'react'
import { WorkflowsContext } from '../contexts/workflows-context.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { useSecretMove } from './use-secret-move.ts'

/** Problems with a workflow that a node or the error handler runs which are solved in that workflow. */
const SOLVED_THERE = [
  'SUBWORKFLOW_NOT_PUBLISHED',
  'SUBWORKFLOW_NO_TRIGGER',
  'SUBWORKFLOW_CYCLE',
  'SUBWORKFLOW_TOO_DEEP',
  'SUBWORKFLOW_INPUT_INVALID',
]

interface FixButtonsProps {
  readonly problem: EditorProblem
  readonly className: string
  /**
   * Called when a fix was applied: its button disappears.
   *
   * @param path - Param that now has the value, if the fix has moved it.
   */
  readonly onFixed: (path?: ParamPath) => void
}

/** Renders the fixes of a problem as buttons that look like links; none if the editor is read-only. */
export function FixButtons({ problem, className, onFixed }: FixButtonsProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const secret = useSecretMove(problem)
  const openWorkflow = useOpenWorkflow(problem)
  if (isReadOnly) return null
  return (
    <>
      {secret !== null && (
        <button
          type="button"
          className={className}
          aria-busy={secret.isMoving || undefined}
          onClick={async () => {
            if (!secret.isMoving && (await secret.move())) onFixed([secret.param])
          }}
        >
          {secret.title}
        </button>
      )}
      <AddInside problem={problem} className={className} />
      {openWorkflow !== null && (
        <button type="button" className={className} onClick={openWorkflow}>
          {t('problems.openWorkflow')}
        </button>
      )}
      {problem.fixes.map(({ title, operations }) => (
        <button
          key={title}
          type="button"
          className={className}
          onClick={() => {
            if (dispatch({ type: 'fix', operations, title }).ok) onFixed()
          }}
        >
          {title}
        </button>
      ))}
    </>
  )
}

/** Renders a button that opens the list of node types for an empty loop, of which only a person knows the first node. */
function AddInside({ problem: { code, nodeId }, className }: Pick<FixButtonsProps, 'problem' | 'className'>) {
  const t = useTranslate()
  const { store } = useSession()
  if (code !== 'CONTAINER_EMPTY' || nodeId === null) return null
  return (
    <button
      type="button"
      className={className}
      onClick={() => store.setState({ openPanel: null, quickAdd: { placement: { kind: 'inside', nodeId }, at: null } })}
    >
      {t('canvas.loopEmptyAction')}
    </button>
  )
}

/**
 * Returns a function that opens the workflow that a problem is about; `null` for other problems, and if the host has no
 * page for workflows.
 */
function useOpenWorkflow({ code, nodeId }: EditorProblem): (() => void) | null {
  const onOpen = useContext(WorkflowsContext)?.onOpen ?? null
  const workflowId = useEditorStore((state) =>
    nodeId === null ? state.document.settings.errorHandler?.workflow : state.nodesById.get(nodeId)?.params.workflow,
  )
  if (onOpen === null || typeof workflowId !== 'string' || !SOLVED_THERE.includes(code)) return null
  return () => onOpen(workflowId)
}
