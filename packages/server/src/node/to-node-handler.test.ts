import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { greeting, publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer, tokenOf } from '../testing/kit/test-server.ts'
import { openSocket } from '../testing/kit/test-socket.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { answerNodeRequest } from './answer-node-request.ts'
import { attachWebSockets } from './attach-web-sockets.ts'
import { toNodeHandler } from './to-node-handler.ts'

let server: TestServer
const closers: (() => void)[] = []

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(async () => {
  for (const close of closers) close()
  await server.close()
})

type Listener = (request: IncomingMessage, response: ServerResponse) => void

async function listen(listener: Listener): Promise<string> {
  const http = createServer(listener)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    http.closeAllConnections()
    http.close()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

const handler = (): Listener => {
  const handle = toNodeHandler(server.automation)
  return (request, response) => void handle(request, response)
}

/** Does what Express does when a router is mounted: the path is cut, the whole one is in `originalUrl`. */
function mounted(listener: Listener): Listener {
  return (request, response) => {
    Object.assign(request, { originalUrl: request.url })
    request.url = (request.url ?? '').replace('/automation', '')
    listener(request, response)
  }
}

/** Does what `express.json()` does: the stream is read, the value is in `body`. */
function parsed(listener: Listener): Listener {
  return (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      Object.assign(request, { body: JSON.parse(Buffer.concat(chunks).toString() || '{}') })
      listener(request, response)
    })
  }
}

/** Sends bytes as they are, and resolves with all that comes until the server closes. */
function rawExchange({ hostname, port }: URL, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    let answer = ''
    socket.on('data', (data) => {
      answer += data.toString()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(answer))
  })
}

const create = (url: string, as: ReturnType<typeof testIdentity>, name: string) =>
  fetch(`${url}/automation/workflows`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenOf(as)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })

describe('toNodeHandler', () => {
  test.each<[string, (listener: Listener) => Listener]>([
    ['node:http', (listener) => listener],
    ['a mounted router', mounted],
    ['a body that is parsed already', parsed],
    ['both', (listener) => mounted(parsed(listener))],
  ])('serves behind %s', async (_title, wrap) => {
    const url = await listen(wrap(handler()))
    const as = testIdentity()
    const created = await create(url, as, 'Über HTTP')
    expect(created.status).toBe(201)
    const { id } = (await created.json()) as { id: string }
    const headers = { authorization: `Bearer ${tokenOf(as)}` }
    const list = await (await fetch(`${url}/automation/workflows?limit=5`, { headers })).json()
    expect(list).toMatchObject({ items: [{ id, name: 'Über HTTP' }], nextCursor: null })
    const removed = await fetch(`${url}/automation/workflows/${id}`, { method: 'DELETE', headers })
    expect([removed.status, await removed.text()]).toEqual([204, ''])
  })

  test('streams server-sent events as they come', async () => {
    const url = await listen(handler())
    const as = testIdentity()
    const run = await runToEnd(server, as, await publish(server, as, greeting), { text: 'x' })
    const response = await fetch(`${url}/automation/runs/${run.runId}/events`, {
      headers: { authorization: `Bearer ${tokenOf(as)}` },
    })
    const text = await response.text()
    expect(text).toContain('"type":"run_completed"')
    expect(text).toContain('event: end')
  })

  test('refuses a body that is too large without reading it to the end', async () => {
    const url = new URL(await listen(handler()))
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = sendRequest(
        {
          host: url.hostname,
          port: url.port,
          path: '/automation/workflows',
          method: 'POST',
          headers: { authorization: `Bearer ${tokenOf(testIdentity())}`, 'content-type': 'application/json' },
        },
        (response) => {
          resolve(response.statusCode)
          request.destroy()
        },
      )
      request.on('error', reject)
      const chunk = Buffer.alloc(65_536, 32)
      const pump = (): void => {
        while (!request.destroyed && request.write(chunk));
        if (!request.destroyed) request.once('drain', pump)
      }
      pump()
    })
    expect(status).toBe(413)
  })

  test('a body that is still coming after a refusal is cut off, and the refusal arrives', async () => {
    const handle: Listener = (incoming, outgoing) =>
      void answerNodeRequest(server.automation, { incoming, outgoing, context: {} }, 20)
    const url = new URL(await listen(handle))
    const answer = await rawExchange(
      url,
      'POST /automation/workflows HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer).toContain('"code":"UNAUTHENTICATED"')
  })

  test('a connection whose body came in time is kept for the next request', async () => {
    const handle: Listener = (incoming, outgoing) =>
      void answerNodeRequest(server.automation, { incoming, outgoing, context: {} }, 20)
    const url = new URL(await listen(handle))
    const body = '{"name":"x"}'
    const request = (connection: string) =>
      `POST /automation/workflows HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: ${connection}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const socket = connect(Number(url.port), url.hostname)
    let answer = ''
    socket.on('data', (data) => {
      answer += data.toString()
    })
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(request('keep-alive'))
    await vi.waitFor(() => expect(answer).toContain('401'), 20_000)
    await new Promise((resolve) => setTimeout(resolve, 60))
    socket.write(request('close'))
    await closed
    expect(answer.match(/HTTP\/1\.1 401/g)).toHaveLength(2)
  })

  test('a method that the web standard does not know is answered', async () => {
    const url = new URL(await listen(handler()))
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { host: url.hostname, port: url.port, path: '/automation/me', method: 'TRACE' }
      const request = sendRequest(options, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
      request.end()
    })
    expect(status).toBe(405)
  })

  test('an address that makes none is answered with a problem', async () => {
    const url = new URL(await listen(handler()))
    const answer = await rawExchange(url, 'GET /automation/me HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"code":"REQUEST_MALFORMED"')
  })

  test('a fetch that rejects is answered, and the promise does not reject', async () => {
    const handled: Promise<void>[] = []
    const handle = toNodeHandler({ fetch: () => Promise.reject(new Error('password is hunter2')) })
    const url = await listen((request, response) => void handled.push(handle(request, response)))
    const response = await fetch(url)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
    await Promise.all(handled)
  })

  test('leaves a request alone that the host has answered meanwhile', async () => {
    let go = (): void => undefined
    const handle = toNodeHandler({
      fetch: async () => {
        await new Promise<void>((resolve) => {
          go = resolve
        })
        return new Response('too late')
      },
    })
    const handled: Promise<void>[] = []
    const url = await listen((request, response) => {
      handled.push(handle(request, response))
      response.end('by the host')
    })
    expect(await (await fetch(url)).text()).toBe('by the host')
    go()
    await Promise.all(handled)
  })

  test('a body that stalls is answered with 408, and the connection is closed', async () => {
    const own = await server.sibling({ bodyTimeoutMs: 20 })
    const handle = toNodeHandler(own.automation)
    const url = new URL(await listen((request, response) => void handle(request, response)))
    const answer = await rawExchange(
      url,
      `POST /automation/workflows HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokenOf(testIdentity())}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(answer).toContain('"code":"REQUEST_TIMEOUT"')
    await own.close()
  })

  test.each(['//evil.example/automation/me', '/automation/me?x=//y', '/automation//me', '/%'])(
    'the path %s is no host',
    async (path) => {
      const url = new URL(await listen(handler()))
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const request = sendRequest({ host: url.hostname, port: url.port, path }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        request.on('error', reject)
        request.end()
      })
      expect(status).toBe(path.startsWith('/automation/me') ? 401 : 404)
    },
  )
})

async function listenWith({ automation }: TestServer) {
  const handle = toNodeHandler(automation)
  const http = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closers.push(() => http.close())
  return { http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

describe('attachWebSockets', () => {
  test('leaves upgrades to other paths to the host', async () => {
    const { http, url } = await listenWith(server)
    const seen: string[] = []
    const detach = attachWebSockets(http, server.automation)
    http.on('upgrade', (request, socket) => {
      if (request.url?.startsWith('/automation/')) return
      seen.push(request.url ?? '')
      socket.end('HTTP/1.1 418 I am a teapot\r\n\r\n')
    })
    await expect(openSocket(`${url}/other`).closed).rejects.toThrow(/418/)
    expect(seen).toEqual(['/other'])
    await expect(openSocket(`${url}/automation/other`).closed).rejects.toThrow(/404/)
    const socket = openSocket(`${url}/automation/runs/x/logs`)
    expect((await socket.closed).code).toBe(4401)
    await detach()
  })

  test.each(['/automation/other', '/automation/runs/x/ledger', '/other', '/'])(
    'an upgrade to %s, which nothing serves, is closed with 404',
    async (path) => {
      const { http, url } = await listenWith(server)
      const detach = attachWebSockets(http, server.automation)
      const upgrade = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
      expect(await rawExchange(new URL(url), upgrade)).toMatch(/^HTTP\/1\.1 404 /)
      await detach()
    },
  )

  test('at the root, upgrades that are not ours belong to the other listeners', async () => {
    const own = await server.sibling({ basePath: '/' })
    const { http, url } = await listenWith(own)
    const detach = attachWebSockets(http, own.automation)
    const upgrade = 'GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    expect(await rawExchange(new URL(url), upgrade)).toMatch(/^HTTP\/1\.1 404 /)
    http.on('upgrade', (_request, socket) => void socket.end('HTTP/1.1 418 I am a teapot\r\n\r\n'))
    await expect(openSocket(`${url}/nothing`).closed).rejects.toThrow(/418/)
    await detach()
    await own.close()
  })

  test('an upgrade that is no handshake is closed', async () => {
    const { http, url } = await listenWith(server)
    const detach = attachWebSockets(http, server.automation)
    const upgrade = 'POST /automation/runs/x/logs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: what\r\n\r\n'
    expect(await rawExchange(new URL(url), upgrade)).toMatch(/^HTTP\/1\.1 4\d\d /)
    await detach()
  })

  test('authenticate receives the request of the upgrade', async () => {
    const as = testIdentity()
    const seen: unknown[] = []
    const own = await server.sibling({
      authenticate: (_request, { req }) => {
        seen.push((req as IncomingMessage).headers['x-session'])
        return as
      },
    })
    const { url } = await own.listen()
    const socket = openSocket(`${url}/runs/none/logs`, { as, headers: { 'x-session': 'of the host' } })
    expect((await socket.closed).code).toBe(4404)
    expect(seen).toEqual(['of the host'])
    await own.close()
  })

  test('detach closes what is open with 4503', async () => {
    const own = await server.sibling()
    const { url, detach } = await own.listen()
    const as = testIdentity()
    const { id } = await own.json<{ id: string }>(201, '/workflows', { as, method: 'POST', body: { name: 'x' } })
    const socket = openSocket(`${url}/workflows/${id}/collab`, { as })
    await socket.until((frames) => frames.length > 0)
    await detach()
    expect((await socket.closed).code).toBe(4503)
    await own.close()
  })
})
