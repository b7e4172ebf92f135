import type { Identity } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { type Context, Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { RequestContext } from '../request-context.ts'
import { greeting, publish } from '../testing/kit/sample-workflows.ts'
import { BASE_URL, openTestServer, type TestServer, tokenOf } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer({ allowedOrigins: ['https://other.example'] })
})
afterAll(() => server.close())

const codeOf = async (response: Response) => ((await response.json()) as Problem).code

describe('the order of checks', () => {
  test('401, then 404, then 403, then 415 and 400, then 422, then 428', async () => {
    const editor = testIdentity()
    const viewer = testIdentity({ tenantId: editor.tenantId, role: 'viewer' })
    const id = await publish(server, editor, greeting)
    const put = (path: string, as: typeof editor | undefined, body: string, type = 'application/json') =>
      server.call(path, { ...(as === undefined ? {} : { as }), method: 'PUT', body, headers: { 'content-type': type } })
    const here = `/workflows/${id}/draft`
    const document = JSON.stringify({ document: greeting })
    expect(await codeOf(await put('/workflows/none/draft', undefined, '{', 'text/plain'))).toBe('UNAUTHENTICATED')
    expect(await codeOf(await put('/workflows/none/draft', viewer, '{', 'text/plain'))).toBe('WORKFLOW_NOT_FOUND')
    expect(await codeOf(await put(here, viewer, '{', 'text/plain'))).toBe('FORBIDDEN')
    expect(await codeOf(await put(here, editor, `{${' '.repeat(4_200_000)}`, 'text/plain'))).toBe(
      'UNSUPPORTED_MEDIA_TYPE',
    )
    expect(await codeOf(await put(here, editor, `{${' '.repeat(4_200_000)}`))).toBe('REQUEST_TOO_LARGE')
    expect(await codeOf(await put(here, editor, '{', 'text/plain'))).toBe('UNSUPPORTED_MEDIA_TYPE')
    expect(await codeOf(await put(here, editor, '{'))).toBe('REQUEST_MALFORMED')
    expect(await codeOf(await put(here, editor, '{}'))).toBe('REQUEST_INVALID')
    expect(await codeOf(await put(here, editor, document))).toBe('PRECONDITION_REQUIRED')
  })
})

describe('every answer', () => {
  test('is a problem with the request id where it is none', async () => {
    const response = await server.call('/workflows', { headers: { 'x-request-id': 'given-by-the-host-1' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('x-request-id')).toBe('given-by-the-host-1')
    expect(await response.json()).toMatchObject({
      type: expect.stringContaining('UNAUTHENTICATED'),
      title: expect.any(String),
      status: 401,
      detail: expect.any(String),
      code: 'UNAUTHENTICATED',
      remedy: expect.any(String),
      requestId: 'given-by-the-host-1',
    })
  })

  test('takes no strange request ids over', async () => {
    const response = await server.call('/workflows', { headers: { 'x-request-id': 'a b"c' } })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('is kept in no cache and read as nothing else', async () => {
    const response = await server.call('/me', { as: testIdentity() })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-frame-options': 'DENY',
    })
  })

  test('to HEAD has no body, and leaves no event stream open', async () => {
    const own = await server.sibling({ limits: { rates: false, connectionsPerUser: 1 } })
    onTestFinished(() => own.close())
    const as = testIdentity()
    for (const path of ['/me', '/changes/events', '/changes/events']) {
      const response = await own.call(path, { as, method: 'HEAD' })
      expect([path, response.status, await response.text()]).toEqual([path, 200, ''])
    }
  })
})

describe('paths and methods', () => {
  test('unknown paths are 404, other methods 405 with those that work', async () => {
    const as = testIdentity()
    expect(await codeOf(await server.call('/nothing', { as }))).toBe('ROUTE_NOT_FOUND')
    const response = await server.call('/workflows', { as, method: 'PUT', body: {} })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
    const head = await server.call('/socket-tickets', { as, method: 'HEAD' })
    expect([head.status, head.headers.get('allow'), await head.text()]).toEqual([405, 'POST', ''])
    const unusual = await server.call('/workflows', { as, method: 'PROPFIND' })
    expect([unusual.status, await codeOf(unusual)]).toEqual([405, 'METHOD_NOT_ALLOWED'])
  })

  test('OPTIONS names the methods of a path to every caller', async () => {
    const response = await server.call('/workflows/x/draft', { method: 'OPTIONS' })
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, PATCH, PUT'])
    expect((await server.call('/nothing', { method: 'OPTIONS' })).status).toBe(404)
  })

  test('a base path may hold characters that mean something to a router', async () => {
    const own = await server.sibling({ basePath: '/a:id/*/{b}' })
    onTestFinished(() => own.close())
    const call = (path: string) => own.automation.fetch(new Request(`https://app.example${path}/health/live`))
    expect((await call('/a:id/*/%7Bb%7D')).status).toBe(200)
    expect((await call('/axx/y/z')).status).toBe(404)
  })

  test('a socket path says that it is one', async () => {
    const response = await server.call('/runs/x/logs', { as: testIdentity() })
    expect([response.status, ((await response.json()) as Problem).remedy]).toEqual([405, 'Open it as a WebSocket.'])
  })

  test.each([
    '/workflows/%00/draft',
    '/runs/%E0%A4%A',
    '/workflows/..%2f..',
    `/runs/${'x'.repeat(300)}`,
    "/runs/'%20or%201=1",
  ])('%s is an unknown id like any other', async (path) => {
    expect((await server.call(path, { as: testIdentity() })).status).toBe(404)
  })
})

describe('cross-site requests', () => {
  test('cookies cannot be used by a form of another page', async () => {
    const as = testIdentity()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { cookie: `session=${tokenOf(as)}`, 'content-type': type }
      for (const path of ['/workflows', '/socket-tickets']) {
        expect((await server.call(path, { method: 'POST', body: '{}', headers })).status).toBe(415)
      }
    }
  })

  test('a preflight that is refused is logged once, with the origins that would do', async () => {
    const lines: unknown[] = []
    const own = await server.sibling({ log: (...line) => lines.push(line) })
    onTestFinished(() => own.close())
    const preflight = (origin: string) => own.call('/workflows', { method: 'OPTIONS', headers: { origin } })
    for (const origin of ['https://app.example', 'https://other.example', 'https://wrong.example']) {
      await preflight(origin)
      await preflight(origin)
    }
    expect(lines).toEqual([
      [
        'warn',
        expect.stringMatching(/^origin.refused: /),
        { origin: 'https://wrong.example', wanted: 'https://app.example, https://other.example' },
      ],
    ])
  })

  test('only listed origins may read', async () => {
    const allowed = await server.call('/me', { headers: { origin: 'https://other.example' } })
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://other.example')
    const preflight = await server.call('/workflows', {
      method: 'OPTIONS',
      headers: { origin: 'https://other.example' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('if-match')
    for (const origin of ['https://evil.example', 'null', 'https://other.example.evil.example']) {
      const refused = await server.call('/me', { headers: { origin } })
      expect(refused.headers.has('access-control-allow-origin')).toBe(false)
      expect(refused.headers.get('vary')).toContain('origin')
    }
  })
})

describe('the context of a request', () => {
  test("authenticate receives what the host hands over, and Hono's c from the middleware", async () => {
    const seen: RequestContext[] = []
    const own = await server.sibling({
      authenticate: (_request, context) => {
        seen.push(context)
        return (context.c as Context<{ Variables: { user: Identity } }> | undefined)?.get('user') ?? null
      },
    })
    onTestFinished(() => own.close())
    const as = testIdentity()
    const app = new Hono<{ Variables: { user: Identity } }>()
    app.use(async (c, next) => {
      c.set('user', as)
      await next()
    })
    app.use(own.automation.middleware)
    expect(await (await app.request(`${BASE_URL}/me`)).json()).toMatchObject({ userId: as.userId })
    const req = { session: 'of the host' }
    expect((await own.automation.fetch(new Request(`${BASE_URL}/me`), { req })).status).toBe(401)
    expect((await own.automation.fetch(new Request(`${BASE_URL}/me`))).status).toBe(401)
    expect(seen).toEqual([{ c: expect.anything() }, { req }, {}])
  })
})

describe('isApiPath', () => {
  test('says which paths are ours', () => {
    const { isApiPath } = server.automation
    expect(['/automation/me', '/automation/runs/%2F'].map(isApiPath)).toEqual([true, true])
    expect(['/me', '/automation', '/automation/nothing', '/automationx/me'].map(isApiPath)).not.toContain(true)
  })
})

describe('middleware', () => {
  test('answers the routes below the base path and leaves the rest to the host', async () => {
    const app = new Hono()
    app.use(server.automation.middleware)
    app.get('*', (c) => c.text('the host'))
    const as = testIdentity()
    const headers = { authorization: `Bearer ${tokenOf(as)}` }
    expect(await (await app.request(`${BASE_URL}/me`, { headers })).json()).toMatchObject({ userId: as.userId })
    for (const path of ['/automation', '/automation/app', '/me', '/automation/workflows/a/b/c']) {
      expect(await (await app.request(`https://app.example${path}`, { headers })).text()).toBe('the host')
    }
  })

  test('leaves no trace in what the host answers, preflights included', async () => {
    const lines: unknown[] = []
    const own = await server.sibling({ basePath: '/', log: (...line) => lines.push(line) })
    onTestFinished(() => own.close())
    const app = new Hono()
    app.use(own.automation.middleware)
    app.all('*', (c) => c.text(c.req.method))
    const headers = { origin: 'https://other.example', 'access-control-request-method': 'PUT' }
    for (const method of ['GET', 'OPTIONS', 'POST', 'PROPFIND']) {
      const response = await app.request('https://app.example/of-the-host', { method, headers })
      expect([response.status, await response.text()]).toEqual([200, method])
      expect([...response.headers.keys()]).toEqual(['content-type'])
    }
    expect((await app.request('https://app.example/health/live')).status).toBe(200)
    expect(lines).toEqual([])
  })
})

describe('a mistake in authenticate', () => {
  test.each([
    { tenantId: '*' },
    { tenantId: "a'b" },
    { userId: '' },
    { userId: 'a\u0000b' },
    { role: 'owner' as 'admin' },
  ])('%j lets no caller in', async (fields) => {
    const response = await server.call('/me', { as: testIdentity(fields) })
    expect(response.status).toBe(500)
    expect(await codeOf(response)).toBe('IDENTITY_INVALID')
  })

  test.each([null, 'a text', Object.create(null)])('one that throws %j is our failure', async (thrown) => {
    const broken = await server.sibling({
      authenticate: () => {
        throw thrown
      },
      log: () => undefined,
    })
    onTestFinished(() => broken.close())
    expect(await (await broken.call('/me')).json()).toMatchObject({ status: 500, code: 'INTERNAL' })
  })

  test('a throwing one is our failure, and its message stays inside', async () => {
    const lines: unknown[] = []
    const broken = await server.sibling({
      authenticate: () => {
        throw new Error('password is hunter2')
      },
      log: (_level, message, fields) => lines.push([message, fields]),
    })
    const text = await (await broken.call('/me')).text()
    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'INTERNAL' })
    expect(text).not.toContain('hunter2')
    expect(lines).toHaveLength(1)
    await broken.close()
  })
})
