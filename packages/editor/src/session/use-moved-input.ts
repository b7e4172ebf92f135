import { useEffect } from 'react'
import { useSession } from './session-context.tsx'
import type { TypedTextField } from './use-typed-text.ts'

/** Gives the refused text of a field the new path of the field after its row has moved, so that it still opens the field. */
export function useMovedInput({ key, nodeId, path, label }: TypedTextField): void {
  const { input } = useSession()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key changes with the path
  useEffect(() => {
    const text = input.refusedText(key)
    if (text !== null) input.refuse(key, { nodeId, path, label, text })
  }, [input, key])
}
