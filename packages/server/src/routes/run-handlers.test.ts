import type { Approval, Ledger, Page, Run, RunSummary, StartedRun, Version, VersionWithDocument } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import {
  concernsNodeRun,
  createPartialFold,
  foldRunEvents,
  fromFrame,
  type NodeRunEvents,
  type RunEventFrame,
  type RunView,
  type RunViewFrame,
  type ViewPartAt,
} from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking, endingAs, greeting, publish, runToEnd, untilRun, working } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const start = (as: ReturnType<typeof testIdentity>, id: string, body: unknown, key?: string) =>
  server.call(`/workflows/${id}/runs`, {
    as,
    method: 'POST',
    body,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  })

describe('from create to completed', () => {
  test('a workflow is created, published, run and read', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const response = await start(as, id, { input: { text: 'you' } })
    expect(response.status).toBe(201)
    const started = (await response.json()) as StartedRun
    expect(Object.keys(started).sort()).toEqual(['runId', 'startedAt', 'status'])
    expect(response.headers.get('location')).toBe(`https://app.example/automation/runs/${started.runId}`)
    const run = await untilRun(server, as, started.runId)
    expect(run).toMatchObject({
      runId: started.runId,
      workflowId: id,
      workflowName: 'Sample',
      version: '1',
      mode: 'live',
      status: 'completed',
      outcome: 'greeted',
      output: { text: 'you', greeting: 'Hello you' },
      error: null,
    })
    for (const at of [run.queuedAt, run.startedAt, run.finishedAt]) expect(at).toMatch(/^\d{4}-.*Z$/)
    expect(run.traceId).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('texts that a text column cannot hold', () => {
  test('a run whose outcome has a NUL character is started and fails with a code', async () => {
    const as = testIdentity()
    const id = await publish(server, as, endingAs('{{input.text}}'))
    const response = await start(as, id, { input: { text: 'a\0b' } })
    expect(response.status).toBe(201)
    const { runId } = (await response.json()) as StartedRun
    expect(await untilRun(server, as, runId)).toMatchObject({
      status: 'failed',
      outcome: null,
      error: { code: 'OUTCOME_REFUSED', message: 'The outcome has a NUL character', nodeId: 'end' },
    })
  })

  test('a value with a NUL character comes back unchanged, in the run, its ledger and its log', async () => {
    const as = testIdentity()
    const id = await publish(server, as, endingAs('done'))
    const run = await runToEnd(server, as, id, { text: 'a\0b', constructor: { prototype: 1 } })
    expect(run).toMatchObject({ status: 'completed', output: { text: 'a\0b', constructor: { prototype: 1 } } })
    const ledger = await server.json<Ledger>(200, `/runs/${run.runId}/ledger`, { as })
    expect(ledger.input).toEqual({ text: 'a\0b', constructor: { prototype: 1 } })
  })

  test.each([
    ['{"input":{"id":7615917337495251231}}', ['input', 'id'], 'number_inexact'],
    ['{"input":{"list":[1,1e400]}}', ['input', 'list', 1], 'number_inexact'],
    ['{"input":{"text":"\\ud83d"}}', ['input', 'text'], 'text_malformed'],
    ['{"input":{"__proto__":{"a":1}}}', ['input', '__proto__'], 'forbidden_key'],
  ])('refuses %s by its path', async (body, path, code) => {
    const as = testIdentity()
    const id = await publish(server, as, endingAs('done'))
    const response = await start(as, id, body)
    const problem = (await response.json()) as Problem
    expect([response.status, problem.code]).toEqual([422, 'REQUEST_INVALID'])
    expect(problem.issues).toMatchObject([{ path, code }])
  })

  test('a key with a NUL character is rejected with its path', async () => {
    const as = testIdentity()
    const id = await publish(server, as, endingAs('done'))
    const response = await start(as, id, { input: { a: { 'b\0': 1 } } })
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([422, 'VALUE_NOT_JSON'])
  })
})

describe('POST /workflows/{id}/runs', () => {
  test('refuses input outside the schema of the trigger, with the paths', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const response = await start(as, id, { input: { amount: -1 } })
    const problem = (await response.json()) as Problem
    expect([response.status, problem.code]).toEqual([422, 'RUN_INPUT_INVALID'])
    expect(problem.issues?.every((issue) => issue.path[0] === 'input')).toBe(true)
    expect(problem.issues?.some((issue) => issue.path.includes('amount'))).toBe(true)
    expect(problem.detail).toBe('The run input is not valid: The field "text" is missing (and 1 more)')
    const deep = (await (await start(as, id, { input: { text: 'x', amount: -1 } })).json()) as Problem
    expect(deep.detail).toMatch(/^The run input at "amount" is not valid: /)
    const runs = await server.json<Page<RunSummary>>(200, '/runs', { as })
    expect(runs.items).toEqual([])
  })

  test('runs the version that is asked for, else the latest', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const set = { op: 'set_param', nodeId: 'greet', path: ['values', 'greeting'], value: 'Second' }
    await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations: [set] } })
    await server.json<Version>(201, `/workflows/${id}/versions`, { as, method: 'POST', body: { notes: 'Other words' } })
    const first = (await (await start(as, id, { input: { text: 'x' }, version: '1' })).json()) as StartedRun
    const latest = (await (await start(as, id, { input: { text: 'x' } })).json()) as StartedRun
    expect(await untilRun(server, as, first.runId)).toMatchObject({ version: '1', output: { greeting: 'Hello x' } })
    expect(await untilRun(server, as, latest.runId)).toMatchObject({ version: '2', output: { greeting: 'Second' } })
    const versions = await server.json<Page<Version>>(200, `/workflows/${id}/versions?limit=1`, { as })
    expect(versions.items).toMatchObject([{ version: '2', notes: 'Other words', publishedBy: { userId: as.userId } }])
    const older = await server.json<Page<Version>>(200, `/workflows/${id}/versions?cursor=${versions.nextCursor}`, {
      as,
    })
    expect(older.items.map((item) => item.version)).toEqual(['1'])
    const frozen = await server.json<VersionWithDocument>(200, `/workflows/${id}/versions/1`, { as })
    expect(frozen.document.nodes[1]?.params).toMatchObject({ values: { greeting: 'Hello {{input.text}}' } })
    expect(frozen.contentHash).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each([
    ['an unknown version', { version: '9' }],
    ['a version that no version can be', { version: 'latest\n' }],
    ['an unknown trigger', { trigger: 'greet' }],
  ])('refuses %s as a reference', async (_title, body) => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const response = await start(as, id, { input: { text: 'x' }, ...body })
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([422, 'REFERENCE_NOT_FOUND'])
  })

  test('starts no run at a disabled trigger, and at the first enabled one by default', async () => {
    const as = testIdentity()
    const off = { ...node('off', 'start'), disabled: true }
    const both = workflow([off, node('on', 'start'), node('end', 'end', { outcome: 'done' })], ['off>end', 'on>end'])
    const id = await publish(server, as, both)
    const refused = await start(as, id, { input: {}, trigger: 'off' })
    const problem = (await refused.json()) as Problem
    expect([refused.status, problem.code]).toEqual([422, 'TRIGGER_DISABLED'])
    const { runId } = (await (await start(as, id, { input: {} })).json()) as StartedRun
    expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed', outcome: 'done' })
    const none = await publish(server, as, workflow([off, node('end', 'end')], ['off>end']))
    expect(((await (await start(as, none, { input: {} })).json()) as Problem).code).toBe('TRIGGER_DISABLED')
  })

  test('the version of another workflow is no reference either', async () => {
    const as = testIdentity()
    const [id, other] = [await publish(server, as, greeting), await publish(server, as, greeting)]
    await server.json(201, `/workflows/${other}/versions`, { as, method: 'POST' })
    expect((await start(as, id, { input: { text: 'x' }, version: '2' })).status).toBe(422)
  })

  test('says so when nothing is published yet', async () => {
    const as = testIdentity()
    const { id } = await server.json<{ id: string }>(201, '/workflows', { as, method: 'POST', body: { name: 'New' } })
    const response = await start(as, id, {})
    expect(((await response.json()) as Problem).code).toBe('WORKFLOW_NOT_PUBLISHED')
  })
})

describe('Idempotency-Key', () => {
  test('the same key and body give the same answer, and one run', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const body = { input: { text: 'x', amount: 1 } }
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => start(as, id, body, 'once').then((r) => r.text())),
    )
    const reordered = await (await start(as, id, { input: { amount: 1, text: 'x' } }, 'once')).text()
    expect(new Set([...answers, reordered]).size).toBe(1)
    const runs = await server.json<Page<RunSummary>>(200, '/runs', { as })
    expect(runs.items).toHaveLength(1)
  })

  test('another body or workflow under the same key is refused', async () => {
    const as = testIdentity()
    const [id, other] = [await publish(server, as, greeting), await publish(server, as, greeting)]
    await start(as, id, { input: { text: 'x' } }, 'key')
    for (const response of [
      await start(as, id, { input: { text: 'y' } }, 'key'),
      await start(as, other, { input: { text: 'x' } }, 'key'),
    ]) {
      expect([response.status, ((await response.json()) as Problem).code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED'])
    }
  })

  test('a refused request does not use the key up', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    expect((await start(as, id, { input: {} }, 'retry')).status).toBe(422)
    expect((await start(as, id, { input: {} }, 'retry')).status).toBe(422)
  })

  test('keys of two tenants have nothing to do with each other', async () => {
    const [a, b] = [testIdentity(), testIdentity()]
    const body = { input: { text: 'x' } }
    const one = await (await start(a, await publish(server, a, greeting), body, 'same')).json()
    const two = await (await start(b, await publish(server, b, greeting), body, 'same')).json()
    expect((one as StartedRun).runId).not.toBe((two as StartedRun).runId)
  })

  test.each(['x'.repeat(201), 'a b'])('refuses %j as a key', async (key) => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    expect((await start(as, id, { input: { text: 'x' } }, key)).status).toBe(422)
  })
})

describe('GET /runs', () => {
  test('filters by workflow and status, page by page', async () => {
    const as = testIdentity()
    const [id, other] = [await publish(server, as, greeting), await publish(server, as, working({ fail: 'no' }))]
    for (let index = 0; index < 3; index += 1) await runToEnd(server, as, id, { text: 'x' })
    await runToEnd(server, as, other, { text: 'x' })
    const failed = await server.json<Page<RunSummary>>(200, '/runs?status=failed', { as })
    expect(failed.items.map((run) => run.workflowId)).toEqual([other])
    expect(failed.items[0]?.error).toMatchObject({ code: expect.any(String) })
    const first = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}&limit=2`, { as })
    const second = await server.json<Page<RunSummary>>(
      200,
      `/runs?workflowId=${id}&limit=2&cursor=${encodeURIComponent(first.nextCursor ?? '')}`,
      { as },
    )
    expect(new Set([...first.items, ...second.items].map((run) => run.runId)).size).toBe(3)
    expect(second.nextCursor).toBeNull()
  })

  test('lists live runs, test runs when asked, and both', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const live = (await runToEnd(server, as, id, { text: 'x' })).runId
    const tried = await server.json<StartedRun>(201, `/workflows/${id}/draft/runs`, {
      as,
      method: 'POST',
      body: { input: { text: 'x' } },
    })
    const listed = async (query: string) => {
      const { items } = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}${query}`, { as })
      return items.map((run) => run.runId).sort()
    }
    expect(await listed('')).toEqual([live])
    expect(await listed('&mode=live')).toEqual([live])
    expect(await listed('&mode=test')).toEqual([tried.runId])
    expect(await listed('&mode=all')).toEqual([live, tried.runId].sort())
  })

  test.each([
    'cursor=zzz',
    `cursor=${btoa('[1,"\\u0000"]')}`,
    `cursor=${btoa('[1e999,"a"]')}`,
    'status=done',
    'mode=both',
    'limit=201',
  ])('answers 422 to ?%s', async (query) => {
    expect((await server.call(`/runs?${query}`, { as: testIdentity() })).status).toBe(422)
  })
})

describe('a run that takes too long', () => {
  test('says after which limit it was ended', async () => {
    const as = testIdentity()
    const id = await publish(server, as, { ...asking(), settings: { timeout: '50ms' } })
    expect(await runToEnd(server, as, id)).toMatchObject({
      status: 'canceled',
      error: { code: 'RUN_TIMEOUT', message: 'Timed out after 50ms', details: { reason: 'timeout', timeoutMs: 50 } },
    })
  })
})

describe('POST /runs/{runId}/cancel', () => {
  test('ends a waiting run, once', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const run = await runToEnd(server, as, id, {}, (candidate) => candidate.status === 'waiting')
    await server.json<Run>(200, `/runs/${run.runId}/cancel`, { as, method: 'POST' })
    const error = { code: 'RUN_CANCELED', message: `Canceled by ${as.displayName}`, remedy: expect.any(String) }
    expect(await untilRun(server, as, run.runId)).toMatchObject({ status: 'canceled', error })
    const list = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${run.workflowId}`, { as })
    expect(list.items).toMatchObject([{ status: 'canceled', error }])
    const again = await server.json<Problem>(409, `/runs/${run.runId}/cancel`, { as, method: 'POST' })
    expect(again.code).toBe('RUN_CLOSED')
  })
})

describe('POST /runs/{runId}/pause and /resume', () => {
  test('hold a run, which applies a vote and continues from it when it is resumed, as its log says', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const { runId } = await runToEnd(server, as, id, {}, (candidate) => candidate.status === 'waiting')
    const send = (request: string) => server.json<Run>(200, `/runs/${runId}/${request}`, { as, method: 'POST' })
    const until = (status: Run['status']) => untilRun(server, as, runId, (candidate) => candidate.status === status)
    await send('pause')
    await until('paused')
    expect(await send('pause')).toMatchObject({ status: 'paused', finishedAt: null })
    const listed = async (status: string) =>
      (await server.json<Page<RunSummary>>(200, `/runs?status=${status}`, { as })).items.map((run) => run.runId)
    expect([await listed('paused'), await listed('waiting')]).toEqual([[runId], []])
    const [approval] = (await server.json<Page<Approval>>(200, `/approvals?runId=${runId}`, { as })).items
    const log = readEvents(await server.call(`/runs/${runId}/events`, { as }))
    await server.json(200, `/approvals/${approval?.approvalId}/decision`, {
      ...{ as, method: 'POST', body: { choice: 'approve' } },
    })
    const before = await log.until((frame) => frame.type === 'wait_closed')
    expect(await server.json<Run>(200, `/runs/${runId}`, { as })).toMatchObject({ status: 'paused', finishedAt: null })
    await send('resume')
    expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed' })
    const frames = [...before, ...(await log.toEnd())]
    const actor = { userId: as.userId, displayName: as.displayName }
    const requests = frames.filter(({ type }) => type === 'pause_requested' || type === 'resume_requested')
    expect(requests).toMatchObject([{ data: { actor } }, { data: { actor } }])
    const types = frames.map(({ type }) => type)
    const held = ['pause_requested', 'run_paused', 'approval_decided', 'wait_closed', 'resume_requested', 'run_resumed']
    const first = types.indexOf('pause_requested')
    expect(types.slice(first, first + held.length + 1)).toEqual([...held, 'node_scheduled'])
    expect(frames[first + held.length]).toMatchObject({ nodeRunId: 'review', data: { pass: 2 } })
    for (const request of ['pause', 'resume']) {
      const closed = await server.json<Problem>(409, `/runs/${runId}/${request}`, { as, method: 'POST' })
      expect(closed.code).toBe('RUN_CLOSED')
    }
  })

  test('change nothing of a run that is as requested', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const run = await runToEnd(server, as, id, {}, (candidate) => candidate.status === 'waiting')
    expect(await server.json<Run>(200, `/runs/${run.runId}/resume`, { as, method: 'POST' })).toEqual(run)
  })
})

describe('GET /runs/{runId}/ledger', () => {
  test('returns what every node run got and gave, with its calls and words', async () => {
    const as = testIdentity()
    const id = await publish(server, as, working())
    const run = await runToEnd(server, as, id, { text: 'to do' })
    const ledger = await server.json<Ledger>(200, `/runs/${run.runId}/ledger`, { as })
    expect(ledger.run).toEqual(run)
    expect(ledger.input).toEqual({ text: 'to do' })
    expect(ledger.nodeRuns.map((nodeRun) => nodeRun.nodeId)).toEqual(['start', 'job', 'end'])
    expect(ledger.nodeRuns[1]).toMatchObject({
      type: 'work',
      status: 'success',
      attempts: 1,
      port: 'success',
      input: { value: 'to do' },
      output: { worked: 'to do' },
      toolCalls: [{ tool: 'ask', arguments: { value: 1 }, answer: 'yes' }],
      errors: [],
      logs: [{ level: 'info', message: 'working' }],
    })
    expect(ledger.nodeRuns[1]?.durationMs).toBeGreaterThanOrEqual(0)
  })

  test('reads values that are too large for the log', async () => {
    const as = testIdentity()
    const id = await publish(server, as, working())
    const text = 'long '.repeat(5_000)
    const run = await runToEnd(server, as, id, { text })
    const ledger = await server.json<Ledger>(200, `/runs/${run.runId}/ledger`, { as })
    expect(ledger.input).toEqual({ text })
    expect(ledger.nodeRuns[1]).toMatchObject({ input: { value: text }, output: { worked: text } })
  })

  test('names the failure of a failed run', async () => {
    const as = testIdentity()
    const id = await publish(server, as, working({ fail: 'the machine is on fire' }))
    const run = await runToEnd(server, as, id, { text: 'x' })
    expect(run).toMatchObject({ status: 'failed', error: { code: expect.any(String), nodeId: 'job' } })
    const ledger = await server.json<Ledger>(200, `/runs/${run.runId}/ledger`, { as })
    expect(ledger.nodeRuns[1]).toMatchObject({ status: 'failed', errors: [{ attempt: 1, code: run.error?.code }] })
  })

  test('shows what inline nodes got, evaluated again', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const run = await runToEnd(server, as, id, { text: 'you' })
    const ledger = await server.json<Ledger>(200, `/runs/${run.runId}/ledger`, { as })
    expect(ledger.nodeRuns[1]?.input).toMatchObject({ values: { greeting: 'Hello you' } })
  })
})

describe('the view of a long run', () => {
  const looped = (): WorkflowDocument =>
    workflow(
      [
        node('start', 'start'),
        node('each', 'loop', { items: '{{input.list}}' }),
        { ...node('a', 'set', { values: { at: '{{index}}' } }), parentId: 'each' },
        node('end', 'end', {}),
      ],
      ['start>each', 'each>end'],
    )

  test('comes before its last events, and its parts are read by themselves', async () => {
    const as = testIdentity()
    const list = Array.from({ length: 300 }, () => 0)
    const { runId } = await runToEnd(server, as, await publish(server, as, looped()), { list })
    const framesOf = async (query: string) => {
      const text = await (await server.call(`/runs/${runId}/events${query}`, { as })).text()
      const lines = text.split('\n').filter((line) => line.startsWith('data: {"'))
      return lines.map((line) => JSON.parse(line.slice(6)) as RunEventFrame | RunViewFrame)
    }
    const all = await framesOf('')
    const whole = foldRunEvents(all.map((frame) => fromFrame(frame as RunEventFrame)))
    expect(whole.seq).toBeGreaterThan(1_000)
    expect(await framesOf('?view=true&after=3')).toEqual(all.slice(3))
    const [first, ...rest] = await framesOf('?view=true')
    if (first?.type !== 'view') throw new RangeError('The stream does not begin with a view')
    expect(rest).toEqual(all.slice(first.seq))
    expect(rest.length).toBeLessThan(500)
    expect(JSON.stringify(first).length).toBeLessThan(JSON.stringify(all).length / 4)
    const fold = createPartialFold(first.view)
    for (const frame of rest) fold.apply(fromFrame(frame as RunEventFrame))
    for (let key = 0; key < 10; key += 1) {
      const { seq, part } = await server.json<ViewPartAt>(200, `/runs/${runId}/view-part?part=${key}`, { as })
      if (!fold.hasPart(`${key}`)) fold.addPart(`${key}`, part, seq)
    }
    const plain = ({ nodeRuns, ...head }: RunView) =>
      JSON.parse(JSON.stringify([head, [...nodeRuns]], (key, value) => (key === 'inline' ? undefined : value)))
    expect(plain(fold.view())).toEqual(plain(whole))
    const outer = await server.json<ViewPartAt>(200, `/runs/${runId}/view-part`, { as })
    expect(outer.part.nodeRuns.map(([, { nodeRunId }]) => nodeRunId)).toContain('each')
    await server.json(422, `/runs/${runId}/view-part?part=x`, { as })
    // One node run by itself: its events in pages, its input and output.
    const item = [...whole.nodeRuns.keys()].find((id) => id.endsWith('#7')) ?? ''
    const own = `/runs/${runId}/node-runs/${encodeURIComponent(item)}/events`
    const ownEvents = await server.json<NodeRunEvents>(200, own, { as })
    expect(ownEvents).toEqual({
      ...{ seq: whole.seq, hasMore: false },
      events: all.filter((frame) => concernsNodeRun(fromFrame(frame as RunEventFrame), item)),
    })
    expect(await server.json(200, `${own}?after=${whole.seq}`, { as })).toMatchObject({ events: [] })
    const ofLoop = async (query: string) => {
      const found = await server.json<NodeRunEvents>(200, `/runs/${runId}/node-runs/each/events${query}`, { as })
      return new Set(found.events.map(({ type }) => type))
    }
    expect((await ofLoop('')).has('iteration_started')).toBe(false)
    expect((await ofLoop('?iterations=true')).has('iteration_started')).toBe(true)
    for (const bad of ['after=-1', 'after=x', 'iterations=1']) await server.json(422, `${own}?${bad}`, { as })
    const ledger = await server.json<Ledger>(200, `/runs/${runId}/ledger?nodeRunId=${encodeURIComponent(item)}`, { as })
    expect(ledger.nodeRuns).toMatchObject([{ nodeRunId: item, status: 'success' }])
    await server.json(404, own, { as: testIdentity() })

    // Viewers get the same, also many at once; one who connects again gets what follows; other tenants get nothing.
    const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
    const viewed = await Promise.all(
      Array.from({ length: 20 }, async () =>
        (await server.call(`/runs/${runId}/events?view=true`, { as: viewer })).text(),
      ),
    )
    expect(new Set(viewed).size).toBe(1)
    expect(viewed[0]).toContain('"type":"view"')
    const again = { as: viewer, headers: { 'last-event-id': `${first.seq}` } }
    const rejoined = await (await server.call(`/runs/${runId}/events?view=true`, again)).text()
    expect(rejoined).not.toContain('"type":"view"')
    expect(rejoined).toContain(`"seq":${first.seq + 1},`)
    const foreign = testIdentity()
    await server.json(404, `/runs/${runId}/view-part`, { as: foreign })
    expect((await server.call(`/runs/${runId}/events?view=true`, { as: foreign })).status).toBe(404)
    const admin = testIdentity({ tenantId: as.tenantId, role: 'admin' })
    expect((await server.call(`/runs/${runId}`, { as: admin, method: 'DELETE' })).status).toBe(204)
    await server.json(404, `/runs/${runId}/view-part`, { as: viewer })
  })

  test('is not sent for a short log', async () => {
    const as = testIdentity()
    const { runId } = await runToEnd(server, as, await publish(server, as, greeting), { text: 'x' })
    const text = await (await server.call(`/runs/${runId}/events?view=true`, { as })).text()
    expect(text).toContain('"seq":1,')
    expect(text).not.toContain('"type":"view"')
    // A part of it can be read all the same.
    const { part } = await server.json<ViewPartAt>(200, `/runs/${runId}/view-part`, { as })
    expect(part.nodeRuns.length).toBeGreaterThan(2)
  })
})

describe('GET /runs/{runId}/events', () => {
  test('sends the backlog, then what comes, then the end', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const run = await runToEnd(server, as, id, {}, (candidate) => candidate.status === 'waiting')
    const response = await server.call(`/runs/${run.runId}/events`, { as })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = readEvents(response)
    const backlog = await reader.until((frame) => frame.type === 'approval_needed')
    const list = await server.json<Page<{ approvalId: string }>>(200, `/approvals?runId=${run.runId}`, { as })
    const body = { choice: 'approve' }
    await server.json(200, `/approvals/${list.items[0]?.approvalId}/decision`, { as, method: 'POST', body })
    const rest = await reader.toEnd()
    const seqs = [...backlog, ...rest].map((frame) => frame.seq)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
    expect(rest.at(-1)?.type).toBe('run_completed')
  })

  test('continues after the last event that is known, and says when there is nothing more', async () => {
    const as = testIdentity()
    const run = await runToEnd(server, as, await publish(server, as, greeting), { text: 'x' })
    const all = await readEvents(await server.call(`/runs/${run.runId}/events`, { as })).toEnd()
    const byQuery = await readEvents(await server.call(`/runs/${run.runId}/events?after=2`, { as })).toEnd()
    expect(byQuery).toEqual(all.slice(2))
    const headers = { 'last-event-id': '3' }
    const byHeader = await readEvents(await server.call(`/runs/${run.runId}/events?after=1`, { as, headers })).toEnd()
    expect(byHeader).toEqual(all.slice(3))
    const known = { 'last-event-id': String(all.length) }
    expect((await server.call(`/runs/${run.runId}/events`, { as, headers: known })).status).toBe(204)
  })

  test('a server that goes down ends the stream, but not the run', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const run = await runToEnd(server, as, id, {}, (candidate) => candidate.status === 'waiting')
    const sibling = await server.sibling()
    const reader = readEvents(await sibling.call(`/runs/${run.runId}/events`, { as }))
    await reader.until((frame) => frame.type === 'approval_needed')
    await sibling.close()
    expect(await reader.isEndOfRun()).toBe(false)
  })

  test.each(['-1', 'x', '1.5'])('refuses %j as the last event', async (id) => {
    const as = testIdentity()
    const run = await runToEnd(server, as, await publish(server, as, greeting), { text: 'x' })
    const headers = { 'last-event-id': id }
    expect((await server.call(`/runs/${run.runId}/events`, { as, headers })).status).toBe(422)
    expect((await server.call(`/runs/${run.runId}/events?after=${id}`, { as })).status).toBe(422)
  })
})

/** Reads server-sent events frame by frame. */
function readEvents(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let hasEnded = false
  async function next(): Promise<RunEventFrame | null> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end === -1) {
        const { done, value } = await reader.read()
        if (done) return null
        text += decoder.decode(value, { stream: true })
        continue
      }
      const block = text.slice(0, end)
      text = text.slice(end + 2)
      if (block.startsWith('event: end')) hasEnded = true
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (block.startsWith('id: ') && data !== undefined) return JSON.parse(data) as RunEventFrame
    }
  }
  return {
    async until(isLast: (frame: RunEventFrame) => boolean) {
      const frames: RunEventFrame[] = []
      for (let frame = await next(); frame !== null; frame = await next()) {
        frames.push(frame)
        if (isLast(frame)) return frames
      }
      throw new Error('The stream ended too soon')
    },
    async isEndOfRun() {
      while ((await next()) !== null);
      return hasEnded
    },
    async toEnd() {
      const frames: RunEventFrame[] = []
      for (let frame = await next(); frame !== null; frame = await next()) frames.push(frame)
      expect(hasEnded).toBe(true)
      return frames
    },
  }
}
