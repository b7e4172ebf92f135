import { toManifest } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testConnector } from '../testing/index.ts'
import { importOpenApi, type OpenApiOptions } from './import-openapi.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const order = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'string', readOnly: true },
    note: { type: ['string', 'null'], description: 'For people' },
    status: { type: 'string', enum: ['open', 'paid'] },
    lines: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
    parent: { $ref: '#/components/schemas/Order' },
  },
}
const SHOP = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  servers: [{ url: 'https://{region}.shop.example/v1/', variables: { region: { default: 'eu' } } }],
  security: [{ key: [], signature: [] }, { key: [] }],
  components: {
    securitySchemes: {
      key: { type: 'apiKey', in: 'header', name: 'x-key' },
      token: { type: 'http', scheme: 'Bearer' },
      login: { type: 'http', scheme: 'basic' },
      oauth: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: 'https://shop.example/authorize',
            tokenUrl: 'https://shop.example/token',
            scopes: { orders: 'Read and write orders' },
          },
        },
      },
    },
    parameters: { Id: { name: 'id', in: 'path', required: true, schema: { type: 'string' } } },
    schemas: { Order: order, Loop: { $ref: '#/components/schemas/Loop' } },
  },
  paths: {
    '/orders': {
      get: {
        operationId: 'listOrders',
        tags: ['orders'],
        parameters: [
          { name: 'status[]', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
          { name: 'ids', in: 'query', explode: false, schema: { type: 'array', items: { type: 'integer' } } },
          { name: 'filter', in: 'query', style: 'deepObject', schema: { type: 'object' } },
          { name: 'where', in: 'query', content: { 'application/json': { schema: { type: 'object' } } } },
          { name: 'per_page', in: 'query', schema: { type: 'integer' } },
          { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
          { name: 'Authorization', in: 'header', required: true, schema: { type: 'string' } },
          { name: 'theme', in: 'cookie', schema: { type: 'string' } },
        ],
        responses: { 200: json({ type: 'array', items: { $ref: '#/components/schemas/Order' } }) },
      },
      post: {
        operationId: 'createOrder',
        summary: 'Create an order',
        requestBody: {
          required: true,
          ...json({
            allOf: [
              { $ref: '#/components/schemas/Order' },
              { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } },
            ],
          }),
        },
        responses: { 201: json({ $ref: '#/components/schemas/Order' }) },
      },
    },
    '/orders/{id}': {
      parameters: [{ $ref: '#/components/parameters/Id' }],
      put: { requestBody: json({ $ref: '#/components/schemas/Loop' }), responses: { 204: { description: 'Done' } } },
      delete: { operationId: 'delete', deprecated: true, responses: {} },
      patch: {
        operationId: 'patch',
        parameters: [{ name: 'session', in: 'cookie', required: true }],
        responses: {},
      },
    },
    '/pay': {
      post: {
        operationId: 'pay',
        requestBody: {
          content: {
            'application/x-www-form-urlencoded': {
              schema: { type: 'object', properties: { amount: { type: 'integer' }, meta: { type: 'object' } } },
            },
          },
        },
        responses: { 200: json({ type: 'string' }) },
      },
    },
    '/files': {
      post: { requestBody: { required: true, content: { 'multipart/form-data': {} } }, responses: {} },
    },
    '/elsewhere': { $ref: 'https://other.example/paths.json' },
    '/of/{gone}': { get: { responses: {} } },
  },
}
const shop = (change: Partial<OpenApiOptions> = {}) => importOpenApi({ id: 'shop', document: SHOP, ...change })
const codeOf = (call: () => unknown): string => {
  try {
    call()
    return 'none'
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`
  }
}

describe('importOpenApi', () => {
  test('makes an action of each operation, and says why one is none', () => {
    const { connector, skipped } = shop()
    expect(connector.nodes?.map(({ definition }) => definition.type)).toEqual([
      ...['shop/list-orders', 'shop/create-order', 'shop/put-orders-id', 'shop/pay'],
    ])
    expect(skipped.map(({ operation, reason }) => `${operation.method} ${operation.path}: ${reason}`)).toEqual([
      'PATCH /orders/{id}: it requires the cookie session',
      'POST /files: it requires a body of the type multipart/form-data',
      'GET /of/{gone}: the parameter gone of the path is not described',
      '* /elsewhere: its path leads to nothing',
    ])
    expect(connector).toMatchObject({
      ...{ id: 'shop', title: 'Shop', allowedHosts: ['eu.shop.example'] },
      auth: { kind: 'apiKey', position: { in: 'header', name: 'x-key' } },
    })
  })

  test('describes params and outputs, the latter once for a schema that contains itself', () => {
    const { nodes } = toManifest((shop().connector.nodes ?? []).map(({ definition }) => definition))
    const created = nodes.find(({ type }) => type === 'shop/create-order')
    expect(created).toMatchObject({ title: 'Create an order', description: 'POST /orders', effect: 'write' })
    const params = created?.params as { readonly properties: object; readonly required: readonly string[] }
    expect(Object.keys(params.properties)).toEqual(['connection', 'note', 'status', 'lines', 'parent', 'amount'])
    expect(params.required).toEqual(['connection', 'amount'])
    expect(params.properties).toMatchObject({
      note: { type: 'string', control: 'text', title: 'Note', description: 'For people' },
      status: { enum: ['open', 'paid'], control: 'select' },
      lines: { control: 'code', sink: 'json' },
    })
    expect(created?.outputs.success).toMatchObject({
      properties: {
        id: { type: 'string' },
        lines: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
        parent: {},
      },
    })
    const listed = nodes.find(({ type }) => type === 'shop/list-orders')
    expect(listed?.outputs.success).toMatchObject({ properties: { items: { type: 'array' } } })
  })

  test('sends each value in its part of the request', async () => {
    const anything = z.record(z.string(), z.unknown())
    const service = testConnector(shop().connector, {
      routes: [
        { request: 'GET /v1/orders', query: anything, headers: { 'x-trace': 't1' }, reply: { body: [{ id: '1' }] } },
        { request: 'POST /v1/orders', body: anything, reply: { status: 201, body: { id: '2', extra: true } } },
        { request: 'PUT /v1/orders/{id}', body: anything, reply: { status: 204 } },
        {
          ...{ request: 'POST /v1/pay', body: anything, contentType: 'application/x-www-form-urlencoded' },
          reply: { headers: { 'content-type': 'application/json' }, body: '"paid"' },
        },
      ],
    })
    const listed = await service.run('list-orders', {
      ...{
        status: ['open', 'paid'],
        ids: [1, 2],
        filter: '{"city":"Oslo"}',
        where: '{"a":1}',
        perPage: 5,
        xTrace: 't1',
      },
    })
    expect(listed.output).toEqual({ items: [{ id: '1' }] })
    const { searchParams } = new URL(service.requests[0]?.url ?? '')
    expect([...searchParams]).toEqual([
      ['status[]', 'open'],
      ['status[]', 'paid'],
      ['ids', '1,2'],
      ['filter[city]', 'Oslo'],
      ['where', '{"a":1}'],
      ['per_page', '5'],
    ])
    const created = await service.run('create-order', { amount: 7, lines: '[{"sku":"a"}]', note: 'Hi' })
    expect(created.output).toEqual({ id: '2', extra: true })
    expect(JSON.parse(service.requests[1]?.body ?? '')).toEqual({ amount: 7, lines: [{ sku: 'a' }], note: 'Hi' })
    expect((await service.run('put-orders-id', { id: 'a/b', body: '{"x":1}' })).output).toEqual({})
    expect(service.requests[2]?.url).toBe('https://eu.shop.example/v1/orders/a%2Fb')
    expect((await service.run('pay', { amount: 3, meta: '{"k":"v"}' })).output).toEqual({ value: 'paid' })
    expect(service.requests[3]?.body).toBe('amount=3&meta%5Bk%5D=v')
    await expect(service.run('put-orders-id', { id: 'a', body: '{' })).rejects.toMatchObject({
      code: 'NODE_PARAMS_INVALID',
    })
    expect(service.unusedRoutes()).toEqual([])
  })

  test.each<[object, string]>([
    [{ security: 'token' }, 'bearer'],
    [{ security: 'login' }, 'basic'],
    [{ security: 'oauth', oauth: { clientId: 'c' } }, 'oauth2'],
    [{ auth: { kind: 'basic' } }, 'basic'],
  ])('authenticates with %j by %s', (change, kind) => {
    expect(shop(change).connector.auth.kind).toBe(kind)
  })

  test.each<[string, Partial<OpenApiOptions>]>([
    ['must be an object', { document: '{}' }],
    ['got Swagger 2.0', { document: { swagger: '2.0', paths: {} } }],
    ['got none', { document: {} }],
    ['no paths', { document: { openapi: '3.0.3' } }],
    ['must be a whole https URL', { document: { ...SHOP, servers: [{ url: '/v1' }] } }],
    ['at most 2', { maxOperations: 2 }],
    ['"oauth" is unknown or not supported', { security: 'oauth' }],
    ['"toString" is unknown', { security: 'toString' }],
    ['No security scheme', { document: { ...SHOP, security: [], components: {} } }],
  ])('refuses a document: %s', (reason, change) => {
    const found = codeOf(() => shop(change))
    expect(found).toContain('OPENAPI_INVALID')
    expect(found).toContain(reason)
  })

  test('is bounded for hostile documents', () => {
    const deep = (levels: number): object =>
      levels === 0
        ? { type: 'string' }
        : { type: 'object', properties: { a: deep(levels - 1), b: { $ref: '#/x~1y/%zz' } } }
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`m${index}`, { type: 'string' }]))
    const paths = {
      '/deep': { get: { responses: { 200: json(deep(200)) } } },
      '/wide': { post: { requestBody: json({ properties: wide }), responses: { 200: json({ properties: wide }) } } },
      'no-slash': { get: {} },
      '/proto': { get: { parameters: [{ $ref: '#/__proto__/constructor' }, {}], responses: {} } },
    }
    const { connector, skipped } = shop({ document: { ...SHOP, paths } })
    const manifest = toManifest((connector.nodes ?? []).map(({ definition }) => definition))
    expect(JSON.stringify(manifest).length).toBeLessThan(200_000)
    expect(connector.nodes?.map(({ definition }) => definition.type)).toEqual(['shop/get-deep', 'shop/post-wide'])
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'a parameter cannot be read: "#/__proto__/constructor" leads to nothing',
    ])
  })
})
