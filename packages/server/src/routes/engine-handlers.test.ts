import type { ChangedEngines, Identity, Run } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { type EngineFactory, embeddedEngine, type RuntimeTables, twoEngines } from '@tenon/runtime'
import { createDatabase } from '@tenon/runtime/postgres'
import { temporalEngine } from '@tenon/runtime/temporal'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerTables } from '../tables/server-tables.ts'
import { asking, publish, runToEnd, untilRun, working } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

/** Temporal without a worker: a run that has changed to it is stored there, and waits. */
const idleTemporal: EngineFactory = (deps) => ({
  ...temporalEngine({ address: '127.0.0.1:1' })(deps),
  startWorker: async () => undefined,
})

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({
    database: { pglite },
    engine: twoEngines({ starting: embeddedEngine(), continuing: idleTemporal }),
    runLimits: (tenantId) => (tenantId.startsWith('small') ? { inProgress: 1 } : {}),
  })
})
afterAll(() => server.close())

const change = (as: Identity, runId: string | undefined, body: object, status = 200) =>
  server.json<Run & Problem>(status, `/runs/${runId}/engine`, { as, method: 'POST', body })
const changeAll = (as: Identity, id: string, body: object, status = 200) =>
  server.json<ChangedEngines & Problem>(status, `/workflows/${id}/engine`, { as, method: 'POST', body })

async function waiting(as: Identity, id: string): Promise<string> {
  return (await runToEnd(server, as, id, { text: 't' }, ({ status }) => status === 'waiting')).runId
}

describe('POST /runs/{runId}/engine', () => {
  test('changes the engine of a run that waits, with an audit entry, and offers the way back', async () => {
    const as = testIdentity({ role: 'admin' })
    const id = await publish(server, as, asking())
    const runId = await waiting(as, id)
    expect(await server.json<Run>(200, `/runs/${runId}`, { as })).toMatchObject({
      ...{ engine: 'embedded', otherEngines: ['temporal'] },
    })
    await change(as, runId, { engine: 'temporal', requestId: 'q' })
    await change(as, runId, { engine: 'temporal', requestId: 'q' })
    expect(await untilRun(server, as, runId, ({ engine }) => engine === 'temporal')).toMatchObject({
      ...{ status: 'waiting', otherEngines: ['embedded'] },
    })
    expect(await change(as, runId, { engine: 'temporal' })).toMatchObject({ engine: 'temporal' })
    const database = createDatabase<ServerTables & RuntimeTables>({ pglite })
    const audited = await database.withTenant(as.tenantId, (tx) =>
      tx.selectFrom('audit_log').select(['resource', 'details']).where('action', '=', 'run.change_engine').execute(),
    )
    expect(audited).toEqual([{ resource: runId, details: JSON.stringify({ from: 'embedded', to: 'temporal' }) }])
    // Without a worker of Temporal the way back waits as well, and so does its withdrawal; another request is refused.
    await change(as, runId, { engine: 'embedded' })
    await change(as, runId, { engine: 'temporal' })
    expect(await change(as, runId, { engine: 'embedded' }, 422)).toMatchObject({
      ...{ code: 'ENGINE_CHANGE_REFUSED', issues: [{ path: ['engine'], code: 'pending' }] },
    })
  })

  test('is refused for a run that has ended or is queued, and for people who are no admins', async () => {
    const as = testIdentity({ role: 'admin', tenantId: `small-${crypto.randomUUID()}` })
    const ended = await runToEnd(server, as, await publish(server, as, working()))
    expect(await change(as, ended.runId, { engine: 'temporal' }, 409)).toMatchObject({ code: 'RUN_CLOSED' })
    expect(ended).not.toHaveProperty('otherEngines')
    const id = await publish(server, as, asking())
    const runId = await waiting(as, id)
    const start = { as, method: 'POST', body: { input: { text: 't' } } } as const
    const queued = await server.json<Run>(201, `/workflows/${id}/runs`, start)
    expect(await change(as, queued.runId, { engine: 'temporal' }, 422)).toMatchObject({
      ...{ code: 'ENGINE_CHANGE_REFUSED', issues: [{ code: 'queued' }] },
    })
    const editor = { ...as, role: 'editor' } as const
    expect(await change(editor, runId, { engine: 'temporal' }, 403)).toMatchObject({ code: 'FORBIDDEN' })
    expect(await change(as, runId, { engine: 'other' }, 422)).toMatchObject({ code: 'REQUEST_INVALID' })
  })

  test('is refused by a server that lacks the engine', async () => {
    const as = testIdentity({ role: 'admin' })
    const runId = await waiting(as, await publish(server, as, asking()))
    const single = await server.sibling({ engine: embeddedEngine() })
    const body = { engine: 'temporal' }
    expect(await single.json<Problem>(422, `/runs/${runId}/engine`, { as, method: 'POST', body })).toMatchObject({
      code: 'ENGINE_CHANGE_REFUSED',
      remedy: 'Configure it with twoEngines(), or choose one of: embedded.',
    })
    expect(await single.json<Run>(200, `/runs/${runId}`, { as })).not.toHaveProperty('otherEngines')
    await single.close()
  })
})

test('POST /workflows/{id}/engine changes the runs of a workflow, page by page', async () => {
  const as = testIdentity({ role: 'admin' })
  const id = await publish(server, as, asking())
  const runIds = [await waiting(as, id), await waiting(as, id), await waiting(as, id)].reverse()
  const first = await changeAll(as, id, { engine: 'temporal', limit: 2 })
  expect(first).toMatchObject({ runIds: runIds.slice(0, 2), unchanged: 0, refused: [] })
  const second = await changeAll(as, id, { engine: 'temporal', limit: 2, cursor: first.nextCursor })
  expect(second).toMatchObject({ runIds: runIds.slice(2), nextCursor: null })
  for (const runId of runIds) await untilRun(server, as, runId, ({ engine }) => engine === 'temporal')
  expect(await changeAll(as, id, { engine: 'temporal' })).toMatchObject({ runIds: [], nextCursor: null })
  // The requests to go back wait for a worker of Temporal; another one meanwhile is refused for each run.
  await changeAll(as, id, { engine: 'embedded' })
  const pending = await changeAll(as, id, { engine: 'embedded' })
  expect(pending).toMatchObject({ runIds: [], unchanged: 3, refused: [] })
})
