import { isRunOver, isTerminalEvent, type RunEvent } from '@tenon/core/run'
import { BUS_RESTORED_TOPIC, type RunRef, runTopic } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { createBell } from './bell.ts'

/** The newest events of a run that is being followed, read from the database once for all who follow it. */
export interface RunTail {
  /** True if `head` is the last event that there will be. */
  readonly isOver: boolean
  /**
   * Returns the events after a `seq`, ascending: none when there are no newer ones yet, null when they are older than
   * what is kept here.
   *
   * @throws What the database threw at the last reading.
   */
  after(cursor: number): readonly RunEvent[] | null
}

/** A subscription to the events of a run. */
export interface TailSeat {
  readonly tail: RunTail
  readonly leave: () => void
}

/** The tails of all runs that are followed in this process. */
export interface RunTails {
  /** @param onChange - Called when there is something new: events, the end, or a failure. */
  follow(run: RunRef, onChange: () => void): TailSeat
}

/** The parts of a server that following runs needs. */
export type TailsContext = Pick<ServerContext, 'bus'> & {
  readonly reader: Pick<ServerContext['reader'], 'getRun' | 'readEvents'>
}

export interface TailOptions {
  /** The bus may lose a message: the log is read again after so long, later less and less often. @defaultValue 2_000 */
  readonly pollMs?: number
  /** Most JSON text of all runs that is kept, in UTF-16 units. @defaultValue 67_108_864 */
  readonly maxTotalSize?: number
}

const BATCH = 500
/** Events of a run that are kept for followers that start later or read slowly; others read from the database. */
const KEPT_EVENTS = 1_000
/** Most JSON text of a run that is kept, in UTF-16 units. */
const KEPT_SIZE = 4_194_304
/** Most JSON text of all runs that is kept in one process, in UTF-16 units. */
const MAX_TOTAL_SIZE = 67_108_864
/** The longest time between two readings of a run in which nothing happens. */
const MAX_POLL_MS = 30_000

export function createRunTails(
  server: TailsContext,
  { pollMs = 2_000, maxTotalSize = MAX_TOTAL_SIZE }: TailOptions = {},
): RunTails {
  const tails = new Map<string, LiveTail>()
  const budget: Budget = { max: maxTotalSize, used: 0 }

  return {
    follow({ tenantId, runId }, onChange) {
      const key = `${tenantId}/${runId}`
      const known = tails.get(key)
      const tail =
        known ??
        openTail(server, { tenantId, runId, pollMs, budget }, () => {
          if (tails.get(key) === tail) tails.delete(key)
        })
      tails.set(key, tail)
      tail.join(onChange)
      return { tail, leave: () => tail.leave(onChange) }
    },
  }
}

interface LiveTail extends RunTail {
  join(onChange: () => void): void
  leave(onChange: () => void): void
}

/** Memory that all tails of a process share. */
interface Budget {
  readonly max: number
  used: number
}

interface TailOfRun extends RunRef {
  readonly pollMs: number
  readonly budget: Budget
}

interface KeptEvent {
  readonly event: RunEvent
  readonly size: number
}

/** @param onClosed - Called when the last follower has left, or when reading has failed; the next one opens a new tail. */
function openTail(
  server: TailsContext,
  { tenantId, runId, pollMs, budget }: TailOfRun,
  onClosed: () => void,
): LiveTail {
  const bell = createBell()
  const listeners = new Set<() => void>()
  // Subscribed before the first read: what is appended in between rings.
  const unsubscribe = [
    server.bus.subscribe(runTopic(tenantId, runId), bell.ring),
    server.bus.subscribe(BUS_RESTORED_TOPIC, bell.ring),
  ]
  let kept: KeptEvent[] = []
  let keptSize = 0
  /** The last `seq` before those that are kept. Nothing is known before the run was read. */
  let base: number | null = null
  let isOver = false
  let failure: { readonly error: unknown } | null = null
  let isClosed = false

  function announce(): void {
    for (const listener of [...listeners]) listener()
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    for (const leave of unsubscribe) leave()
    budget.used -= keptSize
    bell.ring()
    onClosed()
  }

  function keep(events: readonly RunEvent[]): void {
    for (const event of events) {
      const size = JSON.stringify(event).length
      kept.push({ event, size })
      keptSize += size
      budget.used += size
    }
    let excess = 0
    for (const { event, size } of kept) {
      const isTooMuch = kept.length - excess > KEPT_EVENTS || keptSize > KEPT_SIZE || budget.used > budget.max
      if (!isTooMuch) break
      excess += 1
      keptSize -= size
      budget.used -= size
      base = event.seq
    }
    kept = kept.slice(excess)
  }

  async function read(): Promise<void> {
    const run = await server.reader.getRun(tenantId, runId)
    const head = run === null ? 0 : run.nextSeq - 1
    // A short log is read once for all, a long one from its end on.
    base = head > KEPT_EVENTS ? head : 0
    let isEnding = isRunOver(run?.status ?? 'canceled')
    let waitMs = pollMs
    while (!isClosed) {
      const events = await server.reader.readEvents(tenantId, runId, kept.at(-1)?.event.seq ?? base, BATCH)
      if (isClosed) return
      if (events.length > 0) {
        isEnding ||= events.some((event) => isTerminalEvent(event.type))
        keep(events)
        waitMs = pollMs
        announce()
      } else if (isEnding) {
        isOver = true
        announce()
        return
      } else {
        // Those who follow know now that there is nothing before they have to wait.
        announce()
        await bell.wait(waitMs)
        waitMs = Math.min(waitMs * 2, Math.max(pollMs, MAX_POLL_MS))
      }
    }
  }

  read().catch((error: unknown) => {
    failure = { error }
    close()
    announce()
  })

  return {
    get isOver() {
      return isOver
    },
    after(cursor) {
      if (failure !== null) throw failure.error
      if (base === null) return []
      if (cursor < base) return null
      // `seq` has no gaps, so its index is known.
      return kept.slice(cursor - base).map(({ event }) => event)
    },
    join: (onChange) => void listeners.add(onChange),
    leave(onChange) {
      listeners.delete(onChange)
      if (listeners.size === 0) close()
    },
  }
}
