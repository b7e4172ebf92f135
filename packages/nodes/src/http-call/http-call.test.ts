import type { FileRef, Json, JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createPlainScope, evaluateExpression, evaluateValue } from '@tenon/core/evaluate'
import { createHttpResponse, type HttpClient, toManifest } from '@tenon/core/node'
import { createNodeTestHarness, createTestFiles, node, workflow } from '@tenon/core/testing'
import { paramSink, validateWorkflow } from '@tenon/core/validate'
import { describe, expect, test } from 'vitest'
import { sendJson, startLocalServer } from '../../test/local-server.ts'
import { failureOf, harnessOf, plainHttp } from '../../test/run-node.ts'
import { httpCall } from './definition.ts'
import { httpCallNode } from './implementation.ts'
import { buildRequest } from './request.ts'
import { isExpected } from './status.ts'

describe('http-call', () => {
  test('gives status, headers and body, without cookies', async () => {
    await using server = await startLocalServer((_request, response) => {
      response.setHeader('set-cookie', 'session=hunter2').setHeader('x-count', '2')
      sendJson(response, { weather: { temperature: 71 } })
    })
    const harness = harnessOf(httpCallNode)
    const result = await harness.run({ url: `${server.origin}/weather?key=hunter2` })
    expect(result).toEqual({
      port: 'success',
      waitFor: null,
      output: {
        status: 200,
        headers: { 'content-type': 'application/json', date: expect.any(String), 'x-count': '2' },
        body: { weather: { temperature: 71 } },
      },
    })
    expect(harness.toolCalls).toEqual([
      {
        tool: 'http',
        arguments: { method: 'GET', url: `${server.origin}/weather` },
        answer: { status: 200 },
        durationMs: expect.any(Number),
      },
    ])
    expect(JSON.stringify([result, harness.toolCalls])).not.toContain('hunter2')
  })

  test('reading sends neither body nor idempotency key', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    for (const method of ['GET', 'HEAD'])
      await harnessOf(httpCallNode).run({ method, url: server.origin, body: { a: 1 } })
    for (const { headers, body } of server.requests) {
      expect([body, headers['idempotency-key'], headers.accept]).toEqual(['', undefined, 'application/json'])
    }
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s carries its body as JSON and the key that makes it happen once',
    async (method) => {
      await using server = await startLocalServer((_request, response) => sendJson(response, { ok: true }, 201))
      await harnessOf(httpCallNode).run({ method, url: server.origin, body: { a: 'ü' } })
      const [request] = server.requests
      expect([request?.method, request?.body]).toEqual([method, '{"a":"ü"}'])
      expect(request?.headers).toMatchObject({
        'content-type': 'application/json',
        'idempotency-key': 'test-run/node_under_test',
      })
    },
  )

  test('query values are encoded and added, headers of the params win', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    await harnessOf(httpCallNode).run({
      method: 'POST',
      url: `${server.origin}/find?page=1&limit=5`,
      query: { page: 2, q: 'a&b=c', exact: true },
      headers: { 'Idempotency-Key': 'mine', 'X-Number': 7, Accept: 'text/csv', 'Content-Type': 'application/ld+json' },
      body: '{"a":1}',
    })
    const [request] = server.requests
    expect(request?.url).toBe('/find?page=1&limit=5&page=2&q=a%26b%3Dc&exact=true')
    expect(request?.body).toBe('{"a":1}')
    expect(request?.headers).toMatchObject({
      'idempotency-key': 'mine',
      'x-number': '7',
      accept: 'text/csv',
      'content-type': 'application/ld+json',
    })
  })

  test('text is sent and read as text', async () => {
    await using server = await startLocalServer((_request, response) => void response.end('not { json'))
    const params = { method: 'POST', url: server.origin, bodyType: 'text', body: 'plain', responseType: 'text' }
    const result = await harnessOf(httpCallNode).run(params)
    expect(result).toMatchObject({ output: { body: 'not { json' } })
    expect(server.requests[0]?.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(server.requests[0]?.headers.accept).toBe('*/*')
  })

  test.each([null, ''])('a body of %j is none', async (body) => {
    await using server = await startLocalServer((_request, response) => void response.writeHead(204).end())
    const result = await harnessOf(httpCallNode).run({ method: 'POST', url: server.origin, body })
    expect(result).toMatchObject({ output: { status: 204, body: null } })
    expect(server.requests[0]?.headers['content-type']).toBeUndefined()
  })

  test.each<[url: string, query: Record<string, unknown>, wanted: string]>([
    ['/a', {}, '/a'],
    ['/a', { q: 'x y/z?+%20#&=é' }, '/a?q=x%20y/z?%2B%2520%23%26%3D%C3%A9'],
    ['/a?x=%20&flag&p=/b&t=1&t=2', { q: 1 }, '/a?x=%20&flag&p=/b&t=1&t=2&q=1'],
    ['/a?t=1', { t: ['2', 3, true] }, '/a?t=1&t=2&t=3&t=true'],
    ['/a?', { q: 1 }, '/a?q=1'],
    ['/a?x&', { q: 1 }, '/a?x&q=1'],
    ['/a?x=1#top?', { q: 1 }, '/a?x=1&q=1'],
    ['/a', { 'a b[]': '', t: [] }, '/a?a%20b%5B%5D='],
  ])('the query of %s with %j is %s', async (url, query, wanted) => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    await harnessOf(httpCallNode).run({ url: `${server.origin}${url}`, query: query as never })
    expect(server.requests[0]?.url).toBe(wanted)
  })

  test('the secret is sent as the Authorization header in place of one among the headers, and shown nowhere', async () => {
    await using server = await startLocalServer(({ headers }, response) =>
      sendJson(response, { got: headers['x-trace'] }, headers.authorization === 'Bearer hunter22' ? 200 : 401),
    )
    const harness = harnessOf(httpCallNode)
    const headers = { 'X-Trace': '7', Authorization: 'Basic of-the-headers' }
    const result = await harness.run({ url: server.origin, headers, authorization: ' Bearer hunter22\n' })
    expect(result).toMatchObject({ output: { status: 200, body: { got: '7' } } })
    const failure = await failureOf(harness.run({ url: server.origin, authorization: 'Bearer hunter23' }))
    expect(failure).toMatchObject({ code: 'HTTP_STATUS', details: { status: 401 } })
    const shown = JSON.stringify([result, harness.logs, harness.toolCalls, failure.message, failure.details])
    expect(shown).not.toMatch(/hunter2/)
  })

  test('a second Authorization header and pages that are not read are warnings', () => {
    const marker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }
    const codesOf = (params: JsonObject) => {
      const call = node('call', 'http-call', { url: 'https://a.example', ...params })
      return validateWorkflow(workflow([call]), toManifest([httpCall]))
        .filter(({ nodeId }) => nodeId === 'call')
        .map(({ code, field }) => `${code} ${field}`)
    }
    const headers = { authorization: 'x' }
    const code = 'AUTHORIZATION_DUPLICATE params.headers'
    expect(codesOf({ authorization: marker, headers })).toContain(code)
    expect(codesOf({ authorization: marker, headers: { Accept: 'x' } })).not.toContain(code)
    expect(codesOf({ authorization: marker })).not.toContain(code)
    expect(codesOf({ headers })).not.toContain(code)
    const both = 'CONNECTION_AND_AUTHORIZATION params.authorization'
    expect(codesOf({ authorization: marker, connection: 'con_1' })).toContain(both)
    const unread = 'PAGES_NOT_READ params.pages'
    expect(codesOf({ method: 'POST', pages: 'link' })).toContain(unread)
    for (const read of [{ pages: 'link' }, { method: 'GET', pages: 'link' }, { method: 'POST', pages: 'one' }]) {
      expect(codesOf(read)).not.toContain(unread)
    }
    for (const one of [{ authorization: marker, connection: '' }, { connection: 'con_1' }, {}]) {
      expect(codesOf(one)).not.toContain(both)
    }
  })

  test('headers and query parameters are sent in the order of the author', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    const headers = { 'x-b': '1', accept: '*/*', 'x-a': '2' }
    await harnessOf(httpCallNode).run({ url: server.origin, headers, query: { z: 1, a: 2 } })
    expect(server.requests[0]?.url).toBe('/?z=1&a=2')
    expect(Object.keys(server.requests[0]?.headers ?? {}).filter((name) => name in headers)).toEqual(
      Object.keys(headers),
    )
  })

  test('an answer without a body has no fields to add, and that is no fault', async () => {
    await using server = await startLocalServer((_request, response) => void response.writeHead(204).end())
    for (const responseType of ['json', 'text', 'bytes'] as const) {
      const params = { method: 'POST', url: server.origin, responseType, output: 'body' } as const
      const result = await harnessOf(httpCallNode).run(params)
      expect(result).toMatchObject({ output: responseType === 'bytes' ? { base64: '', size: 0 } : {} })
    }
  })

  test('bytes come as base64 with their media type', async () => {
    await using server = await startLocalServer((_request, response) => {
      response.setHeader('content-type', 'Application/PDF; a=b').end(Buffer.from([0x25, 0x50, 0xe2, 0xff]))
    })
    const result = await harnessOf(httpCallNode).run({ url: server.origin, responseType: 'bytes' })
    expect(result).toMatchObject({ output: { body: { base64: 'JVDi/w==', mediaType: 'application/pdf', size: 4 } } })
    const error = await failureOf(harnessOf(httpCallNode).run({ url: server.origin, responseType: 'text' }))
    expect(error).toMatchObject({ code: 'HTTP_RESPONSE_INVALID', remedy: 'Read the response as bytes.' })
    expect(error.message).toContain('not text but application/pdf')
  })

  test('text is read by its charset, or not at all', async () => {
    await using server = await startLocalServer(({ url }, response) => {
      response.setHeader('content-type', url === '/latin' ? 'text/html; charset=iso-8859-1' : 'text/html')
      response.end(Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]))
    })
    const read = (path: string) => harnessOf(httpCallNode).run({ url: server.origin + path, responseType: 'text' })
    expect(await read('/latin')).toMatchObject({ output: { body: 'Grüße' } })
    expect(await failureOf(read('/other'))).toMatchObject({
      code: 'HTTP_RESPONSE_INVALID',
      message: 'The response is not valid utf-8',
      retryable: false,
    })
  })

  test('integers keep their digits, and the log says where', async () => {
    await using server = await startLocalServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end('{"list":[{"id":7615917337495251231}]}')
    })
    const harness = harnessOf(httpCallNode)
    expect(await harness.run({ url: server.origin })).toMatchObject({
      output: { body: { list: [{ id: '7615917337495251231' }] } },
    })
    expect(harness.logs).toEqual([expect.objectContaining({ level: 'info', data: { paths: ['list.0.id'] } })])
  })

  test('a key named constructor is data', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, { constructor: 'Ferrari' }))
    expect(await harnessOf(httpCallNode).run({ url: server.origin, output: 'body' })).toMatchObject({
      output: { constructor: 'Ferrari' },
    })
  })

  test('a redirect can be the answer, if its status is expected', async () => {
    await using server = await startLocalServer((_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const params = { url: server.origin, redirects: 'return', expectedStatus: '3xx' } as const
    expect(await harnessOf(httpCallNode).run(params)).toMatchObject({
      output: { status: 302, headers: { location: '/elsewhere' }, body: null },
    })
    expect((await failureOf(harnessOf(httpCallNode).run({ ...params, expectedStatus: '2xx' }))).code).toBe(
      'HTTP_STATUS',
    )
    expect(server.requests.map(({ url }) => url)).toEqual(['/', '/'])
  })

  test('redirects and the size limit go to the client', async () => {
    const inits: unknown[] = []
    const http: HttpClient = {
      ...plainHttp,
      request: async (_url, init) => {
        inits.push(init)
        return createHttpResponse({ status: 204, headers: {}, url: '', bytes: new Uint8Array() })
      },
    }
    await harnessOf(httpCallNode, { http }).run({ url: 'https://a.example', redirects: 'refuse', maxResponseBytes: 99 })
    await harnessOf(httpCallNode, { http }).run({ url: 'https://a.example' })
    const bytes = { responseType: 'bytes', maxResponseBytes: 33_554_432 } as const
    await harnessOf(httpCallNode, { http }).run({ url: 'https://a.example', ...bytes })
    expect(inits).toEqual([
      expect.objectContaining({ redirect: 'refuse', maxResponseBytes: 99 }),
      expect.objectContaining({ redirect: 'follow', maxResponseBytes: 1_048_576 }),
      expect.objectContaining({ maxResponseBytes: 25_000_000 }),
    ])
  })

  test('the fields of the body can be the output themselves', async () => {
    await using server = await startLocalServer(({ url }, response) =>
      sendJson(response, url === '/list' ? [1] : { weather: 1 }),
    )
    const result = await harnessOf(httpCallNode).run({ url: server.origin, output: 'body' })
    expect(result).toMatchObject({ port: 'success', output: { weather: 1 } })
    const error = await failureOf(harnessOf(httpCallNode).run({ url: `${server.origin}/list`, output: 'body' }))
    expect(error).toMatchObject({ code: 'HTTP_RESPONSE_INVALID', retryable: false })
  })

  test.each([
    [503, { 'retry-after': '2' }, true, 2_000],
    [429, {}, true, undefined],
    [500, {}, true, undefined],
    [404, {}, false, undefined],
    [302, {}, false, undefined],
  ] as const)('status %i with %j is a failure', async (status, headers, retryable, retryAfterMs) => {
    await using server = await startLocalServer((_request, response) => {
      response.writeHead(status, headers).end('{"error":"busy"}')
    })
    const harness = harnessOf(httpCallNode)
    const error = await failureOf(harness.run({ url: server.origin }))
    expect(error).toMatchObject({ code: 'HTTP_STATUS', message: `GET answered ${status}`, retryable })
    expect(error.details).toEqual({ status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
    expect(harness.logs).toEqual([
      { level: 'warn', message: `GET answered ${status}`, data: { status, body: '{"error":"busy"}' } },
    ])
  })

  test.each([
    [401, /credentials/],
    [403, /credentials/],
    [404, /URL/],
    [410, /URL/],
    [429, /less often/],
    [502, /ask its operator/],
    [400, /response of the service/],
  ])('the failure for status %i says what to do', async (status, remedy) => {
    await using server = await startLocalServer((_request, response) => void response.writeHead(status).end())
    const error = await failureOf(harnessOf(httpCallNode).run({ method: 'POST', url: server.origin }))
    expect(error.remedy).toMatch(remedy)
  })

  test.each([
    [500, {}, false, false],
    [503, {}, false, false],
    [503, { 'retry-after': '2' }, false, true],
    [429, {}, false, true],
    [500, {}, true, true],
    [503, {}, true, true],
    [404, {}, true, false],
  ] as const)(
    'a POST answered %i with %j, key honored: %s, is repeated: %s',
    async (status, headers, honorsIdempotencyKey, retryable) => {
      await using server = await startLocalServer(
        (_request, response) => void response.writeHead(status, headers).end(),
      )
      const params = { method: 'POST', url: server.origin, honorsIdempotencyKey } as const
      expect((await failureOf(harnessOf(httpCallNode).run(params))).retryable).toBe(retryable)
    },
  )

  test('what is not text is left out of the log of a failure', async () => {
    await using server = await startLocalServer((_request, response) => {
      response.writeHead(500, { 'content-type': 'image/png' }).end(Buffer.from([0xff]))
    })
    const harness = harnessOf(httpCallNode)
    await failureOf(harness.run({ url: server.origin }))
    expect(harness.logs).toMatchObject([{ data: { status: 500, body: null } }])
  })

  test('a status that is expected is no failure', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, { found: false }, 404))
    const result = await harnessOf(httpCallNode).run({ url: server.origin, expectedStatus: '2xx, 404' })
    expect(result).toMatchObject({ output: { status: 404, body: { found: false } } })
    expect((await failureOf(harnessOf(httpCallNode).run({ url: server.origin, expectedStatus: '200' }))).code).toBe(
      'HTTP_STATUS',
    )
  })

  test.each([
    ['oops', 'is not JSON'],
    ['{"__proto__":{"admin":true}}', 'The key "__proto__" is not allowed'],
  ])('the answer %s is refused', async (body, why) => {
    await using server = await startLocalServer((_request, response) => void response.end(body))
    const error = await failureOf(harnessOf(httpCallNode).run({ url: server.origin }))
    expect(error.code).toBe('HTTP_RESPONSE_INVALID')
    expect(error.message).toContain(why)
  })

  test.each([
    [{ url: 'crm/tickets' }, ['url']],
    [{ url: '' }, ['url']],
    [{ url: 'https://a.example', method: 'POST', body: '{"a":' }, ['body']],
    [{ url: 'https://a.example', method: 'BREW' }, ['method']],
    [{ url: 'https://a.example', expectedStatus: 'fine' }, ['expectedStatus']],
    [{ url: 'https://a.example', headers: { a: { b: 1 } } }, ['headers', 'a']],
  ])('params %j are refused before anything is sent', async (params, path) => {
    const error = await failureOf(harnessOf(httpCallNode).run(params))
    expect(error).toMatchObject({ code: 'NODE_PARAMS_INVALID', details: { issues: [{ path }] } })
  })

  test('what the client refuses is recorded with its code, and thrown on', async () => {
    const refusal = new TenonError('EGRESS_REFUSED', 'Not there')
    const http = { ...plainHttp, request: async () => Promise.reject(refusal) }
    const harness = harnessOf(httpCallNode, { http })
    expect(await failureOf(harness.run({ url: 'http://10.0.0.1/' }))).toBe(refusal)
    expect(harness.toolCalls).toEqual([
      expect.objectContaining({ tool: 'http', error: { code: 'EGRESS_REFUSED', message: 'Not there' } }),
    ])
  })

  test('an abort goes through as it is', async () => {
    await using server = await startLocalServer(() => controller.abort(reason))
    const controller = new AbortController()
    const reason = new Error('canceled')
    await expect(harnessOf(httpCallNode).run({ url: server.origin }, { abortSignal: controller.signal })).rejects.toBe(
      reason,
    )
  })
})

test.each([
  [200, '2xx', true],
  [299, '2xx', true],
  [300, '2xx', false],
  [404, '2xx,404', true],
  [404, '4xx , 500', true],
  [500, '404', false],
])('isExpected: %i among "%s" is %s', (status, expected, holds) => {
  expect(isExpected(status, expected)).toBe(holds)
})

describe('values of a run', () => {
  const schema = toManifest([httpCall]).nodes[0]?.params ?? true

  /** Runs the node with its templates resolved as the engine does. */
  async function call(params: JsonObject, input: Json): Promise<void> {
    const scope = createPlainScope({ input })
    const resolved = evaluateValue(params, scope, { sinkOf: (path) => paramSink(schema, params, path) })
    await harnessOf(httpCallNode).run(resolved as JsonObject)
  }

  test.each<[body: Json, n: Json, sent: string]>([
    ['{"role":"user","name":"{{input.n}}"}', 'x","role":"admin', '{"role":"user","name":"x\\",\\"role\\":\\"admin"}'],
    ['{"name":"{{input.n}}"}', 'a\nb', '{"name":"a\\nb"}'],
    ['{{input.n}}', '123', '"123"'],
    ['{{input.n}}', 'hello', '"hello"'],
    ['{{input.n}}', 123, '123'],
    ['{{input}}', [1], '{"n":[1]}'],
    [{ name: '{{input.n}}' }, 'a"b', '{"name":"a\\"b"}'],
    [{ name: '{{input.n}} {' }, 'a', '{"name":"a {"}'],
  ])('the body %j with %j is sent as %s', async (body, n, sent) => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    await call({ method: 'POST', url: server.origin, body }, { n })
    expect(server.requests[0]?.body).toBe(sent)
  })

  test('a text body takes values as they are', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    for (const n of ['123', 'he said "hi"']) {
      await call({ method: 'POST', url: server.origin, bodyType: 'text', body: '{{input.n}}' }, { n })
      await call({ method: 'POST', url: server.origin, bodyType: 'text', body: '<{{input.n}}>' }, { n })
    }
    expect(server.requests.map(({ body }) => body)).toEqual(['123', '<123>', 'he said "hi"', '<he said "hi">'])
  })

  test('values stay in their part of the URL, and in their header', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    const n = '../../keys?all=1#'
    await call(
      { url: `${server.origin}/orders/{{input.n}}/lines?name={{input.n}}`, query: { q: '{{input.n}}' } },
      { n },
    )
    const encoded = '..%2F..%2Fkeys%3Fall%3D1%23'
    expect(server.requests[0]?.url).toBe(`/orders/${encoded}/lines?name=${encoded}&q=../../keys?all%3D1%23`)
    const headers = { 'x-a': 'b {{input.n}}' }
    const error = await failureOf(call({ url: server.origin, headers }, { n: 'c\r\nx-admin: 1' }))
    expect(error).toMatchObject({ code: 'TEMPLATE_VALUE_INVALID', details: { param: ['headers', 'x-a'] } })
    expect(error.message).toContain('The header "x-a"')
    expect(server.requests).toHaveLength(1)
  })

  test('null is refused by the name of its row', async () => {
    const at = { url: 'https://a.example' }
    const headers = await failureOf(call({ ...at, headers: { 'x-a': '{{input.n}}' } }, { n: null }))
    expect(headers.message).toContain('The header "x-a" is null')
    const query = await failureOf(call({ ...at, query: { page: '{{input.n}}' } }, { n: null }))
    expect(query.message).toContain('The query parameter "page" is null')
  })
})

test.each([
  [{ method: 'GET' }, true],
  [{ method: 'HEAD', honorsIdempotencyKey: false }, true],
  [{ method: 'POST', honorsIdempotencyKey: false }, false],
  [{ method: 'DELETE', honorsIdempotencyKey: true }, true],
])('idempotentWhen: %j is %s', (params, isIdempotent) => {
  const scope = createPlainScope({ params: { honorsIdempotencyKey: false, ...params } })
  expect(evaluateExpression(httpCall.idempotentWhen ?? '', scope)).toBe(isIdempotent)
})

test.each([
  ['order-7/a', 'order-7/a'],
  ['order 7', 'order%207'],
  ['Größe\r\n漢', 'Gr%C3%B6%C3%9Fe%0D%0A%E6%BC%A2'],
])('the idempotency key %j travels as %s', (key, header) => {
  const params = httpCall.params.parse({ method: 'POST', url: 'https://a.example' })
  expect(buildRequest(params, key).init.headers).toMatchObject({ 'idempotency-key': header })
})

describe('files', () => {
  const content = Uint8Array.of(0, 255, 1)

  test('are sent with their type in place of a body', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    const files = createTestFiles()
    const bodyFile = files.add({ name: 'a.bin', type: 'application/x-a', content: 'a,b' })
    const harness = createNodeTestHarness(httpCallNode, { http: plainHttp, files })
    await harness.run({ method: 'PUT', url: server.origin, body: { a: 1 }, bodyFile })
    await harness.run({ method: 'POST', url: server.origin, headers: { 'Content-Type': 'text/csv' }, bodyFile })
    await harness.run({ method: 'GET', url: server.origin, bodyFile })
    expect(server.requests.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
      ['a,b', 'application/x-a'],
      ['a,b', 'text/csv'],
      ['', undefined],
    ])
    const gone = { ...bodyFile, file: `fil_${'f'.repeat(32)}` }
    const error = await failureOf(harness.run({ method: 'PUT', url: server.origin, bodyFile: gone }))
    expect(error.code).toBe('FILE_NOT_FOUND')
  })

  test.each([
    [{}, '/reports/q%203.pdf?key=1', 'q 3.pdf'],
    [{}, '/', 'download'],
    [{ 'content-disposition': 'attachment; filename="a \\"b\\".pdf"' }, '/x', 'a "b".pdf'],
    [{ 'content-disposition': `attachment; filename=x.pdf; filename*=UTF-8''%C3%BC.pdf` }, '/x', 'ü.pdf'],
    [{ 'content-disposition': 'inline' }, '/%ff', '%ff'],
    [{ 'content-disposition': 'inline; xfilename=no.pdf' }, '/y', 'y'],
  ])('a response with %j at %s is stored as %s', async (headers, path, name) => {
    await using server = await startLocalServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/pdf; x=1', ...headers }).end(content)
    })
    const harness = createNodeTestHarness(httpCallNode, { http: plainHttp })
    const { output } = await harness.run({ url: `${server.origin}${path}`, responseType: 'file' })
    const { body } = output as unknown as { readonly body: FileRef }
    expect(body).toMatchObject({ name, size: 3 })
    expect(await harness.files.read(body, 3)).toEqual(content)
  })
})

describe('forms', () => {
  const sent = async (params: JsonObject, files = createTestFiles()) => {
    const received: Request[] = []
    const http: HttpClient = {
      ...plainHttp,
      request: async (url, init = {}) => {
        received.push(new Request(url, { method: 'POST', headers: init.headers ?? {}, body: init.body as BodyInit }))
        return createHttpResponse({ status: 200, url, headers: {}, bytes: new TextEncoder().encode('{}') })
      },
    }
    const harness = createNodeTestHarness(httpCallNode, { http, files })
    await harness.run({ method: 'POST', url: 'https://a.example/', ...params })
    const [request] = received
    if (request === undefined) throw new Error('No request was sent')
    return request
  }

  test('have a field for each value, encoded, and none for what is missing', async () => {
    const body = { a: 'x & y=ü', n: 1.5, yes: true, list: ['1', null, 2], none: null }
    const headers = { 'Content-Type': 'text/plain', 'X-Other': '1' }
    const request = await sent({ bodyType: 'form', body, headers })
    expect(request.headers.get('content-type')).toBe('application/x-www-form-urlencoded')
    expect(request.headers.get('x-other')).toBe('1')
    expect(await request.text()).toBe('a=x+%26+y%3D%C3%BC&n=1.5&yes=true&list=1&list=2')
    const written = await sent({ bodyType: 'form', body: '{"id":12345678901234567890}' })
    expect(await written.text()).toBe('id=12345678901234567890')
    expect((await sent({ bodyType: 'form', body: '' })).body).toBeNull()
  })

  test('with files have them as parts with their names and types, whatever the names are', async () => {
    const files = createTestFiles()
    const name = 'a "b"\r\nx: y.pdf'
    const [one, two] = [
      files.add({ name, type: 'application/pdf', content: 'one' }),
      files.add({ name: 'two.txt', type: 'text/plain', content: 'two' }),
    ]
    const request = await sent({ bodyType: 'multipart', body: { title: 'ü', documents: [one, two] } }, files)
    const form = await request.formData()
    expect(form.get('title')).toBe('ü')
    const parts = form.getAll('documents') as unknown as readonly File[]
    expect(parts.map(({ type }) => type)).toEqual(['application/pdf', 'text/plain'])
    expect(parts[1]?.name).toBe('two.txt')
    expect(await Promise.all(parts.map((part) => part.text()))).toEqual(['one', 'two'])
    expect([...form.keys()]).toEqual(['title', 'documents', 'documents'])
  })

  test('are refused with the field that cannot be one, and above the limit of all files', async () => {
    const files = createTestFiles()
    const file = files.add({ name: 'a.txt', type: 'text/plain', content: 'a' })
    for (const [bodyType, body, message] of [
      ['form', { file }, 'Only a form with files'],
      ['multipart', { a: { b: 1 } }, '"a" is neither'],
      ['multipart', [1], 'is a JSON object'],
      ['form', 'a=1', 'is a JSON object'],
    ] as const) {
      const failure = await failureOf(sent({ bodyType, body: body as Json }, files))
      expect(failure).toMatchObject({ code: 'NODE_PARAMS_INVALID' })
      expect(JSON.stringify(failure.details)).toContain(message.replaceAll('"', '\\"'))
    }
    const large = files.add({ name: 'b.bin', type: 'text/plain', content: 'b'.repeat(20_000_000) })
    const failure = await failureOf(sent({ bodyType: 'multipart', body: { files: [large, large] } }, files))
    expect(failure.code).toBe('FILE_TOO_LARGE')
  })

  test('are written as JSON, so that values are encoded for it', () => {
    const params = { method: 'POST', url: 'https://a.example', body: '{"a": {{input.a}}}' }
    const schema = toManifest([httpCall]).nodes[0]?.params ?? {}
    const sinks = ['json', 'form', 'multipart', 'text'].map((bodyType) =>
      paramSink(schema, { ...params, bodyType }, ['body']),
    )
    expect(sinks).toEqual(['json', 'json', 'json', null])
  })
})
