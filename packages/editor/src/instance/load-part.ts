import { retryLater } from './retry-later.ts'

const FIRST_PAUSE_MS = 500
/** Failures in a row after which loading counts as failed. */
const PATIENCE = 4

export interface LoadPartOptions {
  /** Ends the retries. */
  readonly abortSignal?: AbortSignal
  /** Called once after several failures in a row; retries continue, and `tryNow` starts one at once. */
  readonly onStuck?: (tryNow: () => void) => void
}

/**
 * Loads a part of the editor on demand. Without a network it retries, and at once when the browser reports that the
 * network is back.
 *
 * @throws The reason of `abortSignal`; no other errors.
 */
export async function loadPart<Part>(load: () => Promise<Part>, options: LoadPartOptions = {}): Promise<Part> {
  const { abortSignal, onStuck } = options
  let endPause = (): void => {}
  for (let failures = 1; ; failures += 1) {
    try {
      return await load()
    } catch {
      abortSignal?.throwIfAborted()
      if (failures === PATIENCE) onStuck?.(() => endPause())
      await new Promise<void>((resolve) => {
        const stop = retryLater(resolve, { failures, firstPauseMs: FIRST_PAUSE_MS })
        endPause = () => {
          stop()
          resolve()
        }
        abortSignal?.addEventListener('abort', endPause, { once: true })
      })
      abortSignal?.removeEventListener('abort', endPause)
      abortSignal?.throwIfAborted()
    }
  }
}
