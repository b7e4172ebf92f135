import type { Identity, Workflow } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import type { PgliteDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { greeting, publish } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { openSocket } from '../testing/kit/test-socket.ts'
import { testIdentity } from '../testing/test-identity.ts'
import type { LimitOptions } from './limit-options.ts'

let server: TestServer
/** Queries and transactions that the database has received. */
let queries = 0

beforeAll(async () => {
  const pglite = await openServerPGlite()
  const counting: PgliteDatabase = {
    query: (...args) => {
      queries += 1
      return pglite.query(...args)
    },
    exec: (text) => pglite.exec(text),
    transaction: (work) => {
      queries += 1
      return pglite.transaction(work)
    },
    close: () => pglite.close(),
  }
  server = await openTestServer({ database: { pglite: counting } })
})
afterAll(() => server.close())

async function limited(limits: LimitOptions): Promise<TestServer> {
  const own = await server.sibling({ limits })
  onTestFinished(() => own.close())
  return own
}

const statuses = async (responses: readonly Promise<Response>[]) =>
  (await Promise.all(responses)).map((response) => response.status)

describe('rates', () => {
  test('a tenant above its rate is answered with 429 and Retry-After, and another one is not', async () => {
    const own = await limited({ rates: { write: { perSecond: 1, burst: 1 } } })
    const as = testIdentity()
    const create = (by: Identity) => own.call('/workflows', { as: by, method: 'POST', body: { name: 'x' } })
    // At the same time: on a busy machine, three requests in a row can take longer than the second of the rate.
    const answers = await Promise.all([create(as), create(as), create(as)])
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 201, 429])
    const refused = answers.find(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused?.json()).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      details: { rate: 'write' },
    })
    expect((await create(testIdentity())).status).toBe(201)
    expect((await own.call('/workflows', { as })).status).toBe(200)
  })

  test('thousands of refused requests ask the database nothing', async () => {
    const own = await limited({ rates: { start: { perSecond: 0, burst: 0 } } })
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const before = queries
    const refused = await statuses(
      Array.from({ length: 2_000 }, () => own.call(`/workflows/${id}/runs`, { as, method: 'POST', body: {} })),
    )
    expect(new Set(refused)).toEqual(new Set([429]))
    // What remains is the worker of the other server, which looks for runs.
    expect(queries - before).toBeLessThan(50)
  })

  test('sockets count as well, and are closed with 4529', async () => {
    const own = await limited({ rates: { connect: { perSecond: 1, burst: 0 } } })
    const { url } = await own.listen()
    const as = testIdentity()
    const sockets = [openSocket(`${url}/changes`, { as }), openSocket(`${url}/changes`, { as })]
    const code = await Promise.race(sockets.map(async (socket) => (await socket.closed).code))
    expect(code).toBe(4529)
    for (const { socket } of sockets) socket.close()
  })

  test('validation is measured by the size of what is published and tried', async () => {
    const own = await limited({ rates: { validation: { perSecond: 1, burst: 12 } } })
    const as = testIdentity()
    const body = { name: 'x', document: greeting }
    const { id } = await own.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const answers = []
    for (let round = 0; round < 4; round += 1) {
      answers.push((await own.call(`/workflows/${id}/versions`, { as, method: 'POST' })).status)
    }
    expect(answers[0]).toBe(201)
    expect(answers.at(-1)).toBe(429)
    expect((await own.call(`/workflows/${id}/draft/runs`, { as, method: 'POST', body: { input: {} } })).status).toBe(
      429,
    )
  })

  test('checks of nodes that run other workflows are measured by the number of nodes', async () => {
    const own = await limited({ rates: { validation: { perSecond: 1, burst: 12 } } })
    const as = testIdentity()
    const body = { name: 'x', document: greeting }
    const { id } = await own.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const call = { nodeId: 'call', name: 'Call', workflowId: 'missing', input: {} }
    const check = async (count: number) => {
      const calls = Array.from({ length: count }, () => call)
      return (await own.call(`/workflows/${id}/sub-workflow-checks`, { as, method: 'POST', body: { calls } })).status
    }
    expect([await check(10), await check(10)]).toEqual([200, 429])
  })

  test('calls in process are not counted', async () => {
    const own = await limited({ rates: { write: { perSecond: 1, burst: 0 } } })
    const client = own.automation.for(testIdentity())
    for (let round = 0; round < 5; round += 1) await client.workflows.create({ name: 'x' })
  })
})

describe('the queue of a tenant', () => {
  test('lets the request of another tenant pass, however many of one wait', async () => {
    const own = await limited({ rates: false, requestsPerTenant: 2, waitingPerTenant: 10_000 })
    const [noisy, quiet] = [testIdentity(), testIdentity()]
    const [ofNoisy, ofQuiet] = [await publish(server, noisy, greeting), await publish(server, quiet, greeting)]
    const start = (id: string, as: Identity) =>
      own.call(`/workflows/${id}/runs`, { as, method: 'POST', body: { input: { text: 'x' } } })
    let answered = 0
    const crowd = Array.from({ length: 300 }, async () => {
      const { status } = await start(ofNoisy, noisy)
      answered += 1
      return status
    })
    expect((await start(ofQuiet, quiet)).status).toBe(201)
    expect(answered).toBeLessThan(30)
    expect(new Set(await Promise.all(crowd))).toEqual(new Set([201]))
  })

  test('has an end: more is answered with 429', async () => {
    const own = await limited({ rates: false, requestsPerTenant: 1, waitingPerTenant: 5 })
    const as = testIdentity()
    const answers = await statuses(Array.from({ length: 40 }, () => own.call('/workflows', { as })))
    expect(answers.filter((status) => status === 200)).toHaveLength(6)
    expect(answers.filter((status) => status === 429)).toHaveLength(34)
  })
})

describe('caps', () => {
  test('on connections of a user refuse sockets with 4529 and event streams with 429', async () => {
    const own = await limited({ rates: false, connectionsPerUser: 1 })
    const { url } = await own.listen()
    const as = testIdentity()
    const first = openSocket(`${url}/changes`, { as })
    await first.until((frames) => frames.length > 0)
    const second = openSocket(`${url}/changes`, { as })
    expect(await second.closed).toMatchObject({
      code: 4529,
      reason: expect.stringContaining('limit of 1 open connections'),
    })
    const stream = await own.call('/changes/events', { as })
    expect([stream.status, stream.headers.get('retry-after')]).toEqual([429, '5'])
    first.socket.close()
    await first.closed
  })

  test('on connections of a tenant count all of its users', async () => {
    const own = await limited({ rates: false, connectionsPerTenant: 1 })
    const { url } = await own.listen()
    const as = testIdentity()
    const first = openSocket(`${url}/changes`, { as })
    await first.until((frames) => frames.length > 0)
    const second = openSocket(`${url}/changes`, { as: testIdentity({ tenantId: as.tenantId }) })
    expect((await second.closed).code).toBe(4529)
    first.socket.close()
  })

  test('on open drafts refuse one more with 4529', async () => {
    const own = await limited({ rates: false, openDraftsPerTenant: 1 })
    const { url } = await own.listen()
    const as = testIdentity()
    const ids = await Promise.all(
      ['a', 'b'].map(async (name) => {
        return (await own.json<Workflow>(201, '/workflows', { as, method: 'POST', body: { name } })).id
      }),
    )
    const first = openSocket(`${url}/workflows/${ids[0]}/collab`, { as })
    await first.until((frames) => frames.length > 0)
    const again = openSocket(`${url}/workflows/${ids[0]}/collab`, { as })
    await again.until((frames) => frames.length > 0)
    const other = openSocket(`${url}/workflows/${ids[1]}/collab`, { as })
    expect((await other.closed).code).toBe(4529)
    for (const { socket } of [first, again]) socket.close()
  })

  test('on workflows refuse one more, and a restored one, until one is deleted', async () => {
    const own = await limited({ rates: false, workflowsPerTenant: 2 })
    const as = testIdentity()
    const create = (status: number) =>
      own.json<Workflow & Problem>(status, '/workflows', { as, method: 'POST', body: { name: 'x' } })
    const [{ id }] = [await create(201), await create(201)]
    expect(await create(409)).toMatchObject({ code: 'QUOTA_EXCEEDED', details: { limit: 2 } })
    await own.json(204, `/workflows/${id}`, { as, method: 'DELETE' })
    await create(201)
    const restored = await own.json<Problem>(409, `/workflows/${id}/restore`, { as, method: 'POST' })
    expect(restored.code).toBe('QUOTA_EXCEEDED')
  })

  test('on bodies refuse what would be read at once with others', async () => {
    const own = await limited({ rates: false, bodiesPerTenant: 1 })
    const as = testIdentity()
    let end: () => void = () => undefined
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        end = () => {
          controller.enqueue(new TextEncoder().encode('{"name":"slow"}'))
          controller.close()
        }
      },
    })
    const { authorization } = { authorization: `Bearer ${Buffer.from(JSON.stringify(as)).toString('base64url')}` }
    const first = own.automation.fetch(
      new Request('https://app.example/automation/workflows', {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: slow,
        duplex: 'half',
      } as RequestInit),
    )
    await new Promise((resolve) => setImmediate(resolve))
    const create = (by: Identity) => own.call('/workflows', { as: by, method: 'POST', body: { name: 'x' } })
    expect((await create(as)).status).toBe(429)
    expect((await create(testIdentity())).status).toBe(201)
    end()
    expect((await first).status).toBe(201)
    expect((await create(as)).status).toBe(201)
  })
})
