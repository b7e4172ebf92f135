import { useSession } from './session-context.tsx'
import type { TypedTextField } from './use-typed-text.ts'

interface Unreadable {
  /** Refused text when the field is rendered. */
  readonly unreadable: string | null
  readonly onUnreadable: (text: string | null) => void
}

/** Keeps the invalid text of a number field, like other texts that cannot be stored. */
export function useUnreadable({ key, nodeId, path, label }: TypedTextField): Unreadable {
  const { input } = useSession()
  return {
    unreadable: input.refusedText(key),
    onUnreadable: (text) => (text === null ? input.accept(key) : input.refuse(key, { nodeId, path, label, text })),
  }
}
