import type { Json } from '@tenon/core/document'
import { toManifest } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testConnector } from '../testing/index.ts'
import { importOpenApi, type OpenApiOptions } from './import-openapi.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const text = { type: 'string' }
const anything = z.record(z.string(), z.unknown())
const key = { type: 'http', scheme: 'bearer' }

function acme(paths: object, change: Readonly<Record<string, unknown>> = {}, options: Partial<OpenApiOptions> = {}) {
  const { schemas = {}, securitySchemes = { key }, ...root } = change
  const servers = [{ url: 'https://api.acme.example' }]
  const document = { openapi: '3.0.3', servers, components: { schemas, securitySchemes }, paths, ...root }
  const { connector, skipped } = importOpenApi({ id: 'acme', document, ...options })
  const definitions = (connector.nodes ?? []).map(({ definition }) => definition)
  return { connector, definitions, reasons: skipped.map(({ reason }) => reason) }
}
const requiredOf = (params: unknown) => z.toJSONSchema(params as z.ZodType, { unrepresentable: 'any' }).required

describe('references', () => {
  test.each(['https://other.example/a.json', 'file:///etc/passwd', '#/nowhere', '#/components/schemas/Loop'])(
    'skips what refers to %s, in place of sending less',
    ($ref) => {
      const schemas = { Loop: { $ref: '#/components/schemas/Loop' } }
      const paths = {
        '/body': { post: { requestBody: { $ref }, responses: {} } },
        '/filter': { delete: { parameters: [{ $ref }], responses: {} } },
        '/item': { $ref },
      }
      const { definitions, reasons } = acme(paths, { schemas })
      expect(definitions).toEqual([])
      expect(reasons).toEqual([
        `its body cannot be read: "${$ref}" leads to nothing`,
        `a parameter cannot be read: "${$ref}" leads to nothing`,
        'its path leads to nothing',
      ])
      const body = json({ allOf: [{ $ref }, { properties: { a: text } }] })
      const [put] = acme({ '/a': { put: { requestBody: body, responses: {} } } }).definitions
      expect(Object.keys(put?.params.shape ?? {})).toEqual(['connection', 'body'])
    },
  )
})

describe('names', () => {
  const list = { get: { operationId: 'list', responses: {} } }
  const remove = { delete: { operationId: 'List', responses: {} } }
  const typesOf = (paths: object) => acme(paths).definitions.map(({ type, description }) => `${type}: ${description}`)

  test('do not depend on the order of the operations', () => {
    const expected = ['acme/get-a: GET /a', 'acme/delete-b: DELETE /b']
    expect(typesOf({ '/a': list, '/b': remove })).toEqual(expected)
    expect(typesOf({ '/b': remove, '/a': list })).toEqual(expected.toReversed())
    const { definitions, reasons } = acme({
      '/a': list,
      '/a/': list,
      '/b': { get: { operationId: 'b', responses: {} } },
    })
    expect(definitions.map(({ type }) => type)).toEqual(['acme/b'])
    expect(reasons).toEqual(Array(2).fill('another operation has the same name: give it an operationId of its own'))
    const taken = acme({ '/x': { get: { operationId: 'getA', responses: {} } }, '/a': list, '/b': remove })
    expect(taken.definitions.map(({ type }) => type)).toEqual(['acme/get-a', 'acme/delete-b'])
    expect(taken.reasons).toHaveLength(1)
  })

  test('that each object has are sent as well', async () => {
    const parameters = ['constructor', 'toString', '__proto__', 'a-b', 'a_b', 'aB'].map((name) => ({
      ...{ name, in: 'query', schema: text },
    }))
    const { connector } = acme({ '/r': { get: { operationId: 'r', parameters, responses: {} } } })
    const service = testConnector(connector, { routes: [{ request: 'GET /r', query: anything, reply: { body: {} } }] })
    await service.run('r', {})
    await service.run('r', { constructorValue: 'c', toStringValue: 't', proto: 'p', aB: '1', aB2: '2', aB3: '3' })
    const [bare, full] = service.requests.map(({ url }) => new URL(url).search)
    expect(bare).toBe('')
    expect(full).toBe('?constructor=c&toString=t&__proto__=p&a-b=1&a_b=2&aB=3')
  })

  test('have the version of the options', () => {
    expect(acme({ '/a': list }, {}, { version: 3 }).definitions.map(({ version }) => version)).toEqual([3])
  })
})

describe('requests', () => {
  test.each<[string, object]>([
    ['it has a server of its own', { servers: [{ url: 'https://uploads.acme.example' }] }],
    ['it requires the security scheme admin', { security: [{ admin: [] }] }],
    ['it requires the security scheme key with admin', { security: [{ key: [], admin: [] }] }],
    ['its response has the type application/pdf', { responses: { 200: { content: { 'application/pdf': {} } } } }],
    ['the parameter p has the style matrix', { parameters: [{ name: 'p', in: 'query', style: 'matrix' }] }],
    [
      'the parameter p of the header is an object',
      { parameters: [{ name: 'p', in: 'header', schema: { type: 'object' } }] },
    ],
    ['a header has a name that is not valid', { parameters: [{ name: 'a b', in: 'header', schema: text }] }],
    ['it has more than 100 parameters', { parameters: Array(101).fill({ name: 'p', in: 'query' }) }],
  ])('that would not be as documented are skipped: %s', (reason, operation) => {
    const { definitions, reasons } = acme({ '/a': { post: { responses: {}, ...operation } } })
    expect(definitions).toEqual([])
    expect(reasons).toEqual([reason])
  })

  test('with the server and the security of the document are not', () => {
    const operation = {
      responses: {},
      servers: [{ url: 'https://api.acme.example' }],
      security: [{ key: [] }, { b: [] }],
    }
    const open = { responses: {}, security: [] }
    expect(acme({ '/a': { post: operation, get: open } }).reasons).toEqual([])
    const admin = { '/a': { post: { responses: {}, security: [{ admin: [] }] } } }
    expect(acme(admin, {}, { auth: { kind: 'bearer' } }).reasons).toEqual([])
  })

  test('have objects and bodies in the form of the document', async () => {
    const parameters = [
      { name: 'f', in: 'query', explode: false, schema: { type: 'object' } },
      { name: 'e', in: 'query', schema: { type: 'object' } },
      { name: 'd', in: 'query', style: 'deepObject', schema: { type: 'object' } },
    ]
    const media = { schema: { properties: { n: text } } }
    const requestBody = { content: { 'application/merge-patch+json': media } }
    const { connector } = acme({ '/a': { patch: { operationId: 'a', parameters, requestBody, responses: {} } } })
    const contentType = 'application/merge-patch+json'
    const route = { request: 'PATCH /a', query: anything, body: anything, contentType, reply: { body: {} } }
    const service = testConnector(connector, { routes: [route] })
    await service.run('a', { n: 'x', f: '{"R":1,"G":2}', e: '{"x":1}', d: '{"a":{"b":1},"c":[1,2]}' })
    const [request] = service.requests
    expect(request?.body).toBe('{"n":"x"}')
    expect([...new URL(request?.url ?? '').searchParams].map((pair) => pair.join('='))).toEqual([
      ...['f=R,1,G,2', 'x=1', 'd[a][b]=1', 'd[c]=1', 'd[c]=2'],
    ])
  })

  test('never set headers of the connection', () => {
    const parameters = ['Cookie', 'Host', 'Proxy-Authorization', 'Accept', 'X-Trace'].map((name) => ({
      ...{ name, in: 'header', schema: text },
    }))
    const [definition] = acme({ '/a': { get: { parameters, responses: {} } } }).definitions
    expect(Object.keys(definition?.params.shape ?? {})).toEqual(['connection', 'xTrace'])
  })

  test('of a write are not repeated after a lost response, apart from PUT', () => {
    const operation = { responses: {} }
    const { definitions } = acme({ '/a': { put: operation, post: operation, delete: operation, patch: operation } })
    expect(definitions.filter(({ idempotentWhen }) => idempotentWhen !== undefined).map(({ type }) => type)).toEqual([
      'acme/put-a',
    ])
  })

  test('need a member that the body requires, if they need a body', () => {
    const schema = { allOf: [{ properties: { n: text } }, { required: ['n'] }] }
    const post = (required: boolean) => ({ post: { requestBody: { required, ...json(schema) }, responses: {} } })
    const { definitions } = acme({ '/a': post(true), '/b': post(false) })
    expect(definitions.map(({ params }) => requiredOf(params))).toEqual([['connection', 'n'], ['connection']])
  })
})

describe('responses', () => {
  test('of other types than JSON are texts, and fail no write', async () => {
    const plain = { content: { 'text/plain': { schema: text } } }
    const { connector, definitions } = acme({ '/pay': { post: { operationId: 'pay', responses: { 200: plain } } } })
    expect(z.toJSONSchema(definitions[0]?.outputs.success as z.ZodType)).toMatchObject({
      properties: { value: { type: 'string' } },
    })
    const bodies = [
      { headers: { 'content-type': 'text/plain' }, body: 'OK' },
      { headers: { 'content-type': 'application/pdf' }, body: '%PDF' },
    ]
    const service = testConnector(connector, {
      routes: [{ request: 'POST /pay', reply: () => bodies[service.requests.length - 1] ?? {} }],
    })
    expect((await service.run('pay', {})).output).toEqual({ value: 'OK' })
    expect((await service.run('pay', {})).output).toEqual({})
  })
})

describe('bounds', () => {
  const post = (schema: object) => ({ '/x': { post: { requestBody: json(schema), responses: { 200: json(schema) } } } })

  test('hold for a schema that has itself many times', () => {
    const allOf = Array.from({ length: 500 }, () => ({ $ref: '#/components/schemas/A' }))
    const Aliases = { allOf: Array.from({ length: 500 }, (_, index) => ({ $ref: `#/components/schemas/B${index}` })) }
    const B = Object.fromEntries(Array.from({ length: 500 }, (_, index): [string, object] => [`B${index}`, Aliases]))
    const schemas = { A: { allOf, properties: { a: text } }, Aliases, ...B }
    const started = performance.now()
    const { definitions } = acme(post({ $ref: '#/components/schemas/A' }), { schemas })
    expect(Object.keys(definitions[0]?.params.shape ?? {})).toEqual(['connection', 'body'])
    acme(post({ $ref: '#/components/schemas/Aliases' }), { schemas })
    // It was 10 s with 16 of them, and many times more with each further one.
    expect(performance.now() - started).toBeLessThan(4_000)
  })

  test('hold for texts, names and numbers of operations', () => {
    const started = performance.now()
    acme({ [`/${'{'.repeat(200_000)}`]: { get: { responses: {} } } })
    const same = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`/p${index}`, { get: { operationId: 'list' } }]))
    const include = ({ path }: { readonly path: string }) => path === '/p1'
    expect(acme(same(20_000), {}, { include }).definitions.map(({ type }) => type)).toEqual(['acme/get-p1'])
    expect(() => acme(same(20_001), {}, { include })).toThrow('more than 20000 operations')
    expect(performance.now() - started).toBeLessThan(4_000)
  })

  test('hold for what is sent to each editor', () => {
    const fields = Array.from({ length: 100_000 }, (_, index): [string, Json] => [`p${index}`, text])
    const [wide] = acme(post({ properties: Object.fromEntries(fields) })).definitions
    expect(JSON.stringify(z.toJSONSchema(wide?.outputs.success as z.ZodType)).length).toBeLessThan(10_000)
    const long = { type: 'string', description: 'd'.repeat(400) }
    const Big = { properties: Object.fromEntries(fields.slice(0, 199).map(([name]) => [name, long])) }
    const responses = { 200: json({ $ref: '#/components/schemas/Big' }) }
    const paths = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`/p${index}`, { get: { responses } }]))
    const { definitions } = acme(paths, { schemas: { Big } })
    expect(JSON.stringify(toManifest(definitions)).length).toBeLessThan(1_500_000)
  })
})

describe('addresses', () => {
  const flow = (authorizationUrl: string, tokenUrl: string) => ({
    securitySchemes: {
      login: { type: 'oauth2', flows: { authorizationCode: { authorizationUrl, tokenUrl, scopes: {} } } },
    },
  })
  const oauth = { clientId: 'c', clientSecret: 's' }

  test.each([
    ...['http://api.acme.example', 'https://*.acme.example', 'https://a:b@acme.example', 'https://acme.example/?a=1'],
    ...['https://acme.example/#a', 'https://acme.example?', `https://acme.example/${'/'.repeat(3_000)}a`],
  ])('of a document get no secrets: %s', (url) => {
    expect(() => acme({}, { servers: [{ url }] })).toThrow('must be a whole https URL')
  })

  test('of the host may be http', () => {
    expect(acme({}, {}, { server: 'http://localhost:3000' }).connector.allowedHosts).toEqual(['http://localhost:3000'])
    expect(() => acme({}, {}, { server: 'https://*.acme.example' })).toThrow('must be a whole https URL')
  })

  test.each([
    ['tokenUrl', 'https://api.acme.example/authorize', 'https://evil.example/token'],
    ['tokenUrl', 'https://api.acme.example/authorize', 'http://api.acme.example/token'],
    ['authorizationUrl', 'https://evil-acme.example/authorize', 'https://api.acme.example/token'],
  ])('of tokens must be of the server: %s', (field, authorizationUrl, tokenUrl) => {
    const document = flow(authorizationUrl, tokenUrl)
    expect(() => acme({}, document, { oauth })).toThrow(`Its ${field} is no https URL of the server`)
    const given = { ...oauth, authorizationUrl: 'https://login.acme.test', tokenUrl: 'https://login.acme.test/token' }
    expect(acme({}, document, { oauth: given }).connector.auth).toMatchObject(given)
  })

  test('are those of a scheme that the document requires', () => {
    const securitySchemes = { key, admin: { type: 'apiKey', in: 'header', name: 'x-admin' } }
    const both = { securitySchemes, security: [{ key: [], admin: [] }] }
    expect(() => acme({}, both)).toThrow('No security scheme that it requires')
    expect(acme({}, both, { security: 'admin' }).connector.auth.kind).toBe('apiKey')
    expect(acme({}, { securitySchemes, security: [{}, { admin: [] }] }).connector.auth.kind).toBe('apiKey')
  })
})
