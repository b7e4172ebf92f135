import type { Json } from '@tenon/core/document'
import { type Fact, type RunStartedBy, sharedPrincipal } from '@tenon/core/run'
import { sql } from 'kysely'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { Payload } from '../store/append.ts'
import type { CollectRule, QueueEntry } from '../store/queue-entry.ts'
import { deleteReference, storePayloads } from '../store/run-values.ts'
import type { LaneRef } from './read-queue.ts'

type RuntimeTx = Tx<RuntimeTables>
type RunStarted = Extract<Fact, { readonly type: 'run_started' }>

/** Puts the runs of a tenant into the queue into which no further request is merged, and returns their lanes. */
export async function releaseCollected(tx: RuntimeTx, schema: string, tenantId: string): Promise<readonly LaneRef[]> {
  const rows = sql.table(`${schema}.run_admissions`)
  const { rows: released } = await sql<{ workflow_id: string; group_key: string; rate_key: string }>`
    with due as materialized (
      select run_id from ${rows} where tenant_id = ${tenantId} and collects_until <= ${statementNow}
        for update skip locked
    )
    update ${rows} a set collects_until = null, collect_key = null from due
      where a.tenant_id = ${tenantId} and a.run_id = due.run_id
      returning a.workflow_id, a.group_key, a.rate_key`.execute(tx)
  return released.map((row) => ({ workflowId: row.workflow_id, group: row.group_key, rateGroup: row.rate_key }))
}

/** Finds the run into which a request is merged; null if it is the first one. */
export async function findCollecting(
  tx: RuntimeTx,
  tenantId: string,
  workflowId: string,
  { group }: CollectRule,
): Promise<string | null> {
  const found = await tx
    .selectFrom('run_admissions')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('collect_key', '=', group)
    .where('collects_until', '>', databaseNow)
    .executeTakeFirst()
  return found?.run_id ?? null
}

/** New input of a run into which a request is merged. */
export interface InputToReplace {
  readonly tenantId: string
  readonly runId: string
  readonly entry: QueueEntry
  readonly rule: CollectRule
  /** Items of the request that are added; 1 if requests are merged. */
  readonly size: number
  /** True if the run has as many items as it may. */
  readonly isFull: boolean
  /** Start of the run with its new input. */
  readonly start: RunStarted
  /** Person or event of the last request, whose start it is. */
  readonly startedBy: RunStartedBy
  /** The new input, if it is too large for the log. */
  readonly payloads: readonly Payload[]
}

/**
 * Gives a run that waits for further requests a new input in place of the one that it had, and its keys.
 *
 * @returns Time until the run starts, in ms; null if the run has been canceled meanwhile.
 */
export async function replaceInput(
  tx: RuntimeTx,
  schema: string,
  { tenantId, runId, entry, rule, size, isFull, start, startedBy, payloads }: InputToReplace,
): Promise<number | null> {
  // In the order of all transactions: the run, its values, its row in the queue, its messages.
  const run = await tx
    .updateTable('runs')
    .set({ concurrency_key: entry.key, rate_key: entry.rate?.key ?? null, started_by: JSON.stringify(startedBy) })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .returning('queued_at')
    .executeTakeFirst()
  // It was canceled, and deleted at once.
  if (run === undefined) return null
  const former = await readStart(tx, tenantId, runId)
  // A cancelation locks the run first, too.
  if (former === null || !(await isCollecting(tx, tenantId, runId))) return null
  await storePayloads(tx, { tenantId, runId }, payloads)
  const { hash } = former.data.input
  if (hash !== start.data.input.hash) await deleteReference(tx, { tenantId, runId }, hash)
  const requestedAt = Number(run.queued_at)
  const until =
    rule.kind === 'debounce'
      ? sql`least(${databaseNow} + ${rule.delayMs}::bigint, ${requestedAt}::bigint + ${rule.maxWaitMs}::bigint)`
      : isFull
        ? databaseNow
        : sql`collects_until`
  const { rows } = await sql<{ in_ms: number | string }>`
    update ${sql.table(`${schema}.run_admissions`)} set
        collects_until = ${until}, collected = collected + ${size}::integer, group_key = ${entry.group}, max_in_progress = ${entry.limit}::integer,
        priority = ${entry.priority}, rate_key = ${entry.rate?.group ?? ''},
        max_starts = ${entry.rate?.limit ?? null}::integer, rate_interval_ms = ${entry.rate?.intervalMs ?? null}::bigint
      where tenant_id = ${tenantId} and run_id = ${runId} and collects_until is not null
      returning collects_until - ${databaseNow} as in_ms`.execute(tx)
  const [merged] = rows
  if (merged === undefined) return null
  // A run that several people have asked for acts for none of them.
  const principal = sharedPrincipal(former.data.principal, start.data.principal)
  const fact: Fact = { ...start, data: { ...start.data, principal, requestedAt } }
  await tx
    .updateTable('run_inbox')
    .set({ fact: JSON.stringify(fact) })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('message_id', '=', 'start')
    .execute()
  return Math.max(0, Number(merged.in_ms))
}

/** Ends the wait for further requests, so that the next decision finds the run in the queue, and others start a new one. */
export async function endCollecting(tx: RuntimeTx, tenantId: string, runId: string): Promise<void> {
  await tx
    .updateTable('run_admissions')
    .set({ collects_until: databaseNow, collect_key: null })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('collects_until', 'is not', null)
    .execute()
}

async function isCollecting(tx: RuntimeTx, tenantId: string, runId: string): Promise<boolean> {
  const found = await tx
    .selectFrom('run_admissions')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('collects_until', 'is not', null)
    .executeTakeFirst()
  return found !== undefined
}

/** Reads the message with which a run that waits will start; null if it does not wait. */
async function readStart(tx: RuntimeTx, tenantId: string, runId: string): Promise<RunStarted | null> {
  const message = await tx
    .selectFrom('run_inbox')
    .select('fact')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('message_id', '=', 'start')
    .executeTakeFirst()
  if (message === undefined) return null
  const fact = JSON.parse(message.fact) as Fact
  return fact.type === 'run_started' ? fact : null
}

/** Reads the input with which a run that waits will start; null if it cannot be read here. */
export async function readStartInput(tx: RuntimeTx, tenantId: string, runId: string): Promise<Json> {
  const start = await readStart(tx, tenantId, runId)
  if (start === null) return null
  const { inline, hash } = start.data.input
  if (inline !== undefined) return inline
  const payload = await tx
    .selectFrom('payloads')
    .select('data')
    .where('tenant_id', '=', tenantId)
    .where('hash', '=', hash)
    .executeTakeFirst()
  // A run that has begun may have put the same value into the store of the host, which no transaction waits for.
  const data = payload?.data ?? null
  return data === null ? null : (JSON.parse(data) as Json)
}
