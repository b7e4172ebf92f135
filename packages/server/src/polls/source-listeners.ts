import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantId } from '@tenon/core/document'
import type { Listen } from '@tenon/core/node'
import type { ServerContext } from '../context.ts'
import { reasonOf } from '../log/reason-of.ts'
import { hurryPolls, listPollingTenants } from '../tables/schedule-repository.ts'

/** Listens to the sources of triggers while a process runs. */
export interface SourceListeners {
  /** Begins to listen. Has no effect after the first call, and after `close`. */
  start(): void
  /** Stops; resolves when each source has let its connection go, or after a time. */
  close(): Promise<void>
}

const FIRST_PAUSE_MS = 1_000
const MOST_PAUSE_MS = 30_000
/** Time after which a connection that is lost counts as one that worked. */
const WORKED_MS = 60_000
/** Pause after which polls are made due that were in progress when their source has changed. */
const BUSY_MS = 500
/** Time that a source has to end. */
const END_MS = 5_000

/**
 * Creates the listeners of one process. Each process listens for each node type once, whatever the number of triggers; what
 * it hears only makes their polls due, which any process claims.
 *
 * @see docs/adr/0100-a-source-wakes-its-polls.md
 */
export function createSourceListeners(
  { database, registry, log }: Pick<ServerContext, 'database' | 'registry' | 'log'>,
  firstPauseMs = FIRST_PAUSE_MS,
): SourceListeners {
  const stop = new AbortController()
  let listening: readonly Promise<void>[] = []
  let state: 'new' | 'started' | 'closed' = 'new'

  const listenTo = async (type: string, listen: Listen): Promise<void> => {
    const hurry = createHurry(
      {
        hurryOf: (tenantId) => database.withTenant(tenantId, (tx) => hurryPolls(tx, tenantId, type)),
        listTenants: () => database.withSystem((tx) => listPollingTenants(tx, type)),
      },
      stop.signal,
      log,
    )
    for (let failures = 0; !stop.signal.aborted; ) {
      const begunAt = performance.now()
      // One for each call, so that what a source adds to the signal goes with it.
      const own = new AbortController()
      const end = (): void => own.abort()
      stop.signal.addEventListener('abort', end)
      let reason = 'The source has ended'
      try {
        await listen({ changed: (tenantId) => hurry(tenantId ?? null), abortSignal: own.signal })
      } catch (error) {
        reason = reasonOf(error)
      } finally {
        stop.signal.removeEventListener('abort', end)
      }
      if (stop.signal.aborted) return
      failures = performance.now() - begunAt > WORKED_MS ? 0 : failures + 1
      const againInMs = Math.min(MOST_PAUSE_MS, firstPauseMs * 2 ** Math.min(failures, 10))
      log('warn', 'source.lost: listening again', { type, reason, againInMs })
      await pause(againInMs, stop.signal)
    }
  }
  return {
    start() {
      if (state !== 'new') return
      state = 'started'
      listening = registry.manifest.nodes.flatMap(({ type, version }) => {
        const listen = registry.get(type, version)?.listen
        return listen === undefined ? [] : [listenTo(type, listen)]
      })
    },
    async close() {
      state = 'closed'
      stop.abort()
      await Promise.race([Promise.all(listening), pause(END_MS)])
    },
  }
}

/** Creates a function that makes polls due, one request at a time: those that come meanwhile are combined. */
function createHurry(
  {
    hurryOf,
    listTenants,
  }: {
    readonly hurryOf: (tenantId: TenantId) => Promise<boolean>
    readonly listTenants: () => Promise<readonly TenantId[]>
  },
  abortSignal: AbortSignal,
  log: ServerContext['log'],
): (tenantId: TenantId | null) => void {
  let waiting = new Set<TenantId | null>()
  let isWorking = false
  // The next regular poll finds what is new.
  const note = (error: unknown): false => {
    log('warn', 'source.not_polled: waiting for the interval', { reason: reasonOf(error) })
    return false
  }
  const work = async (): Promise<void> => {
    try {
      while (waiting.size > 0 && !abortSignal.aborted) {
        const wanted = waiting
        waiting = new Set()
        const named = [...wanted].filter((tenantId) => tenantId !== null)
        for (const tenantId of wanted.has(null) ? await listTenants() : named) {
          if (await hurryOf(tenantId).catch(note)) waiting.add(tenantId)
        }
        if (waiting.size > 0) await pause(BUSY_MS, abortSignal)
      }
    } catch (error) {
      note(error)
    } finally {
      isWorking = false
    }
  }
  return (tenantId) => {
    waiting.add(tenantId)
    if (isWorking) return
    isWorking = true
    void work()
  }
}

/** Resolves after a time, or when a signal is aborted. */
async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch(() => undefined)
}
