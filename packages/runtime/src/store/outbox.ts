import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { RunObstacle } from '../run-store.ts'
import type { RunRef } from './run-ref.ts'

/** Kinds of messages: start a shell, wake one, or check one regularly while its run is open. */
const OUTBOX_KINDS = ['start', 'wake', 'watch'] as const

/** A message that this process has claimed. */
export interface OutboxRow {
  readonly tenant_id: string
  readonly outbox_id: number
  readonly run_id: string
  readonly kind: string
  /** Deliveries so far that were postponed. */
  readonly attempts: number
  /** Obstacle of the run when its shell was last checked. */
  readonly health: RunObstacle | null
}

/** Messages for Temporal from committed transactions; several processes may claim them. */
export interface Outbox {
  /**
   * Claims due messages, at most `limit`: the same share for each tenant, beginning after the tenant that was served
   * last, so that the backlog of one does not delay others. A claimed message is hidden from other processes for 30 s;
   * it becomes visible again if its process dies.
   */
  claim(limit: number): Promise<readonly OutboxRow[]>
  /** Deletes a delivered message. */
  remove(row: OutboxRow): Promise<void>
  /** Returns a message to the queue, to be delivered again after `delayMs`, and records the obstacle of the run. */
  postpone(row: OutboxRow, delayMs: number, health: RunObstacle | null): Promise<void>
  /** Schedules a check of the shell of an open run within `withinMs`, followed by frequent checks. */
  hasten(run: RunRef, withinMs: number): Promise<void>
}

/** Length of a claim in milliseconds, longer than the calls of one delivery. */
const CLAIM_MS = 30_000

export function createOutbox(database: RuntimeDatabase): Outbox {
  let afterTenant = ''
  const outbox = sql.table(`${database.schema}.outbox`)
  const isDue = sql<boolean>`o.kind = any(${[...OUTBOX_KINDS]}) and o.ready_at <= clock.at`

  return {
    claim: async (limit) => {
      // Selected before locking, so that only claimed rows are locked. The tenants are found by skipping through the
      // index, so that a long queue of one costs nothing.
      const { rows } = await database.withSystem((tx) =>
        sql<OutboxRow & { readonly turn: number }>`
          with recursive clock as materialized (select ${databaseNow} as at),
          tenants as (
            (select tenant_id from ${outbox} order by tenant_id limit 1)
            union all
            select (select o.tenant_id from ${outbox} o where o.tenant_id > t.tenant_id order by o.tenant_id limit 1)
            from tenants t where t.tenant_id is not null
          ),
          shares as (select greatest(1, ceil(${limit}::numeric / count(tenant_id)))::integer as share from tenants),
          candidates as (
            select due.tenant_id, due.outbox_id,
              row_number() over (partition by due.tenant_id order by due.ready_at, due.outbox_id) as round
            from tenants t cross join clock cross join shares cross join lateral (
              select o.tenant_id, o.outbox_id, o.ready_at from ${outbox} o
              where o.tenant_id = t.tenant_id and ${isDue}
              order by o.ready_at, o.outbox_id limit shares.share
            ) due
          ),
          picked as (
            select tenant_id, outbox_id,
              row_number() over (order by round, tenant_id > ${afterTenant} desc, tenant_id) as turn
            from candidates order by turn limit ${limit}
          ),
          claimed as (
            select o.tenant_id, o.outbox_id, p.turn from picked p cross join clock
            join ${outbox} o on o.tenant_id = p.tenant_id and o.outbox_id = p.outbox_id and ${isDue}
            order by o.tenant_id, o.outbox_id for update of o skip locked
          )
          update ${outbox} o set ready_at = clock.at + ${CLAIM_MS}
          from claimed c cross join clock where o.tenant_id = c.tenant_id and o.outbox_id = c.outbox_id
          returning o.tenant_id, o.outbox_id, o.run_id, o.kind, o.attempts, o.health, c.turn`.execute(tx),
      )
      const claimed = [...rows].sort((a, b) => a.turn - b.turn)
      afterTenant = claimed.at(-1)?.tenant_id ?? afterTenant
      return claimed
    },
    remove: async (row) => {
      await database.withSystem((tx) =>
        tx.deleteFrom('outbox').where('tenant_id', '=', row.tenant_id).where('outbox_id', '=', row.outbox_id).execute(),
      )
    },
    postpone: async (row, delayMs, health) => {
      await database.withSystem((tx) =>
        tx
          .updateTable('outbox')
          .set({
            ready_at: sql<number>`${databaseNow} + ${Math.round(delayMs)}::bigint`,
            attempts: sql<number>`attempts + 1`,
            health,
          })
          .where('tenant_id', '=', row.tenant_id)
          .where('outbox_id', '=', row.outbox_id)
          .execute(),
      )
    },
    hasten: async ({ tenantId, runId }, withinMs) => {
      await database.withTenant(tenantId, (tx) =>
        tx
          .updateTable('outbox')
          .set({
            ready_at: sql<number>`least(ready_at, ${databaseNow} + ${withinMs}::bigint)`,
            attempts: 0,
          })
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('kind', '=', 'watch')
          .execute(),
      )
    },
  }
}
