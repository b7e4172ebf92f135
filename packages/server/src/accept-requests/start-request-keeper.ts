import { createLookLoop } from '../background/look-loop.ts'
import type { ServerContext } from '../context.ts'
import { reasonOf } from '../log/reason-of.ts'
import { claimRequests } from '../tables/start-request-repository.ts'
import { createTurns } from '../tables/tenants-in-turn.ts'
import { acceptRequest } from './accept-request.ts'

/** Works on the start requests of all tenants while a process runs. */
export interface StartRequestKeeper {
  /** Begins to look for requests. Has no effect after the first call, and after `close`. */
  start(): void
  /** Looks for requests at once; starts the keeper. */
  wake(): void
  /** Looks soon, since a transaction of the host is about to commit a request; starts the keeper. */
  wakeSoon(): void
  /** Works on what is due, without looking again later, until nothing is. @returns Number of requests. */
  drain(): Promise<number>
  /** Stops; resolves when the requests in hand are done. Other processes do the rest, or the next one does. */
  close(): Promise<void>
}

/** Times of a keeper in milliseconds. */
export interface KeeperTimes {
  /** Time after which another process works on a request that this one has claimed. */
  readonly leaseMs: number
  /** Time between two looks, for requests that were committed elsewhere. */
  readonly idleMs: number
  /** Time in which a transaction of the host has probably committed. */
  readonly soonMs: number
}

const TIMES: KeeperTimes = { leaseMs: 30_000, idleMs: 1_000, soonMs: 50 }
/** Requests that a process works on at once. */
const AT_ONCE = 8

/** @param contextOf - Returns the parts of the server, which has this keeper as one of them. */
export function createStartRequestKeeper(
  contextOf: () => ServerContext,
  times: Partial<KeeperTimes> = {},
): StartRequestKeeper {
  const { leaseMs, idleMs, soonMs } = { ...TIMES, ...times }
  const turns = createTurns()

  const work = async (): Promise<number> => {
    const server = contextOf()
    let count = 0
    while (!loop.isClosed) {
      loop.forgetWakes()
      const { afterTenant } = turns
      const { requests, isEmpty, tenants } = await server.database.withSystem((tx) =>
        claimRequests(tx, { leaseMs, most: AT_ONCE, afterTenant }),
      )
      if (!turns.note(tenants, isEmpty)) return count
      count += requests.length
      await Promise.all(
        requests.map(async (each) => {
          try {
            await acceptRequest(server, each)
          } catch (error) {
            // Its lease ends by itself.
            server.log('warn', 'start_request.not_stored: retrying', { reason: reasonOf(error) })
          }
        }),
      )
    }
    return count
  }
  const loop = createLookLoop({
    look: async () => {
      await work()
      return idleMs
    },
    onError: (error) => {
      contextOf().log('warn', 'start_request.read_failed: retrying', { reason: reasonOf(error) })
      return idleMs
    },
  })
  const wakeIn = (delayMs: number): void => {
    loop.start()
    loop.wake(delayMs)
  }
  return {
    start: () => loop.start(),
    drain: () => loop.during(work),
    wake: () => wakeIn(0),
    wakeSoon: () => wakeIn(soonMs),
    close: () => loop.close(),
  }
}
