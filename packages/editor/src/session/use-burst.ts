import { useMemo } from 'react'
import { useSession } from './session-context.tsx'
import { createTypingBurst } from './typing-burst.ts'
import { createUndoBorders, editBetween } from './undo-borders.ts'

/** A change of a field, as texts. */
interface FieldChange {
  /** Name of the field. */
  readonly field: string
  readonly before: string
  readonly after: string
}

/**
 * Runs changes of fields that commit each character, so that the letters of a word, and words without a pause, are one
 * undo step.
 */
export function useBurst(): (typed: FieldChange, change: () => void) => void {
  const session = useSession()
  return useMemo(() => {
    let burst = createTypingBurst()
    let lastField: string | null = null
    const borders = createUndoBorders()
    return ({ field, before, after }, change) => {
      if (field !== lastField) borders.end()
      lastField = field
      if (borders.begins(editBetween(before, after), Date.now())) burst = createTypingBurst()
      session.asBurst(burst, change)
    }
  }, [session])
}
