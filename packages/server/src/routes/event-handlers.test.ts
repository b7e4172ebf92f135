import type { EventWait, Ledger, Page, Run, SentEvent, StartedRun } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { defineNode, implementInlineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { BASE_URL, openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const common = { version: 1, description: 'For tests', icon: 'M4 12h16', category: 'flow', summary: 'Waits' } as const
const anything = z.record(z.string(), z.unknown())
const ports = [{ name: 'success', title: 'success' }] as const
const schema = { type: 'object', properties: { n: { type: 'number' } } }

const waitForEvent = defineNode({
  ...{ ...common, type: 'wait-for-event', title: 'Event', control: 'event', inline: true, effect: 'none' },
  ...{ params: z.object({ key: z.string() }), ports, outputs: { success: anything } },
})
const waitForCallback = defineNode({
  ...{ ...common, type: 'wait-for-callback', title: 'Callback', control: 'callback', inline: true, effect: 'none' },
  ...{ params: z.object({}), ports, outputs: { success: anything } },
})
/** Sends a text to another system, which answers with the same text. */
const send = defineNode({
  ...{ ...common, type: 'send', title: 'Send', effect: 'read' },
  ...{ params: z.object({ text: z.string() }), ports, outputs: { success: anything } },
})

let server: TestServer
/** Texts that nodes have sent to the other system. */
const sent: string[] = []

const nodes = [
  ...testNodes,
  implementInlineNode(waitForEvent, ({ key }, { resume }) =>
    resume?.kind === 'event'
      ? { port: 'success', output: resume.payload }
      : { suspend: { kind: 'event', name: 'paid', key, schema, dueAt: null } },
  ),
  implementInlineNode(waitForCallback, (_params, { resume }) =>
    resume?.kind === 'event'
      ? { port: 'success', output: resume.payload }
      : { suspend: { kind: 'callback', schema, dueAt: null } },
  ),
  implementNode(send, async ({ params: { text }, log }) => {
    sent.push(text)
    log('info', `sent ${text}`)
    return { port: 'success', output: { echo: text } }
  }),
]

beforeAll(async () => {
  server = await openTestServer({
    ...{ nodes, keyProvider: plainKeys },
    dataLimits: (tenantId) => (tenantId.startsWith('full-') ? { payloadBytes: 0 } : {}),
  })
})
afterAll(() => server.close())

const waiting = workflow(
  [node('start', 'start'), node('paid', 'wait-for-event', { key: '{{input.order}}' }), node('end', 'end')],
  ['start>paid', 'paid>end'],
)

const calling = workflow(
  [
    node('start', 'start'),
    node('link', 'set', { values: { back: 'Call {{run.callbackUrls.wait}}' } }),
    node('notify', 'send', { text: '{{nodes.link.output.back}} of {{input.order}}' }),
    node('wait', 'wait-for-callback'),
    node('end', 'end'),
  ],
  ['start>link', 'link>notify', 'notify>wait', 'wait>end'],
)

type Answer<Body> = Body & Pick<Problem, 'code' | 'detail'>

describe('POST /events', () => {
  test('ends the waits of the tenant, is kept without one, and is in the audit log', async () => {
    const [editor, stranger] = [testIdentity(), testIdentity()]
    const id = await publish(server, editor, waiting)
    const post = <Body>(status: number, path: string, body: object, as = editor) =>
      server.json<Answer<Body>>(status, path, { as, method: 'POST', body })
    const [first, second] = [
      await post<StartedRun>(201, `/workflows/${id}/runs`, { input: { order: 'o1' } }),
      await post<StartedRun>(201, `/workflows/${id}/runs`, { input: { order: 'o1' } }),
    ]
    for (const { runId } of [first, second]) await untilRun(server, editor, runId, ({ status }) => status === 'waiting')
    const open = await server.json<Page<EventWait>>(200, `/event-waits?workflowId=${id}&status=open`, { as: editor })
    expect(open.items).toHaveLength(2)
    expect(open.items[0]).toMatchObject({
      ...{ runId: second.runId, nodeRunId: 'paid', waitId: 'paid/1/0', workflowName: 'Sample', kind: 'event' },
      ...{ name: 'paid', key: 'o1', schema, status: 'open', dueAt: null },
    })
    const event = { name: 'paid', key: 'o1', payload: { n: 2 }, id: 'p1' }
    expect(await post<SentEvent>(202, '/events', event, stranger)).toMatchObject({ status: 'buffered', delivered: 0 })
    expect(await post(422, '/events', { ...event, payload: { n: 'two' } })).toMatchObject({
      code: 'EVENT_PAYLOAD_INVALID',
      detail: expect.stringContaining('n'),
    })
    expect(await post(422, '/events', { ...event, ttl: '31d' })).toMatchObject({ code: 'REQUEST_INVALID' })
    const answer = await post<SentEvent>(202, '/events', event)
    expect(answer).toEqual({ eventId: 'p1', status: 'delivered', delivered: 2, expiresAt: null, refused: [] })
    expect(await post<SentEvent>(202, '/events', event)).toEqual(answer)
    expect(await post(409, '/events', { ...event, payload: {} })).toMatchObject({ code: 'EVENT_ID_USED' })
    for (const { runId } of [first, second]) {
      expect(await untilRun(server, editor, runId)).toMatchObject({ status: 'completed', output: { n: 2 } })
    }
    const closed = await server.json<Page<EventWait>>(200, `/event-waits?runId=${first.runId}`, { as: editor })
    expect(closed.items).toMatchObject([{ status: 'resolved' }])
    const { kept } = await server.automation
      .for(editor)
      .events.send({ name: 'paid', key: 'o2', ttl: '1h' })
      .then((buffered) => ({ kept: buffered }))
    expect(kept).toMatchObject({ status: 'buffered', expiresAt: expect.any(String) })
  })
})

describe('POST /events of a tenant that stores as much as it may', () => {
  test('refuses a large value, and keeps nothing of it', async () => {
    const as = testIdentity({ tenantId: `full-${crypto.randomUUID()}` })
    const event = { name: 'paid', key: 'o1', id: 'e1', payload: { text: 'x'.repeat(17_000) } }
    const refused = await server.json<Problem>(429, '/events', { as, method: 'POST', body: event })
    expect(refused).toMatchObject({ code: 'PAYLOAD_LIMIT_REACHED', issues: [{ path: ['payload'] }] })
    const body = { ...event, payload: { n: 1 } }
    expect(await server.json<SentEvent>(202, '/events', { as, method: 'POST', body })).toMatchObject({
      status: 'buffered',
    })
  })
})

describe('POST /callbacks/{token}', () => {
  test('continues the run once; its URL is in no log, and cannot be guessed', async () => {
    const editor = testIdentity()
    const id = await publish(server, editor, calling)
    const started = await server.json<StartedRun>(201, `/workflows/${id}/runs`, {
      ...{ as: editor, method: 'POST', body: { input: { order: 'o7' } } },
    })
    const { runId } = started
    await untilRun(server, editor, runId, ({ status }) => status === 'waiting')
    const text = sent.find((each) => each.endsWith(' of o7')) ?? ''
    const [, url = '', token = ''] = /^Call (https:\/\/\S+\/callbacks\/(\S+)) of o7$/.exec(text) ?? []
    expect(url).toBe(`${BASE_URL}/callbacks/${token}`)
    const post = <Body>(status: number, path: string, body: unknown) =>
      server.json<Answer<Body>>(status, path, { method: 'POST', body })

    const [target = '', signature = ''] = token.split('.')
    const forged = Buffer.from(JSON.stringify(['another-tenant', runId, 'wait'])).toString('base64url')
    for (const wrong of [
      `${target}.${signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      `${forged}.${signature}`,
      'x',
    ]) {
      expect(await post(404, `/callbacks/${wrong}`, {})).toMatchObject({ code: 'CALLBACK_NOT_FOUND' })
    }
    expect(await post(422, `/callbacks/${token}`, { n: 'text' })).toMatchObject({ code: 'EVENT_PAYLOAD_INVALID' })
    expect(await post(202, `/callbacks/${token}`, { n: 1 })).toEqual({ status: 'delivered' })
    const run = await untilRun(server, editor, runId)
    expect(run).toMatchObject({ status: 'completed', output: { n: 1 } })
    // A repeated call gets the same answer; another one is too late.
    expect(await post(202, `/callbacks/${token}`, { n: 1 })).toEqual({ status: 'delivered' })
    expect(await post(409, `/callbacks/${token}`, { n: 2 })).toMatchObject({ code: 'CALLBACK_USED' })

    const ledger = await server.json<Ledger>(200, `/runs/${runId}/ledger`, { as: editor })
    const events = await server.automation.for(editor).runs.get(runId)
    const frames = await framesOf(editor, runId)
    for (const shown of [ledger, events, frames].map((each) => JSON.stringify(each))) {
      expect(shown).not.toContain(signature)
      expect(shown).not.toContain(target)
    }
    expect(JSON.stringify(ledger)).toContain('tenon-callback.')
  })

  test('is refused before its body is read, with rates of its own', async () => {
    const own = await server.sibling({
      limits: { rates: { callback: { perSecond: 0, burst: 2 }, start: { perSecond: 0, burst: 0 } } },
    })
    onTestFinished(() => own.close())
    const editor = testIdentity()
    const id = await publish(server, editor, calling)
    const started = await server.json<StartedRun>(201, `/workflows/${id}/runs`, {
      ...{ as: editor, method: 'POST', body: { input: { order: 'o8' } } },
    })
    await untilRun(server, editor, started.runId, ({ status }) => status === 'waiting')
    const [, token = ''] = /callbacks\/(\S+) of /.exec(sent.find((each) => each.endsWith(' of o8')) ?? '') ?? []
    // A list is no body of a callback: if it were read first, the answer would be 422.
    const call = (status: number, last: string, body: unknown = []) =>
      own.json<Answer<object>>(status, `/callbacks/${last}`, { method: 'POST', body })
    expect(await call(202, token, { n: 1 })).toEqual({ status: 'delivered' })
    expect(await call(404, 'x')).toMatchObject({ code: 'CALLBACK_NOT_FOUND' })
    const limited = { code: 'RATE_LIMITED', details: { rate: 'callback' } }
    // A token of a tenant whose key must be read takes from a balance of its own.
    const ghost = `${Buffer.from('["ghost","r","n"]').toString('base64url')}.${'A'.repeat(43)}`
    await call(404, 'x')
    expect(await call(429, 'x')).toMatchObject(limited)
    for (const status of [404, 404, 429, 429]) await call(status, ghost)
    expect(await call(202, token, { n: 1 })).toEqual({ status: 'delivered' })
    expect(await call(429, token)).toMatchObject(limited)
  })

  test('takes a placeholder of another run for plain text, and a call after the end of the run is gone', async () => {
    const editor = testIdentity()
    const id = await publish(server, editor, calling)
    const start = (order: string) =>
      server.json<StartedRun>(201, `/workflows/${id}/runs`, { as: editor, method: 'POST', body: { input: { order } } })
    const guessed = Buffer.from(JSON.stringify(['some-run', 'wait'])).toString('base64url')
    const placeholder = `tenon-callback.${guessed}.AAAAAAAAAAAAAAAAAAAAAA`
    const { runId } = await start(placeholder)
    await untilRun(server, editor, runId, ({ status }) => status === 'waiting')
    const text = sent.find((each) => each.endsWith(placeholder)) ?? ''
    const [, token = ''] = /callbacks\/(\S+) of /.exec(text) ?? []
    await server.json<Run>(200, `/runs/${runId}/cancel`, { as: editor, method: 'POST' }).catch(() => undefined)
    await untilRun(server, editor, runId)
    const late = await server.json<Problem>(410, `/callbacks/${token}`, { method: 'POST', body: {} })
    expect(late).toMatchObject({ code: 'CALLBACK_GONE' })
  })
})

/** Reads the whole run log as a client gets it. */
async function framesOf(as: ReturnType<typeof testIdentity>, runId: string): Promise<readonly unknown[]> {
  const frames: unknown[] = []
  await new Promise<void>((resolve) => {
    const stop = server.automation.for(as).runs.stream(runId, {
      onEvents: (batch) => {
        frames.push(...batch)
        if (batch.some(({ type }) => type === 'run_completed')) {
          stop()
          resolve()
        }
      },
    })
  })
  return frames
}
