import { useInstance } from '../instance/instance-context.ts'
import { useAnnouncer } from '../ui/live-region.tsx'
import { useSession } from './session-context.tsx'

/**
 * Returns a function that shows a toast about the last change, with a button that undoes it. The toast is dismissed at
 * the next change, undo or redo, since its button would undo something else.
 */
export function useUndoToast(): (message: string) => void {
  const { t, afterPress } = useInstance()
  const { toast } = useAnnouncer()
  const session = useSession()
  return (message) => {
    const { undoManager } = session
    const step = undoManager.undoStack.at(-1)
    const isLast = () => undoManager.undoStack.at(-1) === step
    const dismiss = toast(message, {
      tone: 'success',
      action: {
        label: t('action.undo'),
        onClick: () => {
          session.flush()
          // Pressing the button takes the focus from a field, which may store its text as a later change.
          if (isLast()) session.undo()
          else toast(t('command.undoLater'))
        },
      },
    })
    const dismissIfLater = () => {
      if (isLast()) return
      undoManager.off('stack-item-added', dismissIfLater)
      undoManager.off('stack-item-popped', dismissIfLater)
      afterPress(dismiss)
    }
    undoManager.on('stack-item-added', dismissIfLater)
    undoManager.on('stack-item-popped', dismissIfLater)
  }
}
