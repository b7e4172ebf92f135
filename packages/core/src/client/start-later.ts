import { unreachable } from './errors.ts'
import type { StartedStreamOptions } from './options.ts'
import type { followStart, StartStreamDeps } from './start-stream.ts'

/**
 * Starts and streams a run by code that is loaded on demand, since few clients need it.
 *
 * @returns `stop`, which may be called any number of times, also before the code is loaded.
 */
export function startLater(
  load: () => Promise<{ readonly followStart: typeof followStart }>,
  deps: StartStreamDeps,
  options: StartedStreamOptions,
): () => void {
  const stop = new AbortController()
  load().then(
    (loaded) => loaded.followStart(deps, options, stop.signal),
    (cause) => options.onState?.('closed', unreachable(cause)),
  )
  return () => stop.abort()
}
