import { createHmac } from 'node:crypto'
import type { Identity, Page, RunSummary, Trigger, TriggerEvent, Workflow } from '@tenon/core/api'
import type { JsonObject, SecretMarker, WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { postgresRunReader, type RuntimeTables } from '@tenon/runtime'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook, testNodes } from '../testing/kit/test-nodes.ts'
import { BASE_URL, openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const SECRET = 'sign-with-this'

let server: TestServer
let database: ServerDatabase
beforeAll(async () => {
  const pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  server = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys, database: { pglite } })
})
afterAll(() => server.close())

/** hook → set → end; and a start by hand. */
function receiving(params: JsonObject = {}): WorkflowDocument {
  return workflow(
    [
      node('start', 'start'),
      node('hook', 'webhook', params),
      node('note', 'set', { values: { id: '{{trigger.body?.id ?? "none"}}' } }),
      node('end', 'end'),
    ],
    ['start>note', 'hook>note', 'note>end'],
  )
}

const open = (params: JsonObject = {}) => receiving({ signature: 'none', ...params })
const triggerPath = (id: string) => `/workflows/${id}/triggers/hook`
const post = (as: Identity, path: string) => server.json<Trigger>(200, path, { as, method: 'POST' })

async function getTrigger(as: Identity, id: string): Promise<Trigger> {
  return server.json<Trigger>(200, triggerPath(id), { as })
}

/** Sends a message as another system does, to either process. */
async function send(
  url: string | null | undefined,
  body: string,
  {
    method = 'POST',
    headers = {},
    to = server,
  }: { method?: string; headers?: Record<string, string>; to?: TestServer } = {},
) {
  const response = await to.automation.fetch(
    new Request(url ?? '', {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
    }),
  )
  const text = await response.text()
  return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Record<string, string> }
}

const stripe = (text: string, seconds = Math.floor(Date.now() / 1_000)) => ({
  'stripe-signature': `t=${seconds},v1=${createHmac('sha256', SECRET).update(`${seconds}.${text}`).digest('hex')}`,
})

/** Creates a workflow whose webhook has a secret, as the editor does; not published yet. */
async function createSigned(as: Identity, params: JsonObject): Promise<string> {
  const { id } = await server.json<Workflow>(201, '/workflows', {
    ...{ as, method: 'POST', body: { name: 'Signed', document: receiving(params) } },
  })
  const secret = { nodeType: 'webhook', typeVersion: 1, param: 'secret', value: SECRET }
  const marker = await server.json<SecretMarker>(201, `/workflows/${id}/secrets`, { as, method: 'POST', body: secret })
  const operations = [{ op: 'set_param', nodeId: 'hook', path: ['secret'], value: marker }]
  await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
  return id
}

const publishDraft = (as: Identity, id: string, body: JsonObject = {}) =>
  server.json(201, `/workflows/${id}/versions`, { as, method: 'POST', body })

async function eventsOf(as: Identity, id: string): Promise<readonly TriggerEvent[]> {
  return (await server.json<Page<TriggerEvent>>(200, `${triggerPath(id)}/events`, { as })).items
}

const changeTest = (as: Identity, set: { test_runs?: number; test_until?: number }) =>
  database.withTenant(as.tenantId, (tx) => tx.updateTable('triggers').set(set).execute())

const runsOf = async (as: Identity, id: string, mode = 'live') =>
  (await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}&mode=${mode}&limit=200`, { as })).items

describe('a start by hand', () => {
  test('begins at a start node, wherever it is in the document, and never at a webhook', async () => {
    const as = testIdentity()
    const { nodes, edges, ...rest } = open()
    const both = { ...rest, edges, nodes: nodes.toReversed() }
    const alone = {
      ...rest,
      nodes: nodes.filter(({ id }) => id !== 'start'),
      edges: edges.filter(({ source }) => source !== 'start'),
    }
    const create = async (document: WorkflowDocument) => {
      const body = { name: 'Hooks', document }
      const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
      await publishDraft(as, id)
      return id
    }
    const [withStart, withoutStart] = [await create(both), await create(alone)]
    const start = (status: number, id: string, body: JsonObject = {}) =>
      server.json<JsonObject>(status, `/workflows/${id}/runs`, { as, method: 'POST', body })
    const { runId } = await start(201, withStart)
    expect(await untilRun(server, as, String(runId))).toMatchObject({ status: 'completed' })
    for (const refused of [
      await start(422, withoutStart),
      await start(422, withStart, { trigger: 'hook' }),
      await server.json<JsonObject>(422, `/workflows/${withoutStart}/draft/runs`, { as, method: 'POST', body: {} }),
    ]) {
      expect(refused).toMatchObject({ code: 'TRIGGER_NOT_MANUAL' })
    }
    const body = { trigger: 'hook', input: { body: { id: 'x' } } }
    await server.json(201, `/workflows/${withoutStart}/draft/runs`, { as, method: 'POST', body })
  })
})

describe('an address', () => {
  test('is known before the workflow is published, starts runs after it, and is another one in a copy', async () => {
    const as = testIdentity()
    const body = { name: 'Hooks', document: open() }
    const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const { id: copy } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const before = await getTrigger(as, id)
    expect(before).toMatchObject({ kind: 'webhook', state: 'unpublished', version: null, test: null })
    expect(await send(before.url, '{}')).toMatchObject({ status: 404, json: { code: 'WEBHOOK_NOT_FOUND' } })
    await publishDraft(as, id)
    const { items } = await server.json<{ items: Trigger[] }>(200, `/workflows/${id}/triggers`, { as })
    expect(items).toEqual([{ ...before, state: 'active', version: '1' }])
    expect((await getTrigger(as, copy)).url).not.toBe(before.url)
    const sent = await send(before.url, '{"id":"a"}', { headers: { authorization: 'Bearer secret-token' } })
    expect(sent).toEqual({ status: 202, json: { runId: expect.any(String), status: 'accepted' } })
    const run = await untilRun(server, as, sent.json.runId ?? '')
    expect(run).toMatchObject({ status: 'completed', output: { id: 'a', method: 'POST', body: { id: 'a' } } })
    expect(JSON.stringify(run)).not.toContain('secret-token')
    await server.json(404, `/workflows/${id}/triggers/note`, { as })
    await server.json(404, `/workflows/${id}/triggers/start`, { as })
  })

  test('is refused if it was changed, and does not say more about one of another tenant', async () => {
    const as = testIdentity()
    const id = await publish(server, as, open())
    const { url } = await getTrigger(as, id)
    const forged = `${url?.slice(0, -1)}${url?.endsWith('A') ? 'B' : 'A'}`
    for (const address of [
      forged,
      `${BASE_URL}/hooks/x`,
      `${BASE_URL}/hooks/${Buffer.from('["t"]').toString('base64url')}.x`,
    ]) {
      expect(await send(address, '{}')).toMatchObject({ status: 404, json: { code: 'WEBHOOK_NOT_FOUND' } })
    }
    await server.json(404, triggerPath(id), { as: testIdentity() })
    await server.json(403, triggerPath(id), { as: { ...as, role: 'viewer' } })
  })

  test('starts runs while others flood addresses that no tenant has', async () => {
    const as = testIdentity()
    const { url } = await getTrigger(as, await publish(server, as, open()))
    const { url: other } = await getTrigger(as, await publish(server, as, open()))
    const flooded = await server.sibling({ limits: { rates: { callback: { perSecond: 0, burst: 4 } } } })
    const flood = async (token: string) => {
      for (const status of [404, 404, 404, 404, 429, 429]) {
        expect(await send(`${BASE_URL}/hooks/${token}`, '{}', { to: flooded })).toMatchObject({ status })
      }
    }
    await flood('x')
    // Its key is not in the memory of this process yet.
    expect(await send(url, '{}', { to: flooded })).toMatchObject({ status: 202 })
    await flood(`${Buffer.from('["ghost","w","n","live","0"]').toString('base64url')}.${'A'.repeat(43)}`)
    expect(await send(url, '{}', { to: flooded })).toMatchObject({ status: 202 })
    // One address has half of the rate of its tenant.
    for (const status of [429, 429, 429]) expect(await send(url, '{}', { to: flooded })).toMatchObject({ status })
    for (const status of [202, 202, 429]) expect(await send(other, '{}', { to: flooded })).toMatchObject({ status })
    await flooded.close()
  })

  test('does not hold up the people of its tenant while its messages arrive slowly', async () => {
    const as = testIdentity()
    const { url } = await getTrigger(as, await publish(server, as, open()))
    const own = await server.sibling({ limits: { bodiesPerTenant: 1 } })
    const { readable: body, writable } = new TransformStream<Uint8Array>()
    const slow = own.automation.fetch(new Request(url ?? '', { method: 'POST', body, duplex: 'half' } as RequestInit))
    const writer = writable.getWriter()
    // Ends when the server reads.
    await writer.write(new Uint8Array([0x78]))
    expect(await send(url, '{}', { to: own })).toMatchObject({ status: 429 })
    await own.json(201, '/workflows', { as, method: 'POST', body: { name: 'x' } })
    await writer.close()
    expect((await slow).status).toBe(202)
    await own.close()
  })

  test('follows the version with which runs start: not a canary, not a deleted workflow', async () => {
    const as = testIdentity()
    const id = await publish(server, as, open())
    const { url } = await getTrigger(as, id)
    const change = async (value: string) =>
      server.json(200, `/workflows/${id}/draft`, {
        ...{
          as,
          method: 'PATCH',
          body: { operations: [{ op: 'set_param', nodeId: 'hook', path: ['method'], value }] },
        },
      })
    await change('PUT')
    await publishDraft(as, id, { canary: { percent: 99 } })
    expect(await getTrigger(as, id)).toMatchObject({ version: '1', url })
    expect(await send(url, '{}')).toMatchObject({ status: 202 })
    expect(await send(url, '{}', { method: 'PUT' })).toMatchObject({ status: 405 })
    // Also if the process that makes the version live lacks its node types, as during a deployment.
    const older = await server.sibling({ nodes: testNodes })
    await older.json(200, `/workflows/${id}/versions/2/rollout/promotion`, { as, method: 'POST' })
    expect(await send(url, '{}')).toMatchObject({ status: 405 })
    expect(await send(url, '{}', { method: 'PUT' })).toMatchObject({ status: 202 })
    await server.json(204, `/workflows/${id}`, { as, method: 'DELETE' })
    expect(await send(url, '{}', { method: 'PUT' })).toMatchObject({ status: 404 })
    await older.json(200, `/workflows/${id}/restore`, { as, method: 'POST' })
    expect(await send(url, '{}', { method: 'PUT' })).toMatchObject({ status: 202 })
    await older.close()
    const operations = [{ op: 'update_node', nodeId: 'hook', set: { disabled: true } }]
    await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
    await publishDraft(as, id)
    expect(await send(url, '{}', { method: 'PUT' })).toMatchObject({ status: 404 })
  })

  test('is replaced, before and after the workflow is published', async () => {
    const as = testIdentity()
    const { id } = await server.json<Workflow>(201, '/workflows', {
      ...{ as, method: 'POST', body: { name: 'Hooks', document: open() } },
    })
    const first = await getTrigger(as, id)
    const opened = await post(as, `${triggerPath(id)}/test`)
    const second = await post(as, `${triggerPath(id)}/address`)
    expect(second).toMatchObject({ state: 'unpublished', test: null })
    expect(second.url).not.toBe(first.url)
    await publishDraft(as, id)
    expect(await getTrigger(as, id)).toMatchObject({ url: second.url, state: 'active' })
    const third = await post(as, `${triggerPath(id)}/address`)
    for (const url of [first.url, second.url, opened.test?.url])
      expect(await send(url, '{}')).toMatchObject({ status: 404 })
    expect(await send(third.url, '{}')).toMatchObject({ status: 202 })
    const audit = await database.withTenant(as.tenantId, (tx) =>
      tx
        .selectFrom('audit_log')
        .select(['actor_id', 'details'])
        .where('action', '=', 'trigger.replace_address')
        .execute(),
    )
    const entry = { actor_id: as.userId, details: '{"nodeId":"hook"}' }
    expect(audit).toEqual([entry, entry])
    await server.json(404, `/workflows/${id}/triggers/note/address`, { as, method: 'POST' })
  })

  test('of a test starts test runs of the draft for an hour', async () => {
    const as = testIdentity()
    const id = await createSigned(as, { signature: 'stripe' })
    const opened = await post(as, `${triggerPath(id)}/test`)
    expect(opened).toMatchObject({ state: 'unpublished', test: { expiresAt: expect.any(String) } })
    expect(opened.test?.url).not.toBe(opened.url)
    const text = '{"id":"t1"}'
    const sent = await send(opened.test?.url, text, { headers: stripe(text) })
    const run = await untilRun(server, as, sent.json.runId ?? '')
    expect(run).toMatchObject({ status: 'completed', mode: 'test', output: { id: 't1' } })
    // Other people edit the draft and know the address: the run acts for no person.
    const log = await postgresRunReader(database.view<RuntimeTables>()).readEvents(as.tenantId, run.runId, 0)
    expect(log[0]).toMatchObject({ type: 'run_started', data: { actor: null } })
    const again = await send(opened.test?.url, text, { headers: stripe(text) })
    expect(again).toMatchObject({ status: 200, json: { runId: run.runId, status: 'repeated' } })
    const next = await send(opened.test?.url, '{"id":"t2"}', { headers: stripe('{"id":"t2"}') })
    const { version } = await untilRun(server, as, next.json.runId ?? '')
    expect(version).toBe(run.version)
    // A second person shares the test. One that is opened after its end has another address, which starts 100 runs.
    expect((await post({ ...as, userId: 'u-2' }, `${triggerPath(id)}/test`)).test?.url).toBe(opened.test?.url)
    await changeTest(as, { test_runs: 100 })
    const third = '{"id":"t3"}'
    expect(await send(opened.test?.url, third, { headers: stripe(third) })).toMatchObject({
      ...{ status: 429, json: { code: 'RATE_LIMITED' } },
    })
    await changeTest(as, { test_until: 1 })
    const reopened = await post(as, `${triggerPath(id)}/test`)
    expect(reopened.test?.url).not.toBe(opened.test?.url)
    expect(await send(opened.test?.url, third, { headers: stripe(third) })).toMatchObject({ status: 404 })
    expect(await send(reopened.test?.url, text, { headers: stripe(text) })).toMatchObject({ status: 202 })
    expect(await send(reopened.test?.url, text)).toMatchObject({ status: 401 })
    expect(await send(opened.url, text, { headers: stripe(text) })).toMatchObject({ status: 404 })
    expect(await eventsOf(as, id)).toMatchObject([
      { mode: 'test', outcome: 'rejected', runId: null, code: 'WEBHOOK_SIGNATURE_INVALID' },
      { mode: 'test', outcome: 'started', repeats: 0 },
      { mode: 'test', outcome: 'rejected', code: 'RATE_LIMITED' },
      { mode: 'test', outcome: 'started', runId: next.json.runId },
      { mode: 'test', outcome: 'started', runId: run.runId, code: null, repeats: 1 },
    ])
    await server.json(404, `/workflows/${id}/triggers/note/test`, { as, method: 'POST' })
  })
})

describe('a test of an unfinished draft', () => {
  test('is refused with the params that do not fit, before and after it is opened', async () => {
    const as = testIdentity()
    const body = { name: 'Hooks', document: open() }
    const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const { test: opened } = await post(as, `${triggerPath(id)}/test`)
    const operations = [
      { op: 'set_param', nodeId: 'hook', path: ['signature'], value: 'stripes' },
      { op: 'set_param', nodeId: 'hook', path: ['tolerance'], value: 5 },
    ]
    await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
    const json = { code: 'WORKFLOW_INVALID', issues: [{ path: ['nodes', 'hook', 'params', 'signature'] }, {}] }
    expect(await send(opened?.url, '{}')).toMatchObject({ status: 422, json })
    expect(await server.json(422, `${triggerPath(id)}/test`, { as, method: 'POST' })).toMatchObject(json)
  })
})

describe('a message', () => {
  test('that is signed, repeated and out of order starts one run, whose author is no person', async () => {
    const as = testIdentity()
    const id = await createSigned(as, { signature: 'stripe' })
    await publishDraft(as, id)
    const { url } = await getTrigger(as, id)
    const sibling = await server.sibling()
    const ids = ['evt_3', 'evt_1', 'evt_2']
    const answers = await Promise.all(
      [...ids, ...ids, ...ids.toReversed()].map((eventId, index) => {
        const text = JSON.stringify({ id: eventId })
        const seconds = Math.floor(Date.now() / 1_000) - index
        return send(url, text, { headers: stripe(text, seconds), to: index % 2 === 0 ? server : sibling })
      }),
    )
    await sibling.close()
    expect(answers.every(({ status }) => status === 200 || status === 202)).toBe(true)
    expect(new Set(answers.map(({ json }) => json.runId)).size).toBe(3)
    const runs = await runsOf(as, id)
    expect(runs).toHaveLength(3)
    const old = '{"id":"evt_4"}'
    const refused = await send(url, old, { headers: stripe(old, 1_000_000_000) })
    expect(refused).toMatchObject({ status: 401, json: { code: 'WEBHOOK_TIMESTAMP_INVALID' } })
    expect(await send(url, old)).toMatchObject({ status: 401, json: { code: 'WEBHOOK_SIGNATURE_INVALID' } })
    const events = await eventsOf(as, id)
    expect(events.slice(0, 2).map(({ code }) => code)).toEqual([
      'WEBHOOK_SIGNATURE_INVALID',
      'WEBHOOK_TIMESTAMP_INVALID',
    ])
    expect(
      events
        .slice(2)
        .map(({ outcome, runId }) => [outcome, runId])
        .sort(),
    ).toEqual(runs.map(({ runId }) => ['started', runId]).sort())
    // Two at once may both have started the one run.
    expect(events.slice(2).every(({ repeats }) => repeats <= 2)).toBe(true)
    expect(JSON.stringify([events, runs])).not.toContain(SECRET)
  })

  test('has the key that the webhook names, and is refused without one', async () => {
    const as = testIdentity()
    const id = await publish(server, as, open({ method: 'any', dedupeKey: 'trigger.query.id' }))
    const { url } = await getTrigger(as, id)
    const first = await send(`${url}?id=1`, '', { method: 'GET' })
    expect(first.status).toBe(202)
    expect(await send(`${url}?id=1`, '"other"', { method: 'DELETE' })).toEqual({
      status: 200,
      json: { ...first.json, status: 'repeated' },
    })
    expect(await send(url, '{}')).toMatchObject({ status: 422, json: { code: 'WEBHOOK_KEY_INVALID' } })
    expect(await send(`${url}?id=1`, '', { method: 'HEAD' })).toMatchObject({ status: 405 })
    expect(await send(url, '{"id":')).toMatchObject({ status: 400, json: { code: 'WEBHOOK_BODY_INVALID' } })
    expect(await eventsOf(as, id)).toHaveLength(4)
    expect((await eventsOf(as, id)).at(-1)).toMatchObject({ outcome: 'started', repeats: 1 })
    const page = await server.json<Page<TriggerEvent>>(200, `${triggerPath(id)}/events?limit=3`, { as })
    const rest = `${triggerPath(id)}/events?cursor=${encodeURIComponent(page.nextCursor ?? '')}`
    expect((await server.json<Page<TriggerEvent>>(200, rest, { as })).items).toHaveLength(1)
  })

  test('is answered with 200, counted and starts no run if the filter rejects it, also at the test address', async () => {
    const as = testIdentity()
    const filter = 'trigger.body.type == "paid"'
    const id = await publish(server, as, open({ filter, dedupeKey: 'trigger.body.id', answer: 'run' }))
    const { url } = await getTrigger(as, id)
    // Others may have no key, and none waits for an answer.
    for (let count = 0; count < 3; count += 1) {
      expect(await send(url, '{"type":"drafted"}')).toEqual({ status: 200, json: { status: 'filtered' } })
    }
    expect((await send(url, '{"type":"paid","id":"1"}')).status).toBe(200)
    expect(await runsOf(as, id)).toHaveLength(1)
    const tested = await post(as, `${triggerPath(id)}/test`)
    expect(await send(`${tested.test?.url}`, '{"type":"drafted"}')).toMatchObject({ json: { status: 'filtered' } })
    expect(await runsOf(as, id, 'test')).toEqual([])
    const events = await eventsOf(as, id)
    const counted = events.filter(({ outcome }) => outcome === 'filtered')
    // An hour may end in between.
    const countOf = (mode: string) =>
      counted.filter((event) => event.mode === mode).reduce((sum, { repeats }) => sum + repeats + 1, 0)
    expect([countOf('live'), countOf('test')]).toEqual([3, 1])
    expect(counted.every(({ runId, code }) => runId === null && code === null)).toBe(true)
  })

  test('whose filter gives no answer is refused with the reason, after its sender is known', async () => {
    const as = testIdentity()
    const id = await createSigned(as, { signature: 'stripe', filter: 'trigger.body.total' })
    await publishDraft(as, id)
    const { url } = await getTrigger(as, id)
    expect(await send(url, '{}')).toMatchObject({ status: 401, json: { code: 'WEBHOOK_SIGNATURE_INVALID' } })
    for (const text of ['{"total":1}', '{}']) {
      const refused = await send(url, text, { headers: stripe(text) })
      expect(refused).toMatchObject({ status: 422, json: { code: 'TRIGGER_FILTER_FAILED' } })
    }
    expect(await eventsOf(as, id)).toMatchObject([
      { outcome: 'rejected', code: 'TRIGGER_FILTER_FAILED' },
      { outcome: 'rejected', code: 'TRIGGER_FILTER_FAILED' },
      { code: 'WEBHOOK_SIGNATURE_INVALID' },
    ])
  })

  test('is rejected while its trigger is paused, and can be retried afterwards', async () => {
    const as = testIdentity()
    const id = await publish(server, as, open())
    const paused = await post(as, `${triggerPath(id)}/pause`)
    expect(paused).toMatchObject({ state: 'paused', pausedBy: { userId: as.userId } })
    expect(await server.json(200, `/workflows/${id}`, { as })).toMatchObject({ pausedTriggers: 1 })
    expect(await post(as, `${triggerPath(id)}/pause`)).toEqual(paused)
    expect(await send(paused.url, '{}')).toMatchObject({ status: 409, json: { code: 'TRIGGER_PAUSED' } })
    await publishDraft(as, id)
    expect(await getTrigger(as, id)).toMatchObject({ state: 'paused', version: '2' })
    expect(await post(as, `${triggerPath(id)}/resume`)).toMatchObject({ state: 'active', pausedBy: null })
    expect(await server.json(200, `/workflows/${id}`, { as })).toMatchObject({ pausedTriggers: 0 })
    expect(await send(paused.url, '{}')).toMatchObject({ status: 202 })
    await server.json(404, `/workflows/${id}/triggers/note/pause`, { as, method: 'POST' })
  })

  test('whose run cannot be started is listed as rejected, and starts one when it is retried', async () => {
    const as = testIdentity()
    const limited = await server.sibling({ runLimits: () => ({ inProgress: 0, queued: 0 }) })
    const id = await publish(server, as, open({ dedupeKey: 'trigger.body.id' }))
    const { url } = await getTrigger(as, id)
    expect(await send(url, '{"id":"a"}', { to: limited })).toMatchObject({
      status: 429,
      json: { code: 'RUN_QUEUE_FULL' },
    })
    expect(await eventsOf(as, id)).toMatchObject([{ outcome: 'rejected', code: 'RUN_QUEUE_FULL', runId: null }])
    const again = await send(url, '{"id":"a"}')
    expect(again.status).toBe(202)
    expect(await eventsOf(as, id)).toMatchObject([{ outcome: 'started', code: null, runId: again.json.runId }])
    await limited.close()
  })
})

test('a lost secret is a fault of the server, so that the sender sends the message again', async () => {
  const as = testIdentity()
  const id = await createSigned(as, { signature: 'stripe' })
  await publishDraft(as, id)
  const { url } = await getTrigger(as, id)
  await database.withTenant(as.tenantId, (tx) => tx.updateTable('secrets').set({ field: 'other' }).execute())
  expect(await send(url, '{}', { headers: stripe('{}') })).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } })
})

describe('a publication', () => {
  test('says who has allowed messages without a signature, and refuses a key that is no expression of the message', async () => {
    const as = testIdentity()
    await publish(server, as, open())
    const audit = await database.withTenant(as.tenantId, (tx) =>
      tx.selectFrom('audit_log').select(['action', 'actor_id', 'details']).orderBy('at').execute(),
    )
    expect(audit).toContainEqual({
      ...{ action: 'trigger.allow_unsigned', actor_id: as.userId, details: '{"version":"1","nodeId":"hook"}' },
    })
    const short = await createSigned(as, { signature: 'standard-webhooks' })
    expect(await server.json(422, `/workflows/${short}/versions`, { as, method: 'POST' })).toMatchObject({
      issues: [{ code: 'TRIGGER_INVALID', path: ['nodes', 'hook', 'params', 'secret'] }],
    })
    const batched = { ...open(), settings: { batching: { maxSize: 2, maxWait: '1m' } } }
    const { id: collecting } = await server.json<Workflow>(201, '/workflows', {
      ...{ as, method: 'POST', body: { name: 'Hooks', document: batched } },
    })
    expect(await server.json(422, `/workflows/${collecting}/versions`, { as, method: 'POST' })).toMatchObject({
      issues: [{ code: 'TRIGGER_INVALID', path: ['settings', 'batching'] }],
    })
    for (const dedupeKey of ['trigger.', 'input.id', 'trigger.body.id}} and {{trigger.body.x']) {
      const body = { name: 'Hooks', document: open({ dedupeKey }) }
      const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
      const problem = await server.json<{ issues: unknown[] }>(422, `/workflows/${id}/versions`, { as, method: 'POST' })
      expect(problem.issues).toMatchObject([{ code: 'PARAM_INVALID', path: ['nodes', 'hook', 'params', 'dedupeKey'] }])
    }
  })
})
