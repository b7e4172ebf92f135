import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type {
  Identity,
  Page,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookEndpoint,
  WebhookEvent,
  WebhookSecret,
} from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { createDatabase } from '@tenon/runtime/postgres'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerDatabase, ServerTables, ServerTx } from '../tables/server-tables.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { asking, endingAs, parking, publish, runToEnd, withWebhook } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Receives deliveries; its answer depends on the path. */
const received: Received[] = []
let answer: (path: string) => { status: number; body?: string; headers?: Record<string, string> } = () => ({
  status: 204,
})
const receiver = createServer(async (request: IncomingMessage, response) => {
  let body = ''
  for await (const part of request) body += String(part)
  const path = request.url ?? ''
  received.push({ path, headers: request.headers as Record<string, string>, body })
  const { status, body: text = '', headers = {} } = answer(path)
  response.writeHead(status, headers).end(text)
})
const handled: WebhookEvent[] = []
let failing: string | null = null
const logged: string[] = []
let origin = ''
let server: TestServer
let database: ServerDatabase

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  const pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  server = await openTestServer({
    database: { pglite },
    nodes: nodesWithWebhook,
    keyProvider: plainKeys,
    egress: { allow: ['127.0.0.1/32'] },
    log: (_level, event) => logged.push(event),
    onEvent: async (event) => {
      if (event.tenantId === failing) throw new Error('The host is not ready')
      handled.push(event)
    },
  })
})
afterAll(async () => {
  await server.close()
  receiver.close()
})

const admin = (): Identity => testIdentity({ role: 'admin' })
const make = (as: Identity, body: object = {}) =>
  server.json<WebhookEndpoint>(201, '/webhook-endpoints', { as, method: 'POST', body })
const refuse = (as: Identity, body: object, status: number) =>
  server.json<Problem>(status, '/webhook-endpoints', { as, method: 'POST', body })
const get = <Body>(as: Identity, path: string, status = 200) =>
  server.json<Body>(status, `/webhook-endpoints/${path}`, { as })
const post = <Body>(as: Identity, path: string, status: number) =>
  server.json<Body>(status, `/webhook-endpoints/${path}`, { as, method: 'POST' })
const patch = (as: Identity, id: string, body: object) =>
  server.json<WebhookEndpoint>(200, `/webhook-endpoints/${id}`, { as, method: 'PATCH', body })
const deliveriesOf = async (as: Identity, id: string, query = '') =>
  (await get<Page<WebhookDelivery>>(as, `${id}/deliveries${query}`)).items
const at = (path: string) => received.filter((each) => each.path === path)
const typesAt = (path: string) => at(path).map(({ body }) => (JSON.parse(body) as WebhookEvent).type)
const hostTypes = ({ tenantId }: Identity) =>
  handled.filter((each) => each.tenantId === tenantId).map(({ type }) => type)
const inTenant = <Value>({ tenantId }: Identity, work: (tx: ServerTx) => Promise<Value>) =>
  database.withTenant(tenantId, work)

/** Makes the next attempt of an endpoint due now. */
const hurry = async (as: Identity, id: string) => {
  await inTenant(as, async (tx) => {
    await tx.updateTable('webhook_endpoints').set({ held_until: null }).where('endpoint_id', '=', id).execute()
    await tx.updateTable('event_queue').set({ due_at: 0 }).where('target', '=', id).execute()
  })
}

test('what happens in a tenant is sent to its endpoints and to the host, once, signed, without values of runs', async () => {
  const as = admin()
  const stranger = admin()
  const all = await make(as, { url: `${origin}/all`, description: 'Data warehouse' })
  expect(all).toMatchObject({
    ...{ url: `${origin}/all`, description: 'Data warehouse', eventTypes: [], status: 'active', failingSince: null },
    createdBy: { userId: as.userId, displayName: as.displayName },
  })
  const some = await make(as, { url: `${origin}/some`, eventTypes: ['run.failed', 'node.parked'] })
  await make(stranger, { url: `${origin}/stranger` })
  const done = await publish(server, as, withWebhook(endingAs('done')))
  const run = await runToEnd(server, as, done, { text: 'canary-value' })
  const refused = await publish(server, as, parking({ fail: 'no' }))
  await runToEnd(server, as, refused, {}, ({ status }) => status === 'waiting')
  const asked = await publish(server, as, asking())
  await runToEnd(server, as, asked, {}, ({ status }) => status === 'waiting')
  await server.json(200, `/workflows/${done}/triggers/hook/pause`, { as, method: 'POST', body: {} })
  // A test run is no event.
  await server.json(201, `/workflows/${done}/draft/runs`, { as, method: 'POST', body: { input: {} } })
  const expected = [
    ...['approval.opened', 'node.parked', 'run.completed', 'trigger.paused'],
    ...['version.published', 'version.published', 'version.published'],
  ]
  await expect.poll(() => typesAt('/all').sort(), { timeout: 5_000 }).toEqual(expected)
  await expect.poll(() => hostTypes(as).sort(), { timeout: 5_000 }).toEqual(expected)
  expect(typesAt('/some')).toEqual(['node.parked'])
  expect(at('/stranger')).toEqual([])
  const { secret, previousSecret } = await get<WebhookSecret>(as, `${all.id}/secret`)
  expect([secret.startsWith('whsec_'), previousSecret]).toEqual([true, null])
  expect(await get<WebhookSecret>(as, `${some.id}/secret`)).not.toMatchObject({ secret })
  const verifier = new Webhook(secret)
  const events = at('/all').map(({ body, headers }) => verifier.verify(body, headers) as WebhookEvent)
  const ended = events.find(({ type }) => type === 'run.completed')
  expect(ended).toEqual({
    ...{
      id: expect.stringMatching(/^evt_/),
      type: 'run.completed',
      timestamp: expect.any(String),
      tenantId: as.tenantId,
    },
    data: {
      ...{ runId: run.runId, workflowId: done, version: '1', error: null },
      ...{ queuedAt: expect.any(String), finishedAt: expect.any(String) },
    },
  })
  expect(at('/all').find(({ body }) => body.includes('run.completed'))?.headers['webhook-id']).toBe(ended?.id)
  expect(JSON.stringify([events, handled])).not.toContain('canary-value')
  const deliveries = await deliveriesOf(as, all.id, '?state=delivered&limit=200')
  expect(deliveries.map(({ eventType }) => eventType).sort()).toEqual(expected)
  const first = await get<Page<WebhookDelivery>>(as, `${all.id}/deliveries?limit=4`)
  const rest = await get<Page<WebhookDelivery>>(as, `${all.id}/deliveries?limit=4&cursor=${first.nextCursor}`)
  expect([...first.items, ...rest.items]).toEqual(deliveries)
  // Nothing is left to send.
  expect(await database.withSystem((tx) => tx.selectFrom('event_queue').select('target').execute())).toEqual([])
})

test('a failed delivery is tried again with the same id, is logged with the answer, and can be replayed', async () => {
  const as = admin()
  const { id } = await make(as, { url: `${origin}/broken?token=t`, eventTypes: ['version.published'] })
  const { secret } = await get<WebhookSecret>(as, `${id}/secret`)
  answer = (path) =>
    path.startsWith('/broken') ? { status: 500, body: `No: ${secret} ${'x'.repeat(30_000)}` } : { status: 200 }
  await publish(server, as, endingAs('done'))
  await expect.poll(() => at('/broken?token=t').length, { timeout: 5_000 }).toBe(1)
  await expect.poll(() => deliveriesOf(as, id)).toMatchObject([{ state: 'pending', attempts: 1 }])
  const [delivery] = await deliveriesOf(as, id)
  const details = await get<WebhookDeliveryDetails>(as, `${id}/deliveries/${delivery?.id}`)
  expect(details).toMatchObject({
    ...{ state: 'pending', nextAttemptAt: expect.any(String), requestBody: at('/broken?token=t')[0]?.body },
    lastAttempt: { status: 500, error: 'The receiver answered 500', durationMs: expect.any(Number) },
  })
  expect([details.responseBody?.length, details.responseBody?.includes(secret)]).toEqual([2_000, false])
  expect((await get<WebhookEndpoint>(as, id)).failingSince).not.toBeNull()
  // A person sends what waits now, also while all deliveries of the endpoint wait.
  await inTenant(as, async (tx) => {
    const later = Date.now() + 600_000
    await tx.updateTable('webhook_endpoints').set({ held_until: later }).where('endpoint_id', '=', id).execute()
    await tx.updateTable('event_queue').set({ due_at: later }).where('target', '=', id).execute()
  })
  expect((await get<WebhookEndpoint>(as, id)).heldUntil).not.toBeNull()
  expect(await post(as, `${id}/replay`, 202)).toEqual({ replayed: 1, hasMore: false })
  await expect.poll(() => deliveriesOf(as, id), { timeout: 5_000 }).toMatchObject([{ state: 'pending', attempts: 2 }])
  expect((await get<WebhookEndpoint>(as, id)).heldUntil).toBeNull()
  await inTenant(as, (tx) => tx.updateTable('event_queue').set({ attempts: 1 }).where('target', '=', id).execute())
  // The last two of ten attempts, as after a lease that a killed process has left: each sends the same event.
  await inTenant(as, (tx) => tx.updateTable('event_queue').set({ attempts: 8 }).where('target', '=', id).execute())
  for (const attempts of [3, 4]) {
    await hurry(as, id)
    await expect.poll(() => deliveriesOf(as, id), { timeout: 5_000 }).toMatchObject([{ attempts }])
  }
  expect(await deliveriesOf(as, id, '?state=failed')).toMatchObject([{ state: 'failed', nextAttemptAt: null }])
  expect(new Set(at('/broken?token=t').map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery?.id]))
  answer = () => ({ status: 200 })
  expect(await post(as, `${id}/replay`, 202)).toEqual({ replayed: 1, hasMore: false })
  await hurry(as, id)
  await expect.poll(() => deliveriesOf(as, id), { timeout: 5_000 }).toMatchObject([{ state: 'delivered', attempts: 5 }])
  expect(await get(as, id)).toMatchObject({ failingSince: null })
  // One that was received can be sent again as well; twice at once is once.
  const path = `${id}/deliveries/${delivery?.id}/replay`
  await Promise.all([post(as, path, 202), post(as, path, 202)])
  await expect.poll(() => deliveriesOf(as, id), { timeout: 5_000 }).toMatchObject([{ state: 'delivered', attempts: 6 }])
  expect(at('/broken?token=t')).toHaveLength(6)
  expect(await post(as, `${id}/deliveries/evt_unknown/replay`, 404)).toMatchObject({ code: 'DELIVERY_NOT_FOUND' })
})

test('an endpoint whose deliveries fail for days, or that answers 410, is disabled with a notice', async () => {
  const as = admin()
  const failed = await make(as, { url: `${origin}/dead`, eventTypes: ['version.published'] })
  const gone = await make(as, { url: `${origin}/gone`, eventTypes: ['trigger.paused'] })
  await make(as, { url: `${origin}/watch`, eventTypes: ['endpoint.disabled'] })
  answer = (path) => ({ status: { '/dead': 503, '/gone': 410 }[path] ?? 200 })
  const workflowId = await publish(server, as, withWebhook(endingAs('done')))
  await server.json(200, `/workflows/${workflowId}/triggers/hook/pause`, { as, method: 'POST', body: {} })
  await expect
    .poll(() => get(as, gone.id), { timeout: 5_000 })
    .toMatchObject({
      ...{ status: 'disabled', disabledReason: 'The receiver answered 410: it wants no more events' },
    })
  await expect.poll(() => deliveriesOf(as, failed.id)).toMatchObject([{ attempts: 1 }])
  await inTenant(as, async (tx) => {
    const since = { failing_since: Date.now() - 3 * 86_400_000 }
    await tx.updateTable('webhook_endpoints').set(since).where('endpoint_id', '=', failed.id).execute()
    await tx.updateTable('event_queue').set({ attempts: 9, due_at: 0 }).where('target', '=', failed.id).execute()
  })
  await expect.poll(() => get(as, failed.id), { timeout: 5_000 }).toMatchObject({ status: 'disabled' })
  await expect.poll(() => typesAt('/watch'), { timeout: 5_000 }).toHaveLength(2)
  expect(at('/watch').map(({ body }) => (JSON.parse(body) as WebhookEvent).data)).toEqual(
    expect.arrayContaining([
      { endpointId: failed.id, url: `${origin}/dead`, reason: 'Every delivery has failed for 3 days' },
    ]),
  )
  const audit = await inTenant(as, (tx) =>
    tx
      .selectFrom('audit_log')
      .select(['action', 'actor_role', 'resource'])
      .where('action', '=', 'webhook.disable')
      .execute(),
  )
  expect(audit.map(({ actor_role }) => actor_role)).toEqual(['system', 'system'])
  // It gets nothing more, and its failed deliveries are not replayed, until a person enables it.
  await publish(server, as, endingAs('done'))
  expect(await post(as, `${failed.id}/replay`, 409)).toMatchObject({ code: 'ENDPOINT_DISABLED' })
  expect(await patch(as, failed.id, { status: 'active' })).toMatchObject({
    ...{ status: 'active', disabledReason: null, failingSince: null },
  })
  answer = () => ({ status: 200 })
  expect(await post(as, `${failed.id}/replay`, 202)).toEqual({ replayed: 1, hasMore: false })
  await expect.poll(() => deliveriesOf(as, failed.id), { timeout: 5_000 }).toMatchObject([{ state: 'delivered' }])
})

test('a secret is replaced while receivers still have the one before, and a test is one attempt', async () => {
  const as = admin()
  const { id } = await make(as, { url: `${origin}/rotated`, eventTypes: ['run.failed'] })
  const before = await get<WebhookSecret>(as, `${id}/secret`)
  // Two clicks replace it once.
  const answers = await Promise.all(
    [1, 2].map(() => server.call(`/webhook-endpoints/${id}/secret`, { as, method: 'POST' })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  const after = await get<WebhookSecret>(as, `${id}/secret`)
  expect(after).toMatchObject({ previousSecret: before.secret, previousSecretUntil: expect.any(String) })
  expect(await get(as, id)).toMatchObject({ previousSecretUntil: after.previousSecretUntil })
  const tested = await post<WebhookDeliveryDetails>(as, `${id}/test`, 200)
  expect(tested).toMatchObject({ eventType: 'endpoint.test', state: 'delivered', attempts: 1, nextAttemptAt: null })
  const [sent] = at('/rotated')
  for (const secret of [before.secret, after.secret]) {
    expect(new Webhook(secret).verify(sent?.body ?? '', sent?.headers ?? {})).toMatchObject({ type: 'endpoint.test' })
  }
  await inTenant(as, (tx) =>
    tx.updateTable('webhook_endpoints').set({ previous_until: 1 }).where('endpoint_id', '=', id).execute(),
  )
  expect(await get(as, `${id}/secret`)).toEqual({ ...after, previousSecret: null, previousSecretUntil: null })
  await patch(as, id, { url: 'http://127.0.0.1:1/none', status: 'disabled' })
  const failed = await post<WebhookDeliveryDetails>(as, `${id}/test`, 200)
  expect(failed).toMatchObject({ state: 'failed', lastAttempt: { status: null, error: expect.any(String) } })
  await patch(as, id, { url: 'http://10.0.0.1/private' })
  expect(await post(as, `${id}/test`, 200)).toMatchObject({ lastAttempt: { error: expect.stringMatching(/allowed/) } })
})

test('the handler of the host may throw: it gets the event again, and nothing else is late', async () => {
  const as = admin()
  failing = as.tenantId
  const { id } = await make(as, { url: `${origin}/beside`, eventTypes: ['version.published'] })
  await publish(server, as, endingAs('done'))
  await expect.poll(() => at('/beside').length, { timeout: 5_000 }).toBe(1)
  await expect.poll(() => logged.some((event) => event.startsWith('on_event.failed'))).toBe(true)
  expect(hostTypes(as)).toEqual([])
  failing = null
  await inTenant(as, (tx) => tx.updateTable('event_queue').set({ due_at: 0 }).where('target', '=', 'host').execute())
  await expect.poll(() => hostTypes(as), { timeout: 5_000 }).toEqual(['version.published'])
  expect(await deliveriesOf(as, id)).toMatchObject([{ state: 'delivered' }])
})

test('the tenth failure of the handler drops the event, which is logged', async () => {
  const as = admin()
  failing = as.tenantId
  await publish(server, as, endingAs('done'))
  const queue = () => inTenant(as, (tx) => tx.selectFrom('event_queue').select(['attempts']).execute())
  await expect.poll(queue, { timeout: 5_000 }).toEqual([{ attempts: 1 }])
  await inTenant(as, (tx) => tx.updateTable('event_queue').set({ due_at: 0, attempts: 9 }).execute())
  await expect.poll(queue, { timeout: 5_000 }).toEqual([])
  expect(logged.filter((event) => event.startsWith('on_event.dropped'))).toHaveLength(1)
  failing = null
})

test('refuses addresses that are none, more endpoints than the limit, and everyone but admins', async () => {
  const as = admin()
  for (const url of ['example.com', 'ftp://example.com', 'https://user:secret@example.com', 'https://example.com/#a']) {
    expect(await refuse(as, { url }, 422)).toMatchObject({ code: 'REQUEST_INVALID', issues: [{ path: ['url'] }] })
  }
  expect(await refuse(as, { url: 'https://example.com', eventTypes: ['run.started'] }, 422)).toMatchObject({
    code: 'REQUEST_INVALID',
  })
  const body = { url: 'https://example.com' }
  const made = await Promise.all(
    Array.from({ length: 22 }, () => server.call('/webhook-endpoints', { as, method: 'POST', body })),
  )
  expect(made.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(20)
  expect(await refuse(as, body, 409)).toMatchObject({ code: 'QUOTA_EXCEEDED' })
  const { items, nextCursor } = await server.json<Page<WebhookEndpoint>>(200, '/webhook-endpoints?limit=15', { as })
  const rest = await server.json<Page<WebhookEndpoint>>(200, `/webhook-endpoints?limit=15&cursor=${nextCursor}`, { as })
  expect(new Set([...items, ...rest.items].map(({ id }) => id)).size).toBe(20)
  const [first] = items
  await server.json(204, `/webhook-endpoints/${first?.id}`, { as, method: 'DELETE' })
  expect(await get(as, first?.id ?? '', 404)).toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
  const editor = { ...as, role: 'editor' as const }
  expect((await server.call('/webhook-endpoints', { as: editor })).status).toBe(403)
})
