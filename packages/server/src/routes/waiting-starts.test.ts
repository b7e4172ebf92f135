import type { Approval, Page, RunSummary, StartedRun, WaitedRun } from '@tenon/core/api'
import type { JsonObject, WorkflowDocument } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking, publish } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer, tokenOf } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer({ limits: { rates: false, heldPerTenant: 2, connectionsPerUser: 1 } })
})
afterAll(() => server.close())

type As = ReturnType<typeof testIdentity>

const greeting = workflow(
  [node('start', 'start'), node('greet', 'set', { values: { greeting: 'Hello {{input.text}}' } }), node('end', 'end')],
  ['start>greet', 'greet>end'],
)
/** start → respond → approval → end: the run answers early and continues. */
function answering(response: JsonObject): WorkflowDocument {
  const { nodes } = asking()
  return workflow(
    [...nodes, node('reply', 'respond', { response })],
    ['start>reply', 'reply>review', 'review:approve>yes', 'review:reject>no'],
  )
}

const start = (as: As, id: string, query = '', headers: Record<string, string> = {}) =>
  server.call(`/workflows/${id}/runs${query}`, { as, method: 'POST', body: { input: { text: 'you' } }, headers })

async function approve(as: As): Promise<void> {
  for (;;) {
    const { items } = await server.json<Page<Approval>>(200, '/approvals?status=open', { as })
    const [open] = items
    if (open !== undefined) {
      const body = { choice: 'approve' }
      await server.json(200, `/approvals/${open.approvalId}/decision`, { as, method: 'POST', body })
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const runsOf = async (as: As) => (await server.json<Page<RunSummary>>(200, '/runs', { as })).items

describe('a start that waits', () => {
  test('is answered with the run once it has ended, again for the same key', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const response = await start(as, id, '?wait=30s', { 'idempotency-key': 'k' })
    const run = (await response.json()) as WaitedRun
    expect(response.status).toBe(200)
    expect(response.headers.get('location')).toBe(`https://app.example/automation/runs/${run.runId}`)
    expect(run).toMatchObject({ status: 'completed', output: { greeting: 'Hello you' }, answer: null })
    const again = await start(as, id, '?wait=30s', { 'idempotency-key': 'k' })
    expect([again.status, await again.json()]).toEqual([200, run])
    expect(await runsOf(as)).toHaveLength(1)
  })

  test('is answered early by a respond node, and with the run in progress when its time is over', async () => {
    const as = testIdentity()
    const id = await publish(server, as, answering({ status: 202, headers: { 'x-custom-a': '1' }, body: '{{input}}' }))
    const answer = { status: 202, format: 'json', headers: { 'x-custom-a': '1' }, body: { text: 'you' } }
    const early = await start(as, id, '?wait=1m')
    expect([early.status, await early.json()]).toMatchObject([200, { answer, finishedAt: null }])
    const silent = await publish(server, as, asking())
    const late = await start(as, silent, '?wait=1ms')
    expect([late.status, await late.json()]).toMatchObject([202, { answer: null, finishedAt: null, output: null }])
    expect([early, late].map(({ headers }) => headers.get('retry-after'))).toEqual([null, '1'])
    const waiting = start(as, silent, '?wait=2m')
    for (let voted = 0; voted < 3; voted += 1) await approve(as)
    expect(await (await waiting).json()).toMatchObject({ status: 'completed', outcome: 'approved' })
  })

  test('is refused for a time that is none or too long, and when too many wait, and starts nothing then', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    for (const wait of ['3m', '121s', 'soon', '-1s', '1h', '']) {
      const refused = await start(as, id, `?wait=${wait}`)
      expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([422, 'REQUEST_INVALID'])
    }
    const two = [start(as, id, '?wait=2m'), start(as, id, '?wait=2m')]
    while ((await runsOf(as)).length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    const third = await start(as, id, '?wait=2m')
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1'])
    // Others and other requests of the tenant are not held up.
    expect((await start(as, id)).status).toBe(201)
    const other = testIdentity()
    expect((await start(other, await publish(server, other, greeting), '?wait=2m')).status).toBe(200)
    for (let voted = 0; voted < 3; voted += 1) await approve(as)
    for (const response of await Promise.all(two)) expect(response.status).toBe(200)
    expect((await start(as, id, '?wait=1ms')).status).toBe(202)
    expect(await runsOf(as)).toHaveLength(4)
  })

  test('ends when its caller leaves, over real HTTP', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const { url } = await server.listen()
    const leaving = new AbortController()
    const send = async (query: string, signal: AbortSignal | null) => {
      const response = await fetch(`${url}/workflows/${id}/runs${query}`, {
        ...{ method: 'POST', body: '{}', signal },
        headers: { authorization: `Bearer ${tokenOf(as)}`, 'content-type': 'application/json' },
      })
      await response.text()
      return response.status
    }
    const gone = [send('?wait=2m', leaving.signal), send('?wait=2m', leaving.signal)]
    while ((await runsOf(as)).length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    leaving.abort()
    for (const request of gone) await expect(request).rejects.toThrow()
    for (;;) {
      const status = await send('?wait=1ms', null)
      if (status === 202) break
      expect(status).toBe(429)
    }
  })
})

describe('a start that is streamed', () => {
  const STREAM = { accept: 'text/event-stream' }

  test('begins with the run, has its events, and continues after the last one for the same key', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const response = await start(as, id, '', { ...STREAM, 'idempotency-key': 's' })
    const text = await response.text()
    const [, started, ...events] = text.split('\n\n').filter((part) => part !== '')
    const { runId } = JSON.parse(started?.split('data: ')[1] ?? '') as StartedRun
    expect(started).toMatch(/^event: run\nid: 0\n/)
    expect(response.headers.get('location')).toBe(`https://app.example/automation/runs/${runId}`)
    expect(events.at(-1)).toBe('event: end\ndata: {}')
    expect(events[0]).toContain('id: 1\ndata: {"seq":1,"type":"run_started"')
    const own = await server.call(`/runs/${runId}/events?after=0`, { as })
    expect((await own.text()).split('\n\n').slice(1)).toEqual([...events, ''])
    const rest = await start(as, id, '', { ...STREAM, 'idempotency-key': 's', 'last-event-id': '2' })
    expect((await rest.text()).split('\n\n').slice(1)).toEqual([...events.slice(2), ''])
    expect(await runsOf(as)).toHaveLength(1)
  })

  test('starts nothing if it may not be opened', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const codeOf = async (response: Response) => ((await response.json()) as Problem).code
    expect(await codeOf(await start(as, id, '', { ...STREAM, 'last-event-id': '2' }))).toBe('REQUEST_INVALID')
    const lost = { ...STREAM, 'last-event-id': '2', 'idempotency-key': 'forgotten' }
    expect(await codeOf(await start(as, id, '', lost))).toBe('REQUEST_INVALID')
    expect(await codeOf(await start(as, id, '', { ...STREAM, 'last-event-id': 'x' }))).toBe('CURSOR_INVALID')
    expect(await codeOf(await start(as, id, '?wait=1s', STREAM))).toBe('REQUEST_INVALID')
    const changes = await server.call('/changes/events', { as })
    expect(await codeOf(await start(as, id, '', STREAM))).toBe('RATE_LIMITED')
    await changes.body?.cancel()
    expect(await runsOf(as)).toEqual([])
    const streamed = await start(as, id, '', STREAM)
    expect([streamed.status, (await streamed.text()).endsWith('event: end\ndata: {}\n\n')]).toEqual([200, true])
    // Those who take JSON as well, or no stream, get JSON.
    for (const accept of ['application/json, text/event-stream', 'text/event-stream;q=0', 'text/event-stream; q=0.0']) {
      expect((await start(as, id, '', { accept })).status).toBe(201)
    }
    const first = await start(as, id, '', { accept: 'Text/Event-Stream; q=0.9, */*' })
    expect(first.headers.get('content-type')).toContain('text/event-stream')
    await first.text()
  })
})
