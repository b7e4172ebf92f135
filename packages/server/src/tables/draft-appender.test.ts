import { randomUUID } from 'node:crypto'
import { DRAFT_LIMITS } from '@tenon/core/collab'
import { createDatabase } from '@tenon/runtime/postgres'
import { type PlanWatch, startTestPostgres, type TestPostgres, watchPlans } from '@tenon/runtime/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compactDraft } from '../drafts/compact-draft.ts'
import { seedDraft } from '../drafts/seed-draft.ts'
import { greeting } from '../testing/kit/sample-workflows.ts'
import { createDraftAppender, type DraftAppend, type DraftAppender } from './draft-appender.ts'
import { type DraftRef, listUpdates, lockDraft } from './draft-repository.ts'
import { createMigrate } from './migrate.ts'
import type { ServerDatabase, ServerTables } from './server-tables.ts'
import { findWorkflow, insertWorkflow, lockWorkflow, updateWorkflowRow } from './workflow-repository.ts'

const CREATED_AT = 1_700_000_000_000

let server: TestPostgres
/** All statements of the appender go over this connection. */
let pool: pg.Pool
let client: pg.PoolClient
let watch: PlanWatch
let appender: DraftAppender
/** For what the tests look at. */
let database: ServerDatabase

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase()
  database = createDatabase<ServerTables>({ pool: new pg.Pool({ connectionString, max: 8 }) })
  await createMigrate(database, {})()
  pool = new pg.Pool({ connectionString, max: 1 })
  appender = createDraftAppender(createDatabase<ServerTables>({ pool }))
  client = await pool.connect()
  watch = await watchPlans(client)
  client.release()
})
afterAll(async () => {
  await pool.end()
  await database.close()
  await server.stop()
})

async function newDraft(tenantId = `t-${randomUUID()}`): Promise<DraftRef> {
  const ref = { tenantId, workflowId: randomUUID() }
  const row = {
    ...{ tenant_id: tenantId, workflow_id: ref.workflowId, name: 'Shared', description: '' },
    ...{ latest_version: null, latest_behavior_hash: null, created_at: CREATED_AT, updated_at: CREATED_AT },
    deleted_at: null,
  }
  await database.withTenant(tenantId, async (tx) => {
    await insertWorkflow(tx, row)
    await seedDraft(tx, ref, { document: greeting, textFields: new Map(), at: CREATED_AT })
  })
  return ref
}

/** Updates that consist of one byte each. */
function updates(seq: number, bytes: readonly number[], fields: Partial<DraftAppend> = {}): DraftAppend {
  return {
    updates: bytes.map((byte) => ({ bytes: Uint8Array.of(byte), userId: `user-${byte}` })),
    ...{ seq, at: CREATED_AT + 1_000 },
    ...fields,
  }
}

const headOf = (ref: DraftRef) => database.withTenant(ref.tenantId, (tx) => lockDraft(tx, ref, 'read'))
const storedIn = (ref: DraftRef) =>
  database.withTenant(ref.tenantId, async (tx) =>
    (await listUpdates(tx, ref, 0)).map(({ seq, bytes }) => [seq, ...bytes]),
  )
const changedAt = (ref: DraftRef) =>
  database.withTenant(ref.tenantId, async (tx) => (await findWorkflow(tx, ref.tenantId, ref.workflowId))?.updated_at)
const numbers = (list: readonly Uint8Array[]) => list.map((bytes) => [...bytes])

describe('createDraftAppender', () => {
  test('numbers updates without gaps, and answers those of others that the caller has not seen', async () => {
    const ref = await newDraft()
    const empty = (await headOf(ref))?.total_bytes ?? 0
    const first = await appender.append(ref, updates(1, [10, 11], { behaviorHash: 'planned' }))
    expect(first).toEqual({ seq: 3, snapshotSeq: 1, totalBytes: empty + 2, missed: [] })
    expect(await headOf(ref)).toMatchObject({ behavior_hash: 'planned', hash_seq: 3, updated_at: CREATED_AT + 1_000 })
    const second = await appender.append(ref, updates(2, [12]))
    expect({ ...second, missed: numbers(second.missed) }).toMatchObject({ seq: 4, missed: [[11]] })
    expect(await headOf(ref)).toMatchObject({ seq: 4, behavior_hash: 'planned', hash_seq: 3, total_bytes: empty + 3 })

    const snapshot = Uint8Array.of(99, 98)
    await database.withTenant(ref.tenantId, (tx) => compactDraft(tx, ref, { seq: 3, snapshot }))
    const third = await appender.append(ref, updates(1, [13]))
    expect({ ...third, missed: numbers(third.missed) }).toEqual({
      ...{ seq: 5, snapshotSeq: 3, totalBytes: snapshot.byteLength + 2 },
      missed: [[99, 98], [12]],
    })
    await database.withTenant(ref.tenantId, (tx) => compactDraft(tx, ref, { seq: 5, snapshot }))
    const fourth = await appender.append(ref, updates(1, [14]))
    expect({ ...fourth, missed: numbers(fourth.missed) }).toMatchObject({ seq: 6, missed: [[99, 98]] })
    expect(await storedIn(ref)).toEqual([[6, 14]])
  })

  test('is one statement, alone and as a part of a transaction', async () => {
    const ref = await newDraft()
    const { rows: role } = await pool.query<{ role: string }>('select current_user as role')
    const before = watch.texts().length
    await appender.append(ref, updates(1, [1]))
    const alone = watch.texts().slice(before)
    // Of the function: the workflow is read, the draft and its updates are written, the workflow is touched if that is due.
    expect(alone).toHaveLength(3)
    await database.withTenant(ref.tenantId, async (tx) => {
      await appender.appendIn(tx, ref, updates(2, [2]))
      expect(await appender.appendIn(tx, ref, updates(2, [3]))).toMatchObject({ seq: 4, missed: [Buffer.of(2)] })
    })
    expect(await storedIn(ref)).toEqual([
      [2, 1],
      [3, 2],
      [4, 3],
    ])
    // The role and the tenant of a call end with it.
    const { rows } = await pool.query(`select current_user as role, current_setting('tenon.tenant', true) as tenant`)
    expect(rows).toEqual([{ role: role[0]?.role, tenant: '' }])
  })

  test('stores nothing in a draft that is full, deleted, or of another tenant', async () => {
    const [ref, deleted] = [await newDraft(), await newDraft()]
    const bytes = new Uint8Array(DRAFT_LIMITS.draftBytes)
    const full = updates(1, [], { updates: [{ bytes, userId: 'ana' }] })
    await expect(appender.append(ref, full)).rejects.toMatchObject({
      code: 'VALUE_TOO_LARGE',
      details: { maxBytes: DRAFT_LIMITS.draftBytes },
    })
    await database.withTenant(deleted.tenantId, (tx) =>
      updateWorkflowRow(tx, deleted.tenantId, deleted.workflowId, { deleted_at: CREATED_AT }),
    )
    const foreign = { ...ref, tenantId: deleted.tenantId }
    for (const missing of [deleted, foreign, { ...ref, workflowId: 'unknown' }]) {
      const refused = { code: 'WORKFLOW_NOT_FOUND', message: 'No workflow has this id' }
      await expect(appender.append(missing, updates(1, [1]))).rejects.toMatchObject(refused)
    }
    for (const each of [ref, deleted]) {
      expect(await headOf(each)).toMatchObject({ seq: 1, updated_at: CREATED_AT })
      expect(await storedIn(each)).toEqual([])
    }
  })

  test('keeps what processes write at once: dense numbers, and each learns of all others', async () => {
    const ref = await newDraft()
    const empty = (await headOf(ref))?.total_bytes ?? 0
    const other = createDraftAppender(database)
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      const seen: number[] = []
      let seq = 1
      for (let round = 0; round < 10; round += 1) {
        const byte = writer * 10 + round
        const done = await (writer % 2 === 0 ? appender : other).append(ref, updates(seq, [byte]))
        seen.push(...done.missed.map((bytes) => bytes[0] ?? -1), byte)
        seq = done.seq
      }
      return { seen, seq }
    })
    const results = await Promise.all(writers)
    const stored = await storedIn(ref)
    expect(stored.map(([seq]) => seq)).toEqual(Array.from({ length: 60 }, (_, index) => index + 2))
    // What a writer has seen, in its order, is the log up to its last update.
    for (const { seen, seq } of results) expect(seen).toEqual(stored.slice(0, seq - 1).map(([, byte]) => byte))
    expect(await headOf(ref)).toMatchObject({ seq: 61, total_bytes: empty + 60 })
  })

  test('marks the workflow as changed every five seconds, and waits for no transaction that holds it', async () => {
    const ref = await newDraft()
    const at = (ms: number) => ({ at: CREATED_AT + ms })
    await appender.append(ref, updates(1, [1], at(5_000)))
    expect(await changedAt(ref)).toBe(CREATED_AT)
    await database.withTenant(ref.tenantId, async (tx) => {
      await lockWorkflow(tx, ref.tenantId, ref.workflowId)
      expect(await appender.append(ref, updates(2, [2], at(6_000)))).toMatchObject({ seq: 3 })
    })
    expect(await changedAt(ref)).toBe(CREATED_AT)
    // Typing goes on, so the draft itself has just changed.
    await appender.append(ref, updates(3, [3], at(6_100)))
    expect(await changedAt(ref)).toBe(CREATED_AT + 6_100)
    await appender.append(ref, updates(4, [4], at(11_100)))
    expect(await changedAt(ref)).toBe(CREATED_AT + 6_100)
  })

  test('reads every table by its key, with plans that are made once', async () => {
    const scans = watch.scans()
    expect(new Set(scans.map(({ table }) => table))).toEqual(
      new Set(['workflows', 'drafts', 'draft_updates', 'draft_snapshots']),
    )
    for (const scan of scans) {
      const shown = JSON.stringify(scan)
      expect(scan.type, shown).toMatch(/^(Index|Index Only|Tid) Scan$/)
      if (scan.type !== 'Tid Scan') expect(scan.condition, shown).toMatch(/tenant_id = .*workflow_id = /)
    }
    expect(watch.plans().some((text) => text.includes('$'))).toBe(true)
    // A generic plan names the parameters.
    expect(watch.plans().filter((text) => /t-[0-9a-f]{8}-/.test(text))).toEqual([])
  })
})
