import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { postgresRunReader } from './run-reader.ts'

let opened: TestDatabase

beforeAll(async () => {
  opened = await openTestDatabase('PGlite')
})
afterAll(() => opened.close())

interface RunRow {
  readonly runId: string
  readonly status: string
  readonly mode?: 'live' | 'test'
  readonly workflowId?: string
}

async function addRun(tenantId: string, { runId, status, mode = 'live', workflowId = 'w' }: RunRow): Promise<void> {
  await opened.database.withTenant(tenantId, (tx) =>
    sql`insert into tenon.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine, plan_hash,
        semantics, status, turn, next_seq, head_hash, queued_at)
      values (${tenantId}, ${runId}, 1, 't', ${workflowId}, '1', ${mode}, 'embedded', 'p', 1, ${status}, 0, 1, '', 1)`.execute(
      tx,
    ),
  )
}

async function addToQueue(tenantId: string, runId: string, admittedAt: number | null): Promise<void> {
  await opened.database.withTenant(tenantId, (tx) =>
    sql`insert into tenon.run_admissions (tenant_id, run_id, workflow_id, is_child, engine, admitted_at)
      values (${tenantId}, ${runId}, 'w', false, 'embedded', ${admittedAt})`.execute(tx),
  )
}

async function idsOf(tenantId: string, request: 'pause' | 'resume'): Promise<readonly string[]> {
  const reader = postgresRunReader(opened.database)
  const ids: string[] = []
  let cursor: string | null | undefined
  while (cursor !== null) {
    const filter = { workflowId: 'w', request, ...(cursor === undefined ? {} : { cursor }) }
    const page = await reader.listRunsToPause(tenantId, filter)
    ids.push(...page.runIds)
    cursor = page.nextCursor
  }
  return ids.sort()
}

test('a request to pause is for the runs that have begun or been admitted, one to resume for those with a pause', async () => {
  for (const status of ['running', 'waiting', 'paused', 'completed', 'failed', 'canceled']) {
    await addRun('acme', { runId: status, status })
  }
  for (const runId of ['free', 'admitted', 'held']) await addRun('acme', { runId, status: 'queued' })
  await addToQueue('acme', 'admitted', 1)
  await addToQueue('acme', 'held', null)
  await addRun('acme', { runId: 'tested', status: 'running', mode: 'test' })
  await addRun('acme', { runId: 'elsewhere', status: 'running', workflowId: 'other' })
  await addRun('umbrella', { runId: 'foreign', status: 'running' })
  expect(await idsOf('acme', 'pause')).toEqual(['admitted', 'free', 'running', 'waiting'])
  // They have a request to pause that they have yet to apply.
  for (const runId of ['running', 'held']) {
    await opened.database.withTenant('acme', (tx) =>
      tx
        .insertInto('run_inbox')
        .values({ tenant_id: 'acme', run_id: runId, message_id: 'pause/1', fact: '{}', at: 1 })
        .execute(),
    )
  }
  expect(await idsOf('acme', 'resume')).toEqual(['held', 'paused', 'running'])
})

test('all runs are listed, by pages', async () => {
  const runIds = Array.from({ length: 401 }, (_, index) => `r${1000 + index}`)
  for (const runId of runIds) await addRun('large', { runId, status: 'running' })
  expect(await idsOf('large', 'pause')).toEqual(runIds)
})
