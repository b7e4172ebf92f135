import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { issueTicket, redeemTicket } from './tickets.ts'

const ISSUED_AT = Date.UTC(2030, 0, 1)
let server: TestServer
let database: ServerDatabase

beforeAll(async () => {
  const pglite = await openServerPGlite()
  server = await openTestServer({ database: { pglite } })
  database = createDatabase<ServerTables>({ pglite })
})
afterAll(() => server.close())

const at = (ms: number) => ({ database, now: () => ISSUED_AT + ms })

describe('tickets', () => {
  test('are good for thirty seconds, as they say', async () => {
    const identity = testIdentity()
    const [used, late] = [await issueTicket(at(0), identity), await issueTicket(at(0), identity)]
    expect(used.expiresAt).toBe('2030-01-01T00:00:30.000Z')
    expect((await redeemTicket(at(30_000), used.ticket)).userId).toBe(identity.userId)
    await expect(redeemTicket(at(30_001), late.ticket)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('are good once', async () => {
    const { ticket } = await issueTicket(at(0), testIdentity())
    await redeemTicket(at(0), ticket)
    await expect(redeemTicket(at(0), ticket)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
