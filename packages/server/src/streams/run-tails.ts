import { isRunOver, isTerminalEvent, type RunEvent } from '@tenon/core/run'
import { BUS_RESTORED_TOPIC, runTopic } from '@tenon/runtime'
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
  follow(run: { readonly tenantId: string; readonly runId: string }, onChange: () => void): TailSeat
}

/** The parts of a server that following runs needs. */
export type TailsContext = Pick<ServerContext, 'bus'> & {
  readonly reader: Pick<ServerContext['reader'], 'getRun' | 'readEvents'>
}

export interface TailOptions {
  /** The bus may lose a message: the log is read again after so long, later less and less often. @defaultValue 2_000 */
  readonly pollMs?: number
}

const BATCH = 500
/** Events that are kept for those who come later or read slowly; older ones are read from the database. */
const KEPT_EVENTS = 1_000
/** The longest time between two readings of a run in which nothing happens. */
const MAX_POLL_MS = 30_000

export function createRunTails(server: TailsContext, { pollMs = 2_000 }: TailOptions = {}): RunTails {
  const tails = new Map<string, LiveTail>()

  return {
    follow({ tenantId, runId }, onChange) {
      const key = `${tenantId}/${runId}`
      const known = tails.get(key)
      const tail =
        known ??
        openTail(server, { tenantId, runId, pollMs }, () => {
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

interface TailOfRun {
  readonly tenantId: string
  readonly runId: string
  readonly pollMs: number
}

/** @param onClosed - Called when the last follower has left, or when reading has failed; the next one opens a new tail. */
function openTail(server: TailsContext, { tenantId, runId, pollMs }: TailOfRun, onClosed: () => void): LiveTail {
  const bell = createBell()
  const listeners = new Set<() => void>()
  // Subscribed before the first read: what is appended in between rings.
  const unsubscribe = [
    server.bus.subscribe(runTopic(tenantId, runId), bell.ring),
    server.bus.subscribe(BUS_RESTORED_TOPIC, bell.ring),
  ]
  let kept: RunEvent[] = []
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
    bell.ring()
    onClosed()
  }

  function keep(events: readonly RunEvent[]): void {
    kept.push(...events)
    const excess = kept.length - KEPT_EVENTS
    if (excess <= 0) return
    base = kept[excess - 1]?.seq ?? base
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
      const events = await server.reader.readEvents(tenantId, runId, kept.at(-1)?.seq ?? base, BATCH)
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
      const first = kept[0]
      // `seq` has no gaps, so its index is known.
      return first === undefined ? [] : kept.slice(Math.max(0, cursor + 1 - first.seq))
    },
    join: (onChange) => void listeners.add(onChange),
    leave(onChange) {
      listeners.delete(onChange)
      if (listeners.size === 0) close()
    },
  }
}
