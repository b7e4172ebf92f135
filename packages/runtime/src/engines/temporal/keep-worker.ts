import type { RuntimeLog } from '../../engine.ts'
import { pause } from '../../pause.ts'
import type { ShellWorker } from './worker/index.ts'

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

interface KeptWorker {
  readonly worker: ShellWorker
  /** Resolves with the reason when it has ended by itself. */
  readonly failed: Promise<unknown>
}

/**
 * Keeps a worker running: one that ends by itself is replaced, with retries until the new one has started.
 *
 * @param start - Starts a worker, with the function by which that one reports its end.
 * @throws The error of the first call of `start`.
 */
export async function keepWorker(
  start: (onFailure: (error: unknown) => void) => Promise<ShellWorker>,
  log: RuntimeLog,
): Promise<ShellWorker> {
  const stopping = new AbortController()
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true })
  })

  const open = async (): Promise<KeptWorker> => {
    let onFailure: (error: unknown) => void = () => undefined
    const failed = new Promise<unknown>((resolve) => {
      onFailure = resolve
    })
    return { worker: await start(onFailure), failed }
  }
  const openAgain = async (): Promise<KeptWorker | null> => {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      await pause(waitMs, stopping.signal)
      if (stopping.signal.aborted) return null
      try {
        return await open()
      } catch (error) {
        log('warn', 'temporal_worker.start_failed: retrying', { error: String(error) })
      }
    }
  }
  const keep = async (first: KeptWorker): Promise<void> => {
    for (let kept: KeptWorker | null = first; kept !== null; kept = await openAgain()) {
      const report = kept.failed.then((error) =>
        log('error', 'temporal_worker.ended: starting another', { error: String(error) }),
      )
      await Promise.race([report, stopped])
      await kept.worker.stop().catch((error: unknown) => {
        log('warn', 'temporal_worker.stop_failed', { error: String(error) })
      })
    }
  }

  const kept = keep(await open())
  return {
    stop: () => {
      stopping.abort()
      return kept
    },
  }
}
