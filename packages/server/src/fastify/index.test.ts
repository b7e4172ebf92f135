import type { Identity } from '@tenon/core/api'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { attachWebSockets } from '../node/attach-web-sockets.ts'
import { toNodeHandler } from '../node/to-node-handler.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { openSocket } from '../testing/kit/test-socket.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { toFastify } from './index.ts'

type SessionRequest = FastifyRequest & { session?: Identity }

const as = testIdentity()
let server: TestServer

beforeAll(async () => {
  server = await openTestServer({ authenticate: (_request, { req }) => (req as SessionRequest).session ?? null })
})
afterAll(() => server.close())

/** A host with a session of its own, which sets a header on every reply. */
async function listen(mount: (host: FastifyInstance) => unknown): Promise<string> {
  const host = Fastify()
  host.addHook('onRequest', async (request: SessionRequest, reply) => {
    request.session = as
    reply.header('x-host', 'yes')
  })
  await mount(host)
  host.post('/own', async (request) => ({ got: request.body }))
  const url = await host.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    host.server.closeAllConnections()
    return host.close()
  })
  return url
}

const plugin = (host: FastifyInstance) => host.register(toFastify(server.automation), { prefix: '/automation' })
const json = { 'content-type': 'application/json' }

describe('toFastify', () => {
  test('answers every method, with the session and the headers of the host', async () => {
    const url = await listen(plugin)
    const body = JSON.stringify({ name: 'Über Fastify' })
    const created = await fetch(`${url}/automation/workflows`, { method: 'POST', headers: json, body })
    expect([created.status, created.headers.get('x-host')]).toEqual([201, 'yes'])
    const { id } = (await created.json()) as { id: string }
    const path = `${url}/automation/workflows/${id}`
    const renamed = await fetch(path, { method: 'PATCH', headers: json, body: JSON.stringify({ name: 'New' }) })
    expect(await renamed.json()).toMatchObject({ id, name: 'New' })
    expect((await fetch(path, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(path, { method: 'DELETE', headers: json })).status).toBe(204)
    expect(((await (await fetch(path)).json()) as { deletedAt: string | null }).deletedAt).not.toBeNull()
  })

  test('takes bodies that Fastify itself would refuse', async () => {
    const url = await listen(plugin)
    const post = (path: string, init: RequestInit) => fetch(`${url}/automation${path}`, { method: 'POST', ...init })
    expect((await post('/socket-tickets', { headers: json })).status).toBe(201)
    const large = JSON.stringify({ name: 'Large', document: { note: 'x'.repeat(2_000_000) } })
    expect(((await (await post('/workflows', { headers: json, body: large })).json()) as { code: string }).code).toBe(
      'REQUEST_INVALID',
    )
    expect((await post('/workflows', { headers: { 'content-type': 'text/plain' }, body: 'x' })).status).toBe(415)
    expect((await post('/workflows', { headers: json, body: '{' })).status).toBe(400)
  })

  test("leaves the host's own routes as they were", async () => {
    const url = await listen(plugin)
    const response = await fetch(`${url}/own`, { method: 'POST', headers: json, body: '{"a":1}' })
    expect(await response.json()).toEqual({ got: { a: 1 } })
    expect(((await (await fetch(`${url}/automation/nothing`)).json()) as { code: string }).code).toBe('ROUTE_NOT_FOUND')
  })

  test('sockets work on the server of the app', async () => {
    const url = await listen(async (host) => {
      await plugin(host)
      attachWebSockets(host.server, server.automation)
    })
    const own = await fetch(`${url}/automation/socket-tickets`, { method: 'POST', headers: json })
    const { ticket } = (await own.json()) as { ticket: string }
    expect((await openSocket(`${url}/automation/runs/none/logs?ticket=${ticket}`).closed).code).toBe(4404)
  })
})

describe('toNodeHandler in a Fastify route', () => {
  test('a body that Fastify has read and kept to itself is answered, with the remedy', async () => {
    const url = await listen((host) => {
      const handle = toNodeHandler(server.automation)
      host.all('/automation/*', async (request, reply) => {
        reply.hijack()
        await handle(Object.assign(request.raw, { session: as }), reply.raw)
      })
    })
    const response = await fetch(`${url}/automation/workflows`, { method: 'POST', headers: json, body: '{"name":"x"}' })
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({
      code: 'REQUEST_BODY_CONSUMED',
      remedy: expect.stringContaining('adapter'),
    })
  })
})
