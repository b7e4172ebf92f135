import { type EventWait, ROUTES, type StartRequestState } from '@tenon/core/api'
import { durationToMs, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials } from '@tenon/core/mask'
import type { SendEventResult, StoredEventWait } from '@tenon/runtime'
import { CLOUD_EVENT_SCHEMA, eventOf, fromHeaders, isBinaryMode } from '../bus-events/cloud-events.ts'
import { presentListedEvent, presentStartRequest } from '../bus-events/present-received-event.ts'
import { sendBatch } from '../bus-events/send-batch.ts'
import { API_SOURCE, sendEvent } from '../bus-events/send-event.ts'
import type { CallbackTarget } from '../callbacks/callback-urls.ts'
import type { ServerContext } from '../context.ts'
import { holdEventFiles } from '../files/hold-input-files.ts'
import { decodeCursor, pageOf } from '../http/cursor.ts'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { admitToken } from '../limits/admit-token.ts'
import { listRequests } from '../tables/start-request-repository.ts'
import type { StartRequestRow } from '../tables/trigger-tables.ts'
import { workflowNames } from '../tables/workflow-repository.ts'

/** Time for which a callback is kept for a run that has yet to reach its node, and its repetition is recognized. */
const CALLBACK_TTL = '30d'

const callbackRoute = implementRoute(ROUTES.receiveCallback, async ({ server, params: { token }, body }) => {
  const { tenantId, runId, nodeRunId } = await server.callbacks.read(token).then(found)
  await server.dataUsage.checkValue(tenantId, body, [])
  await holdEventFiles(server, tenantId, body, server.now() + durationToMs(CALLBACK_TTL))
  const target = { kind: 'callback', runId, nodeRunId } as const
  const sent = await server.engine
    .sendEvent(tenantId, { target, payload: body, ttl: CALLBACK_TTL, actor: null })
    .catch(asCallbackError)
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

const PAGE_SIZE = 50

const sendRoute = implementRoute(ROUTES.sendEvent, async ({ server, identity, body }) => {
  const sender = { tenantId: identity.tenantId, identity }
  if (Array.isArray(body)) {
    const events = body.map((event) => ({ ...eventOf(event), id: event.id }))
    return { status: 202, json: { items: await sendBatch(server, identity, events) } }
  }
  if ('specversion' in body) return { status: 202, json: await sendEvent(server, sender, eventOf(body)) }
  const { name: type, key = null, payload: data = {}, id = null, ttl = null } = body
  const event = { id, source: API_SOURCE, type, time: null, subject: key, data, ttl, isKeptForWaits: 'always' as const }
  return { status: 202, json: await sendEvent(server, sender, event) }
})

function binaryEvent(headers: Headers, body: unknown) {
  return isBinaryMode(headers) ? { schema: CLOUD_EVENT_SCHEMA, value: fromHeaders(headers, body) } : null
}

interface RequestQuery {
  readonly kind: 'event' | 'run'
  readonly type?: string
  readonly state?: StartRequestState
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

async function readRequests(server: ServerContext, tenantId: TenantId, query: RequestQuery) {
  const { cursor, limit = PAGE_SIZE, ...filter } = query
  const after = decodeCursor(cursor)
  const rows = await server.database.withTenant(tenantId, (tx) =>
    listRequests(tx, tenantId, { ...filter, after, limit }),
  )
  return {
    rows,
    page: <Item>(rows: readonly StartRequestRow[], present: (row: StartRequestRow) => Item) =>
      pageOf(rows, limit, present, (row) => ({ at: row.at, id: row.request_id })),
  }
}

export const eventHandlers: readonly RouteImplementation[] = [
  { ...sendRoute, bodyToCheck: binaryEvent, furtherPoints: (body) => (Array.isArray(body) ? body.length - 1 : 0) },

  implementRoute(ROUTES.listEvents, async ({ server, identity: { tenantId }, query }) => {
    const { rows, page } = await readRequests(server, tenantId, { kind: 'event', ...query })
    return { status: 200, json: page(rows, presentListedEvent) }
  }),

  implementRoute(ROUTES.listEventTypes, async ({ server }) => ({ status: 200, json: server.eventTypes.list })),

  implementRoute(ROUTES.listStartRequests, async ({ server, identity: { tenantId }, query }) => {
    const { rows, page } = await readRequests(server, tenantId, { kind: 'run', ...query })
    return { status: 200, json: page(rows, presentStartRequest) }
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

/** Waits of one tenant in the form of the API, in the same order. */
async function presentEventWaits(
  server: ServerContext,
  tenantId: TenantId,
  waits: readonly StoredEventWait[],
): Promise<readonly EventWait[]> {
  const ids = waits.map(({ workflowId }) => workflowId)
  const names = await server.database.withTenant(tenantId, (tx) => workflowNames(tx, tenantId, ids))
  return waits.map(({ waitFor, ...wait }) =>
    maskCredentials({
      waitId: wait.waitId,
      runId: wait.runId,
      nodeRunId: wait.nodeRunId,
      nodeId: wait.nodeId,
      workflowId: wait.workflowId,
      workflowName: names.get(wait.workflowId) ?? '',
      kind: waitFor.kind,
      name: waitFor.kind === 'event' ? waitFor.name : null,
      key: waitFor.kind === 'event' ? waitFor.key : null,
      schema: waitFor.schema,
      status: wait.status,
      openedAt: toInstant(wait.openedAt),
      dueAt: toInstantOrNull(wait.dueAt),
    }),
  )
}
