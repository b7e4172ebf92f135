import { onNetworkChange } from './place.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** So many failures in a row are no hiccup of the network any more. */
const PATIENCE = 4

export interface LoadPartOptions {
  /** Ends the trying. */
  readonly abortSignal?: AbortSignal
  /** Told once when the part has failed to come several times; trying goes on, and at once by `tryNow`. */
  readonly onStuck?: (tryNow: () => void) => void
}

/**
 * Fetches a part of the editor that comes later. Where the network is gone it tries again, and at once when the
 * browser says that it is back: what was fetched before goes on working meanwhile.
 *
 * @throws The reason of `abortSignal`, and nothing else.
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

/** Waits for a change of the network, but not for long. Returns how to wait no longer. */
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
