import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { greeting, publish } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { draftHeads, keepBehaviorHash } from './draft-repository.ts'
import type { ServerDatabase, ServerTables } from './server-tables.ts'

let server: TestServer
let database: ServerDatabase

beforeAll(async () => {
  const pglite = await openServerPGlite()
  server = await openTestServer({ database: { pglite } })
  database = createDatabase<ServerTables>({ pglite })
})
afterAll(() => server.close())

describe('keepBehaviorHash', () => {
  test('keeps a hash until there is one of a later state, in whatever order they come', async () => {
    const as = testIdentity()
    const ref = { tenantId: as.tenantId, workflowId: await publish(server, as, greeting) }
    const keep = (hash: string, seq: number) =>
      database.withTenant(as.tenantId, async (tx) => {
        await keepBehaviorHash(tx, ref, { hash, seq })
        return (await draftHeads(tx, as.tenantId, [ref.workflowId]))[0]
      })
    expect(await keep('later', 9)).toMatchObject({ behavior_hash: 'later', hash_seq: 9 })
    expect(await keep('earlier', 8)).toMatchObject({ behavior_hash: 'later', hash_seq: 9 })
    expect(await keep('latest', 10)).toMatchObject({ behavior_hash: 'latest', hash_seq: 10 })
  })
})
