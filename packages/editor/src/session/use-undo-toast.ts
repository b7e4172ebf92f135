import { useTranslate } from '../instance/instance-context.ts'
import { useAnnouncer } from '../ui/live-region.tsx'
import { useSession } from './session-context.tsx'

/** Returns a function that shows a toast about the last change, with a button that undoes it. */
export function useUndoToast(): (message: string) => void {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const session = useSession()
  return (message) => {
    const { undoManager } = session
    const step = undoManager.undoStack.at(-1)
    toast(message, {
      tone: 'success',
      action: {
        label: t('action.undo'),
        // Later changes are undone one by one, by the button for that.
        onClick: () => {
          if (undoManager.undoStack.at(-1) === step) session.undo()
        },
      },
    })
  }
}
