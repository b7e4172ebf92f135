import type { ParamPath } from '@tenon/core/document'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { useSecretMove } from './use-secret-move.ts'

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
  const { dispatch } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const secret = useSecretMove(problem)
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
