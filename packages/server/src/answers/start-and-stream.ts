import { type Identity, ROUTES, type StartedRun } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { watchStream } from '../connections/watch-stream.ts'
import type { ServerContext } from '../context.ts'
import { toEventStream } from '../streams/event-source.ts'
import { runFrames } from '../streams/run-frames.ts'
import { toRunEvent } from '../streams/to-run-event.ts'
import { isKeyKnown } from '../tables/idempotency-repository.ts'

/** A start by the API whose events are streamed. */
export interface StreamedStart {
  readonly identity: Identity
  readonly receivedAt: number
  readonly abortSignal: AbortSignal
  /** Last event that the caller has from an earlier request with the same key; `null` for none. */
  readonly lastEventId: number | null
  readonly idempotencyKey: string | null
  readonly headersOf: (started: StartedRun) => Readonly<Record<string, string>>
  readonly start: () => Promise<StartedRun>
}

/**
 * Starts a run and streams it: an event `run` with the start, then the events of the run as they come. The stream counts
 * as a connection before the run is started, so that one that may not be opened starts nothing.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` for a continued stream that would start another run; `RATE_LIMITED`,
 * `FORBIDDEN`; that of the start.
 */
export async function startAndStream(server: ServerContext, request: StreamedStart): Promise<Response> {
  const { identity, lastEventId } = request
  if (lastEventId !== null && !(await isRepetition(server, request))) {
    const message = 'With Last-Event-ID and without a known Idempotency-Key, another run would start'
    throw new TenonError('REQUEST_INVALID', message, {
      remedy: 'Continue the stream at the route of its run, or leave out Last-Event-ID to start a run.',
    })
  }
  const stream = watchStream(server.connections, ROUTES.streamRunEvents.permission, request)
  try {
    const started = await request.start()
    const { runId } = started
    const run = await server.reader.getRun(identity.tenantId, runId)
    if (run === null) throw new TenonError('RUN_NOT_FOUND', 'The run was deleted meanwhile')
    const after = lastEventId ?? 0
    const frames = runFrames(server, run, { after, acceptsView: false, abortSignal: stream.abortSignal })
    const head = lastEventId === null ? `event: run\nid: 0\ndata: ${JSON.stringify(started)}\n\n` : ''
    return toEventStream(frames, toRunEvent, {
      log: server.log,
      leave: stream.leave,
      head,
      headers: request.headersOf(started),
    })
  } catch (error) {
    stream.leave()
    throw error
  }
}

async function isRepetition(
  { database, now }: ServerContext,
  { identity, idempotencyKey: key }: StreamedStart,
): Promise<boolean> {
  const { tenantId } = identity
  if (key === null) return false
  return database.withTenant(tenantId, (tx) => isKeyKnown(tx, { tenant_id: tenantId, route: 'startRun', key }, now()))
}
