import { useMemo } from 'react'
import { useSession } from './session-context.tsx'
import { createTypingBurst } from './typing-burst.ts'

const PAUSE_MS = 1_000

/**
 * Runs changes of fields that commit each character, so that a burst of typing in one of them is one undo step.
 *
 * @returns A function of the name of the field and the change.
 */
export function useBurst(): (field: string, change: () => void) => void {
  const session = useSession()
  return useMemo(() => {
    let burst = createTypingBurst()
    let lastAt = 0
    let lastField: string | null = null
    return (field, change) => {
      const now = Date.now()
      if (field !== lastField || now - lastAt > PAUSE_MS) burst = createTypingBurst()
      lastAt = now
      lastField = field
      session.asBurst(burst, change)
    }
  }, [session])
}
