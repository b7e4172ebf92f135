import { randomUUID } from 'node:crypto'
import { type RunId, sha256Hex, type TenantId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import type { TriggerRef } from './trigger-repository.ts'
import type { TriggerEventRow } from './trigger-tables.ts'

/** Time for which the key of an event is recognized, and for which the event is listed. */
const EVENT_MS = 7 * 24 * 60 * 60 * 1_000
/** Events without a key that are kept for each trigger, such as rejected ones. */
const MAX_UNKEYED = 100

/** Names an event by its key; those of tests have names of their own. */
export function eventIdOf(mode: TriggerEventRow['mode'], key: string): string {
  return sha256Hex(JSON.stringify([mode, key]))
}

/** An event that is about to start a run. */
export interface EventClaim {
  /** Hash of the key of the event. */
  readonly eventId: string
  /** Id of the run, if this is the first event with the key. */
  readonly runId: RunId
  readonly mode: TriggerEventRow['mode']
  readonly at: number
  /** Time of a schedule; null for a message. */
  readonly dueAt: number | null
  /** True for a past time that a person has asked for. */
  readonly isBackfill: boolean
}

/** Outcomes after which a run exists that later events with the same key repeat. */
const FINAL: readonly TriggerEventRow['outcome'][] = ['started', 'merged', 'deduplicated']

/**
 * Claims the key of an event for a run, or finds the earlier event and counts the repetition.
 *
 * @returns The row that counts now: its run is started if the outcome is `pending` or `rejected`.
 */
export async function claimEvent(tx: ServerTx, ref: TriggerRef, claim: EventClaim): Promise<TriggerEventRow> {
  const { eventId, runId, mode, at, dueAt, isBackfill } = claim
  const named = { tenant_id: ref.tenantId, workflow_id: ref.workflowId, node_id: ref.nodeId, event_id: eventId }
  const begun = { run_id: runId, at, outcome: 'pending', repeats: 0, code: null, message: null } as const
  const isOver = sql<boolean>`trigger_events.expires_at < ${at}::bigint`
  const isRepeated = sql<boolean>`trigger_events.outcome = any(${FINAL}::text[])`
  const hasNoRun = sql<boolean>`trigger_events.outcome in ('skipped', 'missed', 'rejected')`
  return tx
    .insertInto('trigger_events')
    .values({
      ...named,
      ...begun,
      is_keyed: true,
      mode,
      expires_at: at + EVENT_MS,
      due_at: dueAt,
      is_backfill: isBackfill,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'workflow_id', 'node_id', 'event_id']).doUpdateSet((row) => ({
        // A row whose time is over counts as deleted.
        run_id: sql`case when ${isOver} then ${row.ref('excluded.run_id')} else trigger_events.run_id end`,
        outcome: sql`case when ${isOver} then 'pending' else trigger_events.outcome end`,
        at: sql`case when ${isOver} then ${at}::bigint else trigger_events.at end`,
        expires_at: sql`case when ${isOver} then ${at + EVENT_MS}::bigint else trigger_events.expires_at end`,
        // The clock of the schedule counts a run that a person has asked for as its own, if its time is due as well.
        is_backfill: sql`case when ${isOver} or ${hasNoRun} then ${row.ref('excluded.is_backfill')}
          else trigger_events.is_backfill and ${row.ref('excluded.is_backfill')} end`,
        repeats: sql`case when ${isOver} then 0 when ${isRepeated} then trigger_events.repeats + 1
          else trigger_events.repeats end`,
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Checks whether the run of an event has been decided, so that a further event with its key only repeats it. */
export function isDecided({ outcome }: Pick<TriggerEventRow, 'outcome'>): boolean {
  return FINAL.includes(outcome)
}

/** The decision about an event. */
export type EventDecision = Pick<TriggerEventRow, 'outcome' | 'run_id' | 'code' | 'message'>

/** Stores the decision about a claimed event, unless another process has decided meanwhile that its run starts. */
export async function decideEvent(
  tx: ServerTx,
  ref: TriggerRef,
  eventId: string,
  decision: EventDecision,
): Promise<void> {
  await tx
    .updateTable('trigger_events')
    .set(decision)
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('node_id', '=', ref.nodeId)
    .where('event_id', '=', eventId)
    .where('outcome', 'in', ['pending', 'rejected', 'skipped', 'missed'])
    .execute()
}

/** Reads an event by its id; `null` if there is none, or if its time is over. */
export async function findEvent(tx: ServerTx, ref: TriggerRef, eventId: string): Promise<TriggerEventRow | null> {
  const row = await tx
    .selectFrom('trigger_events')
    .selectAll()
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('node_id', '=', ref.nodeId)
    .where('event_id', '=', eventId)
    .where('expires_at', '>=', databaseNow)
    .executeTakeFirst()
  return row ?? null
}

/** Times of a schedule that start no run. */
export interface TimesWithoutRun extends Pick<TriggerEventRow, 'outcome' | 'repeats' | 'code' | 'message' | 'at'> {
  readonly eventId: string
  readonly dueAt: number
}

/** Lists times of a schedule that start no run, unless they are listed already. */
export async function insertTimes(tx: ServerTx, ref: TriggerRef, times: readonly TimesWithoutRun[]): Promise<void> {
  if (times.length === 0) return
  await tx
    .insertInto('trigger_events')
    .values(
      times.map(({ eventId, dueAt, ...others }) => ({
        ...{ tenant_id: ref.tenantId, workflow_id: ref.workflowId, node_id: ref.nodeId, event_id: eventId },
        ...{ ...others, is_keyed: true, mode: 'live' as const, run_id: null, due_at: dueAt },
        is_backfill: false,
        expires_at: others.at + EVENT_MS,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

const HOUR_MS = 3_600_000

/** Counts a message that the filter of its trigger rejects: one row for those of an hour, since there may be many. */
export async function countFiltered(
  tx: ServerTx,
  ref: TriggerRef,
  { mode, at }: Pick<TriggerEventRow, 'mode' | 'at'>,
): Promise<void> {
  const { tenantId: tenant_id, workflowId: workflow_id, nodeId: node_id } = ref
  const event_id = sha256Hex(JSON.stringify(['filtered', mode, Math.floor(at / HOUR_MS)]))
  await tx
    .insertInto('trigger_events')
    .values({
      ...{ tenant_id, workflow_id, node_id, event_id, mode, at, is_keyed: true, is_backfill: false },
      ...{ outcome: 'filtered', repeats: 0, run_id: null, due_at: null, code: null, message: null },
      expires_at: at + EVENT_MS,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'workflow_id', 'node_id', 'event_id']).doUpdateSet({
        ...{ repeats: sql`trigger_events.repeats + 1`, at: sql`greatest(trigger_events.at, ${at}::bigint)` },
      }),
    )
    .execute()
}

/** Stores an event that has no key, with its decision; the oldest ones of the trigger are deleted. */
export async function insertUnkeyedEvent(
  tx: ServerTx,
  ref: TriggerRef,
  event: EventDecision & Pick<TriggerEventRow, 'mode' | 'at'>,
): Promise<void> {
  const eventId = randomUUID()
  const { tenantId: tenant_id, workflowId: workflow_id, nodeId: node_id } = ref
  await tx
    .insertInto('trigger_events')
    .values({
      ...{ ...event, tenant_id, workflow_id, node_id, event_id: eventId },
      ...{ is_keyed: false, repeats: 0, expires_at: event.at + EVENT_MS, due_at: null, is_backfill: false },
    })
    .execute()
  // One event in sixteen does the work of all.
  if (!eventId.startsWith('0')) return
  await tx
    .deleteFrom('trigger_events')
    .where('tenant_id', '=', tenant_id)
    .where('workflow_id', '=', workflow_id)
    .where('node_id', '=', node_id)
    .where('event_id', 'in', (eb) =>
      eb
        .selectFrom('trigger_events as older')
        .select('older.event_id')
        .where('older.tenant_id', '=', tenant_id)
        .where('older.workflow_id', '=', workflow_id)
        .where('older.node_id', '=', node_id)
        .where('older.is_keyed', '=', false)
        .orderBy('older.at', 'desc')
        .offset(MAX_UNKEYED)
        .forUpdate()
        // Others delete some of them.
        .skipLocked(),
    )
    .execute()
}

/** Deletes some events of a tenant whose time is over. @returns Their number, which is at most `limit`. */
export async function deleteExpiredEvents(tx: ServerTx, tenantId: TenantId, limit: number): Promise<number> {
  const key = ['tenant_id', 'workflow_id', 'node_id', 'event_id'] as const
  const deleted = await tx
    .deleteFrom('trigger_events')
    .where((eb) =>
      eb(
        eb.refTuple(...key),
        'in',
        eb
          .selectFrom('trigger_events as over')
          .select(['over.tenant_id', 'over.workflow_id', 'over.node_id', 'over.event_id'])
          .where('over.tenant_id', '=', tenantId)
          .where('over.expires_at', '<', statementNow)
          .limit(sql.lit(limit))
          // A message may claim the key of one again.
          .forUpdate()
          .skipLocked()
          .$asTuple(...key),
      ),
    )
    .executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}

/** Lists the events of a trigger whose time is not over, newest first; one more than the limit, if there is one. */
export async function listEventRows(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  page: { readonly after: { readonly at: number; readonly id: string } | null; readonly limit: number },
): Promise<readonly TriggerEventRow[]> {
  const { after } = page
  let query = tx
    .selectFrom('trigger_events')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .where('expires_at', '>=', databaseNow)
  if (after !== null) query = query.where(sql<boolean>`(at, event_id) < (${after.at}::bigint, ${after.id}::text)`)
  return query
    .orderBy('at', 'desc')
    .orderBy('event_id', 'desc')
    .limit(page.limit + 1)
    .execute()
}
