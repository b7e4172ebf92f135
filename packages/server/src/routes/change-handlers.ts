import { type Change, ROUTES } from '@tenon/core/api'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { toEventStream } from '../streams/event-source.ts'
import { followChanges } from '../streams/follow-changes.ts'

/** Longest life of one answer; the client opens the next one, which signs in again. */
const STREAM_MS = 900_000

export const changeHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.streamChanges, async ({ server, identity, abortSignal }) => {
    const signal = AbortSignal.any([abortSignal, AbortSignal.timeout(STREAM_MS)])
    const changes = followChanges(server, { tenantId: identity.tenantId, abortSignal: signal })
    return toEventStream(changes, toChangeEvent, server.log)
  }),
]

function toChangeEvent(change: Change): string {
  return `data: ${JSON.stringify(change)}\n\n`
}
