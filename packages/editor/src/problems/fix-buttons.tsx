import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'

interface FixButtonsProps {
  readonly fixes: EditorProblem['fixes']
  readonly className: string
  /** Called when a fix was applied: its button disappears. */
  readonly onFixed: () => void
}

/** Renders the fixes of a problem as buttons that look like links; none if the editor is read-only. */
export function FixButtons({ fixes, className, onFixed }: FixButtonsProps) {
  const { dispatch } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  if (isReadOnly) return null
  return fixes.map(({ title, operations }) => (
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
  ))
}
