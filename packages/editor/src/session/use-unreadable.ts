import { useSession } from './session-context.tsx'
import { useMovedInput } from './use-moved-input.ts'
import type { TypedTextField } from './use-typed-text.ts'

interface Unreadable {
  /** Refused text when the field is rendered. */
  readonly unreadable: string | null
  readonly onUnreadable: (text: string | null) => void
}

/** Keeps the invalid text of a number field, like other texts that cannot be stored. */
export function useUnreadable(field: TypedTextField): Unreadable {
  const { key, nodeId, path, label } = field
  const { input } = useSession()
  useMovedInput(field)
  return {
    unreadable: input.refusedText(key),
    onUnreadable: (text) => (text === null ? input.accept(key) : input.refuse(key, { nodeId, path, label, text })),
  }
}
