import { createLookLoop } from '../background/look-loop.ts'
import type { ServerContext } from '../context.ts'
import { reasonOf } from '../log/reason-of.ts'
import { type ClaimedEvent, claimEvents, type EventClaim } from '../tables/event-queue-repository.ts'
import { createTurns } from '../tables/tenants-in-turn.ts'
import { dropHostEvents, listenForHost } from '../tables/webhook-endpoint-repository.ts'
import { HOST, SPREAD } from '../tables/webhook-tables.ts'
import { callHost, type OnEvent } from './call-host.ts'
import { deliverEvent } from './deliver-event.ts'
import { LEASE_MS } from './delivery-rules.ts'
import { spreadEvent } from './spread-event.ts'

/** Spreads the events of all tenants, sends them to endpoints and gives them to the host, while a process runs. */
export interface EventKeeper {
  /** Begins to look for events. Has no effect after the first call, and after `close`. */
  start(): void
  /** Looks at once; starts the keeper. */
  wake(): void
  /** Works on what is due, without looking again later, until nothing is. @returns Number of entries. */
  drain(): Promise<number>
  /** Stops; resolves when the deliveries in hand have ended. Other processes do the rest, or the next one does. */
  close(): Promise<void>
}

const IDLE_MS = 1_000
/** Deliveries that a process has in hand at once. They wait for receivers, and cost it little. */
const AT_ONCE = 100
/** Deliveries to one endpoint among them, so that a slow receiver delays no other one. */
const PER_ENDPOINT = 2
/** Events that are spread, of all tenants together, and those that the host handles, among them. */
const PER_STEP = 16
/** Time for which the host listens without saying so again. */
const HOST_LISTENS_MS = 24 * 60 * 60 * 1_000
const HOST_SAYS_MS = 60 * 60 * 1_000
/** Time for which an event waits for a process with `onEvent`, in case none has it any more. */
const HOST_KEPT_MS = 7 * 24 * 60 * 60 * 1_000

/**
 * Creates the keeper of one process.
 *
 * @param contextOf - Returns the parts of the server, which has this keeper as one of them.
 * @param onEvent - Undefined in a process that gives no events to the host.
 */
export function createEventKeeper(contextOf: () => ServerContext, onEvent: OnEvent | undefined): EventKeeper {
  const inHand = new Map<Promise<void>, ClaimedEvent>()
  let saidAt: number | null = null
  let taken = 0
  /** Turns for `onEvent`. */
  const turns = createTurns()

  const workOn = (server: ServerContext, entry: ClaimedEvent): Promise<void> => {
    if (entry.target.startsWith(SPREAD)) return spreadEvent(server, entry)
    if (entry.target !== HOST) return deliverEvent(server, entry)
    return onEvent === undefined ? Promise.resolve() : callHost(server, onEvent, entry)
  }
  const take = (server: ServerContext, entry: ClaimedEvent): void => {
    const work = workOn(server, entry)
      .catch((error: unknown) => {
        if (server.closing.aborted) return
        // Its lease ends by itself.
        server.log('warn', 'webhook.not_stored: retrying', { reason: reasonOf(error) })
      })
      .finally(() => {
        inHand.delete(work)
        loop.wake()
      })
    inHand.set(work, entry)
    taken += 1
  }
  /** Returns what this process takes at the moment, by what it has in hand. */
  const nextClaim = (): EventClaim => {
    const counts = new Map<string, number>()
    for (const { target } of inHand.values()) counts.set(target, (counts.get(target) ?? 0) + 1)
    let spreading = 0
    const except: string[] = []
    for (const [target, count] of counts) {
      if (target.startsWith(SPREAD)) spreading += count
      else if (target !== HOST && count >= PER_ENDPOINT) except.push(target)
    }
    const most = AT_ONCE - inHand.size
    const room = (ofStep: number): number => Math.min(most, Math.max(0, PER_STEP - ofStep))
    const mostForHost = onEvent === undefined ? 0 : room(counts.get(HOST) ?? 0)
    const forHost = { most: mostForHost, afterTenant: turns.afterTenant }
    return { leaseMs: LEASE_MS, most, mostToSpread: room(spreading), except, forHost }
  }
  const sayHostListens = async (server: ServerContext): Promise<void> => {
    if (saidAt !== null && performance.now() - saidAt < HOST_SAYS_MS) return
    await server.database.withSystem(async (tx) => {
      if (onEvent !== undefined) await listenForHost(tx, HOST_LISTENS_MS)
      await dropHostEvents(tx, HOST_KEPT_MS)
    })
    saidAt = performance.now()
  }
  const look = async (): Promise<void> => {
    const server = contextOf()
    await sayHostListens(server)
    while (!loop.isClosed && inHand.size < AT_ONCE) {
      loop.forgetWakes()
      const claim = nextClaim()
      const { entries, tenants } = await server.database.withSystem((tx) => claimEvents(tx, claim))
      for (const entry of entries) take(server, entry)
      if (!turns.note(tenants, entries.length === 0)) return
    }
  }
  const loop = createLookLoop({
    look: async () => {
      await look()
      return IDLE_MS
    },
    onError: (error) => {
      contextOf().log('warn', 'webhook.read_failed: retrying', { reason: reasonOf(error) })
      return IDLE_MS
    },
  })
  return {
    start: () => loop.start(),
    wake: () => {
      loop.start()
      loop.wake()
    },
    drain: async () => {
      const before = taken
      while (!loop.isClosed) {
        const last = taken
        await loop.during(look)
        if (inHand.size > 0) await Promise.race(inHand.keys())
        else if (taken === last) break
      }
      return taken - before
    },
    close: async () => {
      await loop.close()
      await Promise.all(inHand.keys())
    },
  }
}
