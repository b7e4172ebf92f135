import type { Page, Run, RunSummary, StartedRun, TenantState, Workflow } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerTables } from '../tables/server-tables.ts'
import { asking, publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  const runLimits = (tenantId: string) => (tenantId.startsWith('small') ? { inProgress: 1, queued: 1 } : {})
  server = await openTestServer({ database: { pglite }, runLimits })
})
afterAll(() => server.close())

const post = <Body>(status: number, path: string, as: ReturnType<typeof testIdentity>, body: object = {}) =>
  server.json<Body>(status, path, { as, method: 'POST', body })
const start = (as: ReturnType<typeof testIdentity>, id: string, input: object = {}) =>
  post<StartedRun>(201, `/workflows/${id}/runs`, as, { input })
const read = (as: ReturnType<typeof testIdentity>, runId: string) => server.json<Run>(200, `/runs/${runId}`, { as })

/** Waits for a person, so that its runs stay in progress. */
const limited = {
  ...asking(),
  settings: { concurrency: { limit: 1, key: '{{ input.who }}' }, priority: 'high' },
} as const

describe('a limit of runs in progress', () => {
  test('queues a run, which lists and the run show with the reason and the position, and cancels it', async () => {
    const as = testIdentity()
    const id = await publish(server, as, limited)
    const first = await start(as, id, { who: 'ann' })
    expect(first.startedAt).toEqual(expect.any(String))
    const [second, third] = [await start(as, id, { who: 'ann' }), await start(as, id, { who: 'ann' })]
    expect(second).toMatchObject({ status: 'queued', startedAt: null })
    const queue = { reason: 'workflow_limit', inProgress: 1, limit: 1, key: 'ann', priority: 'high' }
    const listed = await server.json<Page<RunSummary>>(200, '/runs?status=queued', { as })
    expect(listed.items).toMatchObject([
      { runId: third.runId, status: 'queued', queue: { ...queue, position: 2 } },
      { runId: second.runId, status: 'queued', queue: { ...queue, position: 1 } },
    ])
    const canceled = await post<Run>(200, `/runs/${second.runId}/cancel`, as)
    expect(['queued', 'canceled']).toContain(canceled.status)
    expect(await untilRun(server, as, second.runId)).toMatchObject({ status: 'canceled', startedAt: null })
    expect(await read(as, third.runId)).toMatchObject({ queue: { position: 1 } })
    await post(200, `/runs/${first.runId}/cancel`, as)
    const begun = await untilRun(server, as, third.runId, ({ status }) => status === 'waiting')
    expect(begun).not.toHaveProperty('queue')
    const problem = await post<Problem>(422, `/workflows/${id}/runs`, as, { input: { who: ['a', 'list'] } })
    expect(problem).toMatchObject({ code: 'CONCURRENCY_KEY_INVALID' })
    const missing = await post<Problem>(422, `/workflows/${id}/runs`, as)
    expect(missing).toMatchObject({ code: 'CONCURRENCY_KEY_INVALID' })
  })

  test('of a tenant queues as many runs as may wait, refuses more, and keeps no refused run', async () => {
    const as = testIdentity({ tenantId: `small-${crypto.randomUUID()}`, role: 'admin' })
    const id = await publish(server, as, asking())
    await start(as, id)
    const waiting = await start(as, id)
    expect(await read(as, waiting.runId)).toMatchObject({ queue: { reason: 'tenant_limit', position: 1, limit: 1 } })
    const refused = await post<Problem>(429, `/workflows/${id}/runs`, as)
    expect(refused).toMatchObject({ code: 'RUN_QUEUE_FULL' })
    const { items } = await server.json<Page<RunSummary>>(200, '/runs', { as })
    expect(items).toHaveLength(2)
    // Test runs do not wait.
    const tried = await post<StartedRun>(201, `/workflows/${id}/draft/runs`, as)
    expect(tried.startedAt).toEqual(expect.any(String))
    const state = { queuedRuns: 1, runsInProgress: 1, runsInProgressLimit: 1, queuedRunsLimit: 1, pause: null }
    expect(await server.json<TenantState>(200, '/tenant', { as })).toEqual(state)
  })
})

describe('POST /workflows/{id}/pause and /resume, and of the tenant', () => {
  test('hold new runs, with the runs in progress on request, and are in the audit log once', async () => {
    const as = testIdentity({ role: 'admin' })
    const id = await publish(server, as, asking())
    const running = await start(as, id)
    const paused = await post<Workflow>(200, `/workflows/${id}/pause`, as, { includeRuns: true })
    const by = { userId: as.userId, displayName: as.displayName }
    expect(paused.pause).toEqual({ at: expect.any(String), by })
    expect(await post<Workflow>(200, `/workflows/${id}/pause`, as)).toEqual(paused)
    await untilRun(server, as, running.runId, ({ status }) => status === 'paused')
    const held = await start(as, id)
    expect(await read(as, held.runId)).toMatchObject({ status: 'queued', queue: { reason: 'workflow_paused' } })
    expect(await post<TenantState>(200, '/tenant/pause', as)).toMatchObject({ pause: { by }, queuedRuns: 1 })
    const resumed = await post<Workflow>(200, `/workflows/${id}/resume`, as, { includeRuns: true })
    expect(resumed.pause).toBeNull()
    await untilRun(server, as, running.runId, ({ status }) => status === 'waiting')
    expect(await read(as, held.runId)).toMatchObject({ queue: { reason: 'tenant_paused' } })
    expect(await post<TenantState>(200, '/tenant/resume', as)).toMatchObject({ pause: null, queuedRuns: 0 })
    await untilRun(server, as, held.runId, ({ status }) => status === 'waiting')
    const database = createDatabase<ServerTables>({ pglite })
    const rows = await database.withTenant(as.tenantId, (tx) =>
      tx.selectFrom('audit_log').select('action').where('tenant_id', '=', as.tenantId).orderBy('at').execute(),
    )
    const actions = rows.map(({ action }) => action).filter((action) => /\.(pause|resume)$/.test(action))
    expect(actions).toEqual([
      ...['workflow.pause', 'run.pause', 'tenant.pause', 'workflow.resume', 'run.resume'],
      'tenant.resume',
    ])
  })
})

describe('requests that need no run of their own', () => {
  test('return the earlier run with 200, also for a repeated idempotency key, and a rerun starts another one', async () => {
    const as = testIdentity()
    const dedupe = { key: '{{ input.id }}', window: '1h' } as const
    const id = await publish(server, as, { ...asking(), settings: { dedupe } })
    const first = await start(as, id, { id: 1 })
    const headers = { 'idempotency-key': 'once' }
    const again = () =>
      server.json<StartedRun>(200, `/workflows/${id}/runs`, { as, method: 'POST', body: { input: { id: 1 } }, headers })
    expect(await again()).toEqual({ ...first, status: expect.any(String), deduplicated: true })
    expect(await again()).toMatchObject({ runId: first.runId, deduplicated: true })
    const problem = await post<Problem>(422, `/workflows/${id}/runs`, as)
    expect(problem).toMatchObject({ code: 'START_KEY_INVALID' })
    await post(200, `/runs/${first.runId}/cancel`, as)
    await untilRun(server, as, first.runId)
    const rerun = await post<StartedRun>(201, `/runs/${first.runId}/reruns`, as, { from: 'start' })
    expect(rerun.runId).not.toBe(first.runId)
    const { items } = await server.json<Page<RunSummary>>(200, '/runs', { as })
    expect(items).toHaveLength(2)
  })

  test('are merged into a run that waits for further ones, and a test run starts at once', async () => {
    const as = testIdentity()
    const id = await publish(server, as, { ...asking(), settings: { debounce: { delay: '1h' } } })
    const first = await start(as, id)
    expect(first).toMatchObject({ status: 'queued', startedAt: null })
    const merged = await post<StartedRun>(200, `/workflows/${id}/runs`, as)
    expect(merged).toEqual({ ...first, merged: true })
    expect(await read(as, first.runId)).toMatchObject({
      queue: { reason: 'debounce', startsAt: expect.any(String), position: 1 },
    })
    await post(200, `/workflows/${id}/pause`, as)
    expect(await read(as, first.runId)).toMatchObject({ queue: { reason: 'debounce', startsAt: null } })
    await post(200, `/workflows/${id}/resume`, as)
    const tried = await post<StartedRun>(201, `/workflows/${id}/draft/runs`, as)
    expect(tried.startedAt).toEqual(expect.any(String))
    await post(200, `/runs/${first.runId}/cancel`, as)
    await untilRun(server, as, first.runId)
    expect((await start(as, id)).runId).not.toBe(first.runId)
  })
})
