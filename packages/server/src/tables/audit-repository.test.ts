import type { Approval, Page, ParkedNodeRun } from '@tenon/core/api'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { encodeUpdate } from '../collab/frames.ts'
import { rawClient } from '../testing/kit/draft-client.ts'
import { asking, parking, publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { insertAudit } from './audit-repository.ts'
import type { ServerTables } from './server-tables.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({ database: { pglite } })
})
afterAll(() => server.close())

async function waitingRun() {
  const as = testIdentity()
  const id = await publish(server, as, asking())
  const { runId } = await runToEnd(server, as, id, {}, (candidate) => candidate.status === 'waiting')
  const approval = async () =>
    (await server.json<Page<Approval>>(200, `/approvals?runId=${runId}`, { as })).items[0] as Approval
  const { approvalId } = await approval()
  const decide = () =>
    server.call(`/approvals/${approvalId}/decision`, { as, method: 'POST', body: { choice: 'approve' } })
  const cancel = () => server.call(`/runs/${runId}/cancel`, { as, method: 'POST' })
  return { as, runId, approvalId, approval, decide, cancel }
}

/** What the audit log says of these, oldest first. */
async function actionsOn(...resources: readonly string[]) {
  const { rows } = await pglite.query('select action from tenon.audit_log where resource = any($1) order by at', [
    resources,
  ])
  return (rows as readonly { readonly action: string }[]).map((row) => row.action)
}

describe('the audit log', () => {
  test.each([
    [{ kind: 'skip' }, {}],
    // The SHA-256 of {"worked":1}: the values themselves are not in the log.
    [
      { kind: 'complete', output: { worked: 1 } },
      { givenHash: '8d2eda9e478657d4322458e1bb99ef9030e76d831cefe15f987731a0b0cf025f' },
    ],
    [
      { kind: 'retry_with_params', params: { value: 'x', fail: '' } },
      { givenHash: 'e6a360595cf3f8fce9a37de4d09aecc767a5d230b5fb917f1e483450a7249d82' },
    ],
  ])('has the resolution %o of a parked node run once, with a hash of given values', async (resolution, given) => {
    const as = testIdentity()
    const id = await publish(server, as, parking({ fail: 'no' }))
    const { runId } = await runToEnd(server, as, id, {}, (candidate) => candidate.status === 'waiting')
    const { items } = await server.json<Page<ParkedNodeRun>>(200, `/parked?runId=${runId}`, { as })
    const parkedId = items[0]?.parkedId ?? ''
    const body = { resolution }
    const resolve = () => server.call(`/parked/${parkedId}/resolution`, { as, method: 'POST', body })
    const answers = await Promise.all([resolve(), resolve(), resolve()])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(await actionsOn(parkedId)).toEqual(['parked.resolve'])
    const { rows } = await pglite.query('select details from tenon.audit_log where resource = $1', [parkedId])
    const [{ details } = { details: '' }] = rows as readonly { readonly details: string }[]
    expect(JSON.parse(details)).toEqual({ resolution: resolution.kind, runId, nodeRunId: 'job', ...given })
  })

  test('has a pause and a resumption once, however often they are requested', async () => {
    const { as, runId } = await waitingRun()
    for (const request of ['resume', 'pause', 'pause', 'resume', 'resume']) {
      expect((await server.call(`/runs/${runId}/${request}`, { as, method: 'POST' })).status).toBe(200)
    }
    expect(await actionsOn(runId)).toEqual(['run.pause', 'run.resume'])
  })

  test('has a decision, a cancelation, and the end of a run without undoing, once each', async () => {
    const [decided, canceled, skipped] = [await waitingRun(), await waitingRun(), await waitingRun()]
    const skip = () => server.call(`/runs/${skipped.runId}/skip-compensation`, { as: skipped.as, method: 'POST' })
    const statuses = (await Promise.all([skip(), skip()])).map(({ status }) => status)
    expect(statuses).toContain(200)
    expect(await actionsOn(skipped.runId)).toEqual(['run.skip_compensation'])
    await decided.decide()
    await canceled.cancel()
    expect(await actionsOn(decided.approvalId)).toEqual(['approval.decide'])
    expect(await actionsOn(canceled.runId)).toEqual(['run.cancel'])
  })

  test('keeps a resource that no text column could hold, repaired and cut', async () => {
    const identity = testIdentity()
    const database = createDatabase<ServerTables>({ pglite })
    for (const resource of ['a\0b', `${'x'.repeat(399)}😀`]) {
      const entry = { identity, action: 'request.refused', resource, at: Date.now() } as const
      await database.withTenant(identity.tenantId, (tx) => insertAudit(tx, entry))
    }
    expect(await actionsOn('a\u2400b')).toEqual(['request.refused'])
    expect(await actionsOn('x'.repeat(399))).toEqual(['request.refused'])
  })

  test('takes in a decision or a cancelation together with its entry, or neither', async () => {
    const { as, runId, approval, decide, cancel } = await waitingRun()
    await pglite.exec('alter table tenon.audit_log rename to away')
    const statuses = [(await decide()).status, (await cancel()).status]
    await pglite.exec('alter table tenon.away rename to audit_log')
    expect(statuses).toEqual([503, 503])
    expect(await approval()).toMatchObject({ status: 'open', votes: [] })
    const { rows } = await pglite.query('select fact from tenon.run_inbox where run_id = $1', [runId])
    expect(rows).toEqual([])
    expect((await server.json<{ status: string }>(200, `/runs/${runId}`, { as })).status).toBe('waiting')
  })
})

/** Audit entries for rejected requests of one tenant, oldest first. */
async function refusals(tenantId: string) {
  const { rows } = await pglite.query(
    "select actor_id, action, resource, details from tenon.audit_log where tenant_id = $1 and action like '%refused' order by at, resource",
    [tenantId],
  )
  return (rows as readonly { actor_id: string; action: string; resource: string; details: string }[]).map((row) => ({
    ...row,
    details: JSON.parse(row.details) as object,
  }))
}

describe('a refused write', () => {
  test('for lack of a right, or for what it contains, leaves an entry without its content', async () => {
    const as = testIdentity()
    const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
    const id = await publish(server, as, asking())
    await server.json(403, `/workflows/${id}`, { as: viewer, method: 'PATCH', body: { name: 'secret' } })
    expect(await refusals(as.tenantId)).toEqual([
      {
        actor_id: viewer.userId,
        action: 'request.refused',
        resource: id,
        details: { route: 'updateWorkflow', code: 'FORBIDDEN', status: 403 },
      },
    ])
    const other = testIdentity()
    await server.json(422, '/workflows', { as: other, method: 'POST', body: { name: '', token: 'secret' } })
    expect(await refusals(other.tenantId)).toMatchObject([
      { resource: '/workflows', details: { route: 'createWorkflow', code: 'REQUEST_INVALID', status: 422 } },
    ])
  })

  test('of a draft over a socket leaves one, too', async () => {
    const as = testIdentity()
    const id = await publish(server, as, asking())
    const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
    const client = await rawClient({ server, url: (await server.listen()).url }, viewer, id)
    client.send(encodeUpdate(client.change(() => client.ydoc.getMap('nodes').delete('review'))))
    expect((await client.closed).code).toBe(4403)
    await vi.waitFor(
      async () =>
        expect(await refusals(as.tenantId)).toEqual([
          {
            actor_id: viewer.userId,
            action: 'draft.update_refused',
            resource: id,
            details: { code: 'FORBIDDEN', status: 403 },
          },
        ]),
      20_000,
    )
  })

  test('reading, unknown ids, and what no tenant is known for leave none', async () => {
    const as = testIdentity()
    await server.json(422, '/runs?status=nonsense', { as })
    await server.json(404, '/workflows/none', { as, method: 'PATCH', body: { name: 'x' } })
    await server.json(401, '/workflows', { method: 'POST', body: {} })
    await server.json(400, '/workflows', { as, method: 'POST', body: '{' })
    expect(await refusals(as.tenantId)).toEqual([])
  })

  test('is answered the same when the entry cannot be stored, and the log says so', async () => {
    const lines: unknown[] = []
    const own = await server.sibling({ log: (...line) => lines.push(line) })
    const viewer = testIdentity({ role: 'viewer' })
    await pglite.exec('alter table tenon.audit_log rename to away')
    const problem = await own.json<{ code: string }>(403, '/workflows', { as: viewer, method: 'POST', body: {} })
    await pglite.exec('alter table tenon.away rename to audit_log')
    expect(problem.code).toBe('FORBIDDEN')
    const reason = expect.stringContaining('audit_log')
    const fields = { action: 'request.refused', resource: '/workflows', reason }
    expect(lines).toEqual([['error', expect.stringMatching(/^audit.store_failed: /), fields]])
    await own.close()
  })
})
