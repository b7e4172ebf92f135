import { TenonError } from '@tenon/core/errors'
import type { Engine } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { noteTick } from '../tables/schedule-outage-repository.ts'

/** Options of `automation.tick()`. */
export interface TickOptions {
  /**
   * Time for the tick in milliseconds, from 1,000 to 900,000: somewhat less than the limit of the function or route that calls
   * it. Nothing new begins in its last fifth, ten seconds at most, in which nodes that run may end.
   */
  readonly budgetMs: number
}

/** Work of one tick. */
export interface TickResult {
  /** Runs that it has worked on; on Temporal, messages to Temporal that it has delivered. */
  readonly runs: number
  /** Schedules and polls that were due. */
  readonly schedules: number
  /** Starts and events that transactions of the host had requested. */
  readonly requests: number
  /** Events that it has sent to webhook endpoints, or given to `onEvent`, and those that it has spread to them. */
  readonly events: number
  /** True if the budget was over first: call `tick()` again now. */
  readonly hasMore: boolean
}

/** Work in the background that a tick does as well. */
export interface TickPart {
  /** Works until nothing is due, or until `close`. @returns Number of things that it has worked on. */
  drain(): Promise<number>
  /** Stops; resolves when nothing is in progress. */
  close(): Promise<void>
}

/** Parts of one tick, by their counts in the result; those of `others` are not counted. */
export interface TickParts {
  readonly schedules: TickPart
  readonly requests: TickPart
  readonly events: TickPart
  readonly others: readonly TickPart[]
}

/** Runs the ticks of a server. */
export interface Ticks {
  /** @see WorkflowServer.tick */
  tick(options: TickOptions): Promise<TickResult>
  /** Resolves when no tick is in progress; they end early, since the server is closing. */
  close(): Promise<void>
}

const BUDGET_MS = { least: 1_000, most: 900_000 }
const MOST_DRAIN_MS = 10_000
/** Pause between two looks for other work while runs are in progress. */
const LOOK_MS = 500
/** Time in which what was aborted at the end of the budget stores that it was. */
const ABORT_MS = 1_000

/**
 * Creates the ticks of a server. Each has a worker and parts of its own, which end with it: nothing is left that a process
 * would have to do later, and ticks at once share the work as processes do.
 *
 * @param openParts - Creates the parts of one tick for a server that closes with it.
 * @see docs/adr/0099-a-tick-is-a-short-worker.md
 */
export function createTicks(
  context: ServerContext & { readonly engine: Pick<Engine, 'openTickWorker'> },
  openParts: (server: ServerContext) => TickParts,
): Ticks {
  const inProgress = new Set<Promise<unknown>>()

  const run = async (budgetMs: number): Promise<TickResult> => {
    const drainMs = Math.min(MOST_DRAIN_MS, budgetMs / 5)
    const begin = AbortSignal.any([AbortSignal.timeout(budgetMs - drainMs), context.closing])
    const over = AbortSignal.any([AbortSignal.timeout(budgetMs), context.closing])
    const noteNow = () => context.database.withSystem(noteTick)
    await noteNow()
    const worker = await context.engine.openTickWorker()
    const { others, ...counted } = openParts({ ...context, closing: over })
    const { schedules, requests, events } = counted
    const parts = [schedules, requests, events, ...others]
    const counts = { schedules: 0, requests: 0, events: 0 }
    let hasMore = true
    /** @returns True if nothing was due. */
    const look = async (): Promise<boolean> => {
      const found = await Promise.all(parts.map((part) => part.drain()))
      const [ofSchedules = 0, ofRequests = 0, ofEvents = 0] = found
      counts.schedules += ofSchedules
      counts.requests += ofRequests
      counts.events += ofEvents
      return found.every((count) => count === 0)
    }
    /** Looks again and again while runs are in progress. */
    const lookDuring = async (working: Promise<unknown>): Promise<boolean> => {
      let isWorking = true
      const ended = working.finally(() => {
        isWorking = false
      })
      // The first look may fail as well, before this is waited for.
      ended.catch(() => undefined)
      let isIdle = await look()
      while (isWorking && !begin.aborted) {
        await Promise.race([ended, pause(LOOK_MS)])
        isIdle = (await look()) && isIdle
      }
      return isIdle
    }
    const begun = aborted(begin)
    try {
      while (!begin.aborted) {
        const before = worker.runs
        const working = worker.work(begin)
        // Deliveries and handlers of the host may take longer than the time that is left.
        const [isDone, isIdle] = await Promise.all([working, Promise.race([lookDuring(working), begun])])
        hasMore = !isDone
        if (isDone && isIdle && worker.runs === before) break
      }
    } finally {
      const closing = Promise.allSettled(parts.map((part) => part.close()))
      await worker.close(drainMs)
      await Promise.race([closing, aborted(over).then(() => pause(ABORT_MS))])
      // A tick may be longer than the time for which one counts. The next one notes itself in any case.
      await noteNow().catch(() => undefined)
    }
    return { runs: worker.runs, ...counts, hasMore: hasMore || begin.aborted }
  }

  return {
    async tick({ budgetMs }) {
      const { least, most } = BUDGET_MS
      if (!(Number.isFinite(budgetMs) && budgetMs >= least && budgetMs <= most)) {
        const remedy = `budgetMs must be a number from ${least} to ${most} (got ${String(budgetMs)})`
        throw new TenonError('OPTIONS_INVALID', remedy, {
          remedy,
          details: { issues: [{ path: ['budgetMs'], code: 'invalid_option', message: remedy }] },
        })
      }
      if (context.closing.aborted) throw new TenonError('UNAVAILABLE', 'The server is closing')
      const tick = run(budgetMs)
      const tracked = tick.catch(() => undefined).finally(() => inProgress.delete(tracked))
      inProgress.add(tracked)
      return tick
    },
    close: async () => {
      await Promise.all(inProgress)
    },
  }
}

/** Resolves with false when a signal is aborted. */
function aborted(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(false)
    else signal.addEventListener('abort', () => resolve(false), { once: true })
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
