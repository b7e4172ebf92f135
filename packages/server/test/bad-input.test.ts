import { ROUTES, type RouteDefinition } from '@tenon/core/api'
import {
  assert,
  asyncProperty,
  constantFrom,
  type IPropertyWithHooks,
  jsonValue,
  oneof,
  record,
  string,
} from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOwnerResources } from '../src/testing/kit/owner-resources.ts'
import { plainKeys } from '../src/testing/kit/plain-keys.ts'
import { nodesWithWebhook } from '../src/testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../src/testing/kit/test-server.ts'
import type { IsolationIds } from '../src/testing/tenant-isolation.ts'
import { testIdentity } from '../src/testing/test-identity.ts'

let server: TestServer
let ids: IsolationIds
const owner = testIdentity({ role: 'admin' })

beforeAll(async () => {
  server = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys })
  ids = await makeOwnerResources(server, owner)
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
