import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { openSocket } from '../testing/kit/test-socket.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

/** A server whose authentication never ends. */
async function undecided(socketLifetimeMs?: number): Promise<string> {
  const never = await server.sibling({
    authenticate: () => new Promise<never>(() => undefined),
    ...(socketLifetimeMs === undefined ? {} : { socketLifetimeMs }),
  })
  onTestFinished(() => never.close())
  return (await never.listen()).url
}

describe('createServerSockets', () => {
  test('waits with an open socket for the answer who it is, but not for ever', async () => {
    const socket = openSocket(`${await undecided(1)}/runs/any/logs`, { as: testIdentity() })
    expect(await socket.closed).toEqual({ code: 4503, reason: 'Authentication timed out' })
  })

  test('a page of another origin is refused, and the log says which origins would do', async () => {
    const lines: unknown[] = []
    const own = await server.sibling({ log: (...line) => lines.push(line), allowedOrigins: ['https://b.example'] })
    onTestFinished(() => own.close())
    const { url } = await own.listen()
    const socket = openSocket(`${url}/runs/any/logs`, {
      as: testIdentity(),
      headers: { origin: 'http://localhost:3000' },
    })
    expect((await socket.closed).code).toBe(4403)
    expect(lines).toEqual([
      [
        'warn',
        expect.stringMatching(/^origin.refused: /),
        { origin: 'http://localhost:3000', wanted: 'https://app.example, https://b.example' },
      ],
    ])
  })

  test.each([
    ['a few large messages', Array.from({ length: 3 }, () => new Uint8Array(1_000_000))],
    ['many small ones', Array.from({ length: 301 }, () => new Uint8Array(1))],
  ])('keeps no more than an editor sends for a caller who is not signed in yet: %s', async (_title, messages) => {
    const socket = openSocket(`${await undecided()}/workflows/any/collab`, { as: testIdentity() })
    await socket.opened
    for (const message of messages) socket.socket.send(message)
    expect((await socket.closed).code).toBe(4529)
  })
})
