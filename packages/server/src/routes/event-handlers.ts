import { ROUTES } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { SendEventResult } from '@tenon/runtime'
import type { CallbackTarget } from '../callbacks/callback-urls.ts'
import type { ServerContext } from '../context.ts'
import { presentEventWaits } from '../events/present-event-waits.ts'
import { holdEventFiles } from '../files/hold-input-files.ts'
import { toInstantOrNull } from '../http/instant.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { admitToken } from '../limits/admit-token.ts'
import { auditHook } from '../tables/audit-repository.ts'

/** Time for which a callback is kept for a run that has yet to reach its node, and its repetition is recognized. */
const CALLBACK_TTL = '30d'

const callbackRoute = implementRoute(ROUTES.receiveCallback, async ({ server, params: { token }, body }) => {
  const { tenantId, runId, nodeRunId } = await server.callbacks.read(token).then(found)
  await server.dataUsage.checkValue(tenantId, body, [])
  const target = { kind: 'callback', runId, nodeRunId } as const
  const sent = await server.engine
    .sendEvent(tenantId, { target, payload: body, ttl: CALLBACK_TTL, actor: null })
    .catch(asCallbackError)
  await holdEventFiles(server, tenantId, body, 'expiresAt' in sent ? sent.expiresAt : null)
  if (sent.outcome === 'gone') throw new TenonError('CALLBACK_GONE', 'The run no longer waits for this callback')
  return { status: 202, json: { status: sent.outcome } }
})

/** Checks who may call a callback URL, before the body is read. */
async function admitCallback({ callbacks, limits }: ServerContext, token: string): Promise<TenantId> {
  return found(await admitToken(limits.rates, '~callbacks', token, callbacks.read)).tenantId
}

function found(target: CallbackTarget | null): CallbackTarget {
  if (target === null) throw new TenonError('CALLBACK_NOT_FOUND', 'No run has this callback URL')
  return target
}

export const eventHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.sendEvent, async ({ server, identity, body }) => {
    const { tenantId, userId, displayName } = identity
    const { name, key, payload = {}, id, ttl } = body
    await server.dataUsage.checkValue(tenantId, payload, ['payload'])
    const audit = auditHook({ identity, action: 'event.send', resource: name, at: server.now(), details: { key } })
    const event = {
      target: { kind: 'event', name, key } as const,
      payload,
      actor: { userId, displayName },
      ...(id === undefined ? {} : { eventId: id }),
      ...(ttl === undefined ? {} : { ttl }),
    }
    const sent = await server.engine.sendEvent(tenantId, event, audit)
    await holdEventFiles(server, tenantId, payload, 'expiresAt' in sent ? sent.expiresAt : null)
    if (sent.outcome === 'gone') throw new TenonError('INTERNAL', 'An event was taken for a callback')
    const { outcome: status, eventId, delivered, expiresAt, refused } = sent
    return { status: 202, json: { eventId, status, delivered, expiresAt: toInstantOrNull(expiresAt), refused } }
  }),

  implementRoute(ROUTES.listEventWaits, async ({ server, identity: { tenantId }, query }) => {
    const page = await server.reader.listEventWaits(tenantId, query)
    const items = await presentEventWaits(server, tenantId, page.items)
    return { status: 200, json: { items, nextCursor: page.nextCursor } }
  }),

  { ...callbackRoute, admit: (server, { token = '' }) => admitCallback(server, token) },
]

/** Names the error of a second callback, whose body differs from that of the first. */
function asCallbackError(error: unknown): SendEventResult {
  if (error instanceof TenonError && error.code === 'EVENT_ID_USED') {
    throw new TenonError('CALLBACK_USED', 'Another callback was received at this URL', { cause: error })
  }
  throw error
}
