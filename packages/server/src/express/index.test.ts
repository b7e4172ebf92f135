import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Identity } from '@tenon/core/api'
import express, { type Express, type Request as ExpressRequest } from 'express'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
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
