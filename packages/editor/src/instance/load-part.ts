import { onNetworkChange } from './place.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
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
        endPause = waitForNetwork(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)), resolve)
        abortSignal?.addEventListener('abort', endPause, { once: true })
      })
      abortSignal?.removeEventListener('abort', endPause)
      abortSignal?.throwIfAborted()
    }
  }
}

/** Waits for a change of the network, at most `pauseMs`. Returns a function that cancels the wait. */
function waitForNetwork(pauseMs: number, onDone: () => void): () => void {
  const finish = () => {
    stopListening()
    clearTimeout(timer)
    onDone()
  }
  const stopListening = onNetworkChange(finish)
  const timer = setTimeout(finish, pauseMs)
  return finish
}
