import { onNetworkChange } from './place.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

/**
 * Fetches a part of the editor that comes later. Where the network is gone it tries again, and at once when the
 * browser says that it is back: what was fetched before goes on working meanwhile.
 */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
    try {
      return await load()
    } catch {
      await networkOrPause(pauseMs)
    }
  }
}

function networkOrPause(pauseMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      stopListening()
      clearTimeout(timer)
      resolve()
    }
    const stopListening = onNetworkChange(finish)
    const timer = setTimeout(finish, pauseMs)
  })
}
