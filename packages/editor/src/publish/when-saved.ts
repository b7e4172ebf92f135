import type { EditorStore } from '../store/editor-store.ts'

/**
 * Waits until the server has the last change, so that what is tried or published is what is seen.
 *
 * @returns Whether it came to that in time.
 */
export function whenSaved(store: EditorStore, patienceMs = 4_000): Promise<boolean> {
  const isSafe = () => store.getState().sync === 'saved'
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
