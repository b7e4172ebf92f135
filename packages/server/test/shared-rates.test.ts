import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LimitOptions } from '../src/limits/limit-options.ts'
import { openTestServer } from '../src/testing/kit/test-server.ts'
import { testIdentity } from '../src/testing/test-identity.ts'

let postgres: TestPostgres

beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(() => postgres.stop())

describe('limits.rateLimiter', () => {
  test("several processes count in the host's own Postgres, and each for itself while that is away", async () => {
    const connectionString = await postgres.createDatabase()
    const store = new pg.Pool({ connectionString, max: 2 })
    await store.query('create table rates (key varchar(255) primary key, points integer not null, expire bigint)')
    const limits: LimitOptions = {
      rates: { write: { perSecond: 0, burst: 3 } },
      rateLimiter: (settings) =>
        new RateLimiterPostgres({ storeClient: store, tableName: 'rates', tableCreated: true, ...settings }),
    }
    const one = await openTestServer({ database: { pool: new pg.Pool({ connectionString, max: 4 }) }, limits })
    const two = await openTestServer({ database: { pool: new pg.Pool({ connectionString, max: 4 }) }, limits })
    const as = testIdentity()
    const answers = await Promise.all(
      [one, two, one, two, one, two, one, two].map((server) =>
        server.call('/workflows', { as, method: 'POST', body: { name: 'x' } }),
      ),
    )
    const statuses = answers.map((answer) => answer.status).sort()
    expect(statuses).toEqual([201, 201, 201, 429, 429, 429, 429, 429])
    const refused = answers.find((answer) => answer.status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    await store.end()
    expect((await one.call('/workflows', { as, method: 'POST', body: { name: 'x' } })).status).toBe(201)
    await Promise.all([one.close(), two.close()])
  })
})
