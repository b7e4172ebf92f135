import type { Identity, MigratedRuns, MigrationCheck, Page, ParkedNodeRun, Run, RunSummary } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { openTestPGlite } from '@tenon/runtime/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerTables } from '../tables/server-tables.ts'
import { asking, parking, publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openTestPGlite>>

beforeAll(async () => {
  pglite = await openTestPGlite()
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
