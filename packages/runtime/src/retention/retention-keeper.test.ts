import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { createBackgroundDeletions, deleteRun } from './delete-run.ts'
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
    sweepVersions: async () => undefined,
    plansInUse: async (_tenantId, planHashes) => planHashes,
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

test('a process without retention deletes what remains of deleted runs, and nothing else', async () => {
  const { database, deps } = { ...open(), database: opened.database }
  await addTenant('rests', 1, 2)
  const remains = () =>
    database.withTenant('rests', async (tx) => ({
      rests: await tx.selectFrom('run_erasures').select('run_id').execute(),
      runs: await tx.selectFrom('runs').select('run_id').execute(),
      at: (await tx.selectFrom('retention_sweeps').select('rests_at').executeTakeFirst())?.rests_at,
    }))
  const background = { ...createBackgroundDeletions(), isClosed: () => true }
  const closed = { database, log: () => undefined, background }
  expect(await deleteRun(closed, { tenantId: 'rests', runId: 'r1' })).toBe('deleted')
  await background.close()
  expect((await remains()).rests).toEqual([{ run_id: 'r1' }])
  const keeper = createRetentionKeeper({ ...deps, lookMs: 1 }, undefined)
  await database.withTenant('rests', (tx) => tx.updateTable('retention_sweeps').set({ rests_at: 1 }).execute())
  keeper.start()
  await vi.waitFor(
    async () => expect(await remains()).toEqual({ rests: [], runs: [{ run_id: 'r2' }], at: null }),
    20_000,
  )
  await keeper.stop()
})

test('sweeps a tenant although the rest of others cannot be deleted, and notes each of those', async () => {
  const later = Date.now() + 3_600_000
  for (const tenantId of ['down1', 'down2']) {
    await addTenant(tenantId, later, 0)
    await opened.database.withTenant(tenantId, async (tx) => {
      await tx.updateTable('retention_sweeps').set({ rests_at: 1 }).where('tenant_id', '=', tenantId).execute()
      await tx.insertInto('payload_garbage').values({ tenant_id: tenantId, location: tenantId }).execute()
    })
  }
  await addTenant('well', 1, 1)
  const { asked, lines, deps, retention } = open()
  const down = () => Promise.reject(new Error('The store is down'))
  const list = async () => ({ items: [], nextCursor: null })
  const objects = { delete: down, list, download: down, upload: down }
  const keeper = createRetentionKeeper({ ...deps, objects }, retention)
  keeper.start()
  await vi.waitFor(() => expect(asked).toContain('well'), 20_000)
  await keeper.stop()
  const message = 'retention.rest_failed: trying again in ten minutes'
  const reason = 'The store is down'
  expect(lines.slice(0, 2)).toEqual(['down1', 'down2'].map((tenantId) => [message, { tenantId, reason }]))
})
