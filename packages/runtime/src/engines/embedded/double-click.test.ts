import { randomUUID } from 'node:crypto'
import { node, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeTables } from '../../postgres/tables.ts'
import { openEmbedded } from '../../testing/embedded.ts'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { startRun } from '../../testing/run-driver.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startTestPostgres()
})
// Fails if Postgres has seen a deadlock.
afterAll(() => server.stop())

test('takes the same vote of a person several times without a deadlock and without an error', async () => {
  const pool = new pg.Pool({ connectionString: await server.createDatabase(), max: 12 })
  const database = createDatabase<RuntimeTables>({ pool })
  await migrateRuntime(database)
  const nodes = createTestNodes()
  const { engine, reader, bus, close } = await openEmbedded(database, nodes.registry)
  const review = workflow(
    [node('start', 'start'), node('review', 'approval', { title: 'x' }), node('after', 'probe')],
    ['start>review', 'review:approve>after'],
  )
  const actor = { userId: 'ann', displayName: 'Ann', role: 'admin' } as const
  for (let round = 0; round < 40; round += 1) {
    const run = await startRun({ engine, reader, bus, registry: nodes.registry }, review, {
      tenantId: `t-${randomUUID()}`,
    })
    const { approvalId } = await run.approvalOf('review')
    const clicks = Array.from({ length: 6 }, async () => {
      const { outcome } = await engine.decide(run.tenantId, approvalId, { actor, choice: 'approve', at: 1 })
      return outcome
    })
    expect(new Set(await Promise.all(clicks))).not.toContain('not_found')
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect((await run.events()).filter((event) => event.type === 'approval_decided')).toHaveLength(1)
  }
  await close()
  await database.close()
})
