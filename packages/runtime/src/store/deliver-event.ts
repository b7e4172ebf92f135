import { type Fact, factId } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { EventToPut, OpenWait } from './put-event.ts'

/**
 * Stores an event as a message of each run that waits, and marks the waits, so that the next event finds others. One
 * statement for each table: the caller holds the lock of the match key, for which the appends of other runs may wait.
 */
export async function deliver(tx: Tx<RuntimeTables>, event: EventToPut, waits: readonly OpenWait[]): Promise<void> {
  if (waits.length === 0) return
  const { tenantId, eventId, payload, payloads, actor, receivedAt } = event
  const runIds = waits.map((wait) => wait.run_id)
  const facts = waits.map(
    ({ wait_id: waitId }): Fact => ({ type: 'event_received', data: { waitId, eventId, payload, receivedAt, actor } }),
  )
  for (const { hash } of payloads) {
    await tx
      .insertInto('payload_refs')
      .columns(['tenant_id', 'run_id', 'hash'])
      .expression(
        sql`select distinct ${tenantId}::text, run_id, ${hash}::text from unnest(${runIds}::text[]) as r(run_id) order by 2`,
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await tx
    .updateTable('waits')
    .set({ resolution: JSON.stringify({ eventId }) })
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`approval_id = any(${waits.map((wait) => wait.approval_id)}::text[])`)
    .execute()
  const messageIds = facts.map((fact) => factId(fact))
  const texts = facts.map((fact) => JSON.stringify(fact))
  await tx
    .insertInto('run_inbox')
    .columns(['tenant_id', 'run_id', 'message_id', 'fact', 'at'])
    .expression(
      sql`select ${tenantId}::text, run_id, message_id, fact, ${receivedAt}::bigint
        from unnest(${runIds}::text[], ${messageIds}::text[], ${texts}::text[]) as m(run_id, message_id, fact)`,
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
