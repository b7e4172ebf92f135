import type { SocketTicket } from '@tenon/core/api'
import { embeddedEngine } from '@tenon/runtime'
import { openTestPGlite } from '@tenon/runtime/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { working } from '../testing/kit/sample-workflows.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { createWorker } from '../worker.ts'
import { createWorkflowServer } from '../workflow-server.ts'

const options = {
  engine: embeddedEngine(),
  nodes: testNodes,
  authenticate: () => null,
  publicUrl: 'https://app.example',
  log: () => undefined,
}

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

describe('GET /me', () => {
  test('returns the identity of the caller', async () => {
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
      checks: { database: 'ok', serving: 'ok', workers: 'ok' },
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
    const code = 'DATABASE_NOT_MIGRATED'
    expect([response.status, await response.json()]).toEqual([
      503,
      {
        status: 'unavailable',
        checks: { database: 'failed', serving: 'ok', workers: 'ok' },
        problems: [
          { check: 'database', code, message: expect.any(String), remedy: expect.stringContaining('migrate()') },
        ],
      },
    ])
    expect(lines).toEqual([expect.stringContaining('health.database_failed')])
    expect(await (await own.call('/workflows', { as: testIdentity() })).json()).toMatchObject({ status: 503, code })
    await own.close()
  })

  test('a server whose tables were never made says so', async () => {
    const own = createWorkflowServer({ ...options, database: { pglite: await openTestPGlite() } })
    const response = await own.fetch(new Request('https://app.example/health/ready'))
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { problems: [{ code: 'DATABASE_NOT_MIGRATED' }] },
    ])
    await expect(own.for(testIdentity()).me()).resolves.toMatchObject({ role: 'editor' })
    await expect(own.for(testIdentity()).workflows.list()).rejects.toMatchObject({ code: 'DATABASE_NOT_MIGRATED' })
    expect(await own.migrate({ print: true })).toContain('create table')
    await own.migrate()
    await expect(own.for(testIdentity()).workflows.list()).resolves.toMatchObject({ items: [] })
    await own.close()
  })

  test('without a worker the server is ready with a warning, and runs say what they wait for', async () => {
    const own = createWorkflowServer({ ...options, database: { pglite: await openTestPGlite() } })
    await own.migrate()
    const ready = async () => (await own.fetch(new Request('https://app.example/health/ready'))).json()
    expect(await ready()).toMatchObject({
      status: 'ok',
      checks: { workers: 'warning' },
      problems: [{ check: 'workers', code: 'NO_WORKER', remedy: expect.stringContaining('startWorker()') }],
    })
    const client = own.for(testIdentity())
    const { id } = await client.workflows.create({ name: 'Waits', document: working() })
    await client.versions.publish(id)
    const { runId } = await client.runs.start(id, { input: { text: 'x' } })
    expect(await client.runs.get(runId)).toMatchObject({ health: { code: 'NO_WORKER' } })
    expect((await client.runs.list()).items).toMatchObject([{ runId, health: { code: 'NO_WORKER' } }])
    await own.startWorker()
    expect(await ready()).toMatchObject({ checks: { workers: 'ok' } })
    expect((await client.runs.get(runId)).health).toBeUndefined()
    await own.close()
  })

  test('a server whose workers lack a node type says which, and so does the run', async () => {
    const pglite = await openTestPGlite()
    const own = createWorkflowServer({ ...options, database: { pglite } })
    await own.migrate()
    const client = own.for(testIdentity())
    const { id } = await client.workflows.create({ name: 'Newer', document: working() })
    await client.versions.publish(id)
    const { runId } = await client.runs.start(id, { input: { text: 'x' } })
    const older = createWorker({
      database: { pglite, endOnClose: false },
      engine: embeddedEngine(),
      // One of them calls "work".
      nodes: testNodes.filter(({ definition }) => !['work', 'caller'].includes(definition.type)),
      log: () => undefined,
    })
    await older.start()
    const health = { code: 'NO_CAPABLE_WORKER', message: 'No running worker has node type "work" version 1' }
    expect(await client.runs.get(runId)).toMatchObject({ status: 'running', health })
    expect(await (await own.fetch(new Request('https://app.example/health/ready'))).json()).toMatchObject({
      status: 'ok',
      checks: { workers: 'warning' },
      problems: [{ check: 'workers', ...health, remedy: expect.stringContaining('nodeQueues') }],
    })
    await own.startWorker()
    await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')
    expect((await client.runs.get(runId)).health).toBeUndefined()
    await older.close()
    await own.close()
  })

  test('a closed server is not ready', async () => {
    const other = await server.sibling()
    await other.close()
    expect((await other.call('/health/ready')).status).toBe(503)
    expect((await other.call('/health/live')).status).toBe(200)
  })
})
