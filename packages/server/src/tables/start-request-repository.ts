import type { StartRequestState } from '@tenon/core/api'
import type { RunId, TenantId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import { holdFollowers, lockOrder, releaseNext } from './start-request-order.ts'
import { tenantsInTurn } from './tenants-in-turn.ts'
import type { StartRequestQueueRow, StartRequestRow } from './trigger-tables.ts'

/** Names an entry of the queue of start requests. */
export interface QueueRef {
  readonly tenantId: TenantId
  readonly requestId: string
  /** Empty for the request itself. */
  readonly target: string
}

/** An entry that this process works on until its lease ends. */
export interface ClaimedRequest extends QueueRef, Pick<StartRequestQueueRow, 'attempts' | 'order_key'> {
  /** Time since it failed first, by the clock of the database. */
  readonly failingMs: number
}

/** Entries that were claimed. */
export interface RequestClaim {
  readonly requests: readonly ClaimedRequest[]
  /** True if no entry was found; those that were found may all be held by their order keys. */
  readonly isEmpty: boolean
  /** Tenants that had a turn. */
  readonly tenants: readonly string[]
}

/** Order of the entries that have an index. */
const WITH_DUE_TIME = sql<boolean>`due_at is not null`

/**
 * Claims entries that are due for this process alone, until `leaseMs` are over: the same share for each tenant, in turns, and
 * of those with the same order key only the first. The others are due when it leaves the queue, so that no claim reads them
 * until then. For `withSystem`.
 */
export async function claimRequests(
  tx: ServerTx,
  { leaseMs, most, afterTenant }: { readonly leaseMs: number; readonly most: number; readonly afterTenant: string },
): Promise<RequestClaim> {
  const tenants = await tenantsInTurn(tx, 'start_request_queue', WITH_DUE_TIME, { afterTenant, most })
  if (tenants.length === 0) return { requests: [], isEmpty: true, tenants }
  const rows = await tx
    .updateTable('start_request_queue')
    .set({ due_at: sql<number>`${databaseNow} + ${leaseMs}::bigint` })
    .where((eb) =>
      eb(
        eb.refTuple('tenant_id', 'request_id', 'target'),
        'in',
        eb
          .selectFrom(sql<{ tenant_id: TenantId }>`unnest(${[...tenants]}::text[])`.as<'turn'>(sql`turn(tenant_id)`))
          .innerJoinLateral(
            (join) =>
              join
                .selectFrom('start_request_queue as entry')
                .select(['entry.tenant_id', 'entry.request_id', 'entry.target'])
                .whereRef('entry.tenant_id', '=', 'turn.tenant_id')
                .where('entry.due_at', '<=', statementNow)
                .orderBy('entry.due_at')
                .orderBy('entry.seq')
                .limit(sql.lit(Math.floor(most / tenants.length)))
                .forUpdate('entry')
                .skipLocked()
                .as('due'),
            (join) => join.onTrue(),
          )
          .select(['due.tenant_id', 'due.request_id', 'due.target'])
          .$asTuple('tenant_id', 'request_id', 'target'),
      ),
    )
    .returning(['tenant_id', 'request_id', 'target', 'attempts', 'order_key'])
    .returning(sql<string>`seq::text`.as('seq'))
    .returning(sql<number>`coalesce(${databaseNow} - first_failed_at, 0)`.as('failing_ms'))
    .execute()
  const isWaiting = await holdFollowers(tx, rows)
  const requests = rows
    .filter(({ seq }) => !isWaiting.has(seq))
    .map(({ tenant_id: tenantId, request_id: requestId, failing_ms, target, attempts, order_key }) => ({
      ...{ tenantId, requestId, target, attempts, order_key, failingMs: Number(failing_ms) },
    }))
  return { requests, isEmpty: rows.length === 0, tenants }
}

export async function findRequest(tx: ServerTx, ref: Omit<QueueRef, 'target'>): Promise<StartRequestRow | null> {
  const row = await tx
    .selectFrom('start_requests')
    .selectAll()
    .where('tenant_id', '=', ref.tenantId)
    .where('request_id', '=', ref.requestId)
    .executeTakeFirst()
  return row ?? null
}

/** Replaces the entry of an event by one for each of its triggers, in one transaction. */
export async function spreadEvent(
  tx: ServerTx,
  ref: EntryRef,
  entries: readonly { readonly target: string; readonly orderKey: string | null }[],
): Promise<void> {
  const { tenantId: tenant_id, requestId: request_id } = ref
  await storeDecision(tx, ref, { state: 'accepted' })
  if (entries.length > 0) {
    await tx
      .insertInto('start_request_queue')
      .values(
        entries.map(({ target, orderKey: order_key }) => ({
          ...{ tenant_id, request_id, target, order_key, attempts: 0 },
          due_at: sql<number>`${databaseNow}`,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await dropEntry(tx, ref)
}

/** A decision about a request. */
export interface RequestDecision {
  readonly state: Exclude<StartRequestState, 'pending'>
  /** Run that was started, if it is another one than was chosen. */
  readonly runId?: RunId
  readonly code?: string
  readonly message?: string
}

/** Stores the decision about a request, and takes its entry out of the queue. */
export async function decideRequest(tx: ServerTx, ref: EntryRef, decision: RequestDecision): Promise<void> {
  await storeDecision(tx, ref, decision)
  await dropEntry(tx, ref)
}

async function storeDecision(tx: ServerTx, ref: QueueRef, decision: RequestDecision): Promise<void> {
  const { state, runId, code = null, message = null } = decision
  await tx
    .updateTable('start_requests')
    .set((eb) => ({
      ...{ state, code, message, ...(runId === undefined ? {} : { run_id: runId }) },
      // The input is in the log of the run; the data of an event is shown to the people who edit its triggers.
      body: eb.case().when('kind', '=', 'run').then('').else(eb.ref('body')).end(),
    }))
    .where('tenant_id', '=', ref.tenantId)
    .where('request_id', '=', ref.requestId)
    .where('state', '=', 'pending')
    .execute()
}

/** An entry of the queue with its order key. */
export type EntryRef = QueueRef & Pick<StartRequestQueueRow, 'order_key'>

/** Takes an entry out of the queue; the next one with its order key is due then. */
export async function dropEntry(tx: ServerTx, ref: EntryRef): Promise<void> {
  const { tenantId, requestId, target, order_key: key } = ref
  if (key !== null) await lockOrder(tx, tenantId, key)
  await tx
    .deleteFrom('start_request_queue')
    .where('tenant_id', '=', tenantId)
    .where('request_id', '=', requestId)
    .where('target', '=', target)
    .execute()
  if (key !== null) await releaseNext(tx, tenantId, key)
}

/** Notes that an entry could not be worked on, and when it is tried again. */
export async function delayEntry(
  tx: ServerTx,
  ref: QueueRef,
  { delayMs, code, message }: { readonly delayMs: number; readonly code: string; readonly message: string },
): Promise<void> {
  if (ref.target === '') {
    await tx
      .updateTable('start_requests')
      .set({ attempts: sql`attempts + 1`, code, message })
      .where('tenant_id', '=', ref.tenantId)
      .where('request_id', '=', ref.requestId)
      .where('state', '=', 'pending')
      .execute()
  }
  await tx
    .updateTable('start_request_queue')
    .set({
      attempts: sql`attempts + 1`,
      due_at: sql<number>`${databaseNow} + ${delayMs}::bigint`,
      first_failed_at: sql<number>`coalesce(first_failed_at, ${databaseNow})`,
    })
    .where('tenant_id', '=', ref.tenantId)
    .where('request_id', '=', ref.requestId)
    .where('target', '=', ref.target)
    .execute()
}

/** Selects the requests to list, newest first. */
export interface RequestFilter {
  readonly kind: StartRequestRow['kind']
  readonly state?: StartRequestState
  readonly type?: string
  readonly after: { readonly at: number; readonly id: string } | null
  readonly limit: number
}

/** Lists requests of a tenant whose time is not over; one more than the limit, if there is one. */
export async function listRequests(
  tx: ServerTx,
  tenantId: TenantId,
  { kind, state, type, after, limit }: RequestFilter,
): Promise<readonly StartRequestRow[]> {
  let query = tx
    .selectFrom('start_requests')
    .selectAll()
    .where('kind', '=', kind)
    .where('tenant_id', '=', tenantId)
    .where('expires_at', '>=', databaseNow)
  if (state !== undefined) query = query.where('state', '=', state)
  if (type !== undefined) query = query.where('event_type', '=', type)
  if (after !== null) query = query.where(sql<boolean>`(at, request_id) < (${after.at}::bigint, ${after.id}::text)`)
  return query
    .orderBy('at', 'desc')
    .orderBy('request_id', 'desc')
    .limit(limit + 1)
    .execute()
}

/**
 * Deletes some requests of a tenant whose time is over and which nothing is left to do for.
 *
 * @returns Their number, which is at most `limit`.
 */
export async function deleteExpiredRequests(tx: ServerTx, tenantId: TenantId, limit: number): Promise<number> {
  const deleted = await tx
    .deleteFrom('start_requests')
    .where('tenant_id', '=', tenantId)
    .where('request_id', 'in', (eb) =>
      eb
        .selectFrom('start_requests as over')
        .select('over.request_id')
        .where('over.tenant_id', '=', tenantId)
        .where('over.expires_at', '<', statementNow)
        .where('over.state', '!=', 'pending')
        .where((over) =>
          over.not(
            over.exists(
              over
                .selectFrom('start_request_queue as rest')
                .select('rest.target')
                .whereRef('rest.tenant_id', '=', 'over.tenant_id')
                .whereRef('rest.request_id', '=', 'over.request_id'),
            ),
          ),
        )
        .limit(sql.lit(limit))
        .forUpdate()
        .skipLocked(),
    )
    .executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}
