import type { Approval, Page } from '@tenon/core/api'
import { openTestPGlite } from '@tenon/runtime/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking, publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openTestPGlite>>

beforeAll(async () => {
  pglite = await openTestPGlite()
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
  test('has a decision, and a cancelation', async () => {
    const [decided, canceled] = [await waitingRun(), await waitingRun()]
    await decided.decide()
    await canceled.cancel()
    expect(await actionsOn(decided.approvalId)).toEqual(['approval.decide'])
    expect(await actionsOn(canceled.runId)).toEqual(['run.cancel'])
  })

  test('takes in a decision or a cancelation together with its entry, or neither', async () => {
    const { as, runId, approval, decide, cancel } = await waitingRun()
    await pglite.exec('alter table tenon.audit_log rename to away')
    const statuses = [(await decide()).status, (await cancel()).status]
    await pglite.exec('alter table tenon.away rename to audit_log')
    expect(statuses).toEqual([500, 500])
    expect(await approval()).toMatchObject({ status: 'open', votes: [] })
    const { rows } = await pglite.query('select fact from tenon.run_inbox where run_id = $1', [runId])
    expect(rows).toEqual([])
    expect((await server.json<{ status: string }>(200, `/runs/${runId}`, { as })).status).toBe('waiting')
  })
})
