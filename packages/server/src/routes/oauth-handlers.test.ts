import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionInfo, StartedRun } from '@tenon/core/api'
import type { NodePolicy } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { defineConnector, defineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { BASE_URL, openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

/** An authorization server with one client, strict about PKCE, redirect URIs and codes; and a service behind it. */
function authorizationServer() {
  const codes = new Map<string, { readonly challenge: string; readonly redirectUri: string }>()
  const refreshTokens = new Set<string>()
  const accessTokens = new Set<string>()
  const requests: string[] = []
  const state = { isRevoked: false, isDown: false, refusal: null as string | null, lifetime: 3_600, instance: '' }

  const issue = () => {
    const [access, refresh] = [`canary-access-${randomUUID()}`, `canary-refresh-${randomUUID()}`]
    accessTokens.add(access)
    refreshTokens.add(refresh)
    const tokens = { access_token: access, token_type: 'Bearer', refresh_token: refresh }
    // As Salesforce: with the URL of the account, and without a lifetime.
    if (state.instance !== '') return { ...tokens, instance_url: state.instance }
    return { ...tokens, expires_in: state.lifetime }
  }
  const exchange = (form: URLSearchParams) => {
    const code = form.get('code') ?? ''
    const known = codes.get(code)
    codes.delete(code)
    const digest = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    return known?.challenge === digest && known.redirectUri === form.get('redirect_uri') ? issue() : null
  }
  const renew = (form: URLSearchParams) => {
    // A token that was used before is over.
    const isKnown = refreshTokens.delete(form.get('refresh_token') ?? '')
    return isKnown && !state.isRevoked ? issue() : null
  }
  const server = createServer(async (request, response) => {
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url !== '/token') {
      const isKnown = accessTokens.has((request.headers.authorization ?? '').replace('Bearer ', ''))
      return send(isKnown ? 200 : 401, { got: request.headers.authorization })
    }
    const form = new URLSearchParams(await bodyOf(request))
    requests.push(form.get('grant_type') ?? '')
    if (state.isDown) return send(503, {})
    if (state.refusal !== null) return send(400, { error: state.refusal })
    if (form.get('client_id') !== 'host' || form.get('client_secret') !== 'host-secret') {
      return send(401, { error: 'invalid_client' })
    }
    const issued = form.get('grant_type') === 'refresh_token' ? renew(form) : exchange(form)
    return issued === null ? send(400, { error: 'invalid_grant' }) : send(200, issued)
  })
  // A slow machine must not find a connection closed that it is about to use.
  server.keepAliveTimeout = 60_000
  /** Lets a person allow access: returns what the page of the service sends back. */
  const allow = (page: string) => {
    const query = new URL(page).searchParams
    expect([query.get('response_type'), query.get('client_id'), query.get('scope')]).toEqual(['code', 'host', 'leads'])
    expect(query.get('code_challenge_method')).toBe('S256')
    const code = randomUUID()
    const [challenge, redirectUri] = [query.get('code_challenge') ?? '', query.get('redirect_uri') ?? '']
    codes.set(code, { challenge, redirectUri })
    return { code, state: query.get('state') ?? '' }
  }
  return { server, state, requests, allow }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

const call = defineNode({
  ...{ type: 'acme/call', version: 1, title: 'Call', description: 'Calls a service', icon: 'M4 12h16' },
  ...{ category: 'action', summary: 'Calls', effect: 'read' },
  params: z.object({ connection: z.string().meta({ control: 'connection', literal: true }) }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.unknown() },
})
const service = authorizationServer()
let server: TestServer
let sibling: TestServer

beforeAll(async () => {
  await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`
  const callNode = implementNode(call, async ({ http, connection }) => {
    const response = await http.request(`${connection?.values.apiUrl ?? origin}/leads`)
    return { port: 'success', output: { status: response.status, body: await response.text() } }
  })
  const urls = { authorizationUrl: `${origin}/authorize`, tokenUrl: `${origin}/token` }
  const client = { clientId: 'host', clientSecret: 'host-secret' }
  const auth = { kind: 'oauth2', ...urls, ...client, scopes: ['leads'] } as const
  const crm = defineConnector({ id: 'crm', title: 'CRM', auth, allowedHosts: [origin] })
  const ofAccount = { apiUrlIn: 'instance_url', tokenLifetimeMs: 1 }
  const org = defineConnector({
    id: 'org',
    title: 'Org',
    auth: { ...auth, ...ofAccount },
    allowedHosts: [origin, origin.replace('127.0.0.1', 'localhost')],
  })
  const nodes = [...testNodes, callNode]
  server = await openTestServer({
    nodes,
    connectors: [crm, org],
    keyProvider: plainKeys,
    egress: { allow: ['127.0.0.1/32'] },
  })
  sibling = await server.sibling()
  // As another process, which claims its share of the runs.
  await sibling.automation.startWorker()
})
afterAll(async () => {
  await sibling.close()
  await server.close()
  service.server.close()
})

type As = ReturnType<typeof testIdentity>

const createOne = (as: As, connector = 'crm') =>
  server.json<ConnectionInfo>(201, '/connections', { as, method: 'POST', body: { connector, name: 'CRM' } })
const begin = async (as: As, id: string) =>
  service.allow(
    (await server.json<{ url: string }>(200, `/connections/${id}/authorization`, { as, method: 'POST' })).url,
  )
const finish = (as: As, id: string, body: object, status = 200) =>
  server.json<ConnectionInfo & Pick<Problem, 'code'>>(status, `/connections/${id}/authorization/code`, {
    ...{ as, method: 'POST', body },
  })
const calling = (connection: string, policy: NodePolicy = {}) =>
  workflow(
    [
      node('start', 'start'),
      node('call', 'acme/call', { connection }, { policy }),
      node('end', 'end', { output: '{{nodes.call.output}}' }),
    ],
    ['start>call', 'call>end'],
  )
const start = (as: As, workflowId: string) =>
  server.json<StartedRun>(201, `/workflows/${workflowId}/runs`, { as, method: 'POST', body: { input: {} } })
const refreshes = () => service.requests.filter((grant) => grant === 'refresh_token').length

describe('connections by OAuth', () => {
  test('work once their owner has allowed access, for that person and tenant only', async () => {
    const as = testIdentity({ role: 'editor' })
    const { id, status } = await createOne(as)
    expect(status).toBe('needs_reauth')
    const workflowId = await publish(server, as, calling(id))
    const { runId } = await start(as, workflowId)
    await untilRun(server, as, runId, (run) => run.status === 'waiting')

    const answer = await begin(as, id)
    const admin = { ...as, userId: 'u-admin', role: 'admin' as const }
    for (const wrong of [
      finish(admin, id, answer, 422),
      finish(as, (await createOne(as)).id, answer, 422),
      finish(as, id, { ...answer, state: 'forged' }, 422),
      finish(as, id, { ...answer, code: 'unknown' }, 422),
    ]) {
      expect(await wrong).toMatchObject({ code: 'CONNECTION_AUTHORIZATION_INVALID' })
    }
    const connected = await finish(as, id, await begin(as, id))
    expect(connected).toMatchObject({ status: 'connected', secrets: { accessToken: {}, refreshToken: {} } })
    const run = await untilRun(server, as, runId)
    expect(run).toMatchObject({ status: 'completed', output: { status: 200 } })
    expect(JSON.stringify([connected, run])).not.toContain('canary')
  })

  test('are refreshed once for all runs of all processes, and wait once when the service has ended the access', async () => {
    const as = testIdentity({ role: 'editor' })
    const { id } = await createOne(as)
    const workflowId = await publish(server, as, calling(id))
    // The first token has ended when it is used; those that follow have not.
    service.state.lifetime = 0
    await finish(as, id, await begin(as, id))
    service.state.lifetime = 3_600
    const before = refreshes()
    const first = await Promise.all(Array.from({ length: 6 }, () => start(as, workflowId)))
    for (const { runId } of first) expect(await untilRun(server, as, runId)).toMatchObject({ output: { status: 200 } })
    expect(refreshes() - before).toBe(1)

    service.state.lifetime = 0
    await finish(as, id, await begin(as, id))
    service.state.isRevoked = true
    const runs = await Promise.all(Array.from({ length: 20 }, () => start(as, workflowId)))
    for (const { runId } of runs) await untilRun(server, as, runId, (run) => run.status === 'waiting')
    expect(refreshes() - before).toBe(2)
    expect(await server.json(200, `/connections/${id}`, { as })).toMatchObject({
      ...{ status: 'needs_reauth', statusReason: 'The service has ended the access' },
    })
    Object.assign(service.state, { isRevoked: false, lifetime: 3_600 })
    await finish(as, id, await begin(as, id))
    for (const { runId } of runs) expect(await untilRun(server, as, runId)).toMatchObject({ output: { status: 200 } })
    expect(refreshes() - before).toBe(2)
  })

  test('fail the node run when the service refuses the refresh for good, and hold it while the service is down', async () => {
    const as = testIdentity({ role: 'editor' })
    const { id } = await createOne(as)
    const workflowId = await publish(server, as, calling(id, { retry: { maximumAttempts: 1 } }))
    service.state.lifetime = 0
    const answer = await begin(as, id)
    service.state.refusal = 'invalid_scope'
    expect(await finish(as, id, answer, 403)).toMatchObject({ code: 'CONNECTION_REFUSED' })
    service.state.refusal = null
    await finish(as, id, await begin(as, id))
    service.state.refusal = 'invalid_request'
    const refused = await start(as, workflowId)
    expect(await untilRun(server, as, refused.runId)).toMatchObject({
      ...{ status: 'failed', error: { code: 'CONNECTION_REFUSED' } },
    })
    Object.assign(service.state, { refusal: null, isDown: true, lifetime: 3_600 })
    const before = refreshes()
    const held = await start(as, workflowId)
    await expect.poll(refreshes, { timeout: 10_000 }).toBeGreaterThan(before)
    service.state.isDown = false
    expect(await untilRun(server, as, held.runId)).toMatchObject({ status: 'completed', output: { status: 200 } })
    const events = await (await server.call(`/runs/${held.runId}/events`, { as })).text()
    expect(events).toContain('"waitsFor":"authorization_server"')
  })

  test('reach the API of their account, which the service names with the tokens, if its host is allowed', async () => {
    const as = testIdentity({ role: 'editor' })
    const { id } = await createOne(as, 'org')
    const workflowId = await publish(server, as, calling(id))
    for (const instance of ['https://evil.example', 'not a URL', '']) {
      Object.assign(service.state, { instance })
      expect(await finish(as, id, await begin(as, id), 403)).toMatchObject({ code: 'CONNECTION_REFUSED' })
    }
    const origin = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`
    service.state.instance = `${origin}/a/path`
    const connected = await finish(as, id, await begin(as, id))
    expect(connected).toMatchObject({ status: 'connected', values: { apiUrl: origin } })
    // Its token lives for a millisecond, by the connector: it is refreshed, and the refresh token is still readable.
    const before = refreshes()
    const { runId } = await start(as, workflowId)
    expect(await untilRun(server, as, runId)).toMatchObject({ status: 'completed', output: { status: 200 } })
    expect(refreshes() - before).toBeGreaterThan(0)
    const change = { as, method: 'PATCH', body: { name: 'Renamed', values: { apiUrl: 'https://evil.example' } } }
    const renamed = await server.json<ConnectionInfo>(200, `/connections/${id}`, change)
    expect(renamed).toMatchObject({ name: 'Renamed', values: { apiUrl: origin } })
    // Another account has another API, to whose URL the secrets are bound.
    service.state.instance = origin.replace('127.0.0.1', 'localhost')
    expect(await finish(as, id, await begin(as, id))).toMatchObject({ values: { apiUrl: service.state.instance } })
    const second = await start(as, workflowId)
    expect(await untilRun(server, as, second.runId)).toMatchObject({ status: 'completed', output: { status: 200 } })
    service.state.instance = ''
  })

  test('return to a page that sends the code to pages of the host only', async () => {
    const page = await server.automation.fetch(new Request(`${BASE_URL}/oauth/callback?code=<script>&state=canary`))
    const text = await page.text()
    const script = /<script>(.*)<\/script>/s.exec(text)?.[1] ?? ''
    const hash = createHash('sha256').update(script).digest('base64')
    expect(page.headers.get('content-security-policy')).toContain(`default-src 'none'; script-src 'sha256-${hash}'`)
    expect(text).toContain('data-origins="[&quot;https://app.example&quot;]"')
    expect(text).not.toContain('canary')
  })
})
