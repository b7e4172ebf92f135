import type { Ledger, Page, Run, RunSummary, StartedRun } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking, publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

type Identity = ReturnType<typeof testIdentity>

/** start → prepare → work, which fails as its param says → end; `prepare` may have another text. */
const failing = (fail: string | null, text = 'prepared') =>
  workflow(
    [
      node('start', 'start', { inputSchema: { type: 'object', required: ['text'] } }),
      node('prepare', 'set', { values: { prepared: `${text} {{ uuid() }}` } }),
      withPolicy(node('job', 'work', { value: '{{input.text}}', ...(fail === null ? {} : { fail }) }), {
        retry: { maximumAttempts: 1 },
      }),
      node('end', 'end'),
    ],
    ['start>prepare', 'prepare>job', 'job>end'],
  )

const send = (as: Identity, runId: string, body: unknown, key?: string) =>
  server.call(`/runs/${runId}/reruns`, {
    as,
    method: 'POST',
    body,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  })

async function rerun(as: Identity, runId: string, body: unknown): Promise<Run> {
  const response = await send(as, runId, body)
  expect(response.status).toBe(201)
  const started = (await response.json()) as StartedRun
  expect(response.headers.get('location')).toBe(`https://app.example/automation/runs/${started.runId}`)
  return untilRun(server, as, started.runId)
}

async function problem(as: Identity, runId: string, body: unknown): Promise<readonly unknown[]> {
  const response = await send(as, runId, body)
  const { code, issues = [] } = (await response.json()) as Problem
  return [response.status, code, ...issues.map((issue) => `${issue.path.join('.')} ${issue.code}`)]
}

async function publishNext(as: Identity, id: string, document: ReturnType<typeof failing>): Promise<void> {
  const draft = await server.call(`/workflows/${id}/draft`, { as })
  const headers = { 'if-match': draft.headers.get('etag') ?? '' }
  await draft.body?.cancel()
  await server.json(200, `/workflows/${id}/draft`, { as, method: 'PUT', body: { document }, headers })
  await server.json(201, `/workflows/${id}/versions`, { as, method: 'POST' })
}

describe('POST /runs/{runId}/reruns', () => {
  test('continues a failed run in the latest version, which repaired it, with the outcomes before', async () => {
    const as = testIdentity()
    const id = await publish(server, as, failing('no'))
    const failed = await runToEnd(server, as, id, { text: 'x', password: 'hunter22' })
    expect(failed).toMatchObject({ status: 'failed', rerunOf: null })

    const same = await rerun(as, failed.runId, { from: 'failed' })
    expect(same).toMatchObject({ status: 'failed', version: '1', rerunOf: { runId: failed.runId, from: 'failed' } })

    await publishNext(as, id, failing(null))
    const repaired = await rerun(as, failed.runId, { from: 'failed', version: 'latest' })
    expect(repaired).toMatchObject({ status: 'completed', version: '2' })
    const ledgers = await Promise.all(
      [failed, repaired].map(({ runId }) => server.json<Ledger>(200, `/runs/${runId}/ledger`, { as })),
    )
    const [before, after] = ledgers.map(({ nodeRuns }) => nodeRuns.find(({ nodeId }) => nodeId === 'prepare'))
    expect(after).toMatchObject({ status: 'success', isReused: true, durationMs: null, output: before?.output })
    expect(before?.isReused).toBe(false)
    // The input is not copied from what people see, where credentials are masked.
    expect(repaired.output).toMatchObject({ prepared: expect.stringContaining('prepared') })

    const again = await rerun(as, failed.runId, { from: { nodeId: 'prepare' } })
    expect(again.rerunOf).toEqual({ runId: failed.runId, from: { nodeId: 'prepare' } })
    const list = await server.json<Page<RunSummary>>(200, `/runs?rerunOf=${failed.runId}`, { as })
    expect(list.items.map(({ runId }) => runId)).toEqual([again.runId, repaired.runId, same.runId])

    await publishNext(as, id, failing(null, 'otherwise'))
    expect(await problem(as, failed.runId, { from: 'failed', version: 'latest' })).toEqual([
      ...[422, 'RERUN_REFUSED', 'version changed'],
    ])
  })

  test('runs everything again with the same input, or with another one', async () => {
    const as = testIdentity()
    const id = await publish(server, as, failing(null))
    const first = await runToEnd(server, as, id, { text: 'x', password: 'hunter22' })
    const { items } = await server.json<Page<RunSummary>>(200, '/runs', { as })
    expect(items).toHaveLength(1)
    const same = await rerun(as, first.runId, { from: 'start' })
    expect(same).toMatchObject({ status: 'completed', rerunOf: { runId: first.runId, from: 'start' } })
    expect((same.output as { prepared: string }).prepared).not.toBe((first.output as { prepared: string }).prepared)
    const edited = await rerun(as, first.runId, { from: 'start', input: { text: 'y' } })
    expect(edited).toMatchObject({ status: 'completed', output: { text: 'y' } })

    expect(await problem(as, first.runId, { from: 'start', input: {} })).toEqual([
      ...[422, 'RUN_INPUT_INVALID', 'input required'],
    ])
    // A credential that stays masked in its field is the recorded one.
    const masked = { text: 'z', password: '••••••••' }
    const output = { text: '{{input.text}}', isKept: '{{ input.password == "hunter22" }}' }
    const checking = workflow([node('start', 'start'), node('end', 'end', { output })], ['start>end'])
    const checked = await runToEnd(server, as, await publish(server, as, checking), { text: 'x', password: 'hunter22' })
    expect(await rerun(as, checked.runId, { from: 'start', input: masked })).toMatchObject({
      output: { text: 'z', isKept: true },
    })
    expect(await problem(as, first.runId, { from: 'start', input: { ...masked, other: '••••••••' } })).toEqual([
      ...[422, 'RUN_INPUT_INVALID', 'input.other masked'],
    ])
    expect(await problem(as, first.runId, { from: { nodeId: 'job' }, input: { text: 'y' } })).toEqual([
      ...[422, 'REQUEST_INVALID', 'input not_allowed'],
    ])
    expect(await problem(as, first.runId, { from: 'failed' })).toEqual([422, 'RERUN_REFUSED', 'from nothing_failed'])
    expect(await problem(as, first.runId, { from: { nodeId: 'x' } })).toEqual([
      ...[422, 'REFERENCE_NOT_FOUND', 'from.nodeId not_found'],
    ])
    expect(await problem(as, first.runId, { from: 'middle' })).toEqual([422, 'REQUEST_INVALID', 'from invalid_union'])
    await server.json(204, `/workflows/${id}`, { as, method: 'DELETE' })
    expect(await problem(as, first.runId, { from: 'start' })).toEqual([404, 'WORKFLOW_NOT_FOUND'])
  })

  test('starts one run for one key, and none of a run that has not ended', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const waiting = await runToEnd(server, as, id, {}, ({ status }) => status === 'waiting')
    expect(await problem(as, waiting.runId, { from: 'start' })).toEqual([409, 'RUN_NOT_ENDED'])
    await server.json(200, `/runs/${waiting.runId}/cancel`, { as, method: 'POST' })
    await untilRun(server, as, waiting.runId)
    const answers = await Promise.all([1, 2, 3].map(() => send(as, waiting.runId, { from: 'failed' }, 'key')))
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as StartedRun).runId))
    expect(new Set(ids).size).toBe(1)
    expect(await untilRun(server, as, `${ids[0]}`, ({ status }) => status === 'waiting')).toMatchObject({
      rerunOf: { runId: waiting.runId },
    })
    const other = await send(as, waiting.runId, { from: 'start' }, 'key')
    expect([other.status, ((await other.json()) as Problem).code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED'])
  })
})
