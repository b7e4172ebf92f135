import { randomUUID } from 'node:crypto'
import type { Json, RunId, TenantId } from '@tenon/core/document'
import type { ValueRef } from '@tenon/core/run'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeValue } from '../commit/stored-value.ts'
import { planOf } from '../interpreter/testing/plan-of.ts'
import { deleteRun } from '../retention/delete-run.ts'
import type { CollectRule } from '../store/queue-entry.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { acceptRun } from './accept-run.ts'
import type { lockQueue } from './queue-lock.ts'
import type { RunToAccept } from './run-to-accept.ts'

let opened: TestDatabase

beforeAll(async () => {
  opened = await openTestDatabase('Postgres')
})
afterAll(() => opened.close())

const PLAN = planOf(['start', 'end'], ['start>end'])
const DEBOUNCE: CollectRule = { kind: 'debounce', group: 'debounce/g', delayMs: 100_000, maxWaitMs: null }
const BATCHING: CollectRule = { kind: 'batching', group: 'batching/g', maxSize: 100, maxWaitMs: 100_000 }

interface Requested {
  readonly tenantId: string
  readonly runId?: string
  readonly input?: Json
  readonly rules?: Partial<RunToAccept['rules']>
  readonly rerun?: RunToAccept['request']['rerun']
  readonly actor?: RunToAccept['request']['actor']
}

function requested({ tenantId, runId = randomUUID(), input = {}, rules, rerun, actor = null }: Requested): RunToAccept {
  const request = { workflowId: 'w', version: '1', mode: 'live', engine: 'embedded', trigger: 'start' } as const
  return {
    request: { ...request, tenantId, runId, input, actor, ...(rerun === undefined ? {} : { rerun }) },
    plan: PLAN,
    entry: { limit: null, key: null, group: '', rate: null, priority: 0 },
    rules: { dedupe: null, collect: null, ...rules },
    requires: '',
    limits: {},
    at: Date.now(),
  }
}

function accept(run: Requested) {
  return acceptRun(opened.database, requested(run))
}

/** Ends the wait of all runs for further requests, without the sweep that puts them into the queue. */
function makeDue(tenantId: string) {
  return opened.database.withTenant(tenantId, (tx) =>
    tx.updateTable('run_admissions').set({ collects_until: 1 }).where('tenant_id', '=', tenantId).execute(),
  )
}

function large(text: string): string {
  return `${text}${'x'.repeat(40_000)}`
}

describe('a request while the run before it is due', () => {
  test('starts another run, and puts that one into the queue', async () => {
    const tenantId = randomUUID()
    const rules = { collect: DEBOUNCE }
    await accept({ tenantId, runId: 'first', rules })
    await makeDue(tenantId)
    expect(await accept({ tenantId, runId: 'second', rules })).toMatchObject({
      outcome: 'stored',
      admitted: [{ runId: 'first' }],
    })
    const ada = { userId: 'u', displayName: 'Ada' }
    expect(await accept({ tenantId, rules, actor: ada })).toMatchObject({ outcome: 'merged', runId: 'second' })
    const startedBy = async (runId: string) =>
      (await postgresRunReader(opened.database).getRun(tenantId as TenantId, runId as RunId))?.startedBy
    const trigger = { nodeId: 'start', name: 'start', kind: 'start' }
    expect(await startedBy('first')).toEqual({ kind: 'trigger', trigger })
    // The last request, whose input the run has.
    expect(await startedBy('second')).toEqual({ kind: 'user', user: ada, trigger })
  })

  test('starts another run while the due one is locked', async () => {
    const tenantId = randomUUID()
    const rules = { collect: BATCHING }
    const input = { items: [1] }
    await accept({ tenantId, input, rules })
    await makeDue(tenantId)
    const second = await opened.database.withTenant(tenantId, async (tx) => {
      await sql`select from tenon.run_admissions where tenant_id = ${tenantId} for update`.execute(tx)
      return accept({ tenantId, runId: 'second', input, rules })
    })
    expect(second).toMatchObject({ outcome: 'stored', admitted: [] })
    expect(await accept({ tenantId, input, rules })).toMatchObject({ outcome: 'merged', runId: 'second' })
  })
})

describe('a merged request', () => {
  test.for([
    ['debounced', DEBOUNCE, (n: number) => ({ text: large(`${n}`) })],
    ['collected', BATCHING, (n: number) => ({ items: [large(`${n}`)] })],
  ] as const)('deletes the replaced input if it is %s', async ([, collect, inputOf]) => {
    const tenantId = randomUUID()
    const counted = () =>
      opened.database.withTenant(tenantId, async (tx) => {
        const { rows } = await sql<{ kept: number; refs: number }>`select
          (select count(*)::integer from tenon.payloads where tenant_id = ${tenantId}) as kept,
          (select count(*)::integer from tenon.payload_refs where tenant_id = ${tenantId}) as refs`.execute(tx)
        return rows[0]
      })
    for (const n of [1, 2, 3]) await accept({ tenantId, input: inputOf(n), rules: { collect } })
    expect(await counted()).toEqual({ kept: 1, refs: 1 })
    // The same input again, and one that another run has as well.
    if (collect.kind === 'debounce') await accept({ tenantId, input: inputOf(3), rules: { collect } })
    await accept({ tenantId, input: inputOf(3) })
    await accept({ tenantId, input: collect.kind === 'debounce' ? {} : inputOf(4), rules: { collect } })
    expect(await counted()).toEqual(collect.kind === 'debounce' ? { kept: 1, refs: 1 } : { kept: 2, refs: 2 })
  })

  test('waits for the run before it stores its input', async () => {
    const tenantId = randomUUID()
    const text = large('a')
    const { database } = opened
    await accept({ tenantId, runId: 'first', rules: { collect: DEBOUNCE } })
    const { merged, isFree } = await database.withTenant(tenantId, async (tx) => {
      await sql`select from tenon.runs where tenant_id = ${tenantId} for update`.execute(tx)
      const pending = accept({ tenantId, input: { text }, rules: { collect: DEBOUNCE } })
      await waitForLock(tx)
      const { hash, size } = storeValue({ text }).ref
      // An append of the run that it now waits for stores the same value: it must not wait for the request.
      await sql`set local lock_timeout = '500ms'`.execute(tx)
      const stored = await sql`insert into tenon.payloads (tenant_id, hash, size, data)
        values (${tenantId}, ${hash}, ${size}, '{}') on conflict do nothing`.execute(tx)
      return { merged: [pending], isFree: stored.numAffectedRows }
    })
    expect(isFree).toBe(1n)
    expect(await merged[0]).toMatchObject({ outcome: 'merged', runId: 'first' })
  })

  test('starts another run if the one before it is deleted meanwhile', async () => {
    const tenantId = randomUUID()
    const rules = { collect: DEBOUNCE }
    await accept({ tenantId, runId: 'first', rules })
    const merged = await opened.database.withTenant(tenantId, async (tx) => {
      await tx.deleteFrom('runs').where('tenant_id', '=', tenantId).execute()
      const pending = accept({ tenantId, runId: 'second', rules })
      await waitForLock(tx)
      return [pending]
    })
    expect(await merged[0]).toMatchObject({ outcome: 'stored' })
  })
})

/** Waits until another transaction waits for a lock. */
async function waitForLock(tx: Parameters<typeof lockQueue>[0]): Promise<void> {
  for (;;) {
    const { rows } = await sql`select from pg_locks where not granted`.execute(tx)
    if (rows.length > 0) return
  }
}

describe('a repeated request', () => {
  test('starts a run if the one of its key was deleted', async () => {
    const tenantId = randomUUID()
    const { database } = opened
    const rules = { dedupe: { group: 'g', windowMs: 86_400_000 } }
    await accept({ tenantId, runId: 'first', rules })
    expect(await accept({ tenantId, runId: 'again', rules })).toMatchObject({ outcome: 'same', runId: 'first' })
    await database.withTenant(tenantId, (tx) =>
      tx.updateTable('runs').set({ finished_at: 5 }).where('tenant_id', '=', tenantId).execute(),
    )
    const kept = { tenant_id: tenantId, workflow_id: 'w', dedupe_key: 'key/h', run_id: 'gone', until: Date.now() * 2 }
    await database.withTenant(tenantId, (tx) => tx.insertInto('run_dedupes').values(kept).execute())
    await deleteRun({ database, log: () => undefined }, { tenantId, runId: 'first' })
    const keys = await database.withTenant(tenantId, (tx) =>
      tx.selectFrom('run_dedupes').select('dedupe_key').where('tenant_id', '=', tenantId).execute(),
    )
    expect(keys).toEqual([{ dedupe_key: 'key/h' }])
    expect(await accept({ tenantId, runId: 'next', rules })).toMatchObject({ outcome: 'stored' })
    // A key that was left, since a request had locked it.
    const left = { dedupe: { group: 'h', windowMs: 1_000 } }
    expect(await accept({ tenantId, runId: 'last', rules: left })).toMatchObject({ outcome: 'stored' })
  })
})

test('a rerun stores the value once that is its input and the outcome of a node', async () => {
  const tenantId = randomUUID()
  const input = { text: large('r') }
  const { hash, size } = storeValue(input).ref
  const output: ValueRef = { hash, size }
  const outcome = { nodeId: 'start', how: 'completed', output, port: 'out' } as const
  const rerun = { of: { runId: 'old', from: { nodeId: 'end' } }, seed: null, outcomes: [outcome], payloads: [] }
  expect(await accept({ tenantId, input, rerun })).toMatchObject({ outcome: 'stored' })
})
