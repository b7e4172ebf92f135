import type { Identity, StartedRun } from '@tenon/core/api'
import { createDatabase } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerTables } from '../tables/server-tables.ts'
import { insertSharedVersion } from '../tables/version-repository.ts'
import { greeting, publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { createRetention } from './data-retention.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({ database: { pglite } })
})
afterAll(() => server.close())

/** A workflow with a published version and a test of its draft, and the retention of its host. */
async function openTested(as: Identity) {
  const { tenantId } = as
  const workflowId = await publish(server, as, greeting)
  const path = `/workflows/${workflowId}/draft/runs`
  const { runId } = await server.json<StartedRun>(201, path, { as, method: 'POST', body: { input: { text: 'x' } } })
  await untilRun(server, as, runId)
  const database = createDatabase<ServerTables>({ pglite })
  const retention = createRetention(database, undefined, () => undefined)
  const versions = () =>
    database.withTenant(tenantId, (tx) =>
      tx.selectFrom('versions').selectAll().where('tenant_id', '=', tenantId).orderBy('version').execute(),
    )
  return {
    runId,
    database,
    retention,
    versions,
    names: async () => (await versions()).map(({ version }) => version.split(':')[0]),
    sweep: () => retention.sweepVersions(tenantId, () => false),
    passDay: () =>
      database.withTenant(tenantId, (tx) =>
        tx
          .updateTable('versions')
          .set({ unused_at: sql<number>`unused_at - 86400000` })
          .where('tenant_id', '=', tenantId)
          .execute(),
      ),
  }
}

test('deletes a test version a day after its last run, and no published one', async () => {
  const as = testIdentity({ role: 'admin' })
  const { runId, names, versions, sweep, passDay, retention } = await openTested(as)
  await sweep()
  await passDay()
  await sweep()
  expect(await names()).toEqual(['1', 'test'])
  const [published, tested] = await versions()
  const both = [...(published?.plans ?? []), ...(tested?.plans ?? [])]
  expect(both).toHaveLength(2)
  expect(new Set(await retention.plansInUse(as.tenantId, [...both, 'other']))).toEqual(new Set(both))
  expect(await retention.plansInUse(testIdentity().tenantId, both)).toEqual([])
  await server.json(204, `/runs/${runId}`, { as, method: 'DELETE' })
  await sweep()
  expect(await names()).toEqual(['1', 'test'])
  await sweep()
  expect(await names()).toEqual(['1', 'test'])
  await passDay()
  await retention.sweepVersions(as.tenantId, () => true)
  expect(await names()).toEqual(['1', 'test'])
  await sweep()
  expect(await names()).toEqual(['1'])
})

test('keeps a marked version that a test stores again, or whose run was seen late', async () => {
  const as = testIdentity({ role: 'admin' })
  const { tenantId } = as
  const { runId, database, names, versions, sweep, passDay } = await openTested(as)
  const mark = () =>
    database.withTenant(tenantId, (tx) =>
      tx.updateTable('versions').set({ unused_at: 1 }).where('tenant_id', '=', tenantId).execute(),
    )
  await mark()
  await sweep()
  expect((await versions()).map((row) => row.unused_at)).toEqual([1, null])
  await server.json(204, `/runs/${runId}`, { as, method: 'DELETE' })
  await sweep()
  await passDay()
  const [, tested] = await versions()
  if (tested === undefined) throw new RangeError('no version')
  // Without the columns that only sweeps write and read.
  const { plans: _plans, unused_at: _unusedAt, ...row } = tested
  await database.withTenant(tenantId, (tx) => insertSharedVersion(tx, row))
  await sweep()
  expect(await names()).toEqual(['1', 'test'])
})
