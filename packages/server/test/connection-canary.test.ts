import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ConnectionInfo, ROUTES, type RouteDefinition, type Run } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { defineConnector, defineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { openTestPGlite } from '@tenon/runtime/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ServerTables } from '../src/tables/server-tables.ts'
import { publish, runToEnd } from '../src/testing/kit/sample-workflows.ts'
import { storedTexts } from '../src/testing/kit/stored-texts.ts'
import { testNodes } from '../src/testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../src/testing/kit/test-server.ts'
import { openSocket, ticketFor } from '../src/testing/kit/test-socket.ts'
import { testIdentity } from '../src/testing/test-identity.ts'
import { testKeyProvider } from '../src/testing/test-key-provider.ts'

const MARK = 'cnry7Q'
/** Connections that nodes use: each kind with each of the ends. */
const USED = 30
const ENDS = ['ok', 'typed', 'untyped', 'log', 'durable', 'fetch'] as const

const echo = defineNode({
  ...{ type: 'acme/echo', version: 1, title: 'Echo', description: 'Repeats all', icon: 'M4 12h16' },
  ...{ category: 'action', summary: 'Echoes', effect: 'read', policy: { retry: { maximumAttempts: 1 } } },
  params: z.object({
    connection: z.string().meta({ control: 'connection', literal: true }),
    end: z.enum(ENDS),
  }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.unknown() },
})

/** Does everything with the response of a service that a careless node could do. */
const echoNode = implementNode(echo, async ({ params, http, log, toolCall, durable, connection }) => {
  const url = `${service.origin}/echo`
  const get = async () => {
    if (params.end !== 'fetch') return http.request(url, { method: 'POST', body: '{}' })
    const response = await http.fetch(url, { method: 'POST', body: '{}' })
    return { headers: Object.fromEntries(response.headers), url: response.url, text: () => response.text() }
  }
  const response = await get()
  const all = { headers: { ...response.headers }, url: response.url, body: await response.text(), connection }
  const text = JSON.stringify(all)
  log('info', text, { all: text })
  toolCall({ tool: 'echo', arguments: { text }, answer: text, durationMs: 1 })
  // A redirect to a host that the credentials are not for.
  await http.request(`${service.origin}/away`).catch((error: unknown) => log('warn', String(error)))
  const journaled = params.end === 'durable' ? await durable('all', async () => text) : null
  if (params.end === 'untyped') throw new Error(text)
  if (params.end === 'typed')
    throw new TenonError('MODEL_FAILED', text, { retryable: false, details: { reason: text } })
  return { port: 'success', output: { all: { ...all, connection: { ...connection } }, text, journaled } }
})

/** A service that repeats every header and the address of a request in several forms, and refuses some. */
function openService(redirectsTo?: () => string) {
  const received: string[] = []
  const http = createServer((request, response) => {
    const seen = JSON.stringify([request.url, request.headers])
    received.push(seen)
    if (request.url?.startsWith('/away') && redirectsTo !== undefined) {
      response.writeHead(307, { location: `${redirectsTo()}/away?from=${encodeURIComponent(request.url)}` }).end()
      return
    }
    const { authorization = '', 'x-api-key': key = '' } = request.headers
    const given = `${authorization} ${String(key)} ${request.url}`
    const forms = [
      given,
      encodeURIComponent(given),
      Buffer.from(given).toString('base64'),
      Buffer.from(given).toString('hex'),
    ]
    response.writeHead(request.url?.startsWith('/me') ? 403 : 200, {
      'x-echo': encodeURIComponent(given),
      'content-type': 'text/plain',
    })
    response.end(JSON.stringify({ seen, forms }))
  })
  // A socket that it closes while a request is on its way would fail a node, whose only attempt this was.
  http.keepAliveTimeout = 0
  return { http, received, origin: '' }
}
const away = openService()
const service = openService(() => away.origin)

const admin = testIdentity({ role: 'admin', displayName: 'Ada' })
const viewer = testIdentity({ tenantId: admin.tenantId, role: 'viewer' })
const canaries: string[] = []
const logs: unknown[] = []
const ids: string[] = []
const texts: string[] = []
const keyProvider = testKeyProvider()
let server: TestServer
let database: ReturnType<typeof createDatabase<ServerTables>>
let workflowIds: readonly string[]
let runs: readonly Run[]

/** A secret with characters that other forms escape. */
function canary(kind: string): string {
  const value = `${MARK}${kind}-${canaries.length}-${crypto.randomUUID()}${kind === 'basic' ? '"<&ä' : ''}${MARK}`
  canaries.push(value)
  return value
}

const bodies = [
  () => ({ connector: 'bearer', secrets: { token: canary('bearer') }, allowedHosts: [service.origin] }),
  () => ({ connector: 'crm', secrets: { token: canary('crm') } }),
  () => ({
    ...{ connector: 'basic', values: { username: 'ada' }, secrets: { password: canary('basic') } },
    allowedHosts: [service.origin],
  }),
  () => ({
    ...{ connector: 'api-key', values: { in: 'header', name: 'x-api-key' }, secrets: { apiKey: canary('header') } },
    allowedHosts: [service.origin],
  }),
  () => ({
    ...{ connector: 'api-key', values: { in: 'query', name: 'k' }, secrets: { apiKey: canary('query') } },
    allowedHosts: [service.origin],
  }),
]

/** Sends a request and keeps everything that is answered. */
async function ask(path: string, options: Parameters<TestServer['call']>[1] = {}): Promise<string> {
  const response = await server.call(path, { as: admin, ...options })
  const text = `${JSON.stringify([...response.headers])} ${await response.text()}`
  texts.push(text)
  return text
}

beforeAll(async () => {
  for (const target of [service, away]) {
    await new Promise<void>((resolve) => target.http.listen(0, '127.0.0.1', resolve))
    target.origin = `http://127.0.0.1:${(target.http.address() as AddressInfo).port}`
  }
  const pglite = await openTestPGlite()
  database = createDatabase<ServerTables>({ pglite })
  const auth = { kind: 'bearer' } as const
  const crm = defineConnector({
    ...{ id: 'crm', title: 'CRM', auth, allowedHosts: [service.origin], test: { url: `${service.origin}/me` } },
  })
  server = await openTestServer({
    ...{ database: { pglite }, nodes: [...testNodes, echoNode], connectors: [crm], keyProvider },
    ...{ egress: { allow: ['127.0.0.1/32'] }, log: (...line: unknown[]) => void logs.push(line) },
  })
  // Later 10 that are refused, replaced or of a deleted connection.
  for (let number = 0; number < 190; number += 1) {
    const body = { name: `C${number}`, ...bodies[number % bodies.length]?.() }
    const created = await server.call('/connections', { as: admin, method: 'POST', body })
    const text = await created.text()
    texts.push(text)
    ids.push((JSON.parse(text) as ConnectionInfo).id)
  }
  const parts = [0, 1].map((part) => ids.slice((part * USED) / 2, ((part + 1) * USED) / 2))
  workflowIds = await Promise.all(parts.map((part) => publish(server, admin, chain(part))))
  runs = await Promise.all(workflowIds.map((id) => runToEnd(server, admin, id, {})))
}, 300_000)
afterAll(async () => {
  await server.close()
  service.http.close()
  away.http.close()
})

/** One node after the other, each with its connection; failures continue. */
function chain(connectionIds: readonly string[]) {
  const nodes = connectionIds.map((connection, index) =>
    node(
      `n${index}`,
      'acme/echo',
      { connection, end: ENDS[index % ENDS.length] ?? 'ok' },
      { policy: { onError: 'continue' } },
    ),
  )
  const names = ['start', ...nodes.map(({ id }) => id), 'end']
  const edges = names.slice(1).map((name, index) => `${names[index]}>${name}`)
  return workflow([node('start', 'start'), ...nodes, node('end', 'end', { output: '{{nodes.n0.output}}' })], edges)
}

/** Every secret begins and ends with it, so one search finds them all. */
function formsOf(mark: string): readonly string[] {
  // Of Base64 at each offset, the characters that do not depend on the bytes beside it.
  const coded = [0, 1, 2].map((offset) => {
    const whole = Buffer.from(`${'x'.repeat(offset)}${mark}`)
      .toString('base64')
      .replace(/=+$/, '')
    const isCut = ((offset + mark.length) * 8) % 6 !== 0
    return whole.slice(Math.ceil((offset * 8) / 6), isCut ? -1 : undefined)
  })
  return [mark, Buffer.from(mark).toString('hex'), ...coded]
}
const found = (given: readonly string[]) =>
  given.flatMap((text) =>
    formsOf(MARK)
      .filter((form) => text.includes(form))
      .map((form) => `${form}: ${text.slice(0, 300)}`),
  )

describe('two hundred secrets of connections', () => {
  test('reach their service, and no host that it redirects to', () => {
    expect(runs.map(({ status }) => status)).toEqual(['completed', 'completed'])
    const received = service.received.join('\n')
    const isIn = (value: string) =>
      [value, Buffer.from(`ada:${value}`).toString('base64')].some((form) => received.includes(form))
    expect(canaries.slice(0, USED).filter((value) => !isIn(value))).toEqual([])
    expect(away.received.length).toBeGreaterThan(0)
    expect(found(away.received)).toEqual([])
  })

  test('are returned by no route, for any role and any fault of the request', async () => {
    const run = runs[0] as Run
    const [first = '', second = '', third = ''] = ids
    for (const [index, id] of [first, second, third].entries()) {
      const secrets = { [['token', 'token', 'password'][index] ?? '']: canary('replaced') }
      await ask(`/connections/${id}`, { method: 'PATCH', body: { secrets } })
      await ask(`/connections/${id}/test`, { method: 'POST' })
      await ask(`/connections/${id}`, { method: 'PATCH', body: { secrets: { other: canary('refused') } } })
    }
    const wrong = { connector: 'bearer', name: 1, secrets: { token: canary('refused') } }
    await ask('/connections', { method: 'POST', body: wrong })
    const values: Record<string, string> = {
      ...{ id: workflowIds[0] ?? '', runId: run.runId, version: '1', connectionId: second },
      ...{ approvalId: 'x', parkedId: 'x', token: 'x' },
    }
    for (const route of Object.values(ROUTES) as readonly RouteDefinition[]) {
      if (route.method === 'WS' || route.method === 'DELETE' || route.id === 'streamChanges') continue
      const path = route.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? 'x')
      // A body that is refused, since this one is a secret of a connection in no field for one.
      const body = route.body === null ? {} : { body: { secrets: { surprise: canaries[0] } } }
      for (const as of [admin, viewer]) await ask(path, { as, method: route.method, ...body })
    }
    for (const each of runs) {
      for (const path of ['', '/events', '/ledger']) await ask(`/runs/${each.runId}${path}`)
    }
    expect(await ask(`/connections/${third}`, { method: 'DELETE' })).toBeDefined()
    expect(canaries).toHaveLength(197)
    expect(texts.join('\n')).toContain('"n14"')
    expect(found(texts)).toEqual([])
  })

  test('are sent by no socket, and are in no log line', async () => {
    const { url } = await server.listen()
    const frames: string[] = []
    for (const { runId } of runs) {
      const socket = openSocket(`${url}/runs/${runId}/logs?ticket=${await ticketFor(server, admin)}`)
      await socket.closed
      frames.push(...socket.frames.map((frame) => Buffer.from(frame).toString()))
    }
    expect(frames.join('\n')).toContain('"n14"')
    expect(found(frames)).toEqual([])
    const lines = JSON.stringify(logs, (_key, value: unknown) => (value instanceof Error ? String(value.stack) : value))
    expect(found([lines])).toEqual([])
  })

  test('stay out when the key provider is down', async () => {
    // Another process, which has no keys in memory.
    const sibling = await server.sibling()
    keyProvider.setDown(true)
    const down = { as: admin, method: 'POST', body: { name: 'D', ...bodies[0]?.() } }
    const created = await sibling.call('/connections', down)
    const tested = await sibling.call(`/connections/${ids[1]}/test`, { as: admin, method: 'POST' })
    expect([created.status, tested.status]).toEqual([503, 503])
    expect(found([await created.text(), await tested.text()])).toEqual([])
    keyProvider.setDown(false)
    await sibling.close()
  })

  test('are in no table of the database, also after their keys were rotated', async () => {
    await server.automation.rotateKeys({ tenantId: admin.tenantId })
    await expect.poll(async () => (await server.automation.keyRotation()).resealed).toBeGreaterThan(ids.length - 10)
    for (const make of [bodies[1], bodies[4]])
      await ask('/connections', { method: 'POST', body: { name: 'L', ...make?.() } })
    expect(canaries).toHaveLength(200)
    const tables = await storedTexts(database, admin.tenantId)
    expect(tables.size).toBeGreaterThan(30)
    for (const [name, cells] of tables) expect([name, found(cells)]).toEqual([name, []])
    expect(found(texts)).toEqual([])
    // A secret in one detail of one line would be found.
    const details = JSON.stringify(bodies[0]?.().secrets)
    await database.withTenant(admin.tenantId, (tx) =>
      tx.updateTable('audit_log').set({ details }).where('action', '=', 'connection.create').execute(),
    )
    const planted = await storedTexts(database, admin.tenantId)
    expect([...planted].filter(([, cells]) => found(cells).length > 0).map(([name]) => name)).toEqual(['audit_log'])
  })
})
