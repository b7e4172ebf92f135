import type { TenantId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import { type TurnOrder, tenantsInTurn } from './tenants-in-turn.ts'
import type { EndpointRef } from './webhook-endpoint-repository.ts'
import { type EventQueueRow, HOST, SPREAD } from './webhook-tables.ts'

/** An entry that this process works on until its lease ends. */
export type ClaimedEvent = Pick<
  EventQueueRow,
  'tenant_id' | 'event_id' | 'target' | 'event_type' | 'subject' | 'at' | 'attempts'
>

/** Entries of one target that a claim takes: a slow receiver keeps few slots of a process. */
const PER_TARGET = 2

export interface EventClaim {
  readonly leaseMs: number
  readonly most: number
  /** Of those that are to be spread: they are short work of the database, so a process has few of them in hand. */
  readonly mostToSpread: number
  /** Targets of which nothing is claimed. */
  readonly except: readonly string[]
  /** Most events for `onEvent`, in turns of the tenants, whose queue they share; 0 if the host takes none. */
  readonly forHost: TurnOrder
}

/** Entries that were claimed. */
export interface ClaimedEvents {
  readonly entries: readonly ClaimedEvent[]
  /** Tenants that had a turn for `onEvent`. */
  readonly tenants: readonly string[]
}

const FOR_HOST = sql<boolean>`target = ${sql.lit(HOST)}`

/**
 * Claims entries that are due for this process alone, until `leaseMs` are over. It takes a few of each target, and of
 * `onEvent`, which all tenants share, a few of each tenant: so none waits for the backlog of another. With more targets than
 * the claim may take, each has the same chance. For `withSystem`.
 */
export async function claimEvents(
  tx: ServerTx,
  { leaseMs, most, mostToSpread, except, forHost }: EventClaim,
): Promise<ClaimedEvents> {
  const tenants = await tenantsInTurn(tx, 'event_queue', FOR_HOST, forHost)
  const perTenant = Math.floor(forHost.most / Math.max(1, tenants.length))
  const entries = await tx
    // The targets one after the other by the index, since most entries of a long backlog are of few targets.
    .withRecursive('targets(target)', (db) =>
      db
        .selectFrom('event_queue')
        .select((eb) => eb.fn.min<string | null>('target').as('target'))
        .unionAll(
          db
            .selectFrom('targets as last')
            .select((eb) =>
              eb
                .selectFrom('event_queue as next')
                .select((next) => next.fn.min<string | null>('next.target').as('target'))
                .whereRef('next.target', '>', 'last.target')
                .as('target'),
            )
            .where('last.target', 'is not', null),
        ),
    )
    .with('found', (db) =>
      db
        .selectFrom('targets')
        .innerJoinLateral(
          (eb) =>
            eb
              .selectFrom('event_queue as entry')
              .select(['entry.tenant_id', 'entry.event_id', 'entry.target', 'entry.due_at'])
              .whereRef('entry.target', '=', 'targets.target')
              .where('entry.due_at', '<=', statementNow)
              .orderBy('entry.due_at')
              .limit(sql.lit(PER_TARGET))
              .forUpdate('entry')
              .skipLocked()
              .as('first'),
          (join) => join.onTrue(),
        )
        .where('targets.target', '!=', sql<string>`all(${[HOST, ...except]}::text[])`)
        .select(['first.tenant_id', 'first.event_id', 'first.target']),
    )
    .with('for_host', (db) =>
      db
        .selectFrom(sql<{ tenant_id: TenantId }>`unnest(${[...tenants]}::text[])`.as<'turn'>(sql`turn(tenant_id)`))
        .innerJoinLateral(
          (eb) =>
            eb
              .selectFrom('event_queue as entry')
              .select(['entry.tenant_id', 'entry.event_id', 'entry.target'])
              .whereRef('entry.tenant_id', '=', 'turn.tenant_id')
              .where(sql<boolean>`entry.target = ${sql.lit(HOST)}`)
              .where('entry.due_at', '<=', statementNow)
              .orderBy('entry.due_at')
              .limit(sql.lit(perTenant))
              .forUpdate('entry')
              .skipLocked()
              .as('first'),
          (join) => join.onTrue(),
        )
        .select(['first.tenant_id', 'first.event_id', 'first.target']),
    )
    .with('due', (db) => {
      const some = (isToSpread: boolean, limit: number) =>
        db
          .selectFrom('found')
          .selectAll()
          .where(sql<boolean>`starts_with(target, ${SPREAD}::text)`, '=', isToSpread)
          .orderBy(sql`random()`)
          .limit(sql.lit(limit))
      return db
        .selectFrom(some(true, mostToSpread).as('toSpread'))
        .selectAll()
        .unionAll(db.selectFrom(some(false, most).as('toSend')).selectAll())
        .unionAll(db.selectFrom('for_host').selectAll())
    })
    .updateTable('event_queue')
    .set({ due_at: sql<number>`${databaseNow} + ${leaseMs}::bigint` })
    .where((eb) =>
      eb(
        eb.refTuple('tenant_id', 'event_id', 'target'),
        'in',
        eb
          .selectFrom('due')
          .select(['due.tenant_id', 'due.event_id', 'due.target'])
          .$asTuple('tenant_id', 'event_id', 'target'),
      ),
    )
    .returning(['tenant_id', 'event_id', 'target', 'event_type', 'subject', 'at', 'attempts'])
    .execute()
  return { entries, tenants }
}

/** Names an entry of the queue. */
export type EventRef = Pick<EventQueueRow, 'tenant_id' | 'event_id' | 'target'>

export async function dropEvent(tx: ServerTx, { tenant_id, event_id, target }: EventRef): Promise<void> {
  await tx
    .deleteFrom('event_queue')
    .where('tenant_id', '=', tenant_id)
    .where('event_id', '=', event_id)
    .where('target', '=', target)
    .execute()
}

/** Sets when an entry is worked on again. @param isAttempt - False if it was not tried now. */
export async function delayEvent(
  tx: ServerTx,
  { tenant_id, event_id, target }: EventRef,
  delayMs: number,
  isAttempt = true,
): Promise<void> {
  await tx
    .updateTable('event_queue')
    .set({
      due_at: sql<number>`${databaseNow} + ${Math.round(delayMs)}::bigint`,
      ...(isAttempt ? { attempts: sql`attempts + 1` } : {}),
    })
    .where('tenant_id', '=', tenant_id)
    .where('event_id', '=', event_id)
    .where('target', '=', target)
    .execute()
}

/** Puts an event into the queue for a target, due at once and with all its attempts; an entry that is there stays. */
export async function enqueueEvents(
  tx: ServerTx,
  entries: readonly Pick<EventQueueRow, 'tenant_id' | 'event_id' | 'target' | 'event_type' | 'at'>[],
): Promise<void> {
  if (entries.length === 0) return
  await tx
    .insertInto('event_queue')
    // The body is stored with the delivery.
    .values(entries.map((entry) => ({ ...entry, subject: '[]', attempts: 0, due_at: sql<number>`${databaseNow}` })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Entries of a held endpoint that a claim takes out of its way at once. */
const HELD_AT_ONCE = 1_000

/** Delays the entries of an endpoint that are due, none of which was tried. */
export async function holdEvents(tx: ServerTx, { endpointId }: EndpointRef, delayMs: number): Promise<void> {
  await tx
    .updateTable('event_queue')
    .set({ due_at: sql<number>`${databaseNow} + ${Math.round(delayMs)}::bigint` })
    .where((eb) =>
      eb(
        eb.refTuple('tenant_id', 'event_id', 'target'),
        'in',
        eb
          .selectFrom('event_queue as due')
          .select(['due.tenant_id', 'due.event_id', 'due.target'])
          .where('due.target', '=', endpointId)
          .where('due.due_at', '<=', statementNow)
          .orderBy('due.due_at')
          .limit(sql.lit(HELD_AT_ONCE))
          .forUpdate('due')
          .skipLocked()
          .$asTuple('tenant_id', 'event_id', 'target'),
      ),
    )
    .execute()
}

/**
 * Makes entries of an endpoint due now, one or all. Those that are due within a lease are left: a process may work on them.
 *
 * @returns Their number.
 */
export async function hurryEvents(
  tx: ServerTx,
  { tenantId, endpointId }: EndpointRef,
  eventId: string | null,
  leaseMs: number,
): Promise<number> {
  let query = tx
    .updateTable('event_queue')
    .set({ due_at: sql<number>`${databaseNow}` })
    .where('tenant_id', '=', tenantId)
    .where('target', '=', endpointId)
    .where('due_at', '>', sql<number>`${statementNow} + ${leaseMs}::bigint`)
  if (eventId !== null) query = query.where('event_id', '=', eventId)
  const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/** Takes all entries of an endpoint out of the queue. */
export async function dropEventsOf(tx: ServerTx, { tenantId, endpointId }: EndpointRef): Promise<void> {
  await tx.deleteFrom('event_queue').where('tenant_id', '=', tenantId).where('target', '=', endpointId).execute()
}

/** Counts the entries of an endpoint, up to a limit. */
export async function countEventsOf(
  tx: ServerTx,
  tenantId: TenantId,
  endpointId: string,
  most: number,
): Promise<number> {
  const { count } = await tx
    .selectFrom((eb) =>
      eb
        .selectFrom('event_queue')
        .select('event_id')
        .where('target', '=', endpointId)
        .where('tenant_id', '=', tenantId)
        .limit(sql.lit(most))
        .as('waiting'),
    )
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}
