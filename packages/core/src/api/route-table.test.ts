import { describe, expect, test } from 'vitest'
import { roleAllows } from './permissions.ts'
import { type RouteDefinition, rateClassOf } from './route.ts'
import { ROUTES } from './route-table.ts'

const routes: readonly (readonly [string, RouteDefinition])[] = Object.entries(ROUTES)

const ADMIN_ONLY = [
  ...(['approval:override', 'tenant:pause', 'run:delete', 'run:change-engine'] as const),
  ...(['webhook:read', 'webhook:write'] as const),
]

const eventTypeOf = (route: RouteDefinition) => route.responses[200]?.contentType

describe('ROUTES', () => {
  test.each(routes)('%s carries its own name and names its path parameters', (key, route) => {
    expect(route.id).toBe(key)
    const named = [...route.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1])
    expect(Object.keys(route.params.shape)).toEqual(named)
  })

  test('no two routes share a method and a path', () => {
    const methodsAndPaths = routes.map(([, route]) => `${route.method === 'WS' ? 'GET' : route.method} ${route.path}`)
    expect(new Set(methodsAndPaths).size).toBe(methodsAndPaths.length)
  })

  test('has the routes that outside callers already know', () => {
    const methodsAndPaths = routes.map(([, route]) => `${route.method} ${route.path}`)
    expect(methodsAndPaths).toEqual(
      expect.arrayContaining([
        'POST /workflows/{id}/runs',
        'GET /runs/{runId}',
        'WS /runs/{runId}/logs',
        'WS /workflows/{id}/collab',
        'GET /runs/{runId}/events',
      ]),
    )
  })

  test('only health, the OpenAPI document, the page for OAuth and URLs that are a permission are public', () => {
    const open = routes.filter(([, route]) => route.permission === 'public').map(([id]) => id)
    expect(open.filter((id) => !id.startsWith('receiveWebhook')).sort()).toEqual([
      ...[
        'downloadFile',
        'getLive',
        'getOpenApi',
        'getReady',
        'receiveCallback',
        'sendForm',
        'showAuthorized',
        'showForm',
      ],
    ])
  })

  test('a route with an id in its path names the resource that the id identifies', () => {
    for (const [id, route] of routes) {
      // A token says by itself what it is for.
      expect([id, route.resource !== null]).toEqual([id, /\{(?!token)/.test(route.path)])
    }
  })

  test('every body refuses unknown keys', () => {
    for (const [id, route] of routes) {
      // The body of a callback or a webhook is data of another system.
      if (route.body === null || id === 'receiveCallback') continue
      if (route.streamBody === true) {
        expect([id, route.body.safeParse(new ReadableStream()).success, route.body.safeParse({}).success]).toEqual([
          ...[id, true, false],
        ])
        continue
      }
      if (route.rawBody === true) {
        expect([id, route.body.safeParse(new Uint8Array()).success, route.body.safeParse({}).success]).toEqual([
          ...[id, true, false],
        ])
        continue
      }
      const answer = route.body.safeParse({ surprise: 1 })
      expect([id, answer.error?.issues.map((issue) => issue.code)]).toEqual([
        id,
        expect.arrayContaining(['unrecognized_keys']),
      ])
    }
  })

  test.each([
    ['a b.pdf', true],
    ['..', false],
    ['.', false],
    [' ', false],
    ['a/b', false],
    ['a\\b', false],
    ['a\n', false],
  ])('the name of an upload: %j is %s', (name, isValid) => {
    expect(ROUTES.uploadFile.query.safeParse({ name }).success).toBe(isValid)
  })

  test('viewers may change nothing but their vote and their sockets; a sync without an update, a link and a list of rows read', () => {
    const allowed = routes.filter(
      ([, route]) =>
        ['POST', 'PUT', 'PATCH', 'DELETE'].includes(route.method) &&
        route.permission !== 'public' &&
        roleAllows('viewer', route.permission),
    )
    expect(allowed.map(([id]) => id).sort()).toEqual([
      'checkSubWorkflows',
      'createFileLink',
      'createSocketTicket',
      'decideApproval',
      'listDataRows',
      'syncDraft',
    ])
  })

  test('every route counts against a limit; those that open something for a while have their own', () => {
    const classes = Object.fromEntries(routes.map(([id, route]) => [id, rateClassOf(route)]))
    expect(classes).toMatchObject({ listRuns: 'read', deleteWorkflow: 'write', startRun: 'start', tryDraft: 'start' })
    const connecting = routes.filter(([, route]) => route.method === 'WS' || 'text/event-stream' === eventTypeOf(route))
    expect(connecting.map(([id]) => classes[id])).toEqual(connecting.map(() => 'connect'))
    expect(connecting.length).toBeGreaterThan(4)
  })

  test('editors may do all but override an approval, pause the tenant and delete runs', () => {
    for (const [, route] of routes) {
      if (route.permission === 'public' || ADMIN_ONLY.some((permission) => permission === route.permission)) continue
      expect(roleAllows('editor', route.permission)).toBe(true)
    }
    for (const permission of ADMIN_ONLY) {
      expect(roleAllows('editor', permission)).toBe(false)
      expect(roleAllows('admin', permission)).toBe(true)
    }
  })
})
