import type {
  Identity,
  MigrationRefusedRun,
  Page,
  Rollout,
  Run,
  RunSummary,
  StartedRun,
  Workflow,
} from '@tenon/core/api'
import type { NodePolicy, WorkflowDocument } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketOf } from '../runs/start-run.ts'
import type { ServerTables } from '../tables/server-tables.ts'
import { asking, endingAs, publish, runToEnd, untilRun, working } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({
    database: { pglite },
    rolloutIntervals: { graceMs: 60_000, checkMs: 250, lookMs: 250, idleMs: 250 },
  })
})
afterAll(() => server.close())

const post = <Body = Problem>(as: Identity, path: string, body: object = {}, status = 200) =>
  server.json<Body>(status, path, { as, method: 'POST', body })

async function publishNext(as: Identity, id: string, document: WorkflowDocument, options = {}, status = 201) {
  const draft = await server.call(`/workflows/${id}/draft`, { as })
  const headers = { 'if-match': draft.headers.get('etag') ?? '' }
  await draft.body?.cancel()
  await server.json(200, `/workflows/${id}/draft`, { as, method: 'PUT', body: { document }, headers })
  return post<object>(as, `/workflows/${id}/versions`, options, status)
}

/** Starts runs that wait for an approval. @returns Their ids, the newest first. */
async function waitingRuns(as: Identity, id: string, count: number): Promise<readonly string[]> {
  for (let run = 0; run < count; run += 1) {
    await runToEnd(server, as, id, {}, ({ status }) => status === 'waiting')
  }
  const { items } = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}`, { as })
  return items.map(({ runId }) => runId)
}

const rolloutsOf = async (as: Identity, id: string) =>
  (await server.json<Page<Rollout>>(200, `/workflows/${id}/rollouts`, { as })).items

/** Waits until the latest rollout is as expected. */
async function untilRollout(as: Identity, id: string, isDone: (rollout: Rollout) => boolean): Promise<Rollout> {
  const found = await expect
    .poll(async () => (await rolloutsOf(as, id))[0], { timeout: 15_000, interval: 50 })
    .toSatisfy(isDone)
    .then(() => rolloutsOf(as, id))
  const [rollout] = found
  if (rollout === undefined) throw new Error('No rollout')
  return rollout
}

async function auditOf({ tenantId }: Identity) {
  const database = createDatabase<ServerTables>({ pglite })
  const rows = await database.withTenant(tenantId, (tx) =>
    tx.selectFrom('audit_log').select(['action', 'actor_role', 'details']).orderBy('at').execute(),
  )
  return rows.filter(({ action }) => /^(rollout|version)\./.test(action))
}

const ended = workflow([node('start', 'start'), node('end', 'end')], ['start>end'])

describe('runs in progress', () => {
  test('move to the published version, and those that cannot are listed with their reason', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const runIds = await waitingRuns(as, id, 3)
    await publishNext(as, id, ended, { runs: 'move' })
    const stuck = await untilRollout(as, id, ({ progress }) => progress?.refused === 3)
    const message = 'These nodes of the run do not fit version 2: "review"'
    expect(stuck).toMatchObject({
      ...{ version: '2', formerVersion: '1', status: 'in_progress', runs: 'move', canary: null },
      progress: { moved: 0, canceled: 0, ended: 0, pending: 0, refused: 3, left: 0 },
      refusals: [{ code: 'MIGRATION_REFUSED', message, runs: 3 }],
      startedBy: { userId: as.userId, displayName: as.displayName },
    })
    const path = `/workflows/${id}/versions/2/rollout`
    const page = await server.json<Page<MigrationRefusedRun>>(200, `${path}/refused-runs?limit=2`, { as })
    const cursor = encodeURIComponent(page.nextCursor ?? '')
    const rest = await server.json<Page<MigrationRefusedRun>>(200, `${path}/refused-runs?cursor=${cursor}`, { as })
    expect([...page.items, ...rest.items].map(({ runId }) => runId)).toEqual([...runIds].sort())
    expect(rest.nextCursor).toBeNull()

    // Another version, which repairs it, takes all of them.
    await publishNext(as, id, asking({ evidence: {} }), { runs: 'move' })
    const moved = await untilRollout(as, id, ({ version, progress }) => version === '3' && progress?.moved === 3)
    expect(moved.progress).toEqual({ moved: 3, canceled: 0, ended: 0, pending: 0, refused: 0, left: 0 })
    for (const runId of runIds) {
      expect(await server.json<Run>(200, `/runs/${runId}`, { as })).toMatchObject({ version: '3', movedFrom: '1' })
    }
    expect(await post(as, `/workflows/${id}/versions/3/rollout/stop`)).toMatchObject({
      ...{ status: 'stopped', endedBy: { userId: as.userId } },
    })
    expect(await post(as, `/workflows/${id}/versions/3/rollout/stop`, {}, 409)).toMatchObject({
      code: 'ROLLOUT_CLOSED',
    })
    await waitingRuns(as, id, 1)
    await publishNext(as, id, asking(), {})
    expect(await post(as, `/workflows/${id}/versions/4/rollout`, { runs: 'cancel' })).toMatchObject({
      ...{ version: '4', status: 'in_progress', runs: 'cancel', formerVersion: null },
    })
    expect(await post(as, `/workflows/${id}/versions/4/rollout`, { runs: 'cancel' })).toMatchObject({ version: '4' })
    expect(await post(as, `/workflows/${id}/versions/4/rollout`, { runs: 'move' }, 409)).toMatchObject({
      code: 'ROLLOUT_ACTIVE',
    })
    const canceled = await untilRollout(as, id, ({ progress }) => progress?.canceled === 4)
    expect(canceled.progress).toMatchObject({ moved: 0, canceled: 4, pending: 0, left: 0 })
    for (const runId of runIds) expect((await untilRun(server, as, runId)).status).toBe('canceled')
    // Runs may be accepted for it for some seconds after its beginning.
    const database = createDatabase<ServerTables>({ pglite })
    await database.withTenant(as.tenantId, (tx) => tx.updateTable('version_rollouts').set({ since: 1 }).execute())
    expect(await untilRollout(as, id, ({ status }) => status === 'completed')).toMatchObject({ endedBy: null })
    expect((await auditOf(as)).map(({ action, details }) => `${action} ${details}`)).toEqual([
      'version.publish {"version":"1"}',
      'version.publish {"version":"2","runs":"move"}',
      'version.publish {"version":"3","runs":"move"}',
      'rollout.stop {"version":"3"}',
      'version.publish {"version":"4"}',
      'rollout.start {"version":"4","runs":"cancel"}',
    ])
  }, 30_000)

  test('are moved once by several servers, and not again after a person has withdrawn it', async () => {
    const as = testIdentity()
    const other = await server.sibling()
    const { nodes, ...rest } = working({ fail: 'no' })
    const policy: NodePolicy = { retry: { initialInterval: '1h', maximumAttempts: 3 } }
    const retrying = { ...rest, nodes: nodes.map((each) => (each.id === 'job' ? withPolicy(each, policy) : each)) }
    const id = await publish(server, as, retrying)
    await runToEnd(server, as, id, { text: 'x' }, ({ status }) => status === 'running')
    const { items } = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}`, { as })
    const runId = `${items[0]?.runId}`
    await other.automation.startWorker()
    await publishNext(as, id, retrying, { runs: 'move' })
    await untilRollout(as, id, ({ progress }) => progress?.pending === 1)
    const withdrawn = () => server.call(`/runs/${runId}/migration`, { as, method: 'DELETE' })
    expect((await withdrawn()).status).toBe(200)
    const refused = await untilRollout(as, id, ({ progress }) => progress?.refused === 1)
    expect(refused.refusals).toEqual([
      { code: 'MIGRATION_REFUSED', message: 'A person has withdrawn the request to move the run', runs: 1 },
    ])
    await server.json(200, `/runs/${runId}/cancel`, { as, method: 'POST' })
    await untilRun(server, as, runId)
    const log = await (await server.call(`/runs/${runId}/events`, { as })).text()
    expect(log.match(/"migrate_requested"/g)).toHaveLength(1)
    await other.close()
  }, 30_000)
})

describe('a canary', () => {
  const start = async (as: Identity, id: string): Promise<Run> => {
    const { runId } = await post<StartedRun>(as, `/workflows/${id}/runs`, { input: { text: 'x' } }, 201)
    return untilRun(server, as, runId)
  }

  test('starts its share of the runs by their ids, and is rolled back by its rule', async () => {
    const as = testIdentity()
    const id = await publish(server, as, working())
    await publishNext(as, id, working({ fail: 'broken' }), {
      ...{ canary: { percent: 50, minRuns: 3, maxFailurePercent: 20 }, runs: 'move' },
    })
    const path = `/workflows/${id}/versions/2/rollout`
    expect(await post(as, path, { runs: 'move' }, 409)).toMatchObject({ code: 'ROLLOUT_ACTIVE' })
    let failed = 0
    for (let run = 0; run < 60 && failed < 3; run += 1) {
      const { runId, version, status } = await start(as, id)
      expect(version).toBe(bucketOf(runId) < 5_000 ? '2' : '1')
      if (status === 'failed') failed += 1
    }
    const rollout = await untilRollout(as, id, ({ status }) => status === 'rolled_back')
    expect(rollout).toMatchObject({
      ...{ formerVersion: '1', endedBy: null, progress: null },
      canary: { percent: 50, maxFailurePercent: 20, minRuns: 3, promoteAfter: null, started: 3, failed: 3 },
    })
    for (let run = 0; run < 6; run += 1) expect((await start(as, id)).version).toBe('1')
    expect((await auditOf(as)).at(-1)).toMatchObject({ action: 'rollout.roll_back', actor_role: 'system' })
    expect(await post(as, path, { runs: 'move' }, 409)).toMatchObject({ code: 'ROLLOUT_CLOSED' })
    // What asks for the latest version gets the one with which runs start.
    const { items } = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}&status=failed`, { as })
    const again = { from: 'start', version: 'latest' }
    const rerun = await post<StartedRun>(as, `/runs/${items[0]?.runId}/reruns`, again, 201)
    expect((await untilRun(server, as, rerun.runId)).version).toBe('1')
    // The next version takes over from the one that was rolled back.
    await publishNext(as, id, working({ value: 'v3' }), { canary: { percent: 99, promoteAfter: 2, minRuns: 1 } })
    expect(await untilRollout(as, id, ({ version }) => version === '3')).toMatchObject({ formerVersion: '1' })
    for (let run = 0, third = 0; run < 60 && third < 2; run += 1) if ((await start(as, id)).version === '3') third += 1
    expect(await untilRollout(as, id, ({ status }) => status === 'completed')).toMatchObject({
      ...{ version: '3', endedBy: null, progress: null },
    })
    expect((await start(as, id)).version).toBe('3')
  }, 30_000)

  test('that is rolled back while starts arrive gets no run that was requested after the answer', async () => {
    const as = testIdentity()
    const id = await publish(server, as, endingAs('one'))
    await publishNext(as, id, endingAs('two'), { canary: { percent: 99 } })
    const body = { input: {} }
    const started = (key: string) =>
      server.json<StartedRun>(201, `/workflows/${id}/runs`, {
        ...{ as, method: 'POST', body, headers: { 'idempotency-key': key } },
      })
    const arriving = Array.from({ length: 20 }, (_, index) => started(`early-${index}`))
    const rollBack = post<Rollout>(as, `/workflows/${id}/versions/2/rollout/rollback`)
    const more = Array.from({ length: 20 }, (_, index) => started(`amid-${index}`))
    await rollBack
    const late = await Promise.all(Array.from({ length: 10 }, (_, index) => started(`late-${index}`)))
    const early = await Promise.all([...arriving, ...more])
    // A repeated request finds its run, also if the version has changed since.
    const [first] = early
    expect((await started('early-0')).runId).toBe(first?.runId)
    const { items } = await server.json<Page<RunSummary>>(200, `/runs?workflowId=${id}&limit=100`, { as })
    const versions = new Map(items.map(({ runId, version }) => [runId, version]))
    expect(versions.size).toBe(50)
    expect(late.map(({ runId }) => versions.get(runId))).toEqual(late.map(() => '1'))
    for (const { runId } of early) {
      // By its share, or by the rollback.
      expect(bucketOf(runId) < 9_900 ? ['1', '2'] : ['1']).toContain(versions.get(runId))
    }
  })

  test('is promoted or rolled back by a person, and replaced by the next version', async () => {
    const as = testIdentity()
    const body = { name: 'Sample', document: endingAs('one') }
    const { id } = await post<{ id: string }>(as, '/workflows', body, 201)
    const refused = await post(as, `/workflows/${id}/versions`, { canary: { percent: 10 } }, 422)
    expect(refused).toMatchObject({ code: 'REQUEST_INVALID', issues: [{ path: ['canary'] }] })
    await post(as, `/workflows/${id}/versions`, {}, 201)
    await publishNext(as, id, endingAs('two'), { canary: { percent: 1 } })
    await publishNext(as, id, endingAs('three'), { canary: { percent: 1 } })
    expect(
      (await rolloutsOf(as, id)).map(({ version, status, formerVersion }) => [version, status, formerVersion]),
    ).toEqual([
      ['3', 'canary', '1'],
      ['2', 'replaced', '1'],
    ])
    const versions = async () => {
      const { version, liveVersion } = await server.json<Workflow>(200, `/workflows/${id}`, { as })
      return { version, liveVersion }
    }
    expect(await versions()).toEqual({ version: '3', liveVersion: '1' })
    const path = `/workflows/${id}/versions/3/rollout`
    const viewer = { ...as, role: 'viewer' } as const
    expect(await post(viewer, `${path}/promotion`, {}, 403)).toMatchObject({ code: 'FORBIDDEN' })
    expect(await post(as, `${path}/stop`, {}, 409)).toMatchObject({ code: 'ROLLOUT_CLOSED' })
    const [first, second] = await Promise.all([
      server.call(`${path}/promotion`, { as, method: 'POST', body: {} }),
      server.call(`${path}/rollback`, { as, method: 'POST', body: {} }),
    ])
    expect([first.status, second.status].sort()).toEqual([200, 409])
    await publishNext(as, id, endingAs('four'), { canary: { percent: 1 } })
    expect(await post(as, `/workflows/${id}/versions/4/rollout/rollback`)).toMatchObject({
      ...{ status: 'rolled_back', endedBy: { userId: as.userId } },
    })
    const promoted = first.status === 200 ? '3' : '1'
    expect(await versions()).toEqual({ version: '4', liveVersion: promoted })
    expect(await post(as, `/workflows/${id}/versions/9/rollout`, { runs: 'move' }, 404)).toMatchObject({
      code: 'VERSION_NOT_FOUND',
    })
    for (const canary of [{ percent: 0 }, { percent: 100 }, { percent: 5, minRuns: 0 }, { percent: 5, x: 1 }]) {
      expect(await post(as, `/workflows/${id}/versions`, { canary }, 422)).toMatchObject({ code: 'REQUEST_INVALID' })
    }
  })
})
