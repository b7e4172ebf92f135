import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { createRetentionKeeper } from './retention-keeper.ts'
import type { Retention } from './sweep-tenant.ts'

let opened: TestDatabase

beforeAll(async () => {
  opened = await openTestDatabase('PGlite')
})
afterAll(() => opened.close())

const addTenant = async (tenantId: string, dueAt: number, runs: number) => {
  await opened.database.withTenant(tenantId, async (tx) => {
    await tx.insertInto('retention_sweeps').values({ tenant_id: tenantId, due_at: dueAt }).execute()
    await sql`insert into tenon.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine,
        plan_hash, semantics, status, turn, next_seq, head_hash, queued_at, finished_at)
      select ${tenantId}, 'r' || i, 1, 't', 'w', '1', 'live', 'embedded', 'p', 1, 'completed', 0, 1, '', i, i
        from generate_series(1, ${sql.lit(runs)}) as i`.execute(tx)
  })
}

const open = (sweepOwn: Retention['sweepOwn'] = async () => undefined) => {
  const asked: string[] = []
  const lines: unknown[] = []
  const retention: Retention = {
    policyOf: async (tenantId) => {
      asked.push(tenantId)
      return { runsDays: 1, workflowDays: new Map() }
    },
    record: async () => undefined,
    sweepOwn,
    lookMs: 1,
  }
  const log = (_level: unknown, message: string, fields: unknown) => lines.push([message, fields])
  const deps = { database: opened.database, objects: null, log }
  return { asked, lines, keeper: createRetentionKeeper(deps, retention), deps, retention }
}

test('sweeps tenants that are due, and gives each its turn', async () => {
  await addTenant('many', 1, 201)
  await addTenant('few', 2, 1)
  await addTenant('later', Date.now() + 3_600_000, 1)
  const { asked, lines, keeper } = open()
  keeper.start()
  keeper.start()
  await vi.waitFor(() => expect(lines).toHaveLength(3), 20_000)
  await keeper.stop()
  expect(asked).toEqual(['many', 'few', 'many'])
  expect(lines).toEqual(
    [
      { tenantId: 'many', runs: 200 },
      { tenantId: 'few', runs: 1 },
      { tenantId: 'many', runs: 1 },
    ].map((fields) => ['retention.deleted', fields]),
  )
})

test('stops between two transactions, and ends after the one in flight', async () => {
  await addTenant('stopped', 1, 1)
  let isDone = false
  let begun: () => void = () => undefined
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  const { keeper, asked } = open(async (_, isStopped) => {
    begun()
    await vi.waitFor(() => expect(isStopped()).toBe(true), 20_000)
    isDone = true
  })
  keeper.start()
  await hasBegun
  await keeper.stop()
  expect(isDone).toBe(true)
  await addTenant('after', 1, 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(asked).toEqual(['stopped'])
})
