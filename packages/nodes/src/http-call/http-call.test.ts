import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { sendJson, startLocalServer } from '../../test/local-server.ts'
import { failureOf, harnessOf, plainHttp } from '../../test/run-node.ts'
import { httpCallNode } from './implementation.ts'
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

  test('query values are encoded, headers of the params win', async () => {
    await using server = await startLocalServer((_request, response) => sendJson(response, {}))
    await harnessOf(httpCallNode).run({
      method: 'POST',
      url: `${server.origin}/find?page=1&limit=5`,
      query: { page: 2, q: 'a&b=c', exact: true },
      headers: { 'Idempotency-Key': 'mine', 'X-Number': 7, Accept: 'text/csv', 'Content-Type': 'application/ld+json' },
      body: '{"a":1}',
    })
    const [request] = server.requests
    expect(request?.url).toBe('/find?page=2&limit=5&q=a%26b%3Dc&exact=true')
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
    ['{"__proto__":{"admin":true}}', 'has a key that is refused'],
    ['[{"constructor":1}]', 'has a key that is refused'],
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
