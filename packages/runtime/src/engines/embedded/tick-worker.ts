import type { TickWorker } from '../../engine.ts'
import { unlessAborted } from '../unless-aborted.ts'

/** Parts of an engine that work for one tick. */
export interface TickParts {
  /** Runs that were claimed so far. */
  readonly runs: number
  /** Starts to claim runs and to sweep queues. */
  start(): Promise<void>
  /** Claims what is due. @returns Milliseconds until there may be work: 0 if it was found, null if no timer is set. */
  look(): Promise<number | null>
  /** True while a run is driven, or is to be driven again soon; false for one that can repeatedly not be driven. */
  isBusy(): boolean
  /** Resolves when nothing is in progress. */
  whenIdle(): Promise<void>
  /** Deletes what has expired. */
  sweepRetention(): Promise<void>
  close(drainMs: number): Promise<void>
}

/** Pause before work is looked at again that could not be done, such as after an error of the database. */
const RETRY_MS = 50
/** Time until a timer for which a tick waits, such as that of the next attempt of a node. */
const LINGER_MS = 2_000

/**
 * Opens the worker of one tick. It ends with the tick, so that a process that is suspended or ends after it leaves nothing
 * unfinished: no lease, no timer and no transaction.
 *
 * @see docs/adr/0099-a-tick-is-a-short-worker.md
 */
export async function openTickWorker(parts: TickParts): Promise<TickWorker> {
  await parts.start()
  const retention = parts.sweepRetention()
  // The tick may fail before it waits for it.
  retention.catch(() => undefined)
  const work = async (abortSignal: AbortSignal): Promise<boolean> => {
    while (!abortSignal.aborted) {
      const workInMs = await parts.look()
      await unlessAborted(parts.whenIdle(), abortSignal)
      const pauseMs = parts.isBusy() ? RETRY_MS : workInMs
      if (pauseMs === null || pauseMs > LINGER_MS) break
      if (pauseMs > 0) await unlessAborted(new Promise((resolve) => setTimeout(resolve, pauseMs)), abortSignal)
    }
    await unlessAborted(retention, abortSignal)
    return !abortSignal.aborted
  }
  return {
    get runs() {
      return parts.runs
    },
    work,
    close: (drainMs) => parts.close(drainMs),
  }
}
