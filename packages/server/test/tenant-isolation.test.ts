import { ROLES } from '@tenon/core/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findTenantLeaks, type IsolationIds, isolationRoutes } from '../src/testing/index.ts'
import { makeOwnerResources } from '../src/testing/kit/owner-resources.ts'
import { plainKeys } from '../src/testing/kit/plain-keys.ts'
import { nodesWithWebhook } from '../src/testing/kit/test-nodes.ts'
import { BASE_URL, openTestServer, type TestServer, tokenOf } from '../src/testing/kit/test-server.ts'
import { openSocket, ticketFor } from '../src/testing/kit/test-socket.ts'
import { testIdentity } from '../src/testing/test-identity.ts'

let server: TestServer
let ids: IsolationIds
let socketUrl: string
const owner = testIdentity({ role: 'admin' })

beforeAll(async () => {
  server = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys })
  ids = await makeOwnerResources(server, owner)
  socketUrl = (await server.listen()).url
})
afterAll(() => server.close())

function targetOf(as: ReturnType<typeof testIdentity>) {
  return {
    baseUrl: BASE_URL,
    ids,
    fetchAsStranger: (request: Request) => {
      const headers = new Headers(request.headers)
      headers.set('authorization', `Bearer ${tokenOf(as)}`)
      return server.automation.fetch(new Request(request, { headers }))
    },
    closeCodeAsStranger: async (url: string) => {
      const ticket = await ticketFor(server, as)
      return (await openSocket(`${url.replace(BASE_URL.replace('http', 'ws'), socketUrl)}?ticket=${ticket}`).closed)
        .code
    },
  }
}

describe('tenants', () => {
  test.each(ROLES)('a %s of another tenant learns nothing from any route or socket', async (role) => {
    expect(await findTenantLeaks(targetOf(testIdentity({ role })))).toEqual([])
  })

  test('the check covers every route with an id, and finds what leaks', async () => {
    expect(isolationRoutes.length).toBeGreaterThan(15)
    const leaks = await findTenantLeaks({ ...targetOf(owner), closeCodeAsStranger: async () => 1000 })
    const found = new Set(leaks.map((leak) => leak.route))
    expect(isolationRoutes.filter((route) => !found.has(route.id)).map((route) => route.id)).toEqual([])
    for (const list of ['listWorkflows', 'listRuns', 'listApprovals']) expect(found).toContain(list)
  })

  test('what was asked for changed nothing of the owner', async () => {
    const other = testIdentity()
    const mine = await makeOwnerResources(server, other)
    await findTenantLeaks({ ...targetOf(testIdentity({ role: 'admin' })), ids: mine })
    expect(await server.json(200, `/workflows/${mine.workflowId}`, { as: other })).toMatchObject({ deletedAt: null })
    expect(await server.json(200, `/runs/${mine.runId}`, { as: other })).toMatchObject({ status: 'waiting' })
  })

  test("a ticket of one tenant opens nothing of another, even with the other's name in front", async () => {
    const stranger = testIdentity()
    const ticket = await ticketFor(server, stranger)
    const forged = `${owner.tenantId}${ticket.slice(ticket.lastIndexOf('.'))}`
    const url = `${socketUrl}/runs/${ids.runId}/logs?ticket=${forged}`
    expect((await openSocket(url).closed).code).toBe(4401)
  })
})
