import { ROUTES } from '@tenon/core/api'
import { decodeCursor, pageOf } from '../http/cursor.ts'
import { implementRoute, type RouteCall, type RouteImplementation } from '../http/route-handler.ts'
import { previewPoll } from '../polls/preview-poll.ts'
import { backfillSchedule, previewSchedule } from '../schedules/backfill.ts'
import { listPollStates } from '../tables/poll-repository.ts'
import { listSchedules } from '../tables/schedule-repository.ts'
import { listEventRows } from '../tables/trigger-event-repository.ts'
import { listTriggerRows } from '../tables/trigger-repository.ts'
import { refOf } from '../triggers/accept-event.ts'
import { changeTrigger, openTriggerTest, replaceAddress } from '../triggers/change-trigger.ts'
import { presentTrigger, presentTriggerEvent, readTrigger } from '../triggers/present-trigger.ts'
import { answerMessage } from '../webhooks/answer-message.ts'
import { admitWebhook, receiveWebhook } from '../webhooks/receive-webhook.ts'

const PAGE_SIZE = 50

export const triggerHandlers: readonly RouteImplementation[] = [
  implementRoute(
    ROUTES.listTriggers,
    async ({ server, resource: { tenant_id: tenantId, workflow_id: workflowId } }) => {
      const { rows, schedules, polls } = await server.database.withTenant(tenantId, async (tx) => ({
        rows: await listTriggerRows(tx, tenantId, workflowId),
        schedules: await listSchedules(tx, tenantId, workflowId),
        polls: await listPollStates(tx, tenantId, workflowId),
      }))
      const items = rows.map((row) => {
        const schedule = schedules.find(({ node_id }) => node_id === row.node_id) ?? null
        const poll = polls.find(({ node_id }) => node_id === row.node_id) ?? null
        return presentTrigger(server, refOf(row), { row, schedule, poll })
      })
      return { status: 200, json: { items: await Promise.all(items) } }
    },
  ),

  implementRoute(ROUTES.getTrigger, async (call) => ({
    status: 200,
    json: await readTrigger(call.server, triggerOf(call)),
  })),

  implementRoute(ROUTES.pauseTrigger, async (call) => ({
    status: 200,
    json: await changeTrigger(call.server, call.identity, triggerOf(call), 'pause'),
  })),

  implementRoute(ROUTES.resumeTrigger, async (call) => ({
    status: 200,
    json: await changeTrigger(call.server, call.identity, triggerOf(call), 'resume'),
  })),

  implementRoute(ROUTES.replaceTriggerAddress, async (call) => ({
    status: 200,
    json: await replaceAddress(call.server, call.identity, triggerOf(call)),
  })),

  implementRoute(ROUTES.openTriggerTest, async (call) => ({
    status: 200,
    json: await openTriggerTest(call.server, call.identity, triggerOf(call)),
  })),

  implementRoute(ROUTES.listTriggerEvents, async (call) => {
    const { server, query } = call
    const limit = query.limit ?? PAGE_SIZE
    const page = { after: decodeCursor(query.cursor), limit }
    const ref = triggerOf(call)
    const rows = await server.database.withTenant(ref.tenantId, (tx) => listEventRows(tx, ref, page))
    const cursorOf = (row: (typeof rows)[number]) => ({ at: row.at, id: row.event_id })
    return { status: 200, json: pageOf(rows, limit, (row) => presentTriggerEvent(row, server.now()), cursorOf) }
  }),

  implementRoute(ROUTES.backfillTrigger, async (call) => ({
    status: 200,
    json: await backfillSchedule(call.server, call.identity, triggerOf(call), call.body),
  })),

  implementRoute(ROUTES.pollTrigger, async (call) => ({
    status: 200,
    json: await previewPoll(call.server, call.identity, triggerOf(call)),
  })),

  implementRoute(ROUTES.previewSchedule, async ({ server, body }) => ({
    status: 200,
    json: await previewSchedule(server, body.params, body.count),
  })),

  ...[
    ROUTES.receiveWebhook,
    ROUTES.receiveWebhookPut,
    ROUTES.receiveWebhookPatch,
    ROUTES.receiveWebhookDelete,
    ROUTES.receiveWebhookGet,
  ].map((route) => webhookRoute(route)),
]

type WebhookRoute = typeof ROUTES.receiveWebhook | typeof ROUTES.receiveWebhookGet

function webhookRoute(route: RouteImplementation['route']): RouteImplementation {
  const implementation = implementRoute(route as WebhookRoute, async (call) => {
    const { server, params, method, url, headers, body, receivedAt } = call
    const message = { method, url, headers, bytes: body ?? new Uint8Array(), receivedAt }
    const answer = await receiveWebhook(server, params.token, message)
    if ('held' in answer) return () => answerMessage(server, answer.accepted, answer.held, call.abortSignal)
    const isNew = 'status' in answer && answer.status === 'accepted' ? 202 : 200
    return { status: isNew, json: answer }
  })
  return { ...implementation, admit: (server, { token = '' }) => admitWebhook(server, token) }
}

function triggerOf({ resource, params }: Pick<RouteCall<typeof ROUTES.getTrigger>, 'resource' | 'params'>) {
  return { tenantId: resource.tenant_id, workflowId: resource.workflow_id, nodeId: params.nodeId }
}
