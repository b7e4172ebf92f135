import { ROUTES, type RouteDefinition, type Trigger } from '@tenon/core/api'
import { node, workflow } from '@tenon/core/testing'
import {
  assert,
  asyncProperty,
  constantFrom,
  type IPropertyWithHooks,
  jsonValue,
  oneof,
  record,
  string,
  uint8Array,
} from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOwnerResources } from '../src/testing/kit/owner-resources.ts'
import { plainKeys } from '../src/testing/kit/plain-keys.ts'
import { publish } from '../src/testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../src/testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../src/testing/kit/test-server.ts'
import type { IsolationIds } from '../src/testing/tenant-isolation.ts'
import { testIdentity } from '../src/testing/test-identity.ts'

let server: TestServer
let ids: IsolationIds
/** Last parts of the live and the test address of a webhook that accepts every message. */
let tokens: readonly string[]
const owner = testIdentity({ role: 'admin' })

beforeAll(async () => {
  server = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys })
  ids = await makeOwnerResources(server, owner)
  const hook = node('hook', 'webhook', { signature: 'none', method: 'any' })
  const id = await publish(server, owner, workflow([hook, node('end', 'end')], ['hook>end']))
  const opened = await server.json<Trigger>(200, `/workflows/${id}/triggers/hook/test`, { as: owner, method: 'POST' })
  tokens = [opened.url, opened.test?.url].map((url) => url?.split('/').at(-1) ?? expect.unreachable())
})
afterAll(() => server.close())

const routes = (Object.values(ROUTES) as readonly RouteDefinition[]).filter(
  (route) => route.method !== 'WS' && !route.id.startsWith('stream') && route.id !== 'cancelRun',
)
const NASTY = ['\u0000', '\ud800', "'; drop schema tenon; --", '__proto__', '{{input}}', '9'.repeat(400), '../..', '%']
const text = oneof(string({ unit: 'binary', maxLength: 40 }), constantFrom(...NASTY))

/** The keys that bodies have, so that random values get past the first check. */
const body = oneof(
  jsonValue({ maxDepth: 4 }),
  record(
    {
      name: oneof(text, jsonValue()),
      description: text,
      document: jsonValue(),
      operations: jsonValue(),
      input: jsonValue(),
      version: oneof(text, constantFrom('1', 'test:1')),
      trigger: text,
      choice: text,
      comment: text,
      notes: text,
    },
    { requiredKeys: [] },
  ),
)

const query = record(
  { cursor: text, limit: text, status: text, workflowId: text, runId: text, after: text },
  { requiredKeys: [] },
)

/** Bodies of webhooks, which are not JSON alone. */
const rawBody = oneof(
  uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  text,
  body.map((value) => JSON.stringify(value)),
  constantFrom(
    '['.repeat(200),
    `${'['.repeat(100)}${']'.repeat(100)}`,
    '{"a":1e999}',
    '{"__proto__":1}',
    'a=%ff&a&=&__proto__=1',
  ),
)
const mediaType = constantFrom(
  ...['application/json', 'application/x-www-form-urlencoded', 'text/plain; charset=utf-16', 'application/xml'],
  ...['multipart/form-data', 'application/octet-stream', 'application/cloudevents+json', ''],
)

function run(property: IPropertyWithHooks<unknown[]> | ReturnType<typeof asyncProperty>, numRuns: number) {
  return assert(property as Parameters<typeof assert>[0], { numRuns, endOnFailure: true })
}

describe('bad input', () => {
  test.each(routes)('$method $path never answers 5xx', async (route) => {
    await run(
      asyncProperty(body, query, text, constantFrom('own', 'random'), async (json, search, id, which) => {
        const params: Record<string, string> = which === 'own' ? { ...ids, id: ids.workflowId } : {}
        const path = route.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => params[name] ?? encode(id))
        if (route.id === 'deleteWorkflow' && which === 'own') return
        const response = await server.call(`${path}?${new URLSearchParams(wellFormed(search)).toString()}`, {
          as: owner,
          method: route.method,
          ...(route.body === null ? {} : { body: JSON.stringify(json) }),
        })
        const answer = await response.text()
        expect(response.status, answer).toBeLessThan(500)
      }),
      40,
    )
  })

  test.each(routes.filter(({ rawBody: isRaw, path }) => isRaw === true || path === ROUTES.receiveWebhookGet.path))(
    '$method $path never answers 5xx to a message, live or for a test',
    async (route) => {
      const send = (token: string, raw: unknown, type: string, search = '') =>
        server.call(`/hooks/${token}?${search}`, {
          method: route.method,
          headers: { 'content-type': type },
          ...(route.body === null ? {} : { body: raw }),
        })
      await run(
        asyncProperty(rawBody, mediaType, query, constantFrom(...tokens), async (raw, type, search, token) => {
          const response = await send(token, raw, type, new URLSearchParams(wellFormed(search)).toString())
          const answer = await response.text()
          expect(response.status, answer).toBeLessThan(500)
        }),
        16,
      )
      // The addresses do accept messages.
      for (const token of tokens) expect((await send(token, '{}', 'application/json')).status).toBe(202)
    },
  )

  test.each([
    '',
    'null',
    '[]',
    '"x"',
    '1e999',
    '{"a":1,"a":2}',
    '\ufeff{}',
    '{"name":"\\ud800"}',
    '{"name":"\\u0000"}',
  ])('the body %j gets a typed answer', async (raw) => {
    const response = await server.call('/workflows', { as: owner, method: 'POST', body: raw })
    expect([400, 422]).toContain(response.status)
    expect(await response.json()).toMatchObject({
      code: expect.stringMatching(/^REQUEST_/),
      remedy: expect.any(String),
    })
  })

  test('what is stored is as it was', async () => {
    expect(await server.json(200, `/workflows/${ids.workflowId}/versions/1`, { as: owner })).toMatchObject({
      version: '1',
    })
    expect(await server.json(200, `/runs/${ids.runId}`, { as: owner })).toMatchObject({ runId: ids.runId })
  })
})

function encode(id: string): string {
  try {
    return encodeURIComponent(id) || '_'
  } catch {
    return '%ED%A0%80'
  }
}

function wellFormed(search: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(search).map(([key, value]) => [key, value ?? '']))
}
