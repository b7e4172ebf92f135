import type {
  EventTypes,
  Identity,
  ListedEvent,
  Page,
  RunSummary,
  SentEvent,
  Trigger,
  TriggerEvent,
} from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { defineNode, implementInlineNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { CloudEvent, HTTP } from 'cloudevents'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const wait = defineNode({
  ...{ type: 'wait-for-event', version: 1, title: 'Wait', description: 'Wait', icon: 'M4 12h16', category: 'flow' },
  ...{ control: 'event', inline: true, params: z.object({ key: z.unknown(), eventName: z.string() }) },
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.record(z.string(), z.unknown()) },
  ...{ summary: 'Waits', effect: 'none' },
})
const waitNode = implementInlineNode(wait, (params, { resume }) =>
  resume?.kind === 'event'
    ? { port: 'success', output: resume.payload }
    : { suspend: { kind: 'event', name: params.eventName, key: String(params.key), schema: null, dueAt: null } },
)

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>
beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({
    nodes: [...nodesWithWebhook, waitNode],
    keyProvider: plainKeys,
    database: { pglite },
    events: {
      types: [
        {
          type: 'order.paid',
          title: 'Order paid',
          schema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
          example: { n: 1 },
        },
      ],
    },
  })
})
afterAll(() => server.close())

const onEvent = (eventType: string, params: JsonObject = {}) =>
  workflow(
    [node('event', 'event', { eventType, ...params }), node('end', 'end', { output: '{{trigger}}' })],
    ['event>end'],
  )

const WAITING = workflow(
  [node('start', 'start'), node('wait', 'wait-for-event', { eventName: 'order.paid', key: 'o1' }), node('end', 'end')],
  ['start>wait', 'wait>end'],
)

const runsOf = async (as: Identity, workflowId: string) =>
  (await server.json<Page<RunSummary>>(200, `/runs?workflowId=${workflowId}`, { as })).items
const outcomesOf = async (as: Identity, workflowId: string) =>
  (await server.json<Page<TriggerEvent>>(200, `/workflows/${workflowId}/triggers/event/events`, { as })).items
const send = <Body = SentEvent>(as: Identity, status: number, body: object) =>
  server.json<Body & Pick<Problem, 'code' | 'detail'>>(status, '/events', { as, method: 'POST', body })

async function startWaiting(as: Identity): Promise<string> {
  const workflowId = await publish(server, as, WAITING)
  const started = { as, method: 'POST', body: {} }
  const { runId } = await server.json<{ runId: string }>(201, `/workflows/${workflowId}/runs`, started)
  await untilRun(server, as, runId, ({ status }) => status === 'waiting')
  return runId
}

/** Sends what the package `cloudevents` has written. */
async function sendMessage(as: Identity, { headers, body }: ReturnType<typeof HTTP.binary>) {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  const response = await server.call('/events', { as, method: 'POST', headers: texts, body: body as string })
  return { status: response.status, json: (await response.json()) as { readonly items: readonly SentEvent[] } }
}

test('one event starts every published workflow of its tenant once, and continues the runs that wait for it', async () => {
  const [as, other] = [testIdentity(), testIdentity()]
  const [first, second, third, strange] = [
    await publish(server, as, onEvent('order.paid')),
    await publish(server, as, onEvent('order.paid', { filter: 'trigger.data.n > 1' })),
    await publish(server, as, onEvent('order.sent')),
    await publish(server, other, onEvent('order.paid')),
  ]
  const runId = await startWaiting(as)
  const event = { name: 'order.paid', key: 'o1', payload: { n: 2 }, id: 'e1' }
  const sent = await send(as, 202, event)
  expect(sent).toMatchObject({ eventId: 'e1', status: 'delivered', delivered: 1 })
  expect(await send(as, 202, event)).toEqual(sent)
  expect(await send(as, 202, { name: 'order.paid', payload: { n: 1 } })).toMatchObject({ status: 'accepted' })
  expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed', output: { n: 2 } })
  await expect.poll(() => runsOf(as, first)).toHaveLength(2)
  await expect.poll(() => runsOf(as, second)).toHaveLength(1)
  const [run] = await runsOf(as, second)
  expect(await untilRun(server, as, run?.runId ?? '')).toMatchObject({
    output: { id: 'e1', source: 'api', type: 'order.paid', subject: 'o1', data: { n: 2 } },
  })
  expect(await runsOf(as, third)).toEqual([])
  expect(await runsOf(other, strange)).toEqual([])
  const received = await server.json<Page<ListedEvent>>(200, '/events?type=order.paid', { as })
  expect(received.items.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }])
  expect((await server.json<Page<ListedEvent>>(200, '/events', { as: other })).items).toEqual([])
})

describe('CloudEvents', () => {
  test('are accepted in structured, binary and batched mode, each once for its source and id', async () => {
    const as = testIdentity()
    const workflowId = await publish(server, as, onEvent('shop.sold'))
    const event = new CloudEvent({
      ...{ id: 'c1', source: '/shop/a', type: 'shop.sold', subject: 'o 1', data: { n: 1 } },
      time: '2026-11-30T10:00:00+01:00',
    })
    const structured = await sendMessage(as, HTTP.structured(event))
    expect(structured).toMatchObject({ status: 202, json: { eventId: 'c1', status: 'buffered' } })
    expect(await sendMessage(as, HTTP.binary(event))).toEqual(structured)
    // Headers are ASCII, with other characters percent-encoded.
    const encoded = { ...HTTP.binary(event).headers, 'ce-id': 'c0', 'ce-subject': 'Gr%C3%BC%C3%9Fe' }
    expect(await sendMessage(as, { headers: encoded, body: '[1]' })).toMatchObject({ status: 202 })
    // The same id of another source is another event.
    const elsewhere = await sendMessage(
      as,
      HTTP.binary(new CloudEvent({ id: 'c1', source: '/else', type: 'shop.sold', data: { n: 1 } })),
    )
    expect(elsewhere).toMatchObject({ status: 202, json: { status: 'accepted' } })
    const batch = ['c1', 'c2', 'c3'].map((id) => ({ ...event.toJSON(), id }))
    const headers = { 'content-type': 'application/cloudevents-batch+json' }
    const batched = await sendMessage(as, { headers, body: JSON.stringify(batch) })
    expect(batched.json.items.map(({ eventId }) => eventId)).toEqual(['c1', 'c2', 'c3'])
    await expect.poll(() => runsOf(as, workflowId)).toHaveLength(4)
    // A list is no object, as the trigger requires by default.
    await expect.poll(() => outcomesOf(as, workflowId)).toHaveLength(5)
    const { items } = await server.json<Page<ListedEvent>>(200, '/events', { as })
    expect(items.find(({ id, source }) => id === 'c1' && source !== '/else')).toEqual({
      ...{ id: 'c1', source: '/shop/a', type: 'shop.sold', subject: 'o 1', data: { n: 1 } },
      ...{ time: '2026-11-30T09:00:00.000Z', state: 'accepted', code: null, message: null },
    })
    expect(items.find(({ id }) => id === 'c0')).toMatchObject({ subject: 'Grüße', data: [1] })
    const other = await sendMessage(as, HTTP.structured(event.cloneWith({ data: { n: 9 } })))
    expect(other).toMatchObject({ status: 409, json: { code: 'EVENT_ID_USED' } })
  })

  test('are refused with the field that is wrong, and none of a batch with one is stored', async () => {
    const as = testIdentity()
    const plain = { specversion: '1.0', id: 'x1', source: '/s', type: 'order.paid', data: { n: 1 } }
    const structured = (type: string, body: unknown) =>
      sendMessage(as, { headers: { 'content-type': `application/${type}` }, body: JSON.stringify(body) })
    for (const [change, path] of [
      [{ specversion: '0.3' }, 'specversion'],
      [{ time: '2026-02-31T25:00:00Z' }, 'time'],
      [{ time: 'now' }, 'time'],
      [{ source: ' ' }, 'source'],
      [{ data_base64: '?' }, 'data_base64'],
    ] as const) {
      expect(await structured('cloudevents+json', { ...plain, ...change })).toMatchObject({
        ...{ status: 422, json: { code: 'REQUEST_INVALID', issues: [{ path: [path] }] } },
      })
    }
    const binary = { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-id': '%E0%A4%A', 'ce-type': 't' }
    expect(await sendMessage(as, { headers: binary, body: '1' })).toMatchObject({
      json: { issues: [{ path: ['source'] }] },
    })
    expect(
      await structured('cloudevents-batch+json', [plain, { ...plain, id: 'x2', data: { n: 'two' } }]),
    ).toMatchObject({
      status: 422,
      json: {
        ...{ code: 'EVENT_PAYLOAD_INVALID', issues: [{ path: [1, 'data', 'n'] }] },
        detail: expect.stringContaining('Event 1 of the batch (id "x2")'),
      },
    })
    // The second has the id of another event, in the batch or stored before.
    const batch = (...events: object[]) => structured('cloudevents-batch+json', events)
    const used = { status: 409, json: { code: 'EVENT_ID_USED', issues: [{ path: [1, 'id'] }] } }
    expect(await batch(plain, { ...plain, data: { n: 2 } })).toMatchObject(used)
    expect((await server.json<Page<ListedEvent>>(200, '/events', { as })).items).toEqual([])
    const stored = { ...plain, id: 'x3' }
    const sent = { status: 202, json: { items: [{ eventId: 'x3', status: 'accepted' }] } }
    expect(await batch(stored)).toMatchObject(sent)
    expect(await batch(stored)).toMatchObject(sent)
    expect(await batch(plain, { ...stored, data: { n: 2 } })).toMatchObject(used)
    expect((await server.json<Page<ListedEvent>>(200, '/events', { as })).items).toMatchObject([{ id: 'x3' }])
    const audited = `select resource from tenon.audit_log where tenant_id = $1 and action = 'event.send'`
    expect((await pglite.query(audited, [as.tenantId])).rows).toEqual([{ resource: 'order.paid' }])
    expect(await structured('cloudevents-batch+json', [])).toMatchObject({ status: 422 })
    expect(await structured('cloudevents+xml', {})).toMatchObject({ status: 415 })
  })

  test('of a batch continue the runs that wait for them, and each takes a token of the rate', async () => {
    const as = testIdentity()
    const limited = await server.sibling({ limits: { rates: { start: { perSecond: 2, burst: 3 } } } })
    const runId = await startWaiting(as)
    const event = (id: string) => ({
      ...{ specversion: '1.0', id, source: '/s', type: 'order.paid', subject: 'o1', data: { n: 1 } },
    })
    const post = (events: object[]) =>
      limited.call('/events', {
        ...{ as, method: 'POST', body: JSON.stringify(events) },
        headers: { 'content-type': 'application/cloudevents-batch+json' },
      })
    expect((await post(['a', 'b', 'c'].map(event))).status).toBe(202)
    expect((await post(['d', 'e', 'f'].map(event))).status).toBe(429)
    expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed', output: { n: 1 } })
    await limited.close()
  })
})

test('a filter that fails, a pause and data that does not fit are listed with their reasons', async () => {
  const as = testIdentity()
  const schema = { type: 'object', properties: { n: { type: 'number' } } }
  const workflowId = await publish(server, as, onEvent('order.sent', { filter: 'trigger.data.list[0] == 1', schema }))
  const path = `/workflows/${workflowId}/triggers/event`
  const post = (part: string) => server.json<Trigger>(200, `${path}/${part}`, { as, method: 'POST' })
  expect(await server.json<Trigger>(200, path, { as })).toMatchObject({ kind: 'event', url: null, state: 'active' })
  await send(as, 202, { name: 'order.sent', payload: { list: 'none' } })
  await expect
    .poll(() => outcomesOf(as, workflowId))
    .toMatchObject([{ outcome: 'rejected', code: 'TRIGGER_FILTER_FAILED' }])
  await send(as, 202, { name: 'order.sent', payload: { list: [1], n: 'two' } })
  await expect.poll(() => outcomesOf(as, workflowId)).toHaveLength(2)
  expect(await outcomesOf(as, workflowId)).toMatchObject([{ code: 'EVENT_PAYLOAD_INVALID' }, {}])
  await post('pause')
  await send(as, 202, { name: 'order.sent', payload: { list: [2] } })
  await send(as, 202, { name: 'order.sent', payload: { list: [1] } })
  await expect.poll(() => outcomesOf(as, workflowId)).toHaveLength(3)
  expect(await outcomesOf(as, workflowId)).toMatchObject([{ code: 'TRIGGER_PAUSED' }, {}, {}])
  await post('resume')
  await send(as, 202, { name: 'order.sent', payload: { list: [1] } })
  await expect.poll(() => runsOf(as, workflowId)).toHaveLength(1)
  expect(await server.json<Problem>(404, `${path}/address`, { as, method: 'POST' })).toMatchObject({
    code: 'TRIGGER_NOT_FOUND',
  })
})

test('an event of SQL that does not fit its type is listed as refused, with the reason', async () => {
  const as = testIdentity()
  const workflowId = await publish(server, as, onEvent('order.paid'))
  const emit = (data: object, id: string) =>
    pglite.query(`select tenon.emit_event($1, 'order.paid', $2::jsonb, id => $3)`, [
      as.tenantId,
      JSON.stringify(data),
      id,
    ])
  await emit({ n: 'two' }, 'bad')
  await emit({ n: 2 }, 'good')
  const listed = async (query: string) =>
    (await server.json<Page<ListedEvent>>(200, `/events?type=order.paid${query}`, { as })).items
  await expect.poll(() => runsOf(as, workflowId)).toHaveLength(1)
  await expect.poll(() => listed('&state=refused')).toHaveLength(1)
  expect(await listed('')).toMatchObject([
    { id: 'good', state: 'accepted', code: null, message: null },
    {
      ...{ id: 'bad', data: { n: 'two' }, state: 'refused', code: 'EVENT_PAYLOAD_INVALID' },
      message: expect.stringContaining('"n"'),
    },
  ])
  // A run sees the event only, and not what was decided about it.
  const [run] = await runsOf(as, workflowId)
  const { output } = await untilRun(server, as, run?.runId ?? '')
  expect(Object.keys(output as object).sort()).toEqual(['data', 'id', 'source', 'subject', 'time', 'type'])
})

test('while a test is open, events start test runs of the draft as well', async () => {
  const as = testIdentity()
  const body = { name: 'Draft', document: onEvent('order.tested', { dedupeKey: 'trigger.data.id' }) }
  const { id } = await server.json<{ id: string }>(201, '/workflows', { as, method: 'POST', body })
  const opened = await server.json<Trigger>(200, `/workflows/${id}/triggers/event/test`, { as, method: 'POST' })
  expect(opened).toMatchObject({ url: null, state: 'unpublished', test: { url: null, expiresAt: expect.any(String) } })
  for (const data of [{ id: 'a' }, { id: 'a', n: 2 }, { id: 'b' }, {}]) {
    await send(as, 202, { name: 'order.tested', payload: data })
  }
  await send(as, 202, { name: 'order.sent', payload: {} })
  await expect
    .poll(async () => (await outcomesOf(as, id)).map(({ outcome }) => outcome).sort())
    .toEqual([...['rejected', 'started', 'started']])
  expect((await outcomesOf(as, id)).every(({ mode }) => mode === 'test')).toBe(true)
})

test('a published trigger has a filter and a key that can be evaluated', async () => {
  const as = testIdentity()
  for (const params of [{ filter: 'trigger.' }, { filter: 'input.n' }, { dedupeKey: '1 +' }, { eventType: ' ' }]) {
    const body = { name: 'Faulty', document: onEvent('order.sent', params) }
    const { id } = await server.json<{ id: string }>(201, '/workflows', { as, method: 'POST', body })
    expect(await server.json<Problem>(422, `/workflows/${id}/versions`, { as, method: 'POST' })).toMatchObject({
      code: 'WORKFLOW_INVALID',
    })
  }
})

test('declared types are listed, and only editors see events', async () => {
  const [editor, viewer] = [testIdentity({ role: 'editor' }), testIdentity({ role: 'viewer' })]
  expect(await server.json<EventTypes>(200, '/event-types', { as: editor })).toEqual({
    items: [
      {
        ...{ type: 'order.paid', title: 'Order paid', description: null, example: { n: 1 } },
        schema: expect.objectContaining({ required: ['n'] }),
      },
    ],
    undeclared: 'allow',
  })
  await server.json(403, '/events', { as: viewer })
  const strict = await server.sibling({ events: { types: [{ type: 'a.b' }], undeclared: 'refuse' } })
  await expect(strict.automation.emit({ tenantId: editor.tenantId, type: 'a.c', payload: {} })).rejects.toMatchObject({
    code: 'EVENT_TYPE_UNKNOWN',
  })
  expect(await strict.automation.emit({ tenantId: editor.tenantId, type: 'a.b', dedupeKey: 'd' })).toEqual({
    eventId: 'd',
  })
  await expect(strict.automation.emit({ tenantId: '*', type: 'a.b' })).rejects.toMatchObject({ code: 'TENANT_INVALID' })
  await expect(strict.automation.emit({ tenantId: 't', type: '' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  await strict.close()
  for (const types of [[{ type: 'a' }, { type: 'a' }], [{ type: 'a', schema: { type: 'object' }, example: 1 }]]) {
    await expect(server.sibling({ events: { types } })).rejects.toMatchObject({ code: 'OPTIONS_INVALID' })
  }
})
