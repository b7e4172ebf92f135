import type { FileInfo, Identity, Trigger, Workflow } from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import { MASK } from '@tenon/core/mask'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish } from '../testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
const logged: string[] = []
beforeAll(async () => {
  const limits = { rates: false, heldPerTenant: 1 } as const
  const log = (level: string, message: string) => void (level === 'error' && logged.push(message))
  server = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys, limits, log })
})
afterAll(() => server.close())

const HOOK = { signature: 'none', answer: 'run', dedupeKey: 'trigger.body.id' }

/** hook → respond → last → end */
function answering(response: JsonObject, params: JsonObject = {}, last = node('last', 'set', {})) {
  return workflow(
    [node('hook', 'webhook', { ...HOOK, ...params }), node('reply', 'respond', { response }), last, node('end', 'end')],
    ['hook>reply', 'reply>last', `last${last.type === 'approval' ? ':approve' : ''}>end`],
  )
}

async function urlOf(as: Identity, id: string, mode: 'live' | 'test' = 'live'): Promise<string> {
  const trigger = await server.json<Trigger>(200, `/workflows/${id}/triggers/hook`, { as })
  return `${mode === 'live' ? trigger.url : trigger.test?.url}`
}

const send = (url: string, id: string, to = server) =>
  to.automation.fetch(
    new Request(url, {
      method: 'POST',
      body: JSON.stringify({ id, password: 'abc' }),
      headers: { 'content-type': 'application/json' },
    }),
  )

describe('a webhook that answers with the run', () => {
  test('sends what the first respond node says, again for the same key and from another process', async () => {
    const as = testIdentity()
    const response = {
      status: 201,
      format: 'html',
      headers: { 'x-custom-kind': 'greeting', 'cache-control': 'max-age=5' },
      body: '<p>Hello</p><script>alert(1)</script>',
    }
    // The run continues: it waits for an approval.
    const id = await publish(server, as, answering(response, {}, node('last', 'approval', {})))
    const url = await urlOf(as, id)
    const sibling = await server.sibling()
    for (const to of [server, sibling]) {
      const answer = await send(url, '1', to)
      expect([answer.status, await answer.text()]).toEqual([201, response.body])
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        ...response.headers,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy':
          "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; sandbox; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      })
      expect(answer.headers.has('set-cookie')).toBe(false)
    }
    await sibling.close()
    const runs = await server.json<{ items: unknown[] }>(200, `/runs?workflowId=${id}`, { as })
    expect(runs.items).toHaveLength(1)
  })

  test.each<[JsonObject, number, string | null, string]>([
    [{ body: { ok: [1] } }, 200, 'application/json; charset=utf-8', '{"ok":[1]}'],
    [{ format: 'text', body: 'a' }, 200, 'text/plain; charset=utf-8', 'a'],
    [{ format: 'text', body: '<a/>', headers: { 'content-type': 'application/xml' } }, 200, 'application/xml', '<a/>'],
    [{ format: 'empty', status: 204 }, 204, null, ''],
  ])('sends %j', async (response, status, type, body) => {
    const as = testIdentity()
    const answer = await send(await urlOf(as, await publish(server, as, answering(response))), '1')
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([status, type, body])
  })

  test('sends a file with its name, and never as a script; 404 once it was deleted', async () => {
    const as = testIdentity()
    const upload = (name: string, type: string) =>
      server.json<FileInfo>(201, `/files?name=${name}&type=${encodeURIComponent(type)}`, {
        ...{ as, method: 'POST', body: new TextEncoder().encode('let a = 1') },
        headers: { 'content-type': 'application/octet-stream' },
      })
    for (const [name, type, sent] of [
      ['a.txt', 'text/plain', 'text/plain'],
      ['a.js', 'text/javascript', 'application/octet-stream'],
    ] as const) {
      const { ref: body } = await upload(name, type)
      const answer = await send(await urlOf(as, await publish(server, as, answering({ format: 'file', body }))), '1')
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, sent, 'let a = 1'])
      expect(answer.headers.get('content-disposition')).toContain(`attachment; filename="${name}"`)
      expect(answer.headers.get('content-length')).toBe('9')
    }
    const { ref: page } = await upload('a.html', 'text/html')
    const { ref: plain } = await upload('a.txt', 'text/plain')
    for (const [file, headers, shown] of [
      [page, {}, 'attachment; filename="a.html"'],
      [page, { 'content-type': 'image/png' }, 'inline'],
      [plain, { 'content-type': 'text/html' }, 'attachment; filename="a.txt"'],
      [plain, {}, 'inline'],
    ] as const) {
      const body = { format: 'file', body: file, headers: { ...headers, 'content-disposition': 'inline' } }
      const answer = await send(await urlOf(as, await publish(server, as, answering(body))), '1')
      await answer.arrayBuffer()
      expect(answer.headers.get('content-disposition')).toContain(shown)
    }
    const missing = { file: `fil_${'0'.repeat(32)}`, name: 'a', type: 'text/plain', size: 1 }
    const id = await publish(server, as, answering({ format: 'file', body: missing }))
    const answer = await send(await urlOf(as, id), '1')
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'FILE_NOT_FOUND' }])
  })

  test('sends the output of a run without an answer, and no reason of a failure', async () => {
    const as = testIdentity()
    const ending = (fail: string) =>
      workflow(
        [node('hook', 'webhook', HOOK), node('job', 'work', { value: 3, fail }), node('end', 'end')],
        ['hook>job', 'job>end'],
      )
    const good = await send(await urlOf(as, await publish(server, as, ending(''))), '1')
    // Credentials are masked, as wherever an output is shown.
    expect(await good.json()).toMatchObject({ worked: 3, body: { id: '1', password: MASK } })
    const bad = await send(await urlOf(as, await publish(server, as, ending('the key is 123'))), '1')
    const text = await bad.text()
    expect([bad.status, text.includes('123'), text.includes('RUN_NOT_COMPLETED')]).toEqual([500, false, true])
    expect(logged).not.toContain('request.failed: internal error')
  })

  test.each([
    ['accepted', 202, { status: 'accepted' }],
    ['timeout', 504, { code: 'RUN_ANSWER_LATE' }],
  ])('answers as %s when the time is over, and later with the run', async (lateAnswer, status, json) => {
    const as = testIdentity()
    const params = { ...HOOK, answerWithin: '10ms', lateAnswer }
    const document = workflow(
      [node('hook', 'webhook', params), node('ask', 'approval', {}), node('end', 'end', { output: 'approved' })],
      ['hook>ask', 'ask:approve>end'],
    )
    const url = await urlOf(as, await publish(server, as, document))
    const late = await send(url, '1')
    expect([late.status, await late.json()]).toMatchObject([status, json])
    expect(late.headers.get('retry-after')).toBe(status === 504 ? '1' : null)
    const { items } = await server.json<{ items: { approvalId: string }[] }>(200, '/approvals?status=open', { as })
    const body = { choice: 'approve' }
    await server.json(200, `/approvals/${items[0]?.approvalId}/decision`, { as, method: 'POST', body })
    for (;;) {
      const answer = await send(url, '1')
      if (answer.status === status) continue
      expect([answer.status, await answer.json()]).toEqual([200, 'approved'])
      return
    }
  })

  test('refuses a message when too many wait, which starts nothing; and the test address answers as well', async () => {
    const as = testIdentity()
    const { id } = await server.json<Workflow>(201, '/workflows', {
      ...{ as, method: 'POST', body: { name: 'Test', document: answering({ body: 'tried' }) } },
    })
    await server.json(200, `/workflows/${id}/triggers/hook/test`, { as, method: 'POST' })
    const tried = await send(await urlOf(as, id, 'test'), '1')
    expect([tried.status, await tried.json()]).toEqual([200, 'tried'])
    const asking = workflow(
      [node('hook', 'webhook', { ...HOOK, answerWithin: '300ms' }), node('ask', 'approval', {}), node('end', 'end')],
      ['hook>ask', 'ask:approve>end'],
    )
    const waiting = await publish(server, as, asking)
    const url = await urlOf(as, waiting)
    const statuses = (await Promise.all([send(url, '1'), send(url, '2')])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([202, 429])
    const runs = await server.json<{ items: unknown[] }>(200, `/runs?workflowId=${waiting}`, { as })
    expect(runs.items).toHaveLength(1)
  })
})
