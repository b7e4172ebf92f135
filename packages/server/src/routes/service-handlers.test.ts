import type { SocketTicket } from '@tenon/core/api'
import { openTestPGlite } from '@tenon/runtime/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

describe('GET /me', () => {
  test('tells who calls', async () => {
    const as = testIdentity({ role: 'viewer', plan: 'pro' })
    const { plan: _plan, ...me } = as
    expect(await server.json(200, '/me', { as })).toEqual(me)
  })
})

describe('GET /nodes', () => {
  test('gives the manifest, and 304 to whom it is known', async () => {
    const as = testIdentity({ role: 'viewer' })
    const response = await server.call('/nodes', { as })
    const manifest = (await response.json()) as { hash: string; nodes: { type: string }[] }
    expect(manifest.nodes.map((entry) => entry.type)).toContain('approval')
    const etag = response.headers.get('etag') ?? ''
    expect(etag).toContain(manifest.hash)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await server.call('/nodes', { as, headers: { 'if-none-match': known } })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
    expect((await server.call('/nodes', { as, headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })
})

describe('POST /socket-tickets', () => {
  test('gives a ticket that names the tenant and nothing else in clear', async () => {
    const as = testIdentity({ role: 'viewer' })
    const { ticket, expiresAt } = await server.json<SocketTicket>(201, '/socket-tickets', { as, method: 'POST' })
    expect(ticket.slice(0, ticket.lastIndexOf('.'))).toBe(as.tenantId)
    expect(expiresAt).toMatch(/^\d{4}-.*Z$/)
  })
})

describe('GET /openapi.json', () => {
  test('is public and names the public address', async () => {
    const document = await server.json<{ openapi: string; servers: unknown }>(200, '/openapi.json')
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://app.example/automation' }] })
  })
})

describe('GET /health', () => {
  test('is public; ready looks at the database', async () => {
    expect(await server.json(200, '/health/live')).toEqual({ status: 'ok', checks: {} })
    expect(await server.json(200, '/health/ready')).toEqual({
      status: 'ok',
      checks: { database: 'ok', serving: 'ok' },
    })
  })

  test('says in the log why the database is not ready, and to the caller only that', async () => {
    const lines: string[] = []
    const pglite = await openTestPGlite()
    const own = await openTestServer({
      database: { pglite },
      log: (_level, message, details) => lines.push(`${message}: ${details?.reason}`),
    })
    await pglite.exec('alter table tenon.workflows rename to gone')
    const response = await own.call('/health/ready')
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'unavailable', checks: { database: 'failed', serving: 'ok' } },
    ])
    expect(lines).toEqual(['The database does not answer: relation "tenon.workflows" does not exist'])
    await own.close()
  })

  test('a closed server is not ready', async () => {
    const other = await server.sibling()
    await other.close()
    expect((await other.call('/health/ready')).status).toBe(503)
    expect((await other.call('/health/live')).status).toBe(200)
  })
})
