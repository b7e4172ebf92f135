import type { RunPrincipal } from '@tenon/core/run'
import { createNodeTestHarness } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { type HostApiOptions, hostApi } from './host-api.ts'

const document = {
  openapi: '3.0.3',
  paths: {
    '/orders/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      get: { operationId: 'getOrder', responses: {} },
      patch: {
        operationId: 'changeOrder',
        requestBody: { content: { 'application/json': { schema: { properties: { note: { type: 'string' } } } } } },
        responses: {},
      },
    },
    '/upload': { post: { requestBody: { required: true, content: { 'image/png': {} } }, responses: {} } },
  },
}
const ada: RunPrincipal = { kind: 'user', userId: 'ada' as RunPrincipal['userId'] }

function api(handle: (request: Request) => Response | Promise<Response>, change: Partial<HostApiOptions> = {}) {
  const { nodes, skipped } = hostApi({
    ...{ id: 'shop', title: 'Shop', document, fetch: handle },
    authorize: ({ tenantId, userId }) => (userId === null ? null : { authorization: `${tenantId}/${userId}` }),
    ...change,
  })
  const harnessOf = (name: string, principal?: RunPrincipal) => {
    const node = nodes.find(({ definition }) => definition.type === `shop/${name}`)
    if (node === undefined) throw new Error(`No ${name}`)
    return createNodeTestHarness(node, principal === undefined ? {} : { principal })
  }
  return { nodes, skipped, harnessOf }
}

describe('hostApi', () => {
  test('calls the handler of the host as the person for whom the run acts', async () => {
    const seen: unknown[] = []
    const { harnessOf, nodes, skipped } = api(async (request) => {
      const { method, url, headers } = request
      seen.push([method, url, headers.get('authorization'), await request.text()])
      return Response.json({ id: 'A 1', note: 'Hi' })
    })
    expect(nodes.map(({ definition }) => definition.type)).toEqual(['shop/get-order', 'shop/change-order'])
    expect(skipped.map(({ reason }) => reason)).toEqual(['it requires a body of the type image/png'])
    const { output } = await harnessOf('get-order', ada).run({ id: 'A 1' })
    expect(output).toEqual({ id: 'A 1', note: 'Hi' })
    await harnessOf('change-order', ada).run({ id: 'A 1', note: 'Hi' })
    expect(seen).toEqual([
      ['GET', 'http://localhost/orders/A%201', 'test-tenant/ada', ''],
      ['PATCH', 'http://localhost/orders/A%201', 'test-tenant/ada', '{"note":"Hi"}'],
    ])
  })

  test('refuses a run that acts for no person, if the host does', async () => {
    const { harnessOf } = api(() => Response.json({}))
    await expect(harnessOf('get-order').run({ id: '1' })).rejects.toMatchObject({ code: 'HOST_API_REFUSED' })
  })

  test('says which run calls, and the same key on every attempt', async () => {
    const callers: unknown[] = []
    const authorize: HostApiOptions['authorize'] = (caller) => {
      callers.push(caller)
      return {}
    }
    const { harnessOf } = api(() => Response.json({}), { authorize })
    const harness = harnessOf('get-order', ada)
    await harness.run({ id: '1' })
    await harness.run({ id: '1' }, { attempt: 2 })
    const run = { tenantId: 'test-tenant', userId: 'ada', runId: 'test-run', nodeRunId: 'node_under_test' }
    expect(callers).toEqual(Array(2).fill({ ...run, idempotencyKey: 'test-run/node_under_test' }))
  })

  test('fails as the API answers, and for a response that is too large', async () => {
    const failing = api(() => Response.json({ error: 'no' }, { status: 403 }))
    await expect(failing.harnessOf('change-order', ada).run({ id: '1' })).rejects.toMatchObject({
      ...{ code: 'HTTP_STATUS', retryable: false, details: { status: 403 } },
    })
    const large = api(() => new Response(new Uint8Array(9_000_000)))
    await expect(large.harnessOf('get-order', ada).run({ id: '1' })).rejects.toMatchObject({
      code: 'HTTP_RESPONSE_TOO_LARGE',
    })
    const empty = api(() => new Response(null, { status: 204 }), { baseUrl: 'http://localhost/api/' })
    expect((await empty.harnessOf('get-order', ada).run({ id: '1' })).output).toEqual({})
    const aborted = empty
      .harnessOf('get-order', ada)
      .run({ id: '1' }, { abortSignal: AbortSignal.abort(new Error('over')) })
    await expect(aborted).rejects.toThrow('over')
  })

  test('lets params set no header but those that the host names, and none by which it knows callers', async () => {
    const names = ['X-User', 'Cookie', 'Host', 'X-Forwarded-For', 'X-Trace']
    const parameters = names.map((name) => ({ name, in: 'header', schema: { type: 'string' } }))
    const traced = { openapi: '3.0.3', paths: { '/a': { get: { operationId: 'a', parameters, responses: {} } } } }
    const seen: unknown[] = []
    const handle = ({ headers }: Request) => {
      seen.push(Object.fromEntries(headers))
      return Response.json({})
    }
    const authorize = () => ({ 'x-tenant': 'acme' })
    const closed = api(handle, { document: traced, authorize })
    await closed.harnessOf('a').run({ xUser: 'admin', cookie: 'session=1', host: 'evil', xForwardedFor: '127.0.0.1' })
    const named = api(handle, { document: traced, authorize, headers: ['x-trace'] })
    await named.harnessOf('a').run({ xUser: 'admin', xTrace: 't1' })
    const accept = 'application/json'
    expect(seen).toEqual([
      { accept, 'x-tenant': 'acme' },
      { accept, 'x-tenant': 'acme', 'x-trace': 't1' },
    ])
    await expect(named.harnessOf('a').run({ xTrace: 'a\nb' })).rejects.toMatchObject({
      ...{ code: 'HTTP_FAILED', retryable: false, details: { sent: false } },
    })
    for (const name of ['Cookie', 'Host', 'X-Forwarded-For', 'authorization']) {
      expect(() => api(handle, { headers: [name] })).toThrow(`params cannot set "${name.toLowerCase()}"`)
    }
  })
})
