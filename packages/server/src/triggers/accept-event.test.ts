import type { Identity, Page, Trigger, TriggerEvent } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { newRunId, postgresRunReader, type RuntimeTables, type StartedRunRow } from '@tenon/runtime'
import { createDatabase } from '@tenon/runtime/postgres'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { claimEvent, eventIdOf } from '../tables/trigger-event-repository.ts'
import { findTrigger, type TriggerRef } from '../tables/trigger-repository.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
import { lockWorkflow } from '../tables/workflow-repository.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish } from '../testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { acceptEvent, startByTrigger } from './accept-event.ts'

let postgres: TestPostgres
let server: TestServer
let database: ServerDatabase

beforeAll(async () => {
  postgres = await startTestPostgres()
  const pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 10 })
  database = createDatabase<ServerTables>({ pool })
  server = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys, database: { pool } })
})
afterAll(async () => {
  await server.close()
  await postgres.stop()
})

const HOOK = workflow([node('hook', 'webhook', { signature: 'none' }), node('end', 'end')], ['hook>end'])

async function openHook() {
  const as = testIdentity()
  const workflowId = await publish(server, as, HOOK)
  const ref: TriggerRef = { tenantId: as.tenantId, workflowId, nodeId: 'hook' }
  const row = async () => (await database.withTenant(ref.tenantId, (tx) => findTrigger(tx, ref))) as TriggerRow
  const post = (path: string) => server.json(200, `/workflows/${workflowId}${path}`, { as, method: 'POST' })
  return { as, ref, row, post, path: `/workflows/${workflowId}` }
}

const eventsOf = async (as: Identity, path: string) =>
  (await server.json<Page<TriggerEvent>>(200, `${path}/triggers/hook/events`, { as })).items

test('no run starts after a pause or a deletion that was answered while its message was verified', async () => {
  const { as, row, post, path } = await openHook()
  const start = vi.fn()
  const deps = {
    database,
    engine: { start },
    dataUsage: { checkRoom: async () => undefined },
  } as unknown as Parameters<typeof startByTrigger>[0]
  const before = await row()
  await post('/triggers/hook/pause')
  await expect(startByTrigger(deps, before, {}, newRunId())).rejects.toMatchObject({ code: 'TRIGGER_PAUSED' })
  await post('/triggers/hook/resume')
  await server.json(204, path, { as, method: 'DELETE' })
  await expect(startByTrigger(deps, before, {}, newRunId())).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' })
  const event = { ...before, kind: 'event' as const }
  await expect(startByTrigger(deps, event, {}, newRunId())).rejects.toMatchObject({ code: 'TRIGGER_NOT_FOUND' })
  expect(start).not.toHaveBeenCalled()
})

test('a message that is sent again finds the run of a process that was killed before its decision', async () => {
  const { as, ref, path } = await openHook()
  const { tenantId } = ref
  const now = Date.now() - 120_000
  const runId = newRunId()
  await database.withTenant(tenantId, (tx) =>
    claimEvent(tx, ref, {
      eventId: eventIdOf('live', 'k'),
      mode: 'live',
      runId,
      at: now,
      dueAt: null,
      isBackfill: false,
    }),
  )
  expect(await eventsOf(as, path)).toMatchObject([{ outcome: 'failed', code: 'UNAVAILABLE', runId: null }])
  const reader = postgresRunReader(database.view<RuntimeTables>())
  const deps = { database, reader, now: Date.now, log: () => undefined }
  const full = async (): Promise<StartedRunRow> => {
    throw new TenonError('RUN_QUEUE_FULL', 'Full')
  }
  // Without a run it is rejected, and may be sent again.
  await expect(acceptEvent(deps, ref, { mode: 'live', key: 'k', start: full })).rejects.toMatchObject({
    code: 'RUN_QUEUE_FULL',
  })
  expect(await eventsOf(as, path)).toMatchObject([{ outcome: 'rejected', code: 'RUN_QUEUE_FULL' }])
  await database.withTenant(tenantId, (tx) =>
    tx
      .insertInto('runs')
      .values({
        ...{ tenant_id: tenantId, run_id: runId, start_week: 2_900, trace_id: 't', workflow_id: ref.workflowId },
        ...{ version: '1', mode: 'live', engine: 'embedded', plan_hash: 'p', semantics: 1, status: 'waiting' },
        ...{ turn: 1, next_seq: 2, head_hash: Buffer.alloc(0), queued_at: now },
      })
      .execute(),
  )
  const found = await acceptEvent(deps, ref, { mode: 'live', key: 'k', start: full })
  expect(found).toEqual({ runId, status: 'repeated' })
  expect(await eventsOf(as, path)).toMatchObject([{ outcome: 'started', code: null, runId }])
})

test('a promotion waits for a restoration, so that both agree about the triggers', async () => {
  const { as, ref, row, path } = await openHook()
  const { tenantId, workflowId } = ref
  await server.json(201, `${path}/versions`, { as, method: 'POST', body: { canary: { percent: 50 } } })
  const promote = () => server.json(200, `${path}/versions/2/rollout/promotion`, { as, method: 'POST' })
  let promoted: Promise<unknown> | null = null
  await database.withTenant(tenantId, async (tx) => {
    await lockWorkflow(tx, tenantId, workflowId)
    promoted = promote()
    const first = await Promise.race([
      promoted.then(() => 'promoted'),
      new Promise((resolve) => setTimeout(() => resolve('waits'), 500)),
    ])
    expect(first).toBe('waits')
  })
  await promoted
  expect(await row()).toMatchObject({ version: '2' })
})

test('the promotion of a version of a deleted workflow opens no address', async () => {
  const { as, row, path } = await openHook()
  await server.json(201, `${path}/versions`, { as, method: 'POST', body: { canary: { percent: 50 } } })
  await server.json(204, path, { as, method: 'DELETE' })
  await server.json(200, `${path}/versions/2/rollout/promotion`, { as, method: 'POST' })
  expect(await row()).toMatchObject({ version: null })
  await server.json(200, `${path}/restore`, { as, method: 'POST' })
  const trigger = await server.json<Trigger>(200, `${path}/triggers/hook`, { as })
  expect(trigger).toMatchObject({ state: 'active', version: '2' })
})
