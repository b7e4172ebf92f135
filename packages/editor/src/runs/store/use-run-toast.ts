import type { RunView } from '@tenon/core/run'
import { useInstance } from '../../instance/instance-context.ts'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunStore } from './run-store.ts'

/**
 * Returns a function that shows a toast about something that a run has not done yet, such as a pause that was
 * requested. The toast is dismissed once the run has done it, and not shown if that is already the case.
 */
export function useRunToast(store: RunStore): (message: string, isDone: (live: RunView) => boolean) => void {
  const { afterPress } = useInstance()
  const { toast } = useAnnouncer()
  return (message, isDone) => {
    const isDoneNow = () => isDone(store.snapshot().live)
    if (isDoneNow()) return
    const dismiss = toast(message)
    const unsubscribe = store.subscribe(() => {
      if (!isDoneNow()) return
      unsubscribe()
      afterPress(dismiss)
    })
  }
}
