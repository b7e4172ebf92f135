import { useEffect } from 'react'
import { useSession } from './session-context.tsx'
import type { TypedTextField } from './use-typed-text.ts'

/** Lets the refused text of a field lead to the field by its new path after the row of the field has moved. */
export function useMovedInput({ key, nodeId, path, label }: TypedTextField): void {
  const { input } = useSession()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key changes with the path
  useEffect(() => {
    const text = input.refusedText(key)
    if (text !== null) input.refuse(key, { nodeId, path, label, text })
  }, [input, key])
}
