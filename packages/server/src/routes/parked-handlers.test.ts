import type { Identity, Ledger, Page, ParkedGroup, ParkedNodeRun, ResolvedParkedGroup } from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parking, publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

/** Runs of one workflow that are parked, newest first, and an editor of their tenant. */
async function parkedRuns(count: number, params: JsonObject = { fail: 'Order 17 is locked' }) {
  const editor = testIdentity()
  const id = await publish(server, editor, parking(params))
  for (let run = 0; run < count; run += 1) {
    await runToEnd(server, editor, id, { text: `t${run}` }, ({ status }) => status === 'waiting')
  }
  const { items } = await server.json<Page<ParkedNodeRun>>(200, '/parked?status=open', { as: editor })
  const post = <Answer>(as: Identity, path: string, body: object, status = 200) =>
    server.json<Answer & Pick<Problem, 'code' | 'issues' | 'detail'>>(status, path, { as, method: 'POST', body })
  const resolve = (parked: ParkedNodeRun | undefined, body: object, status = 200, as: Identity = editor) =>
    post<ParkedNodeRun>(as, `/parked/${parked?.parkedId}/resolution`, body, status)
  return { editor, id, items, post, resolve }
}

describe('GET /parked', () => {
  test('lists parked node runs by pages and groups them by their cause', async () => {
    const { editor, id, items } = await parkedRuns(3)
    expect(items).toHaveLength(3)
    expect(items[0]).toMatchObject({
      ...{ nodeId: 'job', nodeRunId: 'job', waitId: 'job/1/0', workflowId: id, workflowName: 'Sample', version: '1' },
      ...{ status: 'open', resolution: null, error: { code: 'NODE_FAILED' } },
      resolutions: ['retry', 'retry_with_params', 'complete', 'skip', 'route', 'fail'],
    })
    const first = await server.json<Page<ParkedNodeRun>>(200, `/parked?workflowId=${id}&limit=2`, { as: editor })
    const rest = `/parked?workflowId=${id}&limit=2&cursor=${first.nextCursor}`
    const second = await server.json<Page<ParkedNodeRun>>(200, rest, { as: editor })
    expect([...first.items, ...second.items]).toEqual(items)
    expect(second.nextCursor).toBeNull()
    const groups = await server.json<Page<ParkedGroup>>(200, `/parked-groups?workflowId=${id}`, { as: editor })
    const { fingerprint, parkedAt } = items[0] ?? {}
    expect(groups).toEqual({
      items: [
        {
          ...{ workflowId: id, workflowName: 'Sample', nodeId: 'job', nodeName: 'job', fingerprint, count: 3 },
          ...{ firstSeenAt: items[2]?.parkedAt, lastSeenAt: parkedAt, sample: items[0] },
        },
      ],
      nextCursor: null,
    })
  })

  test('lists the groups of several workflows by pages', async () => {
    const editor = testIdentity()
    for (const fail of ['a', 'b', 'c']) {
      const id = await publish(server, editor, parking({ fail }))
      await runToEnd(server, editor, id, {}, ({ status }) => status === 'waiting')
    }
    const first = await server.json<Page<ParkedGroup>>(200, '/parked-groups?limit=2', { as: editor })
    const next = `/parked-groups?limit=2&cursor=${first.nextCursor}`
    const second = await server.json<Page<ParkedGroup>>(200, next, { as: editor })
    const ids = [...first.items, ...second.items].map(({ workflowId }) => workflowId)
    expect([first.items.length, second.items.length, new Set(ids).size]).toEqual([2, 1, 3])
    await server.json(422, '/parked-groups?cursor=x', { as: editor })
  })
})

describe('POST /parked/{parkedId}/resolution', () => {
  test('resolves a node run once, and says who was first', async () => {
    const { editor, items, resolve } = await parkedRuns(1)
    const [parked] = items
    const body = { resolution: { kind: 'complete', output: { worked: 1 } }, requestId: 'mine' }
    const resolved = await resolve(parked, body)
    expect(resolved).toMatchObject({
      status: 'resolved',
      resolution: { kind: 'complete', actor: { userId: editor.userId, displayName: editor.displayName } },
    })
    expect(await resolve(parked, body)).toEqual(resolved)
    const late = await resolve(parked, { resolution: { kind: 'fail' } }, 409)
    expect(late).toMatchObject({ code: 'PARKED_CLOSED', detail: expect.stringContaining(editor.displayName) })
    expect(await untilRun(server, editor, parked?.runId ?? '')).toMatchObject({ status: 'completed' })
    const open = await server.json<Page<ParkedNodeRun>>(200, '/parked?status=open', { as: editor })
    const closed = await server.json<Page<ParkedNodeRun>>(200, '/parked?status=closed', { as: editor })
    expect([open.items, closed.items]).toEqual([[], [resolved]])
  })

  test('runs the node again with given params, which the ledger shows', async () => {
    const { editor, items, resolve } = await parkedRuns(1)
    const runId = items[0]?.runId ?? ''
    await resolve(items[0], { resolution: { kind: 'retry_with_params', params: { value: 'fixed', fail: '' } } })
    expect(await untilRun(server, editor, runId)).toMatchObject({ status: 'completed' })
    const ledger = await server.json<Ledger>(200, `/runs/${runId}/ledger`, { as: editor })
    expect(ledger.nodeRuns.find(({ nodeId }) => nodeId === 'job')).toMatchObject({
      status: 'success',
      input: { value: 'fixed', fail: '' },
      output: { worked: 'fixed' },
    })
  })

  test('refuses what the node does not allow, and people who may not resolve', async () => {
    const { editor, items, resolve } = await parkedRuns(1)
    const [parked] = items
    const faulty = await resolve(parked, { resolution: { kind: 'complete', output: { other: 1 } } }, 422)
    expect(faulty).toMatchObject({ code: 'RESOLUTION_REFUSED', issues: [{ path: ['worked'] }] })
    const params = await resolve(parked, { resolution: { kind: 'retry_with_params', params: { fail: 1 } } }, 422)
    expect(params).toMatchObject({ code: 'NODE_PARAMS_INVALID', issues: [{ path: ['fail'] }] })
    expect(await resolve(parked, { resolution: { kind: 'later' } }, 422)).toMatchObject({ code: 'REQUEST_INVALID' })
    const viewer = testIdentity({ tenantId: editor.tenantId, role: 'viewer' })
    expect(await resolve(parked, { resolution: { kind: 'skip' } }, 403, viewer)).toMatchObject({ code: 'FORBIDDEN' })
    expect(await resolve(undefined, { resolution: { kind: 'skip' } }, 404)).toMatchObject({ code: 'PARKED_NOT_FOUND' })
  })

  test('says that the run has ended', async () => {
    const { editor, items, post, resolve } = await parkedRuns(1)
    const runId = items[0]?.runId ?? ''
    await post(editor, `/runs/${runId}/cancel`, {})
    await untilRun(server, editor, runId)
    expect(await resolve(items[0], { resolution: { kind: 'retry' } }, 409)).toMatchObject({ code: 'PARKED_CLOSED' })
  })
})

describe('POST /parked-groups/resolutions', () => {
  test('resolves a group in parts, and leaves what does not allow it', async () => {
    const { editor, id, items, post } = await parkedRuns(3)
    const fingerprint = items[0]?.fingerprint ?? ''
    const group = { workflowId: id, fingerprint }
    const wrong = { ...group, resolution: { kind: 'complete', output: { other: 1 } }, limit: 2 }
    const refused = await post<ResolvedParkedGroup>(editor, '/parked-groups/resolutions', wrong)
    expect(refused).toMatchObject({ resolved: 0, closed: 0, nextCursor: expect.any(String) })
    expect(refused.refused.map(({ parkedId, code }) => [parkedId, code])).toEqual(
      items.slice(0, 2).map(({ parkedId }) => [parkedId, 'RESOLUTION_REFUSED']),
    )
    const right = { ...group, resolution: { kind: 'route' }, limit: 2 }
    const first = await post<ResolvedParkedGroup>(editor, '/parked-groups/resolutions', right)
    expect(first).toMatchObject({ resolved: 2, refused: [] })
    const rest = { ...right, cursor: first.nextCursor }
    const second = await post<ResolvedParkedGroup>(editor, '/parked-groups/resolutions', rest)
    const [{ runId: oldest = '' } = {}] = items.slice(2)
    const nodeRuns = [{ runId: oldest, nodeRunId: 'job' }]
    expect(second).toEqual({ resolved: 1, nodeRuns, closed: 0, refused: [], nextCursor: null })
    for (const { runId } of items) expect(await untilRun(server, editor, runId)).toMatchObject({ status: 'completed' })
    expect(await post(editor, '/parked-groups/resolutions', { ...group, resolution: { kind: 'skip' } })).toMatchObject({
      resolved: 0,
    })
    const other = testIdentity()
    expect(await post(other, '/parked-groups/resolutions', right)).toMatchObject({ resolved: 0, closed: 0 })
  })
})
