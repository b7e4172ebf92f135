import type {
  Identity,
  Ledger,
  MigratedRuns,
  MigrationCheck,
  Page,
  ParkedNodeRun,
  Run,
  RunSummary,
} from '@tenon/core/api'
import type { NodePolicy, WorkflowDocument } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import type { RuntimeTables } from '@tenon/runtime'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerTables } from '../tables/server-tables.ts'
import { asking, parking, publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({ database: { pglite } })
})
afterAll(() => server.close())

async function publishNext(as: Identity, id: string, document: WorkflowDocument): Promise<void> {
  const draft = await server.call(`/workflows/${id}/draft`, { as })
  const headers = { 'if-match': draft.headers.get('etag') ?? '' }
  await draft.body?.cancel()
  await server.json(200, `/workflows/${id}/draft`, { as, method: 'PUT', body: { document }, headers })
  await server.json(201, `/workflows/${id}/versions`, { as, method: 'POST' })
}

/** Runs of version 1 that wait, newest first, and their workflow. */
async function waitingRuns(as: Identity, count: number, document: WorkflowDocument) {
  const id = await publish(server, as, document)
  for (let run = 0; run < count; run += 1) {
    await runToEnd(server, as, id, { text: `t${run}` }, ({ status }) => status === 'waiting')
  }
  const { items } = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}`, { as })
  return { id, runIds: items.map(({ runId }) => runId) }
}

const move = (as: Identity, runId: string | undefined, body: object, status = 200) =>
  server.json<Run & Problem>(status, `/runs/${runId}/migration`, { as, method: 'POST', body })
const moveAll = (as: Identity, id: string, body: object, status = 200) =>
  server.json<MigratedRuns & Problem>(status, `/workflows/${id}/migrations`, { as, method: 'POST', body })

/** start → end; nothing of a run that waits fits it. */
const nothing = workflow([node('start', 'start'), node('end', 'end')], ['start>end'])

describe('POST /runs/{runId}/migration', () => {
  test('moves a parked run to a version that repairs its node, and names the version it came from', async () => {
    const as = testIdentity()
    const { id, runIds } = await waitingRuns(as, 1, parking({ fail: 'no' }))
    const [runId] = runIds
    await publishNext(as, id, parking())
    const check = await server.json<MigrationCheck>(200, `/runs/${runId}/migration?version=2`, { as })
    expect(check).toEqual({ from: '1', version: '2', obstacles: [] })
    await move(as, runId, { version: '2', requestId: 'q' })
    await move(as, runId, { version: '2', requestId: 'q' })
    expect(await untilRun(server, as, `${runId}`, ({ version }) => version === '2')).toMatchObject({
      ...{ status: 'waiting', movedFrom: '1' },
    })
    const { items } = await server.json<Page<ParkedNodeRun>>(200, `/parked?runId=${runId}`, { as })
    expect(items[0]).toMatchObject({ version: '2', status: 'open' })
    await server.json(200, `/parked/${items[0]?.parkedId}/resolution`, {
      ...{ as, method: 'POST', body: { resolution: { kind: 'retry' } } },
    })
    expect(await untilRun(server, as, `${runId}`)).toMatchObject({ status: 'completed', version: '2', movedFrom: '1' })
    expect(await move(as, runId, { version: '1' }, 409)).toMatchObject({ code: 'RUN_CLOSED' })
    const closed = await server.json<Problem>(409, `/runs/${runId}/migration?version=1`, { as })
    expect(closed.code).toBe('RUN_CLOSED')
    const database = createDatabase<ServerTables>({ pglite })
    const audited = await database.withTenant(as.tenantId, (tx) =>
      tx.selectFrom('audit_log').select(['resource', 'details']).where('action', '=', 'run.migrate').execute(),
    )
    expect(audited).toEqual([{ resource: runId, details: JSON.stringify({ from: '1', version: '2' }) }])
  })

  test('is refused with the nodes that do not fit, and for an unknown version', async () => {
    const as = testIdentity()
    const { id, runIds } = await waitingRuns(as, 1, asking())
    const [runId] = runIds
    await publishNext(as, id, nothing)
    const check = await server.json<MigrationCheck>(200, `/runs/${runId}/migration?version=2`, { as })
    expect(check.obstacles).toEqual([{ nodeId: 'review', nodeName: 'review', reason: 'node_removed' }])
    expect(await move(as, runId, { version: '2' }, 422)).toMatchObject({
      code: 'MIGRATION_REFUSED',
      detail: 'These nodes of the run do not fit version 2: "review"',
      issues: [{ path: ['version'], code: 'node_removed' }],
    })
    expect(await move(as, runId, { version: '7' }, 422)).toMatchObject({ code: 'REFERENCE_NOT_FOUND' })
    expect(await move(as, runId, { version: 'x' }, 422)).toMatchObject({ code: 'REQUEST_INVALID' })
    const viewer = { ...as, role: 'viewer' } as const
    expect(await move(viewer, runId, { version: '2' }, 403)).toMatchObject({ code: 'FORBIDDEN' })
  })

  test('is refused for a test run', async () => {
    const as = testIdentity()
    const { id } = await waitingRuns(as, 0, asking())
    const started = await server.json<Run>(201, `/workflows/${id}/draft/runs`, { as, method: 'POST', body: {} })
    await untilRun(server, as, started.runId, ({ status }) => status === 'waiting')
    expect(await move(as, started.runId, { version: '1' }, 422)).toMatchObject({
      ...{ code: 'MIGRATION_REFUSED', issues: [{ code: 'test_run' }] },
    })
  })
})

/** start → greet → job, which fails unless it is repaired → end. */
const greeting = (text: string, fail: string | null, policy: NodePolicy) =>
  workflow(
    [
      node('start', 'start'),
      node('greet', 'set', { values: { greeting: text } }),
      withPolicy(node('job', 'work', { value: 'x', ...(fail === null ? {} : { fail }) }), policy),
      node('end', 'end'),
    ],
    ['start>greet', 'greet>job', 'job>end'],
  )

describe('a run that has moved', () => {
  test('shows what its nodes were given before, and is run again only with what has not changed since', async () => {
    const as = testIdentity()
    const { id, runIds } = await waitingRuns(as, 1, greeting('old', 'no', { onError: 'park' }))
    const [runId] = runIds
    await publishNext(as, id, greeting('new', null, { onError: 'park' }))
    await move(as, runId, { version: '2' })
    await untilRun(server, as, `${runId}`, ({ version }) => version === '2')
    const { nodeRuns } = await server.json<Ledger>(200, `/runs/${runId}/ledger`, { as })
    expect(nodeRuns.find(({ nodeId }) => nodeId === 'greet')).toMatchObject({
      ...{ input: { values: { greeting: 'old' } }, output: { greeting: 'old' } },
    })
    const { items } = await server.json<Page<ParkedNodeRun>>(200, `/parked?runId=${runId}`, { as })
    await server.json(200, `/parked/${items[0]?.parkedId}/resolution`, {
      ...{ as, method: 'POST', body: { resolution: { kind: 'retry' } } },
    })
    await untilRun(server, as, `${runId}`)
    const body = { from: { nodeId: 'job' }, version: 'latest' }
    expect(await server.json<Problem>(422, `/runs/${runId}/reruns`, { as, method: 'POST', body })).toMatchObject({
      ...{ code: 'RERUN_REFUSED', issues: [{ code: 'changed', message: 'The node "greet" has changed' }] },
    })
    await publishNext(as, id, greeting('old', null, { onError: 'park' }))
    await server.json(201, `/runs/${runId}/reruns`, { as, method: 'POST', body })
  })
})

describe('a request to move that waits for a node in progress', () => {
  test('is not repeated, and the answer to a check is that to a request', async () => {
    const as = testIdentity()
    const slow = (text: string) => greeting(text, 'no', { retry: { initialInterval: '1h', maximumAttempts: 3 } })
    const id = await publish(server, as, slow('old'))
    await runToEnd(server, as, id, {}, ({ status }) => status === 'running')
    const { items } = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}`, { as })
    const runId = `${items[0]?.runId}`
    await publishNext(as, id, slow('new'))
    await publishNext(as, id, slow('newer'))
    expect(await moveAll(as, id, { version: '2' })).toMatchObject({ runIds: [runId], unchanged: 0 })
    await untilApplied(as)
    expect(await moveAll(as, id, { version: '2' })).toMatchObject({ runIds: [], unchanged: 1, refused: [] })
    await move(as, runId, { version: '2' })
    const pending = { code: 'MIGRATION_REFUSED', issues: [{ code: 'pending' }] }
    expect(await move(as, runId, { version: '3' }, 422)).toMatchObject(pending)
    expect(await server.json<Problem>(422, `/runs/${runId}/migration?version=3`, { as })).toMatchObject(pending)
    expect(await moveAll(as, id, { version: '3' })).toMatchObject({ runIds: [], refused: [{ runId }] })
    const withdraw = (status: number) =>
      server.json<Run & Problem>(status, `/runs/${runId}/migration`, { as, method: 'DELETE' })
    expect(await withdraw(200)).toMatchObject({ runId, version: '1' })
    await untilApplied(as)
    expect(await withdraw(409)).toMatchObject({ code: 'MIGRATION_CLOSED' })
    await move(as, runId, { version: '3' })
    await untilApplied(as)
    await server.json(200, `/runs/${runId}/cancel`, { as, method: 'POST' })
    await untilRun(server, as, runId)
    const log = await (await server.call(`/runs/${runId}/events`, { as })).text()
    expect(log.match(/"(withdrawn|ending)"/g)).toEqual(['"withdrawn"', '"ending"'])
    expect(await withdraw(409)).toMatchObject({ code: 'RUN_CLOSED' })
    const viewer = { ...as, role: 'viewer' } as const
    expect((await server.call(`/runs/${runId}/migration`, { as: viewer, method: 'DELETE' })).status).toBe(403)
  })
})

/** Waits until the runs of a tenant have applied what was sent to them. */
async function untilApplied({ tenantId }: Identity): Promise<void> {
  const database = createDatabase<RuntimeTables>({ pglite })
  const waiting = () => database.withTenant(tenantId, (tx) => tx.selectFrom('run_inbox').select('message_id').execute())
  await expect.poll(waiting).toEqual([])
}

describe('POST /workflows/{id}/migrations', () => {
  test('moves the runs of a group page by page, and names those that do not fit', async () => {
    const as = testIdentity()
    const { id, runIds } = await waitingRuns(as, 3, parking({ fail: 'no' }))
    await publishNext(as, id, parking())
    const { items } = await server.json<Page<ParkedNodeRun>>(200, `/parked?workflowId=${id}`, { as })
    const group = { version: '2', from: '1', fingerprint: items[0]?.fingerprint }
    const first = await moveAll(as, id, { ...group, limit: 2 })
    expect(first).toMatchObject({ runIds: runIds.slice(0, 2), unchanged: 0, refused: [] })
    const rest = await moveAll(as, id, { ...group, cursor: first.nextCursor })
    expect(rest).toEqual({ runIds: runIds.slice(2), unchanged: 0, refused: [], nextCursor: null })
    for (const runId of runIds) await untilRun(server, as, runId, ({ version }) => version === '2')
    await publishNext(as, id, nothing)
    const refused = await moveAll(as, id, { version: '3' })
    expect(refused.refused.map(({ runId, code }) => `${runId} ${code}`)).toEqual(
      runIds.map((runId) => `${runId} MIGRATION_REFUSED`),
    )
    expect(await moveAll(as, id, { version: '9' }, 422)).toMatchObject({ code: 'REFERENCE_NOT_FOUND' })
    expect(await moveAll(as, id, { version: '3', cursor: 'x' }, 422)).toMatchObject({ code: 'CURSOR_INVALID' })
  })
})
