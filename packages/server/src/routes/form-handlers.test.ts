import type { Identity, Page, RunSummary, Trigger, TriggerEvent, Workflow } from '@tenon/core/api'
import type { JsonObject, WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { BASE_URL, openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>
beforeAll(async () => {
  pglite = await openServerPGlite()
  const forms = { name: 'Acme <Co>', color: '#2563eb', logoUrl: 'https://cdn.example/logo.svg?a=1&b="2' }
  const limits = { rates: false, heldPerTenant: 1 } as const
  server = await openTestServer({
    nodes: nodesWithWebhook,
    keyProvider: plainKeys,
    forms,
    limits,
    database: { pglite },
  })
})
afterAll(() => server.close())

const FIELDS = {
  type: 'object',
  properties: { name: { type: 'string' }, seats: { type: 'integer', minimum: 1 }, note: { type: 'string' } },
  required: ['name', 'seats'],
} satisfies JsonObject

/** page → set → end */
function asking(params: JsonObject = {}, last = node('note', 'set', { values: { who: '{{trigger.name}}' } })) {
  return workflow(
    [node('page', 'form', { title: 'Book a table', inputSchema: FIELDS, ...params }), last, node('end', 'end')],
    [`page>${last.id}`, `${last.id}${last.type === 'approval' ? ':approve' : ''}>end`],
  )
}

const trigger = (as: Identity, id: string) => server.json<Trigger>(200, `/workflows/${id}/triggers/page`, { as })
const change = (as: Identity, id: string, what: string) =>
  server.json<Trigger>(200, `/workflows/${id}/triggers/page/${what}`, { as, method: 'POST' })

async function create(as: Identity, document: WorkflowDocument): Promise<string> {
  const body = { name: 'Bookings', document }
  return (await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })).id
}

async function open(url: string | null | undefined, to = server) {
  const response = await to.automation.fetch(new Request(url ?? ''))
  const text = await response.text()
  return { response, text, sendId: /name="send_id" value="([^"]+)"/.exec(text)?.[1] ?? '' }
}

async function send(url: string | null | undefined, fields: Record<string, string>, to = server) {
  const body = new URLSearchParams(
    Object.entries(fields).map(([name, text]) => [name === 'send_id' ? name : `field.${name}`, text]),
  )
  const response = await to.automation.fetch(new Request(url ?? '', { method: 'POST', body }))
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const runsOf = async (as: Identity, id: string, mode = 'live') =>
  (await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}&mode=${mode}`, { as })).items
const eventsOf = async (as: Identity, id: string) =>
  (await server.json<Page<TriggerEvent>>(200, `/workflows/${id}/triggers/page/events`, { as })).items

describe('the page of a form', () => {
  test('runs no script, is of no origin, sets no cookie, and shows what people write as text', async () => {
    const as = testIdentity()
    const evil = '</style><script>alert(1)</script>" onfocus="x'
    const properties = {
      [evil]: { type: 'string', title: evil, description: evil, default: evil },
      pick: { enum: [evil] },
    }
    const params = { title: evil, description: evil, button: evil, inputSchema: { type: 'object', properties } }
    const id = await publish(server, as, asking(params, node('note', 'set', { values: {} })))
    const { url } = await trigger(as, id)
    const { response, text } = await open(url)
    expect(response.status).toBe(200)
    expect(text).not.toContain('<script')
    expect(text).not.toMatch(/" onfocus="/)
    expect(text).toContain('&lt;script&gt;')
    expect(text).toContain('Acme &lt;Co&gt;')
    expect(text).toContain('<meta name="robots" content="noindex, nofollow">')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; img-src https:\/\/cdn\.example; /)
    expect(policy).toContain(
      "form-action 'self' https://app.example; base-uri 'none'; frame-ancestors 'none'; sandbox allow-forms",
    )
    expect(policy).not.toContain('script-src')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...{ 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex, nofollow', 'x-frame-options': 'DENY' },
      ...{ 'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff' },
    })
    expect(response.headers.get('set-cookie')).toBeNull()
    // What is sent is as harmful.
    const again = await send(url, { [evil]: 'x'.repeat(1_001) + evil, pick: evil })
    expect(again.status).toBe(422)
    expect(again.text).not.toContain('<script')
    expect(again.text).not.toMatch(/" onfocus="/)
  })

  test('keeps what was entered with errors beside the fields, and starts one run for a page that is sent twice', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking({ message: 'See you soon' }))
    const { url } = await trigger(as, id)
    const { sendId } = await open(url)
    const faulty = await send(url, { send_id: sendId, name: 'Ada & Co', seats: 'two', note: 'By the <window>' })
    expect(faulty.status).toBe(422)
    expect(faulty.text).toContain('<title>Error: Book a table</title>')
    expect(faulty.text).toContain('value="Ada &amp; Co"')
    expect(faulty.text).toContain('By the &lt;window&gt;</textarea>')
    expect(faulty.text).toMatch(/aria-describedby="f1-fault" aria-invalid="true" required[^>]*value="two"/)
    expect(faulty.text).toContain('<p class="fault" id="f1-fault">Enter a whole number, such as 12</p>')
    expect(faulty.text).toContain(`value="${sendId}"`)

    const booking = { send_id: sendId, name: 'Ada', seats: '2' }
    const other = await server.sibling({ nodes: nodesWithWebhook, keyProvider: plainKeys })
    const sent = await Promise.all([send(url, booking), send(url, booking, other), send(url, booking)])
    await other.close()
    for (const { status, text } of sent) {
      expect(status).toBe(200)
      expect(text).toMatch(/<p role="status"[^>]*>See you soon<\/p>/)
    }
    const [run, ...more] = await runsOf(as, id)
    expect(more).toEqual([])
    expect(await untilRun(server, as, run?.runId ?? '')).toMatchObject({ status: 'completed', output: { who: 'Ada' } })
    // Other answers on the same page, as after a step back, are another event.
    expect((await send(url, { ...booking, seats: '3' })).status).toBe(200)
    expect(await runsOf(as, id)).toHaveLength(2)
    expect((await eventsOf(as, id)).map(({ outcome }) => outcome)).toEqual(['started', 'started'])
    // Without the id of a page, nothing is started.
    const strange = await send(url, { name: 'Ada', seats: '2' })
    expect([strange.status, strange.text.includes('Send it once more')]).toEqual([422, true])
    expect(await runsOf(as, id)).toHaveLength(2)
  })

  test('is a page for every error: unpublished, paused, replaced, unknown, too large, another method', async () => {
    const as = testIdentity()
    const id = await create(as, asking())
    const { url, ...before } = await trigger(as, id)
    expect(before).toMatchObject({ kind: 'form', state: 'unpublished' })
    const page = async (address = url) => {
      const { response, text } = await open(address)
      return [response.status, /<h1[^>]*>([^<]*)/.exec(text)?.[1]]
    }
    expect(await page()).toEqual([404, 'This form is not open'])
    await server.json(201, `/workflows/${id}/versions`, { as, method: 'POST', body: {} })
    expect(await page()).toEqual([200, 'Book a table'])
    const { sendId } = await open(url)
    const booking = { send_id: sendId, name: 'Ada', seats: '2' }
    await change(as, id, 'pause')
    expect(await page()).toEqual([409, 'This form is paused'])
    expect((await send(url, booking)).status).toBe(409)
    expect((await eventsOf(as, id))[0]).toMatchObject({ outcome: 'rejected', code: 'TRIGGER_PAUSED' })
    await change(as, id, 'resume')
    expect((await send(url, { ...booking, note: 'x'.repeat(2_200_000) })).status).toBe(413)
    const json = new Request(`${url}`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
    const refused = await server.automation.fetch(json)
    expect([refused.status, refused.headers.get('content-type')]).toEqual([415, 'text/html; charset=utf-8'])
    // An address of a webhook opens no form, and the other way round.
    const token = url?.slice(url.lastIndexOf('/') + 1)
    const hooked = await server.automation.fetch(new Request(`${BASE_URL}/hooks/${token}`, { method: 'POST' }))
    expect(hooked.status).toBe(404)
    expect(await page(`${BASE_URL}/forms/x`)).toEqual([404, 'This form is not open'])
    const { url: replaced } = await change(as, id, 'address')
    expect(replaced).not.toBe(url)
    expect(await page()).toEqual([404, 'This form is not open'])
    expect(await page(replaced)).toEqual([200, 'Book a table'])
    await server.call(`/workflows/${id}`, { as, method: 'DELETE' })
    expect(await page(replaced)).toEqual([404, 'This form is not open'])
    expect(await runsOf(as, id)).toEqual([])
  })

  test('keeps what was entered when no run can be started now', async () => {
    const as = testIdentity()
    const full = await server.sibling({
      nodes: nodesWithWebhook,
      keyProvider: plainKeys,
      dataLimits: () => ({ openWaits: 0 }),
    })
    const id = await publish(server, as, asking())
    const { url } = await trigger(as, id)
    const { sendId } = await open(url)
    const refused = await send(url, { send_id: sendId, name: 'Ada', seats: '2' }, full)
    await full.close()
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('value="Ada"')
    expect((await eventsOf(as, id))[0]).toMatchObject({ outcome: 'rejected', code: 'WAIT_LIMIT_REACHED' })
    // The same page can be sent again.
    expect((await send(url, { send_id: sendId, name: 'Ada', seats: '2' })).status).toBe(200)
    expect(await runsOf(as, id)).toHaveLength(1)
  })
})

test('a form that fails after its run has started is shown again, and sent again it starts no other', async () => {
  const as = testIdentity()
  const id = await publish(server, as, asking())
  const { url } = await trigger(as, id)
  const { sendId } = await open(url)
  const booking = { send_id: sendId, name: 'Ada', seats: '2' }
  const mend = await failingDecisions()
  const failed = await send(url, booking)
  await mend()
  expect(failed.status).toBe(500)
  expect(failed.text).toContain('Something went wrong. Send it again in a little while.')
  expect(failed.text).toContain(`value="${sendId}"`)
  expect(failed.text).not.toContain('planted')
  const again = await send(url, booking)
  expect([again.status, (await runsOf(as, id)).length]).toEqual([200, 1])
})

/** Makes the database fail when it stores that an event has started a run; the returned function mends it. */
async function failingDecisions(): Promise<() => Promise<void>> {
  const { rows } = await pglite.query("select schemaname from pg_tables where tablename = 'trigger_events'")
  const schema = (rows as readonly { readonly schemaname: string }[])[0]?.schemaname ?? ''
  await pglite.exec(`
    create function ${schema}.fail() returns trigger language plpgsql as
      $$ begin if new.outcome = 'started' then raise exception 'planted' using errcode = '53100'; end if; return new; end $$;
    create trigger fail before update on ${schema}.trigger_events for each row execute function ${schema}.fail()`)
  return async () => {
    await pglite.exec(`drop trigger fail on ${schema}.trigger_events; drop function ${schema}.fail()`)
  }
}

test('texts of the longest kind are taken in any script', async () => {
  const as = testIdentity()
  const properties = { note: { type: 'string', maxLength: 20_000 }, more: { type: 'string', maxLength: 20_000 } }
  const id = await publish(server, as, asking({ inputSchema: { type: 'object', properties } }))
  const { url } = await trigger(as, id)
  const { sendId } = await open(url)
  const text = '書'.repeat(20_000)
  expect((await send(url, { send_id: sendId, note: text, more: text })).status).toBe(200)
})

describe('the answer of a form', () => {
  test('leads to the page of the author, which its policy allows', async () => {
    const as = testIdentity()
    const redirectUrl = 'https://acme.example/thanks?a=1'
    const id = await publish(server, as, asking({ answer: 'redirect', redirectUrl }))
    const { url } = await trigger(as, id)
    const { response, sendId } = await open(url)
    expect(response.headers.get('content-security-policy')).toContain(
      "form-action 'self' https://app.example https://acme.example;",
    )
    const { status, headers } = await send(url, { send_id: sendId, name: 'Ada', seats: '2' })
    expect([status, headers.get('location')]).toEqual([303, redirectUrl])
  })

  test('is that of the respond node, else the text, also for a run that fails; waiting ones are limited', async () => {
    const as = testIdentity()
    const response = { format: 'html', body: '<h1>Welcome</h1>' }
    const answers = [
      await publish(server, as, asking({ answer: 'run' }, node('reply', 'respond', { response }))),
      await publish(server, as, asking({ answer: 'run', message: 'Done' })),
      await publish(server, as, asking({ answer: 'run' }, node('job', 'work', { value: 1, fail: 'secret reason' }))),
      await publish(
        server,
        as,
        asking({ answer: 'run', answerWithin: '200ms', message: 'Late' }, node('job', 'approval', {})),
      ),
    ].map(async (id) => {
      const { url } = await trigger(as, id)
      const { sendId } = await open(url)
      return () => send(url, { send_id: sendId, name: 'Ada', seats: '2' })
    })
    const [byNode, byText, failed, late] = await Promise.all(answers)
    const welcome = await byNode?.()
    expect(welcome).toMatchObject({ status: 200, text: '<h1>Welcome</h1>' })
    expect(welcome?.headers.get('content-security-policy')).toContain('; sandbox;')
    // The same page again gets the stored answer.
    expect(await byNode?.()).toMatchObject({ status: 200, text: '<h1>Welcome</h1>' })
    expect((await byText?.())?.text).toContain('Done')
    const broken = await failed?.()
    expect(broken?.status).toBe(500)
    expect(broken?.text).toContain('could not be processed')
    expect(broken?.text).not.toContain('secret reason')
    const [first, second] = await Promise.all([late?.(), late?.()])
    expect([first?.status, second?.status].sort()).toEqual([200, 429])
  })
})

test('a test of the draft shows its form and starts test runs; one that cannot be shown says why', async () => {
  const as = testIdentity()
  const id = await create(as, asking())
  const { test: opened } = await change(as, id, 'test')
  const { text, sendId } = await open(opened?.url)
  expect(text).toContain('This is a test of the draft')
  expect((await send(opened?.url, { send_id: sendId, name: 'Ada', seats: '2' })).text).toContain('Thank you')
  expect(await runsOf(as, id, 'test')).toHaveLength(1)
  expect(await runsOf(as, id)).toEqual([])

  const value = { type: 'object', properties: { file: { type: 'array' } } }
  const operations = [{ op: 'set_param', nodeId: 'page', path: ['inputSchema'], value }]
  await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
  const unfinished = await open(opened?.url)
  expect(unfinished.response.status).toBe(422)
  expect(unfinished.text).toContain('The field &quot;file&quot; is of the type array')
  const refused = await server.json<{ issues: unknown[] }>(422, `/workflows/${id}/versions`, {
    as,
    method: 'POST',
    body: {},
  })
  expect(refused.issues).toMatchObject([
    { path: ['nodes', 'page', 'params', 'inputSchema', 'properties', 'file'], code: 'TRIGGER_INVALID' },
  ])
})

test('a person starts a run at a form as well, with the same checks', async () => {
  const as = testIdentity()
  const id = await publish(server, as, asking())
  const start = (status: number, input: JsonObject) =>
    server.json<JsonObject>(status, `/workflows/${id}/runs`, { as, method: 'POST', body: { input } })
  expect(await start(422, { name: 'Ada' })).toMatchObject({ code: 'RUN_INPUT_INVALID' })
  const { runId } = await start(201, { name: 'Ada', seats: 2 })
  expect(await untilRun(server, as, String(runId))).toMatchObject({ status: 'completed', output: { who: 'Ada' } })
})
