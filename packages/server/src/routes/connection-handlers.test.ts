import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionInfo, ConnectionUse, ConnectorInfo, Page, Run, StartedRun, Workflow } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { defineConnector, defineNode, implementNode, type KeyProvider } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ServerTables } from '../tables/server-tables.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { changeConnection } from '../vault/change-connection.ts'

const call = defineNode({
  ...{ type: 'acme/call', version: 1, title: 'Call', description: 'Calls a service', icon: 'M4 12h16' },
  ...{ category: 'action', summary: 'Calls {path}', effect: 'read' },
  params: z.object({
    path: z.string(),
    connection: z.string().optional().meta({ control: 'connection', literal: true }),
  }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.unknown() },
})

/** A service that accepts one token, and says what it got. */
const service = createServer((request, response) => {
  const { authorization = '', 'x-api-key': key = '' } = request.headers
  const isKnown = [`Bearer ${token}`, `Basic ${btoa('ada:canary-password')}`].includes(authorization) || key === token
  // A service that says in a good response that it does not know the caller.
  if (request.url === '/auth') {
    const refused = authorization.endsWith('failure') ? { result: 'failed' } : { result: 'refused' }
    const body = authorization.endsWith('odd') ? null : isKnown ? { result: 'accepted' } : refused
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    return
  }
  response.writeHead(isKnown || request.url?.includes(`key=${token}`) ? 200 : 401, {
    'content-type': 'application/json',
  })
  response.end(JSON.stringify({ url: request.url, got: `${authorization}${key}` }))
})
let token = 'canary-token-1'
let origin = ''
let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

const callNode = implementNode(call, async ({ params, http, log, connection }) => {
  const response = await http.request(`${origin}${params.path}`)
  const answer = await response.text()
  log('info', `Got ${answer}`)
  return { port: 'success', output: { status: response.status, answer, values: { ...connection?.values } } }
})

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const crm = defineConnector({
    ...{ id: 'crm', title: 'CRM', auth: { kind: 'bearer' }, allowedHosts: [origin], test: { url: `${origin}/me` } },
  })
  const post = defineNode({
    ...{ type: 'chat/post', version: 1, title: 'Post', description: 'Posts', icon: 'M4 12h16', category: 'action' },
    ...{ summary: '', effect: 'write' },
    params: z.object({
      connection: z.string().meta({ control: 'connection', connectsTo: 'chat', literal: true }),
      room: z.string().meta({ control: 'lookup', lookup: 'rooms' }),
    }),
    ports: [{ name: 'success', title: 'Done' }],
    outputs: { success: z.object({ status: z.number() }) },
  })
  const chat = defineConnector({
    ...{ id: 'chat', title: 'Chat', auth: { kind: 'bearer' }, allowedHosts: [origin] },
    test: {
      url: `${origin}/auth`,
      readBody: (body) => (body as { readonly result: 'accepted' | 'refused' | 'failed' }).result,
    },
    rateLimit: { perSecond: 1_000, burst: 10 },
    lookups: {
      rooms: {
        searches: true,
        list: async ({ http, search }) => {
          const { status } = await http.request(`${origin}/rooms`)
          return [{ value: `R${status}`, title: search }]
        },
      },
    },
    nodes: [
      implementNode(post, async ({ params, http, principal }) => {
        const { status } = await http.request(`${origin}/${params.room}/${principal?.userId}`)
        return { port: 'success', output: { status } }
      }),
    ],
  })
  const nodes = [...nodesWithWebhook, callNode]
  pglite = await openServerPGlite()
  server = await openTestServer({
    database: { pglite },
    nodes,
    connectors: [crm, chat],
    keyProvider: plainKeys,
    egress: { allow: ['127.0.0.1/32'] },
  })
})
afterAll(async () => {
  await server.close()
  service.close()
})

type As = ReturnType<typeof testIdentity>
type Refusal = Pick<Problem, 'code' | 'issues'>

const make = (as: As, body: object, status = 201) =>
  server.json<ConnectionInfo & Refusal>(status, '/connections', { as, method: 'POST', body })
const change = (as: As, id: string, body: object, status = 200) =>
  server.json<ConnectionInfo & Refusal>(status, `/connections/${id}`, { as, method: 'PATCH', body })
const start = (as: As, workflowId: string) =>
  server.json<StartedRun>(201, `/workflows/${workflowId}/runs`, { as, method: 'POST', body: { input: {} } })
const crmOf = (as: As, more: object = {}) => make(as, { connector: 'crm', name: 'CRM', secrets: { token }, ...more })
const calling = (connection: string, path = '/leads') =>
  workflow(
    [
      node('start', 'start'),
      node('call', 'acme/call', { connection, path }),
      node('end', 'end', { output: '{{nodes.call.output}}' }),
    ],
    ['start>call', 'call>end'],
  )

describe('connections', () => {
  test('send their credentials to the hosts of the service, and nothing of them comes back', async () => {
    const as = testIdentity()
    const created = await crmOf(as)
    expect(created).toMatchObject({
      ...{ connector: 'crm', status: 'connected', values: {}, sharing: { kind: 'tenant' } },
      secrets: { token: { setBy: as.displayName, setAt: expect.any(String) } },
    })
    const workflowId = await publish(server, as, calling(created.id))
    const run = await runToEnd(server, as, workflowId, {})
    expect(run).toMatchObject({ status: 'completed', output: { status: 200, values: {} } })
    const seen = await Promise.all([
      server.call(`/runs/${run.runId}/ledger`, { as }),
      server.call(`/runs/${run.runId}`, { as }),
      server.call(`/connections/${created.id}`, { as }),
      server.call('/connections', { as }),
    ])
    const texts = await Promise.all(seen.map((response) => response.text()))
    expect(texts.join()).not.toContain(token)
    expect(texts.join()).toContain(created.id)
    const items = (await server.json<{ items: ConnectionUse[] }>(200, `/connections/${created.id}/uses`, { as })).items
    expect(items).toMatchObject([{ workflowId, isPublished: true, isInDraft: true }])
    expect(await server.json(200, `/connections/${created.id}/test`, { as, method: 'POST' })).toEqual({
      ...{ ok: true, status: 200, message: 'The service accepted the credentials' },
    })
  })

  test('of the generic connectors put an API key into a header or the query, or a user name and password', async () => {
    const as = testIdentity()
    const allowedHosts = [origin]
    const { items: connectors } = await server.json<{ items: ConnectorInfo[] }>(200, '/connectors', { as })
    expect(connectors.map(({ id, canTest }) => [id, canTest])).toEqual([
      ...[
        ['crm', true],
        ['chat', true],
        ['api-key', false],
        ['aws', true],
        ['basic', false],
        ['bearer', false],
        ['postgres', true],
        ['smtp', true],
      ],
    ])
    const kinds = [
      { connector: 'api-key', values: { in: 'header', name: 'X-Api-Key' }, secrets: { apiKey: token } },
      { connector: 'api-key', values: { in: 'query', name: 'key' }, secrets: { apiKey: token } },
      { connector: 'basic', values: { username: 'ada' }, secrets: { password: 'canary-password' } },
      { connector: 'bearer', secrets: { token } },
    ]
    for (const kind of kinds) {
      const { id } = await make(as, { ...kind, name: kind.connector, allowedHosts })
      const run = await runToEnd(server, as, await publish(server, as, calling(id)), {})
      expect([kind.connector, run.output]).toMatchObject([kind.connector, { status: 200 }])
      expect(JSON.stringify(run)).not.toMatch(/canary|Y2FuYXJ5|YWRhOmNhbmFyeQ/)
    }
  })

  test('refuse fields that their connector does not have, and hosts that are none', async () => {
    const as = testIdentity()
    const wrong: readonly [object, string][] = [
      [{ connector: 'crm' }, 'secrets.token'],
      [{ connector: 'crm', secrets: { token, other: 'x' } }, 'secrets.other'],
      [{ connector: 'crm', secrets: { token }, values: { region: 'eu' } }, 'values.region'],
      [{ connector: 'crm', secrets: { token: 'line 1\nline 2' } }, 'secrets.token'],
      [{ connector: 'crm', secrets: { token: 'short' } }, 'secrets.token'],
      [{ connector: 'crm', secrets: { token: 'секрет' } }, 'secrets.token'],
      [{ connector: 'basic', values: { username: 'key' }, allowedHosts: ['a.b'] }, 'secrets.password'],
      [{ connector: 'basic', values: { username: 'a:b' }, secrets: { password: 'password' } }, 'values.username'],
      [{ connector: 'crm', secrets: { token }, allowedHosts: ['api.example.com'] }, 'allowedHosts'],
      [{ connector: 'bearer', secrets: { token } }, 'allowedHosts'],
      [{ connector: 'bearer', secrets: { token }, allowedHosts: ['https://a.example/x'] }, 'allowedHosts.0'],
      [{ connector: 'api-key', secrets: { apiKey: 'k' }, values: { in: 'body', name: 'k' } }, 'values.in'],
      [
        {
          connector: 'api-key',
          secrets: { apiKey: 'k' },
          values: { in: 'header', name: 'Host' },
          allowedHosts: ['a.b'],
        },
        'values.name',
      ],
    ]
    for (const [body, path] of wrong) {
      const { issues } = await make(as, { name: 'X', ...body }, 422)
      expect([path, issues?.map((issue) => issue.path.join('.'))]).toEqual([path, expect.arrayContaining([path])])
    }
    const { id } = await crmOf(as)
    for (const changed of ['line 1\nline 2', 'секрет', 'short']) {
      expect(await change(as, id, { secrets: { token: changed } }, 422)).toMatchObject({
        issues: [{ path: ['secrets', 'token'] }],
      })
    }
    expect(await make(as, { connector: 'none', name: 'X' }, 422)).toMatchObject({ code: 'REFERENCE_NOT_FOUND' })
    const sharing = { kind: 'workflows', workflowIds: ['none'] }
    expect(await make(as, { connector: 'crm', name: 'X', secrets: { token }, sharing }, 422)).toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
    })
  })

  test('that another person owns are not seen or changed, and other hosts require the secrets again', async () => {
    const owner = testIdentity({ role: 'editor' })
    const editor = { ...owner, userId: 'u-other' }
    const admin = { ...editor, role: 'admin' as const }
    const own = await crmOf(owner, { sharing: { kind: 'user' } })
    const shared = await make(owner, {
      ...{ connector: 'bearer', name: 'B', secrets: { token }, allowedHosts: ['api.example.com'] },
    })
    expect((await server.call(`/connections/${own.id}`, { as: editor })).status).toBe(404)
    const listed = await server.json<Page<ConnectionInfo>>(200, '/connections?limit=1', { as: editor })
    expect(listed.items.map(({ id, mayChange }) => [id, mayChange])).toEqual([[shared.id, false]])
    for (const [as, id] of [
      [owner, shared.id],
      [admin, own.id],
    ] as const) {
      expect(await server.json(200, `/connections/${id}`, { as })).toMatchObject({ mayChange: true })
    }
    const all = await server.json<Page<ConnectionInfo>>(200, '/connections?connector=crm', { as: admin })
    expect(all.items.map(({ id }) => id)).toEqual([own.id])
    expect(await change(editor, shared.id, { name: 'Mine' }, 403)).toMatchObject({ code: 'FORBIDDEN' })
    expect(await change(admin, own.id, { sharing: { kind: 'tenant' } }, 403)).toMatchObject({ code: 'FORBIDDEN' })
    const moved = { allowedHosts: ['attacker.example'] }
    expect(await change(admin, shared.id, moved, 422)).toMatchObject({ code: 'CONNECTION_SECRETS_REQUIRED' })
    expect(await change(admin, shared.id, { ...moved, secrets: { token: 'new token' } })).toMatchObject(moved)
    expect(await change(owner, shared.id, { name: 'Renamed' })).toMatchObject({ name: 'Renamed', ...moved })
    expect((await server.call(`/connections/${shared.id}`, { as: editor, method: 'DELETE' })).status).toBe(403)
    expect((await server.call(`/connections/${shared.id}`, { as: owner, method: 'DELETE' })).status).toBe(204)
    expect((await server.call(`/connections/${shared.id}`, { as: owner })).status).toBe(404)
  })

  test('are used only by workflows and people that they are shared with', async () => {
    const owner = testIdentity({ role: 'editor' })
    const editor = { ...owner, userId: 'u-other' }
    const first = await publish(server, owner, calling(''))
    const forFirst = await crmOf(owner, { sharing: { kind: 'workflows', workflowIds: [first] } })
    const own = await crmOf(owner, { sharing: { kind: 'user' } })
    for (const [as, document] of [
      [owner, calling(forFirst.id)],
      [editor, calling(own.id)],
      // An admin sees it, and may still not let a workflow use it.
      [{ ...editor, role: 'admin' as const }, calling(own.id)],
      [owner, calling('con_unknown')],
    ] as const) {
      const { id } = await server.json<Workflow>(201, '/workflows', {
        as,
        method: 'POST',
        body: { name: 'W', document },
      })
      const refused = await server.call(`/workflows/${id}/versions`, { as, method: 'POST', body: {} })
      expect(await refused.json()).toMatchObject({
        code: 'WORKFLOW_INVALID',
        issues: [{ code: 'CONNECTION_NOT_FOUND' }],
      })
    }
    const mine = await publish(server, owner, calling(own.id))
    expect(await runToEnd(server, owner, mine, {})).toMatchObject({ status: 'completed' })
    expect(await runToEnd(server, editor, mine, {})).toMatchObject({ error: { code: 'CONNECTION_REFUSED' } })
    const byMessage = calling(own.id)
    const nodes = [node('start', 'webhook', { signature: 'none' }), ...byMessage.nodes.slice(1)]
    const body = { name: 'W', document: { ...byMessage, nodes } }
    const { id } = await server.json<Workflow>(201, '/workflows', { as: owner, method: 'POST', body })
    const noPerson = await server.call(`/workflows/${id}/versions`, { as: owner, method: 'POST', body: {} })
    expect(await noPerson.json()).toMatchObject({ code: 'WORKFLOW_INVALID', issues: [{ code: 'CONNECTION_PRIVATE' }] })
    await change(owner, own.id, { sharing: { kind: 'workflows', workflowIds: [first] } })
    expect(await runToEnd(server, owner, mine, {})).toMatchObject({ error: { code: 'CONNECTION_REFUSED' } })
    await server.call(`/connections/${own.id}`, { as: owner, method: 'DELETE' })
    expect(await runToEnd(server, owner, mine, {})).toMatchObject({ error: { code: 'CONNECTION_NOT_FOUND' } })
  })

  test('refuse other hosts, and node runs wait for one whose credentials the service no longer accepts', async () => {
    const as = testIdentity()
    const { id } = await crmOf(as)
    const elsewhere = await publish(server, as, calling(id, '.attacker.example/'))
    expect((await runToEnd(server, as, elsewhere, {})).error).toMatchObject({
      code: expect.stringMatching(/REFUSED|HTTP/),
    })
    const workflowId = await publish(server, as, calling(id))
    token = 'canary-token-2'
    const test = () => server.json(200, `/connections/${id}/test`, { as, method: 'POST' })
    expect(await test()).toEqual({ ok: false, status: 401, message: 'The service answered 401' })
    expect(await test()).toEqual({ ok: false, status: 401, message: 'The service answered 401' })
    expect(await server.json(200, `/connections/${id}`, { as })).toMatchObject({
      ...{ status: 'needs_reauth', statusReason: 'The service did not accept the credentials' },
    })
    const started = await Promise.all([start(as, workflowId), start(as, workflowId)])
    const waiting = (run: Run) => run.status === 'waiting'
    for (const { runId } of started) await untilRun(server, as, runId, waiting)
    // Both people enter the new token at once: one of them continues the runs, and neither fails.
    const again = await Promise.all([change(as, id, { secrets: { token } }), change(as, id, { secrets: { token } })])
    expect(again.map(({ status }) => status)).toEqual(['connected', 'connected'])
    for (const { runId } of started) {
      expect(await untilRun(server, as, runId)).toMatchObject({
        ...{ status: 'completed', output: { status: 200 } },
      })
    }
    expect(await test()).toMatchObject({ ok: true })
  })

  test('of a connector with nodes run them, list what they can name, and are refused for those of another service', async () => {
    const as = testIdentity()
    const { id } = await make(as, { connector: 'chat', name: 'Team', secrets: { token } })
    expect(await server.json(200, `/connections/${id}/lookups/rooms?search=sales`, { as })).toEqual({
      items: [{ value: 'R200', title: 'sales' }],
    })
    const unknown = await server.json<Refusal>(404, `/connections/${id}/lookups/people`, { as })
    expect(unknown).toMatchObject({ code: 'LOOKUP_NOT_FOUND' })
    const posting = (connection: string) =>
      workflow(
        [
          node('start', 'start'),
          node('post', 'chat/post', { connection, room: 'R1' }),
          node('end', 'end', { output: '{{nodes.post.output}}' }),
        ],
        ['start>post', 'post>end'],
      )
    const run = await runToEnd(server, as, await publish(server, as, posting(id)), {})
    expect(run).toMatchObject({ status: 'completed', output: { status: 200 } })
    const { id: otherId } = await crmOf(as)
    const document = posting(otherId)
    const created = await server.json<Workflow>(201, '/workflows', {
      as,
      method: 'POST',
      body: { name: 'W', document },
    })
    const refused = await server.json<Refusal>(422, `/workflows/${created.id}/versions`, {
      as,
      method: 'POST',
      body: {},
    })
    expect(refused.issues).toMatchObject([
      { code: 'CONNECTION_NOT_FOUND', path: ['nodes', 'post', 'params', 'connection'] },
    ])
    const check = () => server.json(200, `/connections/${id}/test`, { as, method: 'POST' })
    expect(await check()).toMatchObject({ ok: true, status: 200 })
    // A fault of the service, or a body that the connector does not know, says nothing about the credentials.
    await change(as, id, { secrets: { token: 'canary-token-failure' } })
    expect(await check()).toEqual({ ok: false, status: 200, message: 'The service reported a failure' })
    await change(as, id, { secrets: { token: 'canary-token-odd' } })
    expect(await check()).toEqual({ ok: false, status: null, message: 'The response of the service cannot be read' })
    expect(await server.json(200, `/connections/${id}`, { as })).toMatchObject({ status: 'connected' })
    await change(as, id, { secrets: { token: 'canary-token-of-no-one' } })
    expect(await check()).toEqual({ ok: false, status: 200, message: 'The service did not accept the credentials' })
    expect(await server.json(200, `/connections/${id}`, { as })).toMatchObject({ status: 'needs_reauth' })
  })

  describe('that must be connected again', () => {
    const mark = async (as: As, id: string) => {
      const valid = token
      token = 'canary-token-of-others'
      await server.json(200, `/connections/${id}/test`, { as, method: 'POST' })
      token = valid
    }
    const startWaiting = async (as: As, id: string) => {
      const { runId } = await start(as, await publish(server, as, calling(id)))
      await untilRun(server, as, runId, ({ status }) => status === 'waiting')
      return runId
    }

    test('end the waits of node runs when they are deleted', async () => {
      const as = testIdentity()
      const { id } = await crmOf(as)
      await mark(as, id)
      const runId = await startWaiting(as, id)
      expect((await server.call(`/connections/${id}`, { as, method: 'DELETE' })).status).toBe(204)
      expect(await untilRun(server, as, runId)).toMatchObject({ error: { code: 'CONNECTION_NOT_FOUND' } })
    })

    test('end the waits of node runs when a test finds that the service accepts the credentials again', async () => {
      const as = testIdentity()
      const { id } = await crmOf(as)
      await mark(as, id)
      const runId = await startWaiting(as, id)
      expect(await server.json(200, `/connections/${id}/test`, { as, method: 'POST' })).toMatchObject({ ok: true })
      expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed' })
      expect(await server.json(200, `/connections/${id}`, { as })).toMatchObject({ status: 'connected' })
    })

    test('end the waits of a generation that begins while the new secrets of another person are encrypted', async () => {
      const as = testIdentity()
      const { id } = await crmOf(as)
      let unlock = () => {}
      const locked = new Promise<void>((resolve) => {
        unlock = resolve
      })
      const slowKeys: KeyProvider = {
        ...plainKeys,
        unwrapKey: async ({ bytes }) => {
          await locked
          return bytes
        },
      }
      const slow = await server.sibling({ keyProvider: slowKeys })
      const slowly = slow.json<ConnectionInfo>(200, `/connections/${id}`, {
        ...{ as, method: 'PATCH', body: { secrets: { token } } },
      })
      // One generation ends and the next one begins.
      await mark(as, id)
      const first = await startWaiting(as, id)
      await change(as, id, { secrets: { token } })
      await mark(as, id)
      const second = await startWaiting(as, id)
      unlock()
      expect(await slowly).toMatchObject({ status: 'connected' })
      for (const runId of [first, second]) {
        expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed' })
      }
      await slow.close()
    })

    test('are changed together with the event of their generation, whatever others do at the same time', async () => {
      const as = testIdentity()
      const { tenantId } = as
      const { id: connectionId } = await crmOf(as)
      const database = createDatabase<ServerTables>({ pglite })
      const store = (status: 'connected' | 'needs_reauth', generation: number) =>
        database.withTenant(tenantId, (tx) => tx.updateTable('connections').set({ status, generation }).execute())
      const sent: number[] = []
      /** Others act between the moment at which the row is read and that at which it is locked. */
      const others: (() => Promise<unknown>)[] = []
      let repetitions = 0
      const engine = {
        sendEvent: async (
          _: string,
          { target }: { target: { kind: string; generation?: number } },
          hook?: (tx: never) => Promise<void>,
        ) => {
          await others.shift()?.()
          await database.withTenant(tenantId, (tx) => hook?.(tx as never) ?? Promise.resolve())
          sent.push(target.generation ?? -1)
          repetitions -= 1
          const answer = { outcome: 'buffered', eventId: 'e', delivered: 0, expiresAt: 0, refused: [] } as const
          return { ...answer, isRepeated: repetitions >= 0 }
        },
      }
      const reconnect = () =>
        changeConnection(
          { database, engine },
          { tenantId, connectionId },
          {
            endsWaits: () => true,
            apply: async (_tx, row, isEnd) => [row.status, row.generation, isEnd],
          },
        )
      await store('needs_reauth', 0)
      others.push(
        () => store('connected', 1),
        () => store('needs_reauth', 2),
      )
      // First it starts again as a plain change, since another person was faster.
      expect(await reconnect()).toEqual(['connected', 1, false])
      await store('needs_reauth', 1)
      expect(await reconnect()).toEqual(['needs_reauth', 2, true])
      expect(sent).toEqual([2])
      // What a transaction changed that was not kept is not the answer.
      repetitions = 1
      others.push(async () => undefined)
      expect(await reconnect()).toEqual(['needs_reauth', 2, true])
      expect(sent).toEqual([2, 2, 2])
      repetitions = 100
      await expect(reconnect()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    })
  })
})
