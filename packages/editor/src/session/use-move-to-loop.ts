import { useMemo, useRef } from 'react'
import type { CommandResult, EditorCommand } from '../commands/command.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useAnnouncer } from '../ui/live-region.tsx'
import { useSession } from './session-context.tsx'
import { useUndoToast } from './use-undo-toast.ts'

type Move = Omit<Extract<EditorCommand, { type: 'move-to-loop' }>, 'type'>

/**
 * Returns a function that moves nodes into a loop or out of it. A toast reports removed connections, with a button that
 * undoes the move, and the reason of a refusal.
 */
export function useMoveToLoop(): (move: Move) => CommandResult {
  const t = useTranslate()
  const { dispatch } = useSession()
  const { toast } = useAnnouncer()
  const undoToast = useUndoToast()
  const latest = useRef({ t, toast, undoToast })
  latest.current = { t, toast, undoToast }
  return useMemo(
    () => (move) => {
      const result = dispatch({ type: 'move-to-loop', ...move })
      const ui = latest.current
      if (!result.ok) {
        ui.toast(ui.t(result.reason))
        return result
      }
      const count = result.operations.filter(({ op }) => op === 'remove_edge').length
      if (count > 0) ui.undoToast(ui.t('canvas.crossingRemoved', { count }))
      return result
    },
    [dispatch],
  )
}
