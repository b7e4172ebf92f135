import type { RunId, TenantId } from '@tenon/core/document'
import type { RunEvent } from '@tenon/core/run'
import type { ServerContext } from '../context.ts'
import { createBell } from './bell.ts'
import type { RunTails } from './run-tails.ts'

export interface FollowOptions {
  readonly tenantId: TenantId
  readonly runId: RunId
  /** Last `seq` already known. */
  readonly after: number
  readonly abortSignal: AbortSignal
  /** A `null` comes out after so long without events. @defaultValue 15_000 */
  readonly heartbeatMs?: number
}

/** Parts of a server that following a log needs. */
export type FollowContext = Pick<ServerContext, 'now' | 'closing'> & {
  readonly reader: Pick<ServerContext['reader'], 'readEvents'>
  readonly runTails: RunTails
}

const BATCH = 500

/**
 * Reads a run's log from `after` on and goes along with it, in batches ascending by `seq`, without gap or duplicate.
 * All who follow a run share one reader of the database; only what is older than its newest events is read for each.
 * Goes only as fast as its consumer asks, so a slow one costs no memory. Ends with the run, or when it is aborted.
 *
 * @returns Batches of one or more events; `null` as a heartbeat. At the end, whether the run is over.
 */
export async function* followRunLog(
  server: FollowContext,
  { tenantId, runId, after, abortSignal, heartbeatMs = 15_000 }: FollowOptions,
): AsyncGenerator<readonly RunEvent[] | null, boolean, void> {
  const bell = createBell()
  const { tail, leave } = server.runTails.follow({ tenantId, runId }, bell.ring)
  const stop = AbortSignal.any([abortSignal, server.closing])
  stop.addEventListener('abort', bell.ring)
  try {
    let cursor = after
    let quietSince = server.now()
    while (!stop.aborted) {
      // Read before the events: events that arrive in between are found in the next round.
      const { isOver } = tail
      const events = tail.after(cursor) ?? (await server.reader.readEvents(tenantId, runId, cursor, BATCH))
      const last = events.at(-1)
      if (last !== undefined) {
        cursor = last.seq
        quietSince = server.now()
        yield events
      } else if (isOver) {
        return true
      } else if (server.now() - quietSince >= heartbeatMs) {
        quietSince = server.now()
        yield null
      } else {
        await bell.wait(heartbeatMs)
      }
    }
    return false
  } finally {
    leave()
    stop.removeEventListener('abort', bell.ring)
  }
}
