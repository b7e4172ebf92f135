import { type Change, ROUTES } from '@tenon/core/api'
import { watchStream } from '../connections/watch-stream.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { toEventStream } from '../streams/event-source.ts'
import { followChanges } from '../streams/follow-changes.ts'

export const changeHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.streamChanges, async (call) => {
    const { server, identity } = call
    const stream = watchStream(server.connections, ROUTES.streamChanges.permission, call)
    const changes = followChanges(server, { tenantId: identity.tenantId, abortSignal: stream.abortSignal })
    return toEventStream(changes, toChangeEvent, { log: server.log, leave: stream.leave })
  }),
]

function toChangeEvent(change: Change): string {
  return `data: ${JSON.stringify(change)}\n\n`
}
