import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { greeting, publish } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import type { ServerDatabase, ServerTables } from './server-tables.ts'
import { readLockfiles } from './version-repository.ts'
import { workflowNames } from './workflow-repository.ts'

/** More than the parameters that a query can have. */
const MANY = 70_000

let server: TestServer
let database: ServerDatabase

beforeAll(async () => {
  const pglite = await openServerPGlite()
  server = await openTestServer({ database: { pglite } })
  database = createDatabase<ServerTables>({ pglite })
})
afterAll(() => server.close())

test('lockfiles and names are read for any number of workflows, of the tenant only', async () => {
  const [as, other] = [testIdentity(), testIdentity()]
  const [own, foreign] = [await publish(server, as, greeting), await publish(server, other, greeting)]
  const { tenantId } = as
  const unknown = Array.from({ length: MANY }, (_, index) => `unknown-${index}`)
  const versions = [own, foreign, ...unknown].map((workflowId) => ({ workflowId, version: '1' }))
  const asked = [{ workflowId: own, version: '2' }, ...versions]
  const rows = await database.withTenant(tenantId, (tx) => readLockfiles(tx, tenantId, asked))
  expect(rows).toMatchObject([{ workflow_id: own, version: '1', lockfile: expect.stringContaining('nodeTypes') }])
  const names = await database.withTenant(tenantId, (tx) => workflowNames(tx, tenantId, [own, foreign, ...unknown]))
  expect([...names]).toEqual([[own, 'Sample']])
  expect(await database.withTenant(tenantId, (tx) => readLockfiles(tx, tenantId, []))).toEqual([])
})
