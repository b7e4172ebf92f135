import { randomUUID } from 'node:crypto'
import type { WorkflowDocument } from '@tenon/core/document'
import { type Fact, makeValueRef } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compile } from '../interpreter/compile.ts'
import { weekOf } from '../postgres/migrate-runtime.ts'
import { type AppendOperation, type AppendResult, compareOperations, inLockOrder } from '../store/append.ts'
import { createAppender } from '../store/appender.ts'
import { createInbox } from '../store/inbox.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import type { RunRef } from '../store/run-ref.ts'
import { appendOfNewRun } from '../testing/append-of-new-run.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { inMemoryBus } from '../testing/in-memory-bus.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import type { CommitResult, Committer } from './commit-types.ts'
import { createCommitter } from './committer.ts'
import { nodeTypesOf } from './node-types.ts'

const { registry } = createTestNodes()
const NOW = Date.UTC(2026, 0, 5)
const CANCEL: Fact = { type: 'cancel_requested', data: { reason: 'user', actor: null } }
const IDS = ['a', 'b', 'c', 'd', 'e']

/** Waits for five approvals at once, and ends when it is canceled. */
const asking = workflow(
  [node('start', 'start'), ...IDS.map((id) => node(id, 'approval', { title: id }))],
  IDS.map((id) => `start>${id}`),
)
/** Ends with its only node. */
const probing = workflow([node('start', 'start'), node('a', 'probe')], ['start>a'])
const PROBED: Fact = {
  type: 'node_completed',
  nodeRunId: 'a',
  data: { pass: 1, attempt: 1, port: 'success', output: makeValueRef({}), durationMs: 1 },
}
const calling = workflow([node('start', 'start'), node('call', 'child', { workflow: 'below' })], ['start>call'])

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase('Postgres')
})
// Fails if Postgres has seen a deadlock.
afterAll(() => opened.close())

/** Creates the committer of a process whose appends share a flush. */
const committer = (): Committer =>
  createCommitter({
    ...{ database: opened.database, appender: createAppender(opened.database, { lanes: 1 }), bus: inMemoryBus() },
    ...{ findType: nodeTypesOf(registry), log: () => undefined, now: () => NOW },
  })

async function startPair(tenantId: string, child: WorkflowDocument) {
  const by = committer()
  const below = compile(child, registry.manifest)
  const { planHash } = below
  await opened.database.withTenant(tenantId, (tx) =>
    tx
      .insertInto('plans')
      .values({ tenant_id: tenantId, plan_hash: planHash, data: JSON.stringify(below) })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  )
  const plan = compile(calling, registry.manifest, undefined, { below: { version: '1', planHash } })
  const parent = { tenantId, runId: randomUUID() }
  const start = { workflowId: 'w', version: '1', mode: 'live', engine: 'embedded', trigger: 'start' } as const
  await by.create({ ...parent, ...start, input: {}, actor: null, operations: [{ op: 'ready', workerId: 'w' }] }, plan)
  await applyMessages(by, parent)
  const [found] = (await postgresRunReader(opened.database).listRuns(tenantId, { parentRunId: parent.runId })).items
  const run = { tenantId, runId: found?.runId ?? '' }
  await applyMessages(by, run)
  return { parent, child: run }
}

/** Applies the messages of a run until it only waits. */
async function applyMessages(by: Committer, run: RunRef): Promise<string> {
  const facts = await createInbox(opened.database, () => NOW).read(run)
  let last = await by.commit({ ...run, facts, isStale: true })
  while (last.hasMore) last = await by.commit({ ...run, facts: [], isStale: true })
  return last.status
}

/** Returns the nodes with open waits in the order in which a cancelation locks them. */
async function orderOfWaits({ tenantId, runId }: RunRef): Promise<readonly string[]> {
  const rows = await opened.database.withTenant(tenantId, (tx) =>
    tx.selectFrom('waits').select('node_id').where('run_id', '=', runId).orderBy('approval_id').execute(),
  )
  return rows.map((row) => row.node_id)
}

/** Resolves when so many transactions wait for a lock. */
async function blocked(count: number): Promise<void> {
  const { database } = opened
  for (;;) {
    const { rows } = await database.withSystem((tx) =>
      sql<{ n: number }>`select count(distinct pid)::int as n from pg_locks where not granted`.execute(tx),
    )
    if (rows[0]?.n === count) return
  }
}

test('cancels a parent before its child, which ends at the same time, without a deadlock', async () => {
  const tenantId = `t-${randomUUID()}`
  let pair = await startPair(tenantId, asking)
  // The ids of approvals are hashes. Their order must differ from the one in which the run closes them.
  while ((await orderOfWaits(pair.child)).at(0) === IDS.at(0)) pair = await startPair(tenantId, asking)
  const { parent, child } = pair
  const [by, other] = [committer(), committer()]
  await by.withSession(parent, () => null)
  await other.withSession(child, () => null)
  const commits: Promise<CommitResult>[] = []
  await opened.database.withTenant(tenantId, async (tx) => {
    // The first wait that the cancelation locks.
    const first = tx.selectFrom('waits').select('node_id').where('run_id', '=', child.runId).orderBy('approval_id')
    await first.limit(1).forUpdate().execute()
    commits.push(by.commit({ ...parent, facts: [{ fact: CANCEL }] }))
    await blocked(1)
    commits.push(other.commit({ ...child, facts: [{ fact: CANCEL }] }))
    await blocked(2)
  })
  expect((await Promise.all(commits)).map(({ status }) => status)).toEqual(['waiting', 'canceled'])
  expect(await applyMessages(committer(), parent)).toBe('canceled')
})

test.each([
  ['waits for approvals', asking, CANCEL],
  ['has no waits', probing, PROBED],
])('cancels parents while a child that %s ends, in opposite batches', async (_, document, end) => {
  const tenantId = `t-${randomUUID()}`
  for (let round = 0; round < 5; round += 1) {
    const pairs = [await startPair(tenantId, document), await startPair(tenantId, document)] as const
    const [one, two] = pairs
    const batches = [
      { by: committer(), parent: one.parent, child: two.child },
      { by: committer(), parent: two.parent, child: one.child },
    ]
    for (const { by, parent, child } of batches) {
      for (const run of [parent, child]) await by.withSession(run, () => null)
    }
    const commits = batches.flatMap(({ by, parent, child }) => [
      by.commit({ ...parent, facts: [{ fact: CANCEL }] }),
      by.commit({ ...child, facts: [{ fact: end }] }),
    ])
    const results = await Promise.all(commits)
    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'committed'))
    const by = committer()
    for (const { parent } of pairs) expect(await applyMessages(by, parent)).toBe('canceled')
  }
  const left = await opened.database.withTenant(tenantId, (tx) => tx.selectFrom('run_inbox').select('fact').execute())
  expect(left).toEqual([])
})

test('changes the engines of runs that have messages for another one, without a deadlock', async () => {
  const tenantId = `t-${randomUUID()}`
  const other = randomUUID()
  const { append: store } = createAppender(opened.database, { lanes: 1 })
  await store(appendOfNewRun({ tenantId, runId: other, at: NOW, startWeek: weekOf(NOW), operations: [] }))
  const operations = ['a', 'b'].flatMap((messageId): readonly AppendOperation[] => [
    { op: 'engine_lock', isExclusive: false },
    { op: 'message', runId: other, messageId, fact: '{}', at: NOW },
  ])
  operations.push({ op: 'engine', engine: 'temporal' }, { op: 'engine_lock', isExclusive: true })
  const stored: Promise<AppendResult>[] = []
  await opened.database.withTenant(tenantId, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`engine ${tenantId}`}, 0))`.execute(tx)
    for (const runId of [randomUUID(), randomUUID()]) {
      const run = { tenantId, runId }
      const append = { ...run, at: NOW, startWeek: weekOf(NOW), operations: inLockOrder(operations, run) }
      stored.push(createAppender(opened.database, { lanes: 1 }).append(appendOfNewRun(append)))
    }
    await blocked(2)
  })
  expect((await Promise.all(stored)).map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
  // Also in a batch, in which the run with messages may be the first one.
  const inBatch = operations.map((operation) => ({ tenantId, runId: 'r', operation })).sort(compareOperations)
  const locks = inBatch.flatMap(({ operation }) => (operation.op === 'engine_lock' ? [operation.isExclusive] : []))
  expect(locks).toEqual([true, false, false])
})
