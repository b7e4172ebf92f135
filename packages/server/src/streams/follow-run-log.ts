import { isRunOver, isTerminalEvent, type RunEvent } from '@tenon/core/run'
import { runTopic } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { createBell } from './bell.ts'

export interface FollowOptions {
  readonly tenantId: string
  readonly runId: string
  /** Last `seq` already known. */
  readonly after: number
  readonly abortSignal: AbortSignal
  /** A `null` comes out after so long without events. @defaultValue 15_000 */
  readonly heartbeatMs?: number
  /** The bus may lose a message; the log is read again after so long at the latest. @defaultValue 2_000 */
  readonly pollMs?: number
}

/** What it takes of a server to follow a log. */
export type FollowContext = Pick<ServerContext, 'bus' | 'now' | 'closing'> & {
  readonly reader: Pick<ServerContext['reader'], 'getRun' | 'readEvents'>
}

const BATCH = 500

/**
 * Reads a run's log from `after` on and goes along with it, in batches ascending by `seq`, without gap or duplicate.
 * Reads from the database only as fast as its consumer asks, so a slow one costs no memory. Ends with the run, or
 * when it is aborted.
 *
 * @returns Batches of one or more events; `null` as a heartbeat. At the end, whether the run is over.
 */
export async function* followRunLog(
  server: FollowContext,
  { tenantId, runId, after, abortSignal, heartbeatMs = 15_000, pollMs = 2_000 }: FollowOptions,
): AsyncGenerator<readonly RunEvent[] | null, boolean, void> {
  const bell = createBell()
  // Subscribed before the first read: what is appended in between rings.
  const unsubscribe = server.bus.subscribe(runTopic(tenantId, runId), bell.ring)
  const stop = AbortSignal.any([abortSignal, server.closing])
  stop.addEventListener('abort', bell.ring)
  try {
    let cursor = after
    let isOver = isRunOver((await server.reader.getRun(tenantId, runId))?.status ?? 'canceled')
    let quietSince = server.now()
    while (!stop.aborted) {
      const events = await server.reader.readEvents(tenantId, runId, cursor, BATCH)
      const last = events.at(-1)
      if (last !== undefined) {
        cursor = last.seq
        quietSince = server.now()
        isOver ||= events.some((event) => isTerminalEvent(event.type))
        yield events
      } else if (isOver) {
        return true
      } else if (server.now() - quietSince >= heartbeatMs) {
        quietSince = server.now()
        yield null
      } else {
        await bell.wait(Math.min(pollMs, heartbeatMs))
      }
    }
    return false
  } finally {
    unsubscribe()
    stop.removeEventListener('abort', bell.ring)
  }
}
