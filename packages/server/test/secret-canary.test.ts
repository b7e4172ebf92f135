import { mkdtemp } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Draft,
  type Identity,
  type Page,
  ROUTES,
  type RouteDefinition,
  type Run,
  type Workflow,
} from '@tenon/core/api'
import { isSecretMarker, type Json, type SecretMarker } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { defineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { z } from 'zod'
import { localKeyProvider } from '../src/secrets/local-key-provider.ts'
import type { ServerTables } from '../src/tables/server-tables.ts'
import { connect, leave, nodeOf, rawClient, synced } from '../src/testing/kit/draft-client.ts'
import { untilRun } from '../src/testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../src/testing/kit/server-pglite.ts'
import { storedTexts } from '../src/testing/kit/stored-texts.ts'
import { testNodes } from '../src/testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../src/testing/kit/test-server.ts'
import { openSocket, ticketFor } from '../src/testing/kit/test-socket.ts'
import { testIdentity } from '../src/testing/test-identity.ts'

const post = defineNode({
  type: 'acme/post',
  version: 1,
  title: 'Post',
  description: 'Send to a service',
  icon: 'M4 12h16',
  category: 'action',
  params: z.object({
    url: z.string(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.unknown().optional(),
    prompt: z.string().default('').meta({ control: 'prompt' }),
    fail: z.enum(['no', 'typed', 'untyped']).default('no'),
    apiKey: z.string().min(4).meta({ title: 'API key', secret: true }),
    signingKey: z.string().optional().meta({ title: 'Signing key', secret: true }),
    authorization: z.string().optional().meta({ title: 'Authorization', secret: true }),
  }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.unknown() },
  summary: 'Posts to {url}',
  effect: 'write',
  policy: { retry: { maximumAttempts: 1 } },
})

const postNode = implementNode(post, async ({ params, http, log, toolCall }) => {
  const { url, headers, body, prompt, apiKey, signingKey = '', authorization, fail } = params
  const echo = `key ${apiKey}, signed by ${encodeURIComponent(signingKey)}, sent ${JSON.stringify(headers)} to ${url}`
  log('info', `Sending with ${echo}`, { headers, apiKey })
  toolCall({ name: 'post', input: { apiKey, url }, output: { echo }, durationMs: 0 } as never)
  const answer = await http.request(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'x-param-key': apiKey, 'x-param-signature': signingKey },
    body: JSON.stringify({ body, prompt }),
  })
  // As the HTTP call sends its secret: redirects that lead to another host must lose it.
  const init = { headers: authorization === undefined ? {} : { authorization } }
  const moved = await http.request(new URL('/moved', url).href, init)
  const echoed = { moved: (await moved.json()) as Json, token: (authorization ?? '').replace('Bearer ', '') }
  if (fail === 'untyped') throw new Error(`401 from the provider: ${echo}`)
  if (fail === 'typed') {
    throw new TenonError('MODEL_FAILED', `Incorrect API key provided: ${echo}`, {
      retryable: false,
      details: { echo, headers, answer: await answer.text() },
    })
  }
  const echoes = { echo: (await answer.json()) as Json, sent: echo, echoed }
  return { port: 'success', output: { headers: answer.headers, ...echoes } }
})

/** Texts that must be found nowhere but at the service; `param` ones are values of secret params. */
const canaries: { readonly kind: string; readonly value: string }[] = []
let count = 0
function canary(kind: string, prefix = 'cnry-'): string {
  count += 1
  const value = `${prefix}${kind.replaceAll(/[^a-z]/g, '')}${count}x${crypto.randomUUID().replaceAll('-', '')}`
  canaries.push({ kind, value })
  return value
}

const HEADERS = [
  'Authorization',
  'X-Access-Token',
  'Cookie',
  'X-Api-Key',
  'X-Auth-Token',
  'Api-Key',
  'X-Session-Id',
  'X-Amz-Security-Token',
  'Ocp-Apim-Subscription-Key',
  'X-Hub-Signature',
]
const QUERY = ['api_key', 'token', 'access_token', 'key', 'sig', 'signature', 'client_secret', 'X-Amz-Signature']
const FIELDS = [
  'password',
  'client_secret',
  'apiKey',
  'access_token',
  'refreshToken',
  'private_key',
  'passphrase',
  'secretAccessKey',
  'authToken',
  'bearer_token',
]
const FORMS = ['sk-proj-', 'ghp_', 'xoxb-', 'AIza', 'github_pat_', 'glpat-']

interface Target {
  readonly url: string
  readonly received: () => string
  close(): Promise<void>
}

let target: Target
let elsewhere: Target
let server: TestServer
let url: string
let logs: unknown[]
let database: ReturnType<typeof createDatabase<ServerTables>>
const editor = testIdentity({ role: 'editor', displayName: 'Ada' })
const viewer = testIdentity({ tenantId: editor.tenantId, role: 'viewer' })
const runs: string[] = []
let workflowId: string

beforeAll(async () => {
  elsewhere = await openTarget()
  target = await openTarget(elsewhere.url)
  logs = []
  const pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  const file = join(await mkdtemp(join(tmpdir(), 'tenon-key-')), 'secret.key')
  server = await openTestServer({
    database: { pglite },
    nodes: [...testNodes, postNode],
    egress: { allow: [target, elsewhere].map((each) => new URL(each.url).host) },
    keyProvider: localKeyProvider({ file }),
    log: (...line) => logs.push(line),
  })
  url = (await server.listen()).url
  await prepare()
}, 300_000)
afterAll(async () => {
  await server.close()
  await Promise.all([target.close(), elsewhere.close()])
})

/** One workflow whose nodes carry every canary, by every way in which a value can arrive. */
async function prepare(): Promise<void> {
  const ids = ['a', 'b', 'c', 'd', 'e']
  const headers = Object.fromEntries(
    HEADERS.map((name) => [name, name.endsWith('uthorization') ? `Bearer ${canary('header')}` : canary('header')]),
  )
  const query = new URLSearchParams(QUERY.map((name) => [name, canary('query')]))
  const body = { user: 'ada', nested: [Object.fromEntries(FIELDS.map((name) => [name, canary('field')]))] }
  const jsonText = `{"login":{"password":"${canary('field')}"}}`
  const prompt = FORMS.map((form) => `Use ${canary('form', form)} here.`).join(' ')
  const whole = { url: `${target.url}/x?${query.toString()}`, headers, body, prompt }
  const plain = () => ({
    url: `${target.url}/?api_key=${canary('query')}`,
    body: jsonText,
    headers: { Authorization: `Basic ${canary('header')}` },
  })
  const document = workflow(
    [
      node('start', 'start'),
      // Created with the value itself.
      node('a', 'acme/post', {
        ...whole,
        apiKey: canary('param'),
        signingKey: canary('param'),
        authorization: `Bearer ${canary('param')}`,
      }),
      ...ids.slice(1).map((id) => node(id, 'acme/post', { ...plain(), fail: id === 'd' ? 'typed' : 'no' })),
      node('end', 'end'),
    ],
    ['start>a', 'a>b', 'b>c', 'c>e', 'e>d', 'd>end'],
  )
  const created = { name: 'Canary', document }
  workflowId = (await server.json<Workflow>(201, '/workflows', { as: editor, method: 'POST', body: created })).id
  const draft = `/workflows/${workflowId}/draft`

  // By the route that the form uses.
  const setting = { nodeType: 'acme/post', typeVersion: 1, param: 'apiKey', value: canary('param') }
  const set = { as: editor, method: 'POST', body: setting }
  const marker = await server.json<SecretMarker>(201, `/workflows/${workflowId}/secrets`, set)
  expect(isSecretMarker(marker)).toBe(true)
  const patch = (operations: unknown) => server.json(200, draft, { as: editor, method: 'PATCH', body: { operations } })
  await patch([{ op: 'set_param', nodeId: 'b', path: ['apiKey'], value: marker }])
  // By an operation with the value itself.
  await patch([{ op: 'set_param', nodeId: 'c', path: ['apiKey'], value: canary('param') }])
  // By a whole document with the value itself.
  const current = await server.json<Draft>(200, draft, { as: editor })
  const nodes = current.document.nodes.map((one) =>
    one.id === 'd' ? { ...one, params: { ...one.params, apiKey: canary('param'), signingKey: canary('param') } } : one,
  )
  await server.json(200, draft, {
    as: editor,
    method: 'PUT',
    body: { document: { ...current.document, nodes } },
    headers: { 'if-match': current.etag },
  })
  // By a stock client of the shared draft, while others look on.
  const host = { server, url }
  const [writer, other] = [await connect(host, editor, workflowId), await connect(host, editor, workflowId)]
  await Promise.all([writer, other].map(synced))
  const paramsOf = (client: typeof writer) => nodeOf(client.ydoc, 'e').get('params') as Y.Map<unknown>
  const plainKey = canary('param')
  paramsOf(writer).set('apiKey', plainKey)
  await untilTrue(() => [writer, other].every((client) => isSecretMarker(asJson(paramsOf(client).get('apiKey')))))
  expect(Buffer.from(Y.encodeStateAsUpdate(other.ydoc)).includes(plainKey)).toBe(false)
  leave([writer, other])

  await server.json(201, `/workflows/${workflowId}/versions`, { as: editor, method: 'POST' })
  for (const path of [`/workflows/${workflowId}/runs`, `${draft}/runs`]) {
    const { runId } = await server.json<Run>(201, path, { as: editor, method: 'POST', body: { input: {} } })
    await untilRun(server, editor, runId)
    runs.push(runId)
  }
}

function asJson(value: unknown): unknown {
  return value instanceof Y.AbstractType ? value.toJSON() : value
}

async function untilTrue(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** A service that answers with everything that it gets, and a cookie. @param next - Where `/moved` leads. */
async function openTarget(next?: string): Promise<Target> {
  const received: string[] = []
  const http = createServer(async (request: IncomingMessage, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    received.push(JSON.stringify([request.url, request.headers, body]))
    response.setHeader('content-type', 'application/json')
    response.setHeader('set-cookie', `session=${sessionCookie}; HttpOnly`)
    if (request.url === '/moved' && next !== undefined) response.writeHead(307, { location: `${next}/moved` })
    response.end(JSON.stringify({ headers: request.headers, body: body === '' ? null : JSON.parse(body) }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    received: () => received.join('\n'),
    close: () => new Promise<void>((resolve) => http.close(() => resolve())),
  }
}
const sessionCookie = canary('response')

const found = (texts: readonly string[], kinds: (kind: string) => boolean = () => true) =>
  canaries
    .filter(({ kind, value }) => kinds(kind) && texts.some((text) => holds(text, value)))
    .map(({ kind, value }) => `${kind}: ${value}`)

function holds(text: string, value: string): boolean {
  return text.includes(value) || text.includes(Buffer.from(value).toString('base64'))
}

/** Everything that the routes of the table answer to a user. */
async function readAll(as: Identity): Promise<readonly string[]> {
  const texts: string[] = []
  const approvals = await server.json<Page<unknown>>(200, '/approvals', { as })
  texts.push(JSON.stringify(approvals))
  const versions = ['1', ...(await versionsOfRuns(as))]
  for (const route of Object.values(ROUTES) as readonly RouteDefinition[]) {
    if (route.method === 'WS' || route.permission === 'public') continue
    for (const runId of runs) {
      for (const version of versions) {
        const values: Record<string, string> = {
          id: workflowId,
          runId,
          version: encodeURIComponent(version),
          approvalId: 'x',
          nodeRunId: 'start',
        }
        const path = route.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? '')
        if (route.method === 'DELETE' || route.id === 'streamChanges') continue
        // Bodies that are refused: what an error says is looked at, too.
        const body = route.body === null ? {} : { body: { surprise: [canaries[0]?.value.slice(0, 3)] } }
        const response = await server.call(path, { as, method: route.method, ...body })
        texts.push(await response.text())
      }
    }
  }
  for (const path of ['/openapi.json', '/health/ready', '/health/live'])
    texts.push(await (await server.call(path)).text())
  return texts
}

async function versionsOfRuns(as: Identity): Promise<readonly string[]> {
  return Promise.all(runs.map(async (runId) => (await server.json<Run>(200, `/runs/${runId}`, { as })).version))
}

/** Everything that sockets, streams and the client in process send to a user. */
async function listenAll(as: Identity): Promise<readonly string[]> {
  const texts: string[] = []
  for (const runId of runs) {
    const socket = openSocket(`${url}/runs/${runId}/logs?ticket=${await ticketFor(server, as)}`)
    await socket.closed
    texts.push(...socket.frames.map((frame) => Buffer.from(frame).toString()))
    await new Promise<void>((resolve) => {
      server.automation.for(as).runs.stream(runId, {
        onEvents: (frames) => texts.push(JSON.stringify(frames)),
        onState: (state) => {
          if (state === 'closed') resolve()
        },
      })
    })
  }
  const client = await connect({ server, url }, as, workflowId)
  await synced(client)
  texts.push(JSON.stringify(client.ydoc.getMap('nodes').toJSON()))
  texts.push(Buffer.from(Y.encodeStateAsUpdate(client.ydoc)).toString('latin1'))
  leave([client])
  const raw = await rawClient({ server, url }, as, workflowId)
  texts.push(...raw.frames.map((frame) => Buffer.from(frame).toString('latin1')))
  raw.socket.close()
  const stateVector = Buffer.from(Y.encodeStateVector(new Y.Doc())).toString('base64')
  const sync = { as, method: 'POST', body: { stateVector } }
  const { update } = await server.json<{ update: string }>(200, `/workflows/${workflowId}/draft/sync`, sync)
  texts.push(Buffer.from(update, 'base64').toString('latin1'))
  return texts
}

describe('canaries', () => {
  test('are at least fifty, and reach the service', () => {
    expect(canaries.length).toBeGreaterThanOrEqual(50)
    const received = target.received()
    const missing = canaries.filter(({ value }) => !holds(received, value) && value !== sessionCookie)
    expect(missing).toEqual([])
  })

  test('reach no host that a redirect leads to', () => {
    expect(elsewhere.received()).toContain('/moved')
    expect(found([elsewhere.received()])).toEqual([])
  })

  test('reach the viewer by no route', async () => {
    expect(found(await readAll(viewer))).toEqual([])
  })

  test('reach the viewer by no socket, stream or client', async () => {
    expect(found(await listenAll(viewer))).toEqual([])
  })

  test('that are secret params reach no editor either', async () => {
    const texts = [...(await readAll(editor)), ...(await listenAll(editor))]
    expect(found(texts, (kind) => kind === 'param')).toEqual([])
    // An editor writes headers, and so sees those of the draft.
    expect(found(texts, (kind) => kind === 'header').length).toBeGreaterThan(0)
  })

  test('that an editor may see in the draft stay out of runs', async () => {
    const texts: string[] = []
    for (const runId of runs) {
      for (const path of [`/runs/${runId}`, `/runs/${runId}/ledger`, `/runs/${runId}/events`]) {
        texts.push(await (await server.call(path, { as: editor })).text())
      }
    }
    expect(found(texts)).toEqual([])
  })

  test('reach no log of the host', () => {
    const text = JSON.stringify(logs, (_key, value: unknown) => (value instanceof Error ? String(value.stack) : value))
    expect(found([text])).toEqual([])
  })

  test('that are secret params are in no table', async () => {
    const stored = await storedTexts(database, editor.tenantId)
    expect([...stored.keys()]).toEqual(expect.arrayContaining(['workflows', 'audit_log', 'run_log', 'payloads']))
    for (const [table, texts] of stored) {
      expect([table, found(texts, (kind) => kind === 'param')]).toEqual([table, []])
    }
  })
})
