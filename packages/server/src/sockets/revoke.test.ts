import type { Identity, Workflow } from '@tenon/core/api'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { connect, type DraftServer, leave, nodeOf, synced } from '../testing/kit/draft-client.ts'
import { asking, greeting, publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer, tokenOf } from '../testing/kit/test-server.ts'
import { openSocket, ticketFor } from '../testing/kit/test-socket.ts'
import { testIdentity } from '../testing/test-identity.ts'

let host: DraftServer

beforeAll(async () => {
  const server = await openTestServer()
  host = { server, url: (await server.listen()).url }
})
afterAll(() => host.server.close())

async function newWorkflow(as: Identity): Promise<string> {
  const body = { name: 'Revoked', document: greeting }
  return (await host.server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })).id
}

/** The start of a run that waits for an approval, so that its sockets stay open. */
async function waitingRun(as: Identity): Promise<string> {
  const id = await publish(host.server, as, asking())
  return (await runToEnd(host.server, as, id, {}, (run) => run.status === 'waiting')).runId
}

async function nameIn(server: TestServer, as: Identity, id: string): Promise<string | undefined> {
  const draft = await server.json<{ document: { nodes: { id: string; name: string }[] } }>(
    200,
    `/workflows/${id}/draft`,
    { as },
  )
  return draft.document.nodes.find((node) => node.id === 'greet')?.name
}

describe('revoke', () => {
  test('closes every kind of socket of the user with 4403, and the event streams', async () => {
    const { server, url } = host
    const as = testIdentity()
    const colleague = testIdentity({ tenantId: as.tenantId })
    const id = await newWorkflow(as)
    const runId = await waitingRun(as)
    const paths = [`/workflows/${id}/collab`, `/runs/${runId}/logs`, '/changes']
    const sockets = paths.map((path) => openSocket(url + path, { as }))
    const other = openSocket(`${url}/changes`, { as: colleague })
    const headers = { authorization: `Bearer ${tokenOf(as)}` }
    const streams = await Promise.all(
      [`/runs/${runId}/events`, '/changes/events'].map((path) => fetch(url + path, { headers })),
    )
    await Promise.all([...sockets, other].map((socket) => socket.until((frames) => frames.length > 0)))
    await server.automation.revoke(as)
    expect(await Promise.all(sockets.map(async (socket) => (await socket.closed).code))).toEqual([4403, 4403, 4403])
    for (const stream of streams) {
      expect(stream.status).toBe(200)
      expect(await stream.text()).not.toContain('event: end')
    }
    expect(other.socket.readyState).toBe(other.socket.OPEN)
    other.socket.close()
  })

  test('what a user writes after it is not stored', async () => {
    const as = testIdentity()
    const id = await newWorkflow(as)
    const client = await connect(host, as, id)
    await synced(client)
    await host.server.automation.revoke(as)
    nodeOf(client.ydoc).set('name', 'After')
    expect(await client.closed).toBe(4403)
    expect(await nameIn(host.server, as, id)).toBe('greet')
    leave([client])
  })

  test('takes away tickets that were not used yet', async () => {
    const as = testIdentity()
    const id = await newWorkflow(as)
    const ticket = await ticketFor(host.server, as)
    await host.server.automation.revoke(as)
    const socket = openSocket(`${host.url}/workflows/${id}/collab?ticket=${ticket}`)
    expect((await socket.closed).code).toBe(4401)
  })

  test('gives no ticket to a request that was authenticated before', async () => {
    const as = testIdentity()
    const own: TestServer = await host.server.sibling({
      authenticate: async () => {
        await own.automation.revoke(as)
        return as
      },
    })
    onTestFinished(() => own.close())
    await own.json(403, '/socket-tickets', { method: 'POST' })
  })

  test('reaches the other processes', async () => {
    const bus = createInProcessBus()
    const [one, two] = [await host.server.sibling({ bus }), await host.server.sibling({ bus })]
    onTestFinished(async () => {
      await Promise.all([one.close(), two.close()])
    })
    const as = testIdentity()
    const socket = openSocket(`${(await two.listen()).url}/changes`, { as })
    await socket.until((frames) => frames.length > 0)
    await one.automation.revoke(as)
    expect((await socket.closed).code).toBe(4403)
  })

  test('a tenant id that is none is refused', async () => {
    await expect(host.server.automation.revoke({ tenantId: '*', userId: 'x' })).rejects.toMatchObject({
      code: 'TENANT_INVALID',
    })
  })
})

describe('lookUpIdentity', () => {
  test('a user who has become a viewer can edit no longer, and reads on', async () => {
    const as = testIdentity()
    const id = await newWorkflow(as)
    const runId = await waitingRun(as)
    let role: Identity['role'] = 'editor'
    const own = await host.server.sibling({ lookUpIdentity: () => ({ ...as, role }), identityCheckMs: 5 })
    onTestFinished(() => own.close())
    const { url } = await own.listen()
    const [collab, logs] = [
      openSocket(`${url}/workflows/${id}/collab`, { as }),
      openSocket(`${url}/runs/${runId}/logs`, { as }),
    ]
    await Promise.all([collab, logs].map((socket) => socket.until((frames) => frames.length > 0)))
    role = 'viewer'
    expect(await collab.closed).toEqual({ code: 4403, reason: 'Your role is now viewer' })
    expect(logs.socket.readyState).toBe(logs.socket.OPEN)
    logs.socket.close()
  })
})
