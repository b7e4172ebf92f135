import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import type { ConnectionInfo, ConnectorList, Identity, Page, StartedRun } from '@tenon/core/api'
import type { WorkflowId } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { defineConnector, defineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ServerTables } from '../tables/server-tables.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { storedTexts } from '../testing/kit/stored-texts.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import type { ConnectionRequest, ResolvedConnection, SecretRequest } from '../vault/kept-elsewhere.ts'

const MARK = 'cnry9K'
const call = defineNode({
  ...{ type: 'acme/call', version: 1, title: 'Call', description: 'Calls a service', icon: 'M4 12h16' },
  ...{ category: 'action', summary: 'Calls', effect: 'read', policy: { retry: { maximumAttempts: 1 } } },
  params: z.object({ connection: z.string().meta({ control: 'connection', literal: true }) }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.unknown() },
})
const callNode = implementNode(call, async ({ http, log }) => {
  const answer = await (await http.request(`${origin}/me`)).text()
  log('info', `Got ${answer}`)
  return { port: 'success', output: { answer } }
})

/** A service that repeats the credentials that it gets. */
const received: string[] = []
const service = createServer((request, response) => {
  received.push(`${request.headers.authorization}`)
  response.statusCode = request.headers.authorization === 'Bearer token-refused' ? 401 : 200
  response.end(`${request.headers.authorization}`)
})
service.keepAliveTimeout = 0

/** Secrets of the host by tenant and reference, and its accounts by tenant and key. */
const secrets = new Map<string, string | Error>()
type Account = ResolvedConnection | Error
const accounts = new Map<string, Account | ((request: Omit<ConnectionRequest, 'abortSignal'>) => unknown)>()
const secretRequests: Omit<SecretRequest, 'abortSignal'>[] = []
const connectionRequests: Omit<ConnectionRequest, 'abortSignal'>[] = []
const logs: unknown[] = []
let origin = ''
let server: TestServer
let database: ReturnType<typeof createDatabase<ServerTables>>

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const crm = defineConnector({
    ...{ id: 'crm', title: 'CRM', auth: { kind: 'bearer' }, allowedHosts: [origin], test: { url: `${origin}/me` } },
  })
  const oauth = defineConnector({
    ...{ id: 'oauth', title: 'OAuth', allowedHosts: [origin], test: { url: `${origin}/me` } },
    auth: {
      ...{ kind: 'oauth2', authorizationUrl: `${origin}/a`, tokenUrl: `${origin}/t`, scopes: ['a'] },
      ...{ clientId: 'client', clientSecret: 'client-secret' },
    },
  })
  const pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  server = await openTestServer({
    ...{ database: { pglite }, nodes: [...testNodes, callNode], connectors: [crm, oauth], keyProvider: plainKeys },
    ...{ egress: { allow: ['127.0.0.1/32'] }, log: (...line: unknown[]) => void logs.push(line) },
    secretManager: {
      title: 'Acme Vault',
      read: async ({ abortSignal: _abortSignal, ...request }) => {
        secretRequests.push(request)
        return answerOf(secrets.get(`${request.tenantId} ${request.reference}`))
      },
    },
    resolveConnection: async ({ abortSignal: _abortSignal, ...request }) => {
      connectionRequests.push(request)
      const account = accounts.get(`${request.tenantId} ${request.key}`)
      // A host in JavaScript may answer with anything.
      return typeof account === 'function' ? ((await account(request)) as ResolvedConnection) : answerOf(account)
    },
  })
})
afterAll(async () => {
  await server.close()
  service.close()
})

beforeEach(() => {
  for (const list of [received, secretRequests, connectionRequests]) list.length = 0
})

function answerOf<Value>(kept: Value | Error | undefined): Value | null {
  if (kept instanceof Error) throw kept
  return kept ?? null
}

type Answer = ConnectionInfo & Pick<Problem, 'code' | 'issues' | 'detail'>
const calling = (connection: string) =>
  workflow(
    [
      node('start', 'start'),
      node('call', 'acme/call', { connection }),
      node('end', 'end', { output: '{{nodes.call.output}}' }),
    ],
    ['start>call', 'call>end'],
  )
const make = (as: Identity, body: object, status = 201) =>
  server.json<Answer>(status, '/connections', { as, method: 'POST', body: { connector: 'crm', name: 'CRM', ...body } })
const check = (as: Identity, id: string, status = 200) =>
  server.json(status, `/connections/${id}/test`, { as, method: 'POST' })
/** Everything that is stored about a tenant. */
const stored = async ({ tenantId }: Identity) => JSON.stringify([...(await storedTexts(database, tenantId))])
const start = (as: Identity, workflowId: string) =>
  server.json<StartedRun>(201, `/workflows/${workflowId}/runs`, { as, method: 'POST', body: { input: {} } })

describe('secrets that a secret manager keeps', () => {
  test('are read when a request needs them, and are in no table, answer or log', async () => {
    const as = testIdentity({ role: 'admin' })
    secrets.set(`${as.tenantId} crm/token`, `${MARK}-managed`)
    const { id, ...made } = await make(as, { references: { token: 'crm/token' } })
    expect(made.secrets).toEqual({
      token: { setAt: expect.any(String), setBy: as.displayName, isReference: true },
    })
    const workflowId = await publish(server, as, calling(id))
    const runs = [await runToEnd(server, as, workflowId, {}), await runToEnd(server, as, workflowId, {})]
    expect(runs.map(({ status }) => status)).toEqual(['completed', 'completed'])
    expect(received.splice(0)).toEqual([`Bearer ${MARK}-managed`, `Bearer ${MARK}-managed`])
    // The second run uses the secret in memory.
    expect(secretRequests.splice(0)).toEqual([
      { tenantId: as.tenantId, reference: 'crm/token', connector: 'crm', allowedHosts: [origin] },
    ])
    secrets.set(`${as.tenantId} crm/token`, `${MARK}-changed`)
    expect(await check(as, id)).toMatchObject({ ok: true })
    expect(received.splice(0)).toEqual([`Bearer ${MARK}-changed`])
    await server.automation.rotateKeys({ tenantId: as.tenantId })
    expect(await runToEnd(server, as, workflowId, {})).toMatchObject({ status: 'completed' })
    expect(JSON.stringify([runs, logs])).not.toContain(MARK)
    expect(await stored(as)).not.toContain(MARK)
    expect(await stored(as)).toContain('"Got ')
  })

  test('are referred to by admins alone, where there is a manager, instead of a secret', async () => {
    const as = testIdentity({ role: 'admin' })
    const editor = { ...as, userId: 'u-editor', role: 'editor' as const }
    expect(await make(editor, { references: { token: 'a' } }, 403)).toMatchObject({ code: 'FORBIDDEN' })
    for (const references of [{ other: 'a' }, { token: '' }, { token: 'x'.repeat(1_001) }]) {
      expect(await make(as, { references }, 422)).toMatchObject({ code: 'REQUEST_INVALID' })
    }
    const both = await make(as, { references: { token: 'a' }, secrets: { token: 'a secret' } }, 422)
    expect(both.issues?.map(({ path }) => path)).toEqual([['references', 'token']])
    const listed = (who: Identity) => server.json<ConnectorList>(200, '/connectors', { as: who })
    expect([(await listed(as)).secretManager, (await listed(editor)).secretManager]).toEqual(['Acme Vault', null])
    const without = await openTestServer({ keyProvider: plainKeys })
    const body = { connector: 'bearer', name: 'B', references: { token: 'a' }, allowedHosts: ['a.example'] }
    expect((await without.call('/connections', { as, method: 'POST', body })).status).toBe(422)
    await without.close()
  })

  test('replace stored ones and are replaced by them, and are bound to their hosts as these are', async () => {
    const as = testIdentity({ role: 'admin' })
    const { tenantId } = as
    const { id } = await make(as, { secrets: { token: 'stored-token' } })
    const change = (body: object, status = 200) =>
      server.json<Answer>(status, `/connections/${id}`, { as, method: 'PATCH', body })
    secrets.set(`${tenantId} b`, 'managed-token')
    expect((await change({ references: { token: 'b' } })).secrets).toMatchObject({ token: { isReference: true } })
    const fields = () => database.withTenant(tenantId, (tx) => tx.selectFrom('secrets').select('field').execute())
    expect(await fields()).toEqual([{ field: 'reference:token' }])
    await check(as, id)
    expect((await change({ secrets: { token: 'stored-again' } })).secrets).toMatchObject({
      token: { isReference: false },
    })
    expect(await fields()).toEqual([{ field: 'token' }])
    await check(as, id)
    expect(received.splice(0)).toEqual(['Bearer managed-token', 'Bearer stored-again'])
    // With the hosts changed in the database, the reference cannot be read.
    await change({ references: { token: 'b' } })
    await database.withTenant(tenantId, (tx) =>
      tx.updateTable('connections').set({ allowed_hosts: '["attacker.example"]' }).execute(),
    )
    expect(await check(as, id, 422)).toMatchObject({ code: 'SECRET_NOT_FOUND' })
  })

  test('hold node runs while the manager is down, and fail them if there is no such secret', async () => {
    const as = testIdentity({ role: 'admin' })
    const key = `${as.tenantId} late`
    secrets.set(key, new Error(`connect ${MARK}`))
    const { id } = await make(as, { references: { token: 'late' } })
    const workflowId = await publish(server, as, calling(id))
    const { runId } = await start(as, workflowId)
    await expect.poll(() => stored(as), { timeout: 20_000 }).toContain('The secret manager of the host did not answer')
    expect(await stored(as)).not.toContain(MARK)
    expect(await check(as, id, 503)).toMatchObject({ code: 'UNAVAILABLE' })
    secrets.set(key, 'there-again')
    // It has one attempt, which was not used.
    expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed' })
    for (const [kept, text] of [
      [undefined, 'The secret manager has no secret for "token"'],
      ['short', 'It must have at least 6 characters'],
      ['two\nlines', 'It must be one line'],
    ] as const) {
      if (kept === undefined) secrets.delete(key)
      else secrets.set(key, kept)
      const answer = await check(as, id, 422)
      expect(answer).toMatchObject({ code: 'SECRET_NOT_FOUND', detail: expect.stringContaining(text) })
    }
  })
})

describe('connections that the host provides', () => {
  test('are chosen and not changed by people, and get their secrets from the resolver', async () => {
    const as = testIdentity({ role: 'admin' })
    const other = testIdentity({ role: 'admin' })
    const { tenantId } = as
    const given = { tenantId, key: 'crm.main', connector: 'crm', name: 'CRM of Acme' } as const
    expect(await server.automation.provideConnection(given)).toEqual({ connectionId: 'host_crm.main' })
    accounts.set(`${tenantId} crm.main`, { secrets: { token: `${MARK}-host` } })
    const id = 'host_crm.main'
    const { items } = await server.json<Page<ConnectionInfo>>(200, '/connections', { as })
    expect(items).toMatchObject([{ id, name: 'CRM of Acme', isProvided: true, mayChange: false, secrets: {} }])
    expect((await server.call(`/connections/${id}`, { as: other })).status).toBe(404)
    for (const [method, body] of [['PATCH', { name: 'Mine' }], ['DELETE']] as const) {
      const refused = await server.call(`/connections/${id}`, { as, method, ...(body && { body }) })
      expect(await refused.json()).toMatchObject({ code: 'FORBIDDEN', detail: expect.stringContaining('provides') })
    }
    const workflowId = (await publish(server, as, calling(id))) as WorkflowId
    const run = await runToEnd(server, as, workflowId, {})
    expect(run).toMatchObject({ status: 'completed' })
    await runToEnd(server, as, workflowId, {})
    await runToEnd(server, { ...as, userId: 'u-other' }, workflowId, {})
    expect(await check(as, id)).toMatchObject({ ok: true })
    expect(received.splice(0)).toEqual(Array.from({ length: 4 }, () => `Bearer ${MARK}-host`))
    const asked = { tenantId, connectionId: id, key: 'crm.main', connector: 'crm', values: {}, allowedHosts: [origin] }
    // Each person is asked for, since the host may give each other secrets.
    expect(connectionRequests.splice(0)).toEqual([
      { ...asked, principal: { userId: as.userId }, workflowId },
      { ...asked, principal: { userId: 'u-other' }, workflowId },
      { ...asked, principal: { userId: as.userId }, workflowId: null },
    ])
    expect(JSON.stringify([run, logs]) + (await stored(as))).not.toContain(MARK)
    // A renamed one, for one workflow alone.
    const workflowIds = [await publish(server, as, calling('host_crm.main'))] as WorkflowId[]
    await server.automation.provideConnection({ ...given, name: 'CRM 2', sharing: { kind: 'workflows', workflowIds } })
    expect(await runToEnd(server, as, workflowId, {})).toMatchObject({ error: { code: 'CONNECTION_REFUSED' } })
    accounts.delete(`${tenantId} crm.main`)
    expect(await runToEnd(server, as, workflowIds[0] ?? '', {})).toMatchObject({
      error: { code: 'CONNECTION_NOT_FOUND' },
    })
    await server.automation.withdrawConnection(given)
    await server.automation.withdrawConnection(given)
    expect((await server.call(`/connections/${id}`, { as })).status).toBe(404)
  })

  test('hold node runs while the resolver is down, and let them wait until the account is provided again', async () => {
    const as = testIdentity({ role: 'admin' })
    const { tenantId } = as
    const given = { tenantId, key: 'crm', connector: 'crm', name: 'CRM' } as const
    const [one, two] = await Promise.all([
      server.automation.provideConnection(given),
      server.automation.provideConnection(given),
    ])
    expect([one, two]).toEqual([{ connectionId: 'host_crm' }, { connectionId: 'host_crm' }])
    accounts.set(`${tenantId} crm`, new Error(MARK))
    const workflowId = await publish(server, as, calling('host_crm'))
    const held = await start(as, workflowId)
    await expect.poll(() => stored(as), { timeout: 20_000 }).toContain('The resolver of connections of the host')
    accounts.set(`${tenantId} crm`, { reconnect: 'Sign in to the CRM again' })
    await untilRun(server, as, held.runId, ({ status }) => status === 'waiting')
    expect(await check(as, 'host_crm')).toMatchObject({ ok: false, message: 'Sign in to the CRM again' })
    expect(await server.json(200, '/connections/host_crm', { as })).toMatchObject({ status: 'connected' })
    const waiting = await start(as, workflowId)
    await untilRun(server, as, waiting.runId, ({ status }) => status === 'waiting')
    accounts.set(`${tenantId} crm`, { secrets: { token: 'token-two' }, expiresAt: Date.now() - 1 })
    await server.automation.provideConnection(given)
    for (const { runId } of [held, waiting]) {
      expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed' })
    }
    // Secrets whose time is over are used once.
    connectionRequests.splice(0)
    await runToEnd(server, as, workflowId, {})
    await runToEnd(server, as, workflowId, {})
    expect(connectionRequests.splice(0)).toHaveLength(2)
    await server.automation.provideConnection({ ...given, reconnect: 'Expired' })
    expect(await server.json(200, '/connections/host_crm', { as })).toMatchObject({ statusReason: 'Expired' })
    expect(await check(as, 'host_crm')).toMatchObject({ ok: false, message: 'Expired' })
  })

  test('refuse what the database cannot hold, and note in the audit log that an account must be connected again', async () => {
    const as = testIdentity({ role: 'admin' })
    const given = { tenantId: as.tenantId, key: 'crm', connector: 'crm', name: 'CRM' } as const
    const person = { kind: 'user', userId: 'u-1', displayName: 'Ada' } as const
    const faults: readonly (readonly [object, readonly string[]])[] = [
      [{ reconnect: null }, ['reconnect']],
      [{ reconnect: '' }, ['reconnect']],
      [{ reconnect: 'a\u0000b' }, ['reconnect']],
      [{ name: 'a\u0000b' }, ['name']],
      [{ sharing: { ...person, userId: 'a\u0000b' } }, ['sharing', 'userId']],
      [{ sharing: { ...person, userId: 'x'.repeat(201) } }, ['sharing', 'userId']],
      [{ sharing: { ...person, displayName: '\ud800' } }, ['sharing', 'displayName']],
      [{ sharing: { ...person, displayName: 'x'.repeat(201) } }, ['sharing', 'displayName']],
      [{ sharing: null }, ['sharing']],
    ]
    for (const [fault, path] of faults) {
      await expect(server.automation.provideConnection({ ...given, ...fault })).rejects.toMatchObject({
        ...{ code: 'REQUEST_INVALID', details: { issues: [expect.objectContaining({ path })] } },
      })
    }
    const provide = (reconnect?: string) =>
      server.automation.provideConnection({ ...given, ...(reconnect === undefined ? {} : { reconnect }) })
    await provide(`${'x'.repeat(299)}\u{1f600}`)
    await provide('Expired')
    await provide('Expired')
    await provide()
    const entries = await database.withTenant(as.tenantId, (tx) =>
      tx.selectFrom('audit_log').select(['action', 'details']).orderBy('at').execute(),
    )
    const reasons = entries.flatMap(({ action, details }) =>
      action === 'connection.needs_reauth' ? [JSON.parse(details).reason] : [],
    )
    expect(reasons).toEqual([expect.stringMatching(/^x+…?$/), 'Expired'])
    expect(entries.filter(({ action }) => action === 'connection.reconnect')).toHaveLength(1)
  })

  test('end no wait too early or never: one that is provided while the resolver answers, and again under its key', async () => {
    const as = testIdentity({ role: 'admin' })
    const { tenantId } = as
    const given = { tenantId, key: 'crm', connector: 'crm', name: 'CRM' } as const
    await server.automation.provideConnection(given)
    const workflowId = await publish(server, as, calling('host_crm'))
    accounts.set(`${tenantId} crm`, async () => {
      // The person signs in while the answer of before is on its way.
      accounts.set(`${tenantId} crm`, { secrets: { token: 'token-two' } })
      await server.automation.provideConnection(given)
      return { reconnect: 'Sign in' }
    })
    expect(await runToEnd(server, as, workflowId, {})).toMatchObject({ status: 'completed' })
    // The events of the earlier connection end no wait for the new one, and its changes are stored.
    await server.automation.withdrawConnection(given)
    await server.automation.provideConnection(given)
    accounts.set(`${tenantId} crm`, { reconnect: 'Sign in' })
    connectionRequests.splice(0)
    const { runId } = await start(as, workflowId)
    await untilRun(server, as, runId, ({ status }) => status === 'waiting')
    expect(connectionRequests).toHaveLength(1)
    await server.automation.withdrawConnection(given)
    expect(await untilRun(server, as, runId)).toMatchObject({ error: { code: 'CONNECTION_NOT_FOUND' } })
  })

  test('stay as they are for others when one person has no account, or a service refuses a test', async () => {
    const as = testIdentity({ role: 'admin' })
    const other = { ...as, userId: 'u-new', role: 'editor' as const }
    const { tenantId } = as
    const given = { tenantId, key: 'crm', connector: 'crm', name: 'CRM' } as const
    await server.automation.provideConnection(given)
    accounts.set(`${tenantId} crm`, ({ principal }) =>
      principal?.userId === other.userId ? { reconnect: 'Sign in' } : { secrets: { token: 'token-one' } },
    )
    const workflowId = await publish(server, as, calling('host_crm'))
    const { runId } = await start(other, workflowId)
    await untilRun(server, as, runId, ({ status }) => status === 'waiting')
    expect(await runToEnd(server, as, workflowId, {})).toMatchObject({ status: 'completed' })
    accounts.set(`${tenantId} crm`, { secrets: { token: 'token-one' } })
    await server.automation.provideConnection(given)
    expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed' })
    await server.automation.provideConnection({ ...given, key: 'oauth', connector: 'oauth' })
    for (const [key, secret] of [
      ['crm', 'token'],
      ['oauth', 'accessToken'],
    ] as const) {
      accounts.set(`${tenantId} ${key}`, { secrets: { [secret]: 'token-refused' } })
      expect(await check(other, `host_${key}`)).toMatchObject({ ok: false, status: 401 })
      expect(await server.json(200, `/connections/host_${key}`, { as })).toMatchObject({ status: 'connected' })
      accounts.set(`${tenantId} ${key}`, { secrets: { [secret]: 'token-three' } })
      expect(await check(other, `host_${key}`)).toMatchObject({ ok: true })
    }
  })

  test('are refused with an answer that is none, which no answer or log has', async () => {
    const as = testIdentity({ role: 'admin' })
    const { tenantId } = as
    await server.automation.provideConnection({ tenantId, key: 'crm', connector: 'crm', name: 'CRM' })
    const answers: string[] = []
    for (const answer of [
      ...[`${MARK}-token`, undefined, 1, {}, { secrets: `${MARK}-token` }, { reconnect: { token: MARK } }],
      ...[
        { reconnect: 1, secrets: { token: 'token-one' } },
        { secrets: { token: 'token-one' }, expiresAt: MARK },
      ],
    ]) {
      accounts.set(`${tenantId} crm`, () => answer)
      const checked = await check(as, 'host_crm', 422)
      expect(checked).toMatchObject({ code: 'SECRET_NOT_FOUND', detail: expect.stringContaining('resolveConnection') })
      answers.push(JSON.stringify(checked))
    }
    expect(`${answers}${inspect(logs, { depth: null })}`).not.toContain(MARK)
  })

  test('are refused with faulty fields, and for another connector', async () => {
    const { tenantId } = testIdentity()
    const given = { tenantId, key: 'crm', connector: 'crm', name: 'CRM' } as const
    const provide = server.automation.provideConnection
    for (const [change, code] of [
      [{ key: 'a/b' }, 'REQUEST_INVALID'],
      [{ tenantId: '' }, 'TENANT_INVALID'],
      [{ name: '' }, 'REQUEST_INVALID'],
      [{ connector: 'unknown' }, 'REFERENCE_NOT_FOUND'],
      [{ allowedHosts: ['a.example'] }, 'REQUEST_INVALID'],
      [{ sharing: { kind: 'workflows' as const, workflowIds: ['w-none' as WorkflowId] } }, 'REFERENCE_NOT_FOUND'],
      [{ sharing: { kind: 'user' as const, userId: '', displayName: 'Ada' } }, 'REQUEST_INVALID'],
    ] as const) {
      await expect(provide({ ...given, ...change })).rejects.toMatchObject({ code })
    }
    await provide(given)
    const moved = { ...given, connector: 'bearer', allowedHosts: ['a.example'] }
    await expect(provide(moved)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})
