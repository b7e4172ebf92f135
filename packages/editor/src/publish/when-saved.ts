import type { EditorSession } from '../session/session-types.ts'

/**
 * Commits typed text and waits until the server has the last change, so that the tested or published draft is the
 * displayed one.
 *
 * @returns `true` if everything was stored in time.
 */
export function whenSaved(
  { store, flush }: Pick<EditorSession, 'store' | 'flush'>,
  patienceMs = 4_000,
): Promise<boolean> {
  flush()
  const isSafe = () => {
    const { sync, input, isStoringDetails } = store.getState()
    return sync === 'saved' && !input.isTyping && !isStoringDetails
  }
  if (isSafe()) return Promise.resolve(true)
  return new Promise((resolve) => {
    const finish = () => {
      unsubscribe()
      clearTimeout(timer)
      resolve(isSafe())
    }
    const unsubscribe = store.subscribe(() => {
      if (isSafe()) finish()
    })
    const timer = setTimeout(finish, patienceMs)
  })
}
