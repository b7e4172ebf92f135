import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Identity, Trigger } from '@tenon/core/api'
import { node, workflow } from '@tenon/core/testing'
import express, { type Express, type Request as ExpressRequest, type RequestHandler } from 'express'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish } from '../testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { toExpress } from './index.ts'

type SessionRequest = ExpressRequest & { session?: Identity }

const as = testIdentity()
let server: TestServer

beforeAll(async () => {
  server = await openTestServer({ authenticate: (_request, { req }) => (req as SessionRequest).session ?? null })
})
afterAll(() => server.close())

function receivingDocument() {
  return workflow([node('hook', 'webhook', { signature: 'none' }), node('end', 'end')], ['hook>end'])
}

/** A session that the host has read before Tenon is asked. */
function app(): Express {
  const host = express()
  host.use((request: SessionRequest, _response, next) => {
    request.session = as
    next()
  })
  return host
}

async function listen(host: Express): Promise<string> {
  const http = createServer(host)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

async function create(url: string, name: string) {
  const body = JSON.stringify({ name })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/automation/workflows`, { method: 'POST', headers, body })
  return { status: response.status, body: (await response.json()) as { name: string } }
}

describe('toExpress', () => {
  test.each<[string, (host: Express) => void]>([
    ['behind express.json()', (host) => host.use(express.json(), toExpress(server.automation))],
    ['in front of it', (host) => host.use(toExpress(server.automation), express.json())],
    ['mounted at the base path', (host) => host.use('/automation', express.json(), toExpress(server.automation))],
    ['behind express.raw()', (host) => host.use(express.raw({ type: '*/*' }), toExpress(server.automation))],
    ['behind express.text()', (host) => host.use(express.text({ type: '*/*' }), toExpress(server.automation))],
    ['behind a parser of other types', (host) => host.use(express.urlencoded(), toExpress(server.automation))],
  ])('answers %s, with the session of the host', async (_title, mount) => {
    const host = app()
    mount(host)
    const url = await listen(host)
    expect(await create(url, 'Über Express')).toMatchObject({ status: 201, body: { name: 'Über Express' } })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${url}/automation/socket-tickets`, { method: 'POST', headers })).status).toBe(201)
  })

  test('needs the bytes of a message to a webhook, which a parser can keep', async () => {
    const hooks = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys })
    onTestFinished(() => hooks.close())
    const id = await publish(hooks, as, receivingDocument())
    const { url } = await hooks.json<Trigger>(200, `/workflows/${id}/triggers/hook`, { as })
    const send = async (...parsers: RequestHandler[]) => {
      const host = app()
      host.use(...parsers)
      host.use(toExpress(hooks.automation))
      const headers = { 'content-type': 'application/json' }
      const to = `${await listen(host)}${new URL(url ?? '').pathname}`
      const response = await fetch(to, { method: 'POST', headers, body: '{"n": 1.0}' })
      return { status: response.status, body: await response.json() }
    }
    expect(await send(express.json(), express.urlencoded())).toMatchObject({
      ...{ status: 500, body: { code: 'REQUEST_BODY_CONSUMED', remedy: expect.stringContaining('rawBody') } },
    })
    const verify = (request: object, _response: unknown, rawBody: Buffer) => void Object.assign(request, { rawBody })
    expect(await send(express.json({ verify }))).toMatchObject({ status: 202 })
    expect(await send(express.raw({ type: '*/*' }))).toMatchObject({ status: 202 })
  })

  test('leaves other paths to the host', async () => {
    const host = app()
    host.use(toExpress(server.automation))
    host.get('/{*path}', (_request, response) => void response.send('the host'))
    const url = await listen(host)
    for (const path of ['/', '/automation', '/automation/nothing', '/me']) {
      expect(await (await fetch(url + path)).text()).toBe('the host')
    }
    expect((await fetch(`${url}/automation/me?x=/y`)).status).toBe(200)
  })
})
