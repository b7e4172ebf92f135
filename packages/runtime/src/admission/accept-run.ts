import { TenonError } from '@tenon/core/errors'
import { type Fact, factId } from '@tenon/core/run'
import { sql } from 'kysely'
import type { CreateRunRequest } from '../commit/commit-types.ts'
import { newRunOf } from '../commit/new-run.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { AppendOperation } from '../store/append.ts'
import { type CollectRule, itemsOf, type QueueEntry } from '../store/queue-entry.ts'
import type { RunLimits } from '../store/run-limits.ts'
import type { RunRef } from '../store/run-ref.ts'
import { referTo, storePayloads } from '../store/run-values.ts'
import { storePlan } from '../store/stored-plan.ts'
import { admitRuns } from './admit-runs.ts'
import { findEarlierRun, noteFirstRun } from './earlier-run.ts'
import { mergeRequest } from './merge-request.ts'
import { lockQueue } from './queue-lock.ts'
import { countQueued } from './queue-rows.ts'
import { type AcceptedRun, laneOf, type RunToAccept, withoutDeadline } from './run-to-accept.ts'

const MAX_QUEUED = 10_000

/**
 * Stores a run before its start, and decides in the same transaction whether it is admitted. Its first facts are messages
 * that its first commit applies; the log begins with them.
 *
 * @throws {@link TenonError} `RUN_QUEUE_FULL` (details: `limit`) if it would have to wait and as many wait as may;
 * `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` for the input.
 */
export function acceptRun(database: RuntimeDatabase, run: RunToAccept): Promise<AcceptedRun> {
  const { request, rules } = run
  const { tenantId } = request
  const { schema } = database
  return database.withTenant(tenantId, async (tx) => {
    await lockQueue(tx, tenantId)
    if (rules.dedupe !== null || rules.collect !== null) {
      if (await hasRun(tx, request)) return { outcome: 'exists' }
      const earlier = await findEarlierRun(tx, request, rules)
      if (earlier !== null) return { outcome: earlier.how, runId: earlier.runId, admitted: [], openings: [] }
      const merged = await mergeRequest(tx, schema, run)
      if (merged !== null) return merged
    }
    return storeRun(tx, schema, run)
  })
}

async function storeRun(tx: Tx<RuntimeTables>, schema: string, run: RunToAccept): Promise<AcceptedRun> {
  const { request, plan, entry, rules, requires, limits, at } = run
  const { tenantId, runId, workflowId, engine } = request
  const { row, facts, payloads, operations } = newRunOf(request, plan, at)
  if (!(await insertRun(tx, request, row, entry))) return { outcome: 'exists' }
  await sql`select from ${sql.table(`${schema}.tenant_pads`)}(${tenantId})`.execute(tx)
  await storePayloads(tx, request, payloads)
  // After the payloads, as in an append.
  await storePlan(tx, tenantId, plan)
  await linkEarlier(tx, request, operations)
  for (const fact of facts.map(withoutDeadline)) {
    const message = { message_id: factId(fact), fact: JSON.stringify(requestedAt(fact, at)), at }
    await tx
      .insertInto('run_inbox')
      .values({ tenant_id: tenantId, run_id: runId, ...message })
      .execute()
  }
  const collecting = collectingOf(rules.collect, request)
  await tx
    .insertInto('run_admissions')
    .values({
      tenant_id: tenantId,
      run_id: runId,
      workflow_id: workflowId,
      group_key: entry.group,
      max_in_progress: entry.limit,
      priority: entry.priority,
      is_child: false,
      engine,
      requires_key: requires,
      admitted_at: null,
      rate_key: entry.rate?.group ?? '',
      max_starts: entry.rate?.limit ?? null,
      rate_interval_ms: entry.rate?.intervalMs ?? null,
      ...(collecting === null
        ? {}
        : {
            collects_until: sql<number>`${databaseNow} + ${collecting.inMs}::bigint`,
            collect_key: collecting.group,
            collected: collecting.size,
          }),
    })
    .execute()
  await noteFirstRun(tx, request, rules, runId)
  const lane = laneOf(request, entry)
  const { admitted, openings } = await admitRuns(tx, schema, { tenantId, limits, focus: { lanes: [lane] } })
  if (!admitted.some((each) => each.runId === runId)) await checkRoom(tx, schema, tenantId, limits)
  const opening = collecting === null ? [] : [{ lane, runId, inMs: collecting.inMs }]
  return { outcome: 'stored', admitted, openings: [...openings, ...opening] }
}

/** Returns how long a new run waits for further requests; null if it does not. */
function collectingOf(
  rule: CollectRule | null,
  { input }: CreateRunRequest,
): { readonly group: string; readonly inMs: number; readonly size: number } | null {
  if (rule === null) return null
  const { group } = rule
  if (rule.kind === 'debounce') return { group, inMs: rule.delayMs, size: 1 }
  const size = itemsOf(input).length
  return size >= rule.maxSize ? null : { group, inMs: rule.maxWaitMs, size }
}

async function hasRun(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef): Promise<boolean> {
  const found = await tx
    .selectFrom('runs')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return found !== undefined
}

/** Adds the time of the request to a start that may wait. */
function requestedAt(fact: Fact, at: number): Fact {
  return fact.type === 'run_started' ? { ...fact, data: { ...fact.data, requestedAt: at } } : fact
}

/** Stores the link of a rerun to the earlier run, and its references to values that are stored already. */
async function linkEarlier(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: CreateRunRequest,
  operations: readonly AppendOperation[],
): Promise<void> {
  for (const operation of operations) {
    if (operation.op === 'payload_ref') {
      await referTo(tx, { tenantId, runId }, operation.hash)
    }
    if (operation.op !== 'rerun') continue
    await tx
      .updateTable('runs')
      .set({ rerun_of: operation.of, rerun_from: operation.from })
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .execute()
  }
}

async function checkRoom(
  tx: Tx<RuntimeTables>,
  schema: string,
  tenantId: string,
  { queued: limit = MAX_QUEUED }: RunLimits,
): Promise<void> {
  if (!Number.isFinite(limit) || (await countQueued(tx, schema, tenantId, limit + 1)) <= limit) return
  throw new TenonError('RUN_QUEUE_FULL', `${limit} runs wait to start, which is the limit of the tenant`, {
    details: { limit },
  })
}

async function insertRun(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: CreateRunRequest,
  row: ReturnType<typeof newRunOf>['row'],
  { key, rate }: QueueEntry,
): Promise<boolean> {
  const inserted = await tx
    .insertInto('runs')
    .values({
      tenant_id: tenantId,
      run_id: runId,
      start_week: row.startWeek,
      trace_id: row.traceId,
      workflow_id: row.workflowId,
      version: row.version,
      mode: row.mode,
      engine: row.engine,
      plan_hash: row.planHash,
      semantics: row.semantics,
      status: 'queued',
      turn: 0,
      next_seq: 1,
      head_hash: new Uint8Array(),
      queued_at: row.queuedAt,
      started_by: JSON.stringify(row.startedBy),
      started_at: null,
      finished_at: null,
      outcome: null,
      output: null,
      error: null,
      parent_run_id: null,
      parent_node_run_id: null,
      parent_wait_id: null,
      root_run_id: null,
      rerun_of: null,
      rerun_from: null,
      concurrency_key: key,
      rate_key: rate?.key ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('run_id')
    .executeTakeFirst()
  return inserted !== undefined
}
