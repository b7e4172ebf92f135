import type { Approval, Page, RunSummary } from '@tenon/core/api'
import { openTestPGlite } from '@tenon/runtime/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asking, publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

/** Beyond every date of JavaScript; the columns take it. */
const FAR = '8640000000000000001'

let server: TestServer
const pglite = openTestPGlite()

beforeAll(async () => {
  server = await openTestServer({ database: { pglite: await pglite } })
})
afterAll(() => server.close())

test('an instant that is no date breaks no list of approvals, runs or workflows', async () => {
  const as = testIdentity()
  const id = await publish(server, as, asking({ timeout: '3650d' }))
  const { runId } = await runToEnd(server, as, id, {}, ({ status }) => status === 'waiting')
  const database = await pglite
  await database.exec(`update tenon.waits set due_at = ${FAR}, opened_at = -${FAR}`)
  await database.exec(`update tenon.runs set queued_at = ${FAR}`)
  await database.exec(`update tenon.workflows set updated_at = ${FAR}`)

  const approvals = await server.json<Page<Approval>>(200, '/approvals?status=open', { as })
  expect(approvals.items).toMatchObject([
    { runId, openedAt: '1970-01-01T00:00:00.000Z', dueAt: '9999-12-31T23:59:59.999Z' },
  ])
  const runs = await server.json<Page<RunSummary>>(200, '/runs', { as })
  expect(runs.items).toMatchObject([{ runId, queuedAt: '9999-12-31T23:59:59.999Z' }])
  await server.json(200, `/runs/${runId}`, { as })
  expect(await server.json(200, '/workflows', { as })).toMatchObject({
    items: [{ updatedAt: '9999-12-31T23:59:59.999Z' }],
  })
})
