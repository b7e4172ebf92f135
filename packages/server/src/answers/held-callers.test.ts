import type { Approval, FileInfo, Identity, Page, RunSummary, Trigger, WaitedRun } from '@tenon/core/api'
import type { JsonObject, WorkflowDocument } from '@tenon/core/document'
import { MASK } from '@tenon/core/mask'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { asking, publish } from '../testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
const logged: string[] = []
beforeAll(async () => {
  const limits = { rates: false, heldPerTenant: 2 } as const
  const log = (level: string, message: string) => void (level === 'error' && logged.push(message))
  server = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys, limits, log })
})
afterAll(() => server.close())

const KEYED = { signature: 'none', answer: 'run', dedupeKey: 'trigger.body.id' }
const { dedupeKey: _, ...UNKEYED } = KEYED

/** hook → approval → respond → end */
function slow(params: JsonObject): WorkflowDocument {
  const reply = { status: 201, body: 'the answer' }
  return workflow(
    [
      ...[node('hook', 'webhook', params), node('ask', 'approval', { evidence: { order: '{{trigger.body}}' } })],
      ...[node('reply', 'respond', { response: reply }), node('end', 'end', { output: 'the output' })],
    ],
    ['hook>ask', 'ask:approve>reply', 'reply>end'],
  )
}

/** hook → respond → end */
const quick = (params: JsonObject, response: JsonObject) =>
  workflow(
    [node('hook', 'webhook', params), node('reply', 'respond', { response }), node('end', 'end')],
    [...['hook>reply', 'reply>end']],
  )

async function hookOf(as: Identity, document: WorkflowDocument): Promise<string> {
  const id = await publish(server, as, document)
  return `${(await server.json<Trigger>(200, `/workflows/${id}/triggers/hook`, { as })).url}`
}

const send = (url: string, body: JsonObject, to = server) =>
  to.automation.fetch(
    new Request(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  )
const start = (as: Identity, id: string, query = '', input: JsonObject = {}, to = server) =>
  to.call(`/workflows/${id}/runs${query}`, { as, method: 'POST', body: { input } })
const read = async (response: Response) => [response.status, await response.json()]
const runsOf = async (as: Identity) => (await server.json<Page<RunSummary>>(200, '/runs', { as })).items

async function untilOpen(as: Identity, count: number): Promise<readonly Approval[]> {
  for (;;) {
    const { items } = await server.json<Page<Approval>>(200, '/approvals?status=open', { as })
    if (items.length >= count) return items
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function approve(as: Identity): Promise<void> {
  const [open] = await untilOpen(as, 1)
  const body = { choice: 'approve' }
  await server.json(200, `/approvals/${open?.approvalId}/decision`, { as, method: 'POST', body })
}

describe('a message that waits', () => {
  test.each([[{ responds: true }], [{ list: [{ responds: true }] }]])(
    'gets its answer from another process, and again, whatever it says: %j',
    async (order) => {
      const as = testIdentity()
      const url = await hookOf(as, slow({ ...KEYED, answerWithin: '1m' }))
      // The sibling has no worker: the run is executed by the other process.
      const sibling = await server.sibling()
      const held = send(url, { id: '1', ...order }, sibling)
      await approve(as)
      expect(await read(await held)).toEqual([201, 'the answer'])
      await sibling.close()
      expect(await read(await send(url, { id: '1', ...order }))).toEqual([201, 'the answer'])
    },
  )

  test('is accepted when its process closes, and does not use up the waits of people', async () => {
    const as = testIdentity()
    const url = await hookOf(as, slow({ ...UNKEYED, answerWithin: '2m', lateAnswer: 'timeout' }))
    const keyed = await hookOf(as, slow({ ...KEYED, answerWithin: '2m', lateAnswer: 'timeout' }))
    const sibling = await server.sibling()
    const held = [send(url, {}, sibling), send(keyed, { id: '1' }, sibling)]
    await untilOpen(as, 2)
    expect((await send(url, {}, sibling)).status).toBe(429)
    const plain = workflow([node('start', 'start'), node('end', 'end')], ['start>end'])
    expect((await start(as, await publish(server, as, plain), '?wait=1m', {}, sibling)).status).toBe(200)
    await sibling.close()
    expect(await Promise.all(held.map(async (one) => read(await one)))).toMatchObject([
      [202, { status: 'accepted' }],
      // It has a key, so its sender may repeat it.
      [504, { code: 'RUN_ANSWER_LATE' }],
    ])
    expect(logged).toEqual([])
  })

  test('gives no other sender its answer: not for its key, nor as a part of its run', async () => {
    const as = testIdentity()
    const url = await hookOf(as, quick(KEYED, { body: '{{trigger.body}}' }))
    const first = { id: '7', iban: 'DE123' }
    expect(await read(await send(url, first))).toEqual([200, first])
    expect(await read(await send(url, { id: '7' }))).toMatchObject([200, { status: 'repeated' }])
    expect(await read(await send(url, first))).toEqual([200, first])

    // The other message gets no run of its own, and no answer of that of the first.
    const sharing = {
      ...quick(UNKEYED, { body: '{{trigger.body}}' }),
      settings: { dedupe: { key: '1', window: '1d' } },
    }
    const shared = await hookOf(as, sharing as WorkflowDocument)
    expect(await read(await send(shared, { name: 'Ada' }))).toEqual([200, { name: 'Ada' }])
    expect(await read(await send(shared, { name: 'Eve' }))).toMatchObject([202, { status: 'accepted' }])
    expect(await runsOf(as)).toHaveLength(2)
  })

  test('is only repeated once its run was deleted', async () => {
    const as = testIdentity({ role: 'admin' })
    const url = await hookOf(as, quick(KEYED, { body: 'ok' }))
    expect((await send(url, { id: '1' })).status).toBe(200)
    for (;;) {
      const [run] = await runsOf(as)
      const deleted = await server.call(`/runs/${run?.runId}`, { as, method: 'DELETE' })
      if (deleted.status === 204) break
    }
    expect(await read(await send(url, { id: '1' }))).toMatchObject([200, { status: 'repeated' }])
  })

  test('counts until its file was read, or its sender has gone', async () => {
    const as = testIdentity()
    const { ref: body } = await server.json<FileInfo>(201, '/files?name=a.bin', {
      ...{ as, method: 'POST', body: new Uint8Array(300_000) },
      headers: { 'content-type': 'application/octet-stream' },
    })
    const url = await hookOf(as, quick(UNKEYED, { format: 'file', body }))
    const open = [await send(url, {}), await send(url, {})]
    expect((await send(url, {})).status).toBe(429)
    expect((await open[0]?.arrayBuffer())?.byteLength).toBe(300_000)
    const third = await send(url, {})
    expect(third.status).toBe(200)
    await third.body?.cancel()
    expect((await send(url, {})).status).toBe(200)
  })
})

describe('a start that waits', () => {
  test('shows no credentials of its answer, as elsewhere', async () => {
    const as = testIdentity()
    const nodes = [
      node('start', 'start'),
      node('reply', 'respond', { response: { body: '{{input}}' } }),
      node('end', 'end'),
    ]
    const id = await publish(server, as, workflow(nodes, ['start>reply', 'reply>end']))
    const response = await start(as, id, '?wait=1m', { password: 'hunter2hunter2' })
    expect(((await response.json()) as WaitedRun).answer?.body).toEqual({ password: MASK })
  })

  // The last one: it closes the server.
  test('is answered with its run when the server closes', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const held = [start(as, id, '?wait=1m'), start(as, id, '?wait=1m')]
    await untilOpen(as, 2)
    await server.automation.close()
    for (const response of await Promise.all(held)) {
      expect([response.status, response.headers.has('location')]).toEqual([202, true])
      expect(await response.json()).toMatchObject({ answer: null, finishedAt: null })
    }
    expect(logged).toEqual([])
  })
})
